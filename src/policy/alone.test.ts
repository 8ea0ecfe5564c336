import { describe, expect, test } from "vitest";
import { policy } from "../../tests/support/cases.ts";
import { changesAlone } from "./alone.ts";
import { diffPolicies } from "./diff.ts";
import type { Policy } from "./schema.ts";
import { defaultPolicy } from "./templates/saas-default.ts";

const recipe = (id: string, route = "default") => ({ id, name: id, owner: { route } });

/** What each change alone differs in from `before`. */
function alone(before: Policy, after: Policy): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    changesAlone(before, after).map(({ path, policy: changed, problem }) => [
      path,
      changed === null ? problem : diffPolicies(before, changed).map(({ path: place }) => place),
    ]),
  );
}

describe("a change alone", () => {
  test("is none where two policies say the same", () => {
    expect(changesAlone(policy(), policy())).toEqual([]);
  });

  test("takes one value, and leaves the others as they were", () => {
    const before = policy();
    const after = policy({
      signals: {
        enterprise: { phrases: ["SSO"], points: 15 },
        upgrade: { phrases: ["upgrade"] },
        complaint: { phrases: ["unacceptable"] },
      },
      scores: {
        buying: { signals: ["enterprise", "upgrade"], threshold: 30 },
        churn: { signals: ["complaint"], threshold: 40 },
      },
      handoff: { coolDown: "7d" },
    });
    expect(alone(before, after)).toEqual({
      "signals.enterprise.points": ["signals.enterprise.points"],
      "scores.buying.threshold": ["scores.buying.threshold"],
      "handoff.coolDown": ["handoff.coolDown"],
    });
    expect(changesAlone(before, after)[1]?.policy?.scores["buying"]?.threshold).toBe(30);
  });

  test("takes phrases of one list together, since their list is one place", () => {
    const after = policy({
      signals: {
        enterprise: { phrases: ["SAML", "audit log"] },
        upgrade: { phrases: ["upgrade"] },
        complaint: { phrases: ["unacceptable"] },
      },
    });
    const [change, ...more] = changesAlone(policy(), after);
    expect(more).toEqual([]);
    expect(change?.differences.map(({ kind }) => kind)).toEqual(["removed", "added", "added"]);
    expect(change?.policy?.signals["enterprise"]?.phrases).toEqual(["SAML", "audit log"]);
  });

  test("puts a new recipe where the draft has it, and takes one away", () => {
    const before = policy({ recipes: [recipe("a"), recipe("b"), recipe("d")] });
    const after = policy({ recipes: [recipe("first"), recipe("a"), recipe("c"), recipe("d")] });
    const changes = changesAlone(before, after);
    const ids = changes.map(({ path, policy: changed }) => [
      path,
      changed?.recipes.map(({ id }) => id).join(" "),
    ]);
    expect(Object.fromEntries(ids)).toEqual({
      "recipes[b]": "a d",
      "recipes[first]": "first a b d",
      "recipes[c]": "a c b d",
    });
  });

  test("changes the order alone", () => {
    const before = policy({ recipes: [recipe("a"), recipe("gone"), recipe("b")] });
    const after = policy({ recipes: [recipe("b"), recipe("a"), recipe("new")] });
    const order = changesAlone(before, after).find(({ path }) => path === "recipes (order)");
    expect(order?.policy?.recipes.map(({ id }) => id)).toEqual(["b", "gone", "a"]);
  });

  test("that would leave a faulty policy says what is missing instead", () => {
    const after = policy({
      recipes: [{ ...recipe("qualified", "new-route"), name: "Any other" }],
      routing: {
        routes: { default: [{ user: "sam@us.example" }], "new-route": [{ user: "sol@us.example" }] },
      },
    });
    expect(alone(policy(), after)).toMatchObject({
      "recipes[qualified].owner.route": expect.stringContaining("new-route"),
      "routing.routes.new-route": ["routing.routes.new-route"],
    });
  });

  test("takes a hop's list whole and an absent part as absent", () => {
    const before = policy({ recipes: [{ ...recipe("a"), score: { name: "buying", atLeast: 10 } }] });
    const after = policy({
      recipes: [recipe("a")],
      routing: { routes: { default: [{ user: "sol@us.example" }, { queue: "Inbound" }] } },
    });
    const changes = changesAlone(before, after);
    expect(changes.map(({ path }) => path)).toEqual(["recipes[a].score", "routing.routes.default"]);
    expect(changes[0]?.policy?.recipes[0]?.score).toBeUndefined();
    expect(changes[1]?.policy?.routing.routes["default"]).toEqual(after.routing.routes["default"]);
  });

  test("of every kind, all of them together, make the draft", () => {
    const before = defaultPolicy();
    const after: Policy = {
      ...before,
      recipes: before.recipes.slice(1),
      exclusions: before.exclusions.map((one, i) => (i === 0 ? { ...one, label: "Other" } : one)),
    };
    const changes = changesAlone(before, after);
    expect(changes.map(({ problem }) => problem)).toEqual(changes.map(() => null));
    expect(changes.length).toBe(2);
  });
});
