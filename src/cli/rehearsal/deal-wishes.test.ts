import { describe, expect, test } from "vitest";
import { defaultPolicy } from "../../policy/templates/saas-default.ts";
import { type StageRow, wishesOf } from "./deal-wishes.ts";

const row = (id: string, deal: string, stage: string, second: number): StageRow => ({
  id,
  deal,
  stage,
  at: `2026-11-28T10:00:${String(second).padStart(2, "0")}.000+0000`,
});

const wishes = (...rows: readonly StageRow[]) => wishesOf(rows, defaultPolicy());

describe("what a person shows in the end", () => {
  test("of one deal what its last stage asks for", () => {
    expect(wishes(row("1", "A", "Qualification", 1), row("2", "A", "Closed Lost", 2))).toEqual({
      wants: ["Win-back"],
      shuns: ["Active Opportunity"],
    });
  });

  test("of a lost deal and one that is won after it no win-back; the other way round both", () => {
    const won = row("9", "B", "Closed Won", 5);
    expect(wishes(row("1", "A", "Closed Lost", 2), won).wants).toEqual(["Customer"]);
    expect(wishes(won, row("1", "A", "Closed Lost", 6)).wants.toSorted()).toEqual(["Customer", "Win-back"]);
  });

  test("of a deal that is opened after another one ended the tag of open deals again", () => {
    const both = wishes(row("1", "A", "Closed Lost", 2), row("9", "B", "Negotiation/Review", 4));
    expect(both.wants.toSorted()).toEqual(["Active Opportunity", "Win-back"]);
  });

  test("at one instant the later row counts; another amount is no stage", () => {
    expect(wishes(row("2", "A", "Closed Won", 3), row("1", "A", "Qualification", 3)).wants).toEqual([
      "Customer",
    ]);
    const amount = row("5", "A", "Closed Lost", 9);
    const stages = [row("1", "A", "Closed Lost", 2), row("2", "B", "Closed Won", 3), amount];
    expect(wishes(...stages).wants).toEqual(["Customer"]);
  });
});
