import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { templates } from "../templates/templates.ts";
import { originOf } from "./origin.ts";
import { type Pattern, patterns } from "./pattern.ts";
import { planRecipe } from "./plan.ts";
import { questionsOf } from "./questions.ts";
import { viewOf } from "./view.ts";

describe("the origin", () => {
  const draft = (name: string): unknown => parse(templates[name]?.text ?? "");
  const pattern = (id: string): Pattern => {
    const found = patterns.find((one) => one.id === id);
    if (found === undefined) throw new Error(`there is no pattern ${id}`);
    return found;
  };
  const made = (id: string) => {
    const content = draft("product-led");
    return planRecipe(content, pattern(id), questionsOf(content, pattern(id)).chosen);
  };

  test.each(["trial-conversion", "enterprise-inbound", "churn-risk"])(
    "of %s is known, and that it was changed",
    (id) => {
      const { content, recipe } = made(id);
      const written = viewOf(content).recipes[recipe.at] ?? {};
      const from = pattern(id).name;
      expect(originOf(content, written)).toEqual({ from, isChanged: false });
      expect(originOf(content, { ...written, name: "Ours" })).toEqual({ from, isChanged: true });
      expect(
        originOf(content, { ...written, followUp: undefined, when: undefined, owner: undefined }),
      ).toEqual({ from, isChanged: true });
      expect(originOf(content, { ...written, id: `${id}-2`, name: `${from} 2` })).toEqual({
        from,
        isChanged: false,
      });
    },
  );

  test("of the default policy's own recipes is the wizard's", () => {
    const content = draft("saas-default");
    expect(viewOf(content).recipes.map((recipe) => originOf(content, recipe))).toEqual([
      { from: "Churn risk escalation", isChanged: false },
      { from: "Enterprise inbound chat", isChanged: false },
      { from: "Trial to paid", isChanged: false },
      null,
    ]);
  });

  test("stays with a recipe whose signal is gone", () => {
    const { content, recipe } = made("enterprise-inbound");
    const written = viewOf(content).recipes[recipe.at];
    const origin = { from: "Enterprise inbound chat", isChanged: false };
    expect(originOf({ ...content, signals: {} }, written)).toEqual(origin);
  });

  test("of an empty recipe and of one's own is none", () => {
    expect(originOf({}, { id: "new-recipe" })).toBeNull();
    expect(originOf({}, null)).toBeNull();
  });
});
