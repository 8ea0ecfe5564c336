import { expect, test } from "vitest";
import { message } from "../../tests/support/cases.ts";
import { policySchema } from "../policy/schema.ts";
import type { FoundSignal } from "../qualify/scores.ts";
import { faultIn, markingOf } from "./marking.ts";

const found = (signal: string, at?: string): FoundSignal => ({
  signal,
  label: signal,
  kind: at === undefined ? "tag" : "phrase",
  text: signal,
  points: 1,
  message: at,
  at: null,
});
const policy = policySchema.parse({
  format: "baton/policy@1",
  name: "T",
  signals: {
    pricing: { phrases: ["price"] },
    hinted: { hints: ["cancel"], meaning: true },
    told: { examples: ["We would like to see a demo for our team."] },
    meant: { meaning: true },
    vip: { tags: ["vip"] },
  },
  scores: { buying: { signals: ["pricing"], threshold: 1 } },
});
const messages = [
  message({ id: "1" }),
  message({ id: "2", role: "teammate" }),
  message({ id: "3", redacted: true, text: "" }),
  message({ id: "4", text: "  " }),
  message({ id: "5" }),
];

test("the customer's messages with words can be marked with signals that words can mean", () => {
  expect(markingOf(messages, [found("pricing", "1"), found("pricing", "1"), found("vip")], policy)).toEqual({
    signals: ["pricing", "hinted", "told", "meant"],
    found: [
      { message: "1", signals: ["pricing"] },
      { message: "5", signals: [] },
    ],
  });
});

test("without a policy that is read today, what was found is all", () => {
  expect(markingOf(messages, [found("pricing", "5")], null).signals).toEqual(["pricing"]);
});

test("what is not there cannot be marked, and nothing twice", () => {
  const marking = markingOf(messages, [], policy);
  const fault = (...meanings: readonly (readonly [string, ...string[]])[]): string | null =>
    faultIn(
      meanings.map(([at, ...signals]) => ({ message: at, signals })),
      marking,
    );
  expect(fault(["1", "pricing"], ["5"])).toBeNull();
  expect(fault(["2", "pricing"])).toContain("message 2 cannot be marked");
  expect(fault(["1"], ["1"])).toContain("once");
  expect(fault(["1", "meant", "vip"])).toBe(
    '"vip" is no signal that words can mean in the policy of that decision; there are pricing, hinted, told, meant',
  );
});
