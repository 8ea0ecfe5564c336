import { expect, test } from "vitest";
import { NOON, policy } from "../../../tests/support/cases.ts";
import { frozen } from "../../../tests/support/frozen.ts";
import { decide } from "../../decide/decide.ts";
import { compile } from "../../qualify/compile.ts";
import { score } from "../../qualify/score.ts";
import { decideAgain, effectOf } from "./again.ts";

const scored = (threshold: number) => ({ buying: { signals: ["enterprise"], threshold } });
const low = policy({ scores: scored(1) });
const high = policy({ scores: scored(90) });
const blank = frozen("We need SSO");
const inputs = { ...blank, scores: score(blank.evidence, compile(low), NOON) };
const stored = { inputs, answer: decide({ ...inputs, policy: low }) };

test("by the policy of then it comes out the same", () => {
  expect(decideAgain(stored, compile(low))).toMatchObject({ kind: "same", differences: [] });
  expect(effectOf(decideAgain(stored, compile(low)))).toBe("same");
});

test("by another policy it says what would be decided, for whom, and by which points", () => {
  const again = decideAgain(stored, compile(high));
  expect(again.kind).toBe("differs");
  expect(effectOf(again)).toBe("leaves");
  expect(again.before.owners).toEqual(["sam@us.example"]);
  expect(again.after).toMatchObject({
    words: "No recipe applied.",
    owners: [],
    scores: { buying: { threshold: 90 } },
  });
  expect(again.differences.some((text) => text.startsWith("answer.kind"))).toBe(true);
});

test("a held decision names nobody", () => {
  const held = policy({ scores: scored(1), routing: { routes: { default: [{ user: "away@us.example" }] } } });
  expect(decideAgain(stored, compile(held)).after?.owners).toEqual([]);
});

test("inputs that today's program does not take are told as impossible", () => {
  const broken = { ...stored, inputs: { ...inputs, evidence: null as never } };
  expect(decideAgain(broken, compile(low))).toMatchObject({ kind: "impossible", after: null });
  expect(effectOf(decideAgain(broken, compile(low)))).toBe("impossible");
});

test("what only scores otherwise goes to the same person, and is told apart from what is excluded then", () => {
  const higher = policy({ scores: scored(2) });
  expect(effectOf(decideAgain(stored, compile(higher)))).toBe("points");
  const shut = policy({
    scores: scored(1),
    exclusions: [{ id: "acme", when: { field: "company.domain", operator: "=", value: "acme.example" } }],
  });
  const again = decideAgain(stored, compile(shut));
  expect([again.after?.words, effectOf(again)]).toEqual(["Excluded by acme.", "leaves"]);
});

test("what nobody can tell without Salesforce counts by its points", () => {
  expect(effectOf({ kind: "differs", movement: "unsure" })).toBe("points");
});
