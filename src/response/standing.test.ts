import { expect, test } from "vitest";
import { CLAIMED } from "../followup/contact.ts";
import { firstContact, FRESH, type Happened, standingOf } from "./standing.ts";

const NOTHING: Happened = { claim: null, rejection: null, moves: [], breaches: [], contacts: [] };
const answered = { as: ["owner"], who: "Ana", what: "answered in Intercom", at: 30 } as const;
const claimed = { as: ["owner"], who: "Ana", what: CLAIMED, at: 10 } as const;

test("of a lead to which nothing happened is that of a new alert", () => {
  expect(standingOf(NOTHING)).toEqual(FRESH);
});

test("tells everything in its order, each once", () => {
  const { lines } = standingOf({
    claim: { who: "Ana", email: null, at: 20 },
    rejection: { who: "Ben", reason: "Spam or a test", at: 40 },
    moves: [{ to: "Ben Baker", at: 15 }],
    breaches: [15],
    contacts: [answered, { ...answered, at: 35 }, claimed],
  });
  expect(lines).toEqual([
    { text: "First contact was overdue", at: 15 },
    { text: "Given to Ben Baker", at: 15 },
    { text: "Claimed by Ana", at: 20 },
    { text: "Contacted: Ana answered in Intercom", at: 30 },
    { text: "Not a lead, says Ben: Spam or a test", at: 40 },
  ]);
});

test("offers what is left to do", () => {
  const offers = (happened: Partial<Happened>) => standingOf({ ...NOTHING, ...happened }).offers;
  expect(offers({ claim: { who: "Ana", email: null, at: 1 } })).toEqual(["reject", "remind"]);
  expect(offers({ contacts: [answered] })).toEqual(["claim", "reject"]);
  expect(offers({ rejection: { who: "Ana", reason: "x", at: 1 } })).toEqual([]);
});

test("a claim alone is no first contact to tell of", () => {
  expect(firstContact([claimed])).toBeNull();
  expect(firstContact([{ ...answered, at: 50 }, answered])).toEqual(answered);
});
