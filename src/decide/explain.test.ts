import { describe, expect, test } from "vitest";
import { account, crmContact, NOBODY, NOON, opportunity } from "../../tests/support/cases.ts";
import { whyAccount, whyOpportunity } from "./explain.ts";

const DAY = 86_400_000;

describe("which opportunity", () => {
  const deal = (name: string | null, daysAgo: number | null) =>
    opportunity({
      id: `006${name}`,
      name,
      lastActivityAt: daysAgo === null ? null : NOON - daysAgo * DAY,
    });
  test.for([
    ["none", [], "no open Opportunity"],
    ["the only one", [deal("Renewal", 1)], 'the open Opportunity "Renewal"'],
    ["one without a name by its id", [deal(null, 1)], 'the open Opportunity "006null"'],
    [
      "the most recently active, with the others",
      [deal("Old", 30), deal("New", 1), deal("Idle", null)],
      'most recently active of 3 open: "New" (2026-03-09); others: "Old" (2026-02-08), "Idle" (no activity)',
    ],
    [
      "and not all of very many",
      [1, 2, 3, 4, 5, 6].map((n) => deal(`D${n}`, n)),
      'most recently active of 6 open: "D1" (2026-03-09); others: "D2" (2026-03-08), "D3" (2026-03-07), "D4" (2026-03-06) and 2 more',
    ],
  ] as const)("%s", ([, opportunities, words]) => {
    expect(whyOpportunity({ ...NOBODY, opportunities })).toBe(words);
  });
});

describe("which account", () => {
  const rival = { object: "Account", id: "0012", name: "Acme EU", reason: "fewer opportunities" } as const;
  const byDomain = account({
    match: { by: "domain", confidence: 0.95, reason: "its website is acme.example" },
  });

  test("goes without saying for the account of the person's Contact, and for nobody", () => {
    expect(whyAccount({ ...NOBODY, contacts: [crmContact()], accounts: [account()] })).toBeNull();
    expect(whyAccount({ ...NOBODY, accounts: [account({ match: null })] })).toBeNull();
    expect(whyAccount(NOBODY)).toBeNull();
  });

  test("is said with its rule, how sure it is, and what else fitted", () => {
    expect(whyAccount({ ...NOBODY, accounts: [byDomain] })).toBe(
      'account "Acme", 95 % sure: its website is acme.example',
    );
    expect(whyAccount({ ...NOBODY, accounts: [{ ...byDomain, name: null }], competing: [rival] })).toBe(
      'account "0011", 95 % sure: its website is acme.example; not "Acme EU" (fewer opportunities)',
    );
    expect(whyAccount({ ...NOBODY, accounts: [account()], competing: [{ ...rival, name: null }] })).toContain(
      'not "0012"',
    );
  });

  test("is not guessed between equals", () => {
    expect(whyAccount({ ...NOBODY, competing: [rival] })).toBe(
      'no account is sure: "Acme EU" (fewer opportunities)',
    );
    expect(whyAccount({ ...NOBODY, accounts: [account({ match: null })], competing: [rival] })).toContain(
      "no account is sure",
    );
  });
});
