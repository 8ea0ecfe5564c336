import { expect, test } from "vitest";
import { policyOf, readPolicy } from "../../policy/read.ts";
import { defaultPolicy, saasDefault } from "../../policy/templates/saas-default.ts";
import { quickened } from "./quick-policy.ts";

test("an hour of every wait passes in the time named, by a clock that always runs; nothing else changes", () => {
  const reading = readPolicy(quickened(saasDefault, 1_000));
  const policy = defaultPolicy();
  expect(reading).toMatchObject({ kind: "ok", warnings: [] });
  expect(reading.kind === "ok" && reading.policy).toEqual({
    ...policy,
    recipes: policy.recipes.map((recipe) =>
      recipe.followUp === undefined
        ? recipe
        : { ...recipe, followUp: { ...recipe.followUp, after: "24000ms" } },
    ),
    routing: {
      ...policy.routing,
      sla: { ...policy.routing.sla, clock: "always", firstContact: "500ms", remindAt: "250ms" },
    },
  });
});

test("a policy that waits for nothing stays as it is", () => {
  const bare = "format: baton/policy@1\nname: T\nsignals: {}\nscores: {}\n";
  expect(policyOf(quickened(bare, 1_000), "it")).toEqual(policyOf(bare, "it"));
  const routed = `${bare}routing: { routes: { r: [ { queue: Q } ] } }\nrecipes: [ { id: x, name: X, owner: { route: r } } ]\n`;
  expect(policyOf(quickened(routed, 1_000), "it")).toEqual(policyOf(routed, "it"));
});
