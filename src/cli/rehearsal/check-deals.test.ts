import { describe, expect, test } from "vitest";
import { checkDeals } from "./check-deals.ts";
import type { DealFact } from "./facts.ts";

const WISHES = { wants: ["Customer"], shuns: ["Active Opportunity"] };

const WON: DealFact = {
  deal: "006A",
  history: ["008A", "008B"],
  stored: [
    { change: "008A", effects: ["done"] },
    { change: "008B", effects: ["done", "done"] },
  ],
  people: [{ id: "p1", tags: ["Customer"], ...WISHES }],
};

const problems = (over: Partial<DealFact>) => checkDeals({ deals: [{ ...WON, ...over }] });

describe("a deal that was moved", () => {
  test("is right where every stage was heard once and Intercom shows the last", () => {
    expect(problems({})).toEqual([]);
  });

  test("has lost a stage that nobody heard of, and doubled one that was heard twice", () => {
    expect(problems({ history: ["008A", "008B", "008C"] })).toEqual([
      { kind: "lost", line: "stage 008C of deal 006A is stored 0 times" },
    ]);
    expect(problems({ stored: [...WON.stored, ...WON.stored.slice(0, 1)] })).toEqual([
      { kind: "doubled", line: "stage 008A of deal 006A is stored 2 times" },
    ]);
  });

  test("has lost what was never carried out, and failed what was refused", () => {
    const stored = [{ change: "008A", effects: ["planned", "failed"] }, ...WON.stored.slice(1)];
    expect(problems({ stored }).map(({ kind }) => kind)).toEqual(["lost", "failed"]);
  });

  test("has lost a tag that is not there, or not taken off", () => {
    expect(problems({ people: [{ id: "p1", tags: ["Active Opportunity"], ...WISHES }] })).toEqual([
      { kind: "lost", line: "contact p1 of deal 006A has no tag Customer" },
      { kind: "lost", line: "contact p1 of deal 006A still has the tag Active Opportunity" },
    ]);
  });
});
