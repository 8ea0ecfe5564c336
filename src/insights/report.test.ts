import { describe, expect, test } from "vitest";
import { type Side, UNSEEN, withOutcome } from "./compare.ts";
import type { Outcome } from "./outcome.ts";
import { type Compared, compareAll, loadsOf, noteLoad, sideText } from "./report.ts";

const handoff = (owner: string | null = "ana@us.example"): Outcome => ({
  kind: "handoff",
  plan: { recipe: "qualified", record: "new Lead", owner },
});
const below: Outcome = { kind: "below-threshold" };
const ours: Outcome = { kind: "excluded", exclusion: "ours" };
const side = (outcome: Outcome, buying = 0): Side => withOutcome(UNSEEN, outcome, { buying });

let number = 0;
const compared = (before: Side, after: Side): Compared => {
  number += 1;
  return { conversation: String(number), link: null, before, after };
};
const compare = (conversations: readonly Compared[], examples = 1) =>
  compareAll(conversations, examples, { before: { buying: 40 }, after: { buying: 30 } });

describe("a comparison", () => {
  test("counts each movement, and each part that changes", () => {
    const { movements } = compare([
      compared(side(below), side(handoff())),
      compared(side(handoff()), side(below)),
      compared(side(handoff()), side(handoff("ben@us.example"))),
      compared(side(ours), side({ kind: "needs-salesforce", recipe: "qualified" })),
      compared(side(below), side(below)),
    ]);
    expect(movements).toEqual({
      same: 1,
      enters: 1,
      leaves: 1,
      changes: 1,
      unsure: 1,
      changed: { standing: 0, recipe: 0, record: 0, owner: 1 },
    });
  });

  test("shows as many examples of each as asked for", () => {
    const two = [compared(side(below), side(handoff())), compared(side(ours), side(handoff()))];
    expect(compare(two).examples).toMatchObject({ enters: [{ before: "no recipe applies" }], leaves: [] });
    expect(compare(two, 0).examples.enters).toEqual([]);
    expect(compare(two, 5).examples.enters).toMatchObject([
      { after: "qualified: new Lead for ana@us.example" },
      { before: "excluded by ours" },
    ]);
  });

  test("sums standings, recipes and exclusions before and after", () => {
    const { standings, recipes, exclusions } = compare([
      compared(side(ours), side(handoff())),
      compared(side(ours), side(ours)),
      compared({ ...side(ours), reason: null }, side(below)),
    ]);
    expect(standings).toMatchObject({ excluded: { before: 3, after: 1 }, handoff: { before: 0, after: 1 } });
    expect(recipes).toEqual({ qualified: { before: 0, after: 1 } });
    expect(exclusions).toEqual({ ours: { before: 2, after: 1 } });
  });

  test("spreads scores in steps of five with both thresholds; all above a hundred are in the last", () => {
    const { scores } = compare([
      compared(side(below, 4.99), side(below, 5)),
      compared(side(below, 250), side(below, 100)),
    ]);
    const { bins, ...rest } = scores["buying"] ?? { bins: [] };
    expect(rest).toEqual({ width: 5, thresholdBefore: 40, thresholdAfter: 30 });
    expect(bins).toHaveLength(21);
    expect(bins.filter(({ before, after }) => before + after > 0)).toEqual([
      { from: 0, before: 1, after: 0 },
      { from: 5, before: 0, after: 1 },
      { from: 100, before: 1, after: 1 },
    ]);
    const unknown = compareAll([compared(side(below), side(below))], 0, { before: {}, after: {} });
    expect(unknown.scores["buying"]).toMatchObject({ thresholdBefore: null, thresholdAfter: null });
  });
});

describe("what became of a conversation reads", () => {
  test.for<readonly [string, Side]>([
    ["qualified: new Lead for ana@us.example", side(handoff())],
    ["qualified: new Lead", side(handoff(null))],
    ["held by qualified", side({ kind: "held", plan: { recipe: "qualified", record: null, owner: null } })],
    ["qualified, would need Salesforce", side({ kind: "needs-salesforce", recipe: "qualified" })],
    ["handed off before by qualified", side({ kind: "already-handed-off", recipe: "qualified" })],
    ["excluded by ours", side(ours)],
    ["no recipe applies", side(below)],
    ["deleted in Intercom", side({ kind: "gone" })],
  ])("%s", ([text, given]) => {
    expect(sideText(given)).toBe(text);
  });
  test("and a second recipe that is held beside a handoff says so", () => {
    const held: Outcome = { kind: "held", plan: { recipe: "churn-risk", record: null, owner: null } };
    expect(sideText(withOutcome(side(handoff()), held, {}))).toBe(
      "qualified: new Lead for ana@us.example; churn-risk: held",
    );
  });
});

test("loads count handoffs of each owner, the busiest first", () => {
  const before = new Map<string, number>();
  const after = new Map<string, number>();
  for (const outcome of [handoff(), handoff(), below, handoff(null)]) noteLoad(before, outcome);
  for (const outcome of [handoff("ben@us.example"), handoff("cay@us.example")]) noteLoad(after, outcome);
  expect(loadsOf(before, after)).toEqual([
    { owner: "ben@us.example", before: 0, after: 1 },
    { owner: "cay@us.example", before: 0, after: 1 },
    { owner: "ana@us.example", before: 2, after: 0 },
    { owner: "nobody", before: 1, after: 0 },
  ]);
  const equal = new Map(["b", "a", "c", "d"].map((owner) => [owner, 1]));
  expect(loadsOf(equal, equal).map(({ owner }) => owner)).toEqual(["a", "b", "c", "d"]);
});
