import { describe, expect, test } from "vitest";
import { NOON, policy } from "../../tests/support/cases.ts";
import type { Deal, StageChange } from "./deal.ts";
import { planFeedback } from "./plan.ts";

const FEEDBACK = {
  stages: [
    {
      when: { field: "opportunity.isWon", operator: "=", value: true },
      tag: "Customer",
      untag: ["Active", "Win-back"],
    },
    {
      when: { field: "opportunity.isClosed", operator: "=", value: true },
      enrol: "Win-back",
      untag: ["Active"],
    },
    { when: { field: "opportunity.amount", operator: ">", value: 50_000 }, enrol: "VIP", tag: "Active" },
    { when: { field: "opportunity.stage", operator: "=", value: "Qualification" }, tag: "Active" },
  ],
  sequences: {
    "Win-back": { tag: "Win-back", attribute: { baton_winback: "eligible" } },
    VIP: { tag: "VIP" },
  },
};

function change(over: Partial<StageChange> = {}): StageChange {
  return {
    id: "0081",
    stage: "Qualification",
    isClosed: false,
    isWon: false,
    amount: null,
    at: NOON,
    by: "Ola",
    ...over,
  };
}

const deal = (...emails: readonly string[]): Deal => ({ id: "0061", name: "Acme", changes: [], emails });
const plan = (change_: StageChange, who = deal("ana@acme.example")) =>
  planFeedback(who, [change_], policy({ feedback: FEEDBACK }), NOON)[0];

describe("what a stage asks of Intercom", () => {
  test("a deal in progress: its tag", () => {
    expect(plan(change())).toMatchObject({
      rule: 3,
      requests: [{ kind: "tag", email: "ana@acme.example", tag: "Active" }],
    });
  });

  test("won: the old tags go before the new one comes, for everybody of the deal", () => {
    const both = deal("ana@acme.example", "bo@acme.example");
    expect(plan(change({ stage: "Closed Won", isClosed: true, isWon: true }), both)?.requests).toEqual(
      ["ana@acme.example", "bo@acme.example"].flatMap((email) => [
        { kind: "untag", email, tag: "Active" },
        { kind: "untag", email, tag: "Win-back" },
        { kind: "tag", email, tag: "Customer" },
      ]),
    );
  });

  test("lost: a sequence is its tag and its attribute, the attribute first", () => {
    expect(plan(change({ stage: "Closed Lost", isClosed: true }))?.requests).toEqual([
      { kind: "untag", email: "ana@acme.example", tag: "Active" },
      { kind: "set-attributes", email: "ana@acme.example", attributes: { baton_winback: "eligible" } },
      { kind: "tag", email: "ana@acme.example", tag: "Win-back" },
    ]);
  });

  test("a rule's own tag and its sequence's come together", () => {
    expect(plan(change({ amount: 60_000 }))?.requests).toEqual([
      { kind: "tag", email: "ana@acme.example", tag: "Active" },
      { kind: "tag", email: "ana@acme.example", tag: "VIP" },
    ]);
  });

  test("a stage that no rule names asks for nothing, and is known all the same", () => {
    expect(plan(change({ stage: "Proposal" }))).toEqual({
      change: change({ stage: "Proposal" }),
      rule: null,
      requests: [],
    });
  });

  test("a deal without contacts asks for nothing", () => {
    expect(plan(change(), deal())).toMatchObject({ rule: 3, requests: [] });
  });

  test("each change is planned, in its order", () => {
    const changes = [change(), change({ id: "0082", stage: "Closed Won", isClosed: true, isWon: true })];
    const planned = planFeedback(deal("ana@acme.example"), changes, policy({ feedback: FEEDBACK }), NOON);
    expect(planned.map(({ rule }) => rule)).toEqual([3, 0]);
  });
});
