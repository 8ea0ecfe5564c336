import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { account, NOON, opportunity } from "../../tests/support/cases.ts";
import type { CrmOpportunity, MatchKind } from "./crm.ts";
import { matchKinds } from "./crm.ts";
import { type AccountCandidate, chooseAccount } from "./match.ts";

const DAY = 86_400_000;
const company = { domain: "acme.example", name: "Acme Inc." };

function found(
  id: string,
  by: MatchKind,
  opportunities: readonly CrmOpportunity[] = [],
  over: Parameters<typeof account>[0] = {},
): AccountCandidate {
  return { account: account({ id, name: "ACME GmbH", ...over }), opportunities, by };
}
const open = (id: string) => opportunity({ id });
const closed = (id: string) => opportunity({ id, isClosed: true });
const chosen = (candidates: readonly AccountCandidate[]) => {
  const { accounts, competing } = chooseAccount(candidates, company);
  return [accounts.map(({ id }) => id), competing.map(({ id }) => id)];
};

describe("the account of a person", () => {
  test("is that of their Contact or Lead before one Baton made, a website before a name", () => {
    const all = [found("n", "name"), found("d", "domain"), found("k", "key"), found("l", "lead")];
    expect(chosen(all)).toEqual([["l"], ["n", "d", "k"]]);
    expect(chosen(all.slice(0, 3))).toEqual([["k"], ["n", "d"]]);
    expect(chosen(all.slice(0, 2))).toEqual([["d"], ["n"]]);
    expect(chosen(all.slice(0, 1))).toEqual([["n"], []]);
    expect(chosen([])).toEqual([[], []]);
  });

  test.for([
    ["contact", 1, "the account of the person's Contact"],
    ["lead", 1, "the account that the person's Lead was converted into"],
    ["key", 0.99, "Baton made it in an earlier handoff"],
    ["domain", 0.95, "its website is acme.example"],
    ["name", 1, 'its name "ACME GmbH" is 100 % that of "Acme Inc."'],
  ] as const)("by %s says how sure that is and why", ([by, confidence, reason]) => {
    expect(chooseAccount([found("a", by)], company).accounts[0]?.match).toEqual({ by, confidence, reason });
  });

  test("is none when only a name speaks for it and is not close enough", () => {
    expect(chosen([found("a", "name", [], { name: "Acme Foods" })])).toEqual([[], []]);
    expect(chosen([found("a", "name", [], { name: null })])).toEqual([[], []]);
    const nameless = chooseAccount([found("a", "name")], { domain: null, name: null });
    expect(nameless.accounts).toEqual([]);
  });

  test("brings its opportunities, unless only a name speaks for it", () => {
    const ids = (by: MatchKind) => chooseAccount([found("a", by, [open("o")])], company).opportunities.length;
    expect(matchKinds.map(ids)).toEqual([1, 1, 1, 1, 0]);
  });
});

describe("of several accounts with the company's website", () => {
  test.for<readonly [string, AccountCandidate, AccountCandidate]>([
    [
      "open opportunities",
      found("a", "domain", [open("1")]),
      found("b", "domain", [closed("2"), closed("3")]),
    ],
    ["opportunities", found("a", "domain", [closed("1"), closed("2")]), found("b", "domain", [closed("3")])],
    [
      "recent activity",
      found("a", "domain", [], { lastActivityAt: NOON }),
      found("b", "domain", [], { lastActivityAt: NOON - DAY }),
    ],
    [
      "recent activity",
      found("a", "domain", [open("1")]),
      found("b", "domain", [opportunity({ id: "2", lastActivityAt: null })]),
    ],
  ])("the one with more %s is taken, and the other says why it is not", ([measure, better, worse]) => {
    const { accounts, competing, opportunities } = chooseAccount([worse, better], company);
    expect(accounts).toMatchObject([
      { id: "a", match: { reason: `its website is acme.example; of several the one with more ${measure}` } },
    ]);
    expect(opportunities).toEqual(better.opportunities);
    expect(competing).toEqual([
      {
        object: "Account",
        id: "b",
        name: "ACME GmbH",
        reason: `its website is acme.example, but another one has more ${measure}`,
      },
    ]);
  });

  test("none is taken when nothing tells them apart, and all are listed", () => {
    const { accounts, competing } = chooseAccount(
      [found("a", "domain"), found("b", "domain"), found("c", "name")],
      company,
    );
    expect(accounts).toEqual([]);
    expect(competing.map(({ reason }) => reason)).toEqual([
      "its website is acme.example, as another account does, and nothing sure tells them apart",
      "its website is acme.example, as another account does, and nothing sure tells them apart",
      'its name "ACME GmbH" is 100 % that of "Acme Inc.", but a website goes before',
    ]);
  });
});

test("of several names the closer one is taken; a busy namesake is still a guess", () => {
  const close = found("a", "name", [], { name: "Acme" });
  const near = found("b", "name", [open("1")], { name: "Acme Software" });
  expect(chosen([near, close])).toEqual([["a"], ["b"]]);
  expect(chosen([found("b", "name", [open("1")]), close])).toEqual([[], ["b", "a"]]);
});

test("of several accounts of their own all count, the busier first, else the Contact that changed last", () => {
  const busy = found("b", "contact", [open("1")]);
  expect(chosen([found("a", "contact"), busy])).toEqual([["b", "a"], ["a"]]);
  const { accounts, opportunities, competing } = chooseAccount(
    [found("a", "contact", [closed("1")]), found("b", "contact", [closed("2")])],
    company,
  );
  expect(accounts.map(({ match }) => match?.reason)).toEqual([
    "the account of the person's Contact; of several the one with more recent changes to its Contact",
    "the account of the person's Contact",
  ]);
  expect(opportunities.map(({ id }) => id)).toEqual(["1", "2"]);
  expect(competing[0]?.reason).toContain("has the Contact that changed last");
});

test("the order in which accounts were found never changes which one is taken, but for a person's own equals", () => {
  const candidate = fc
    .record({
      id: fc.stringMatching(/^[a-z]{6}$/),
      by: fc.constantFrom(...matchKinds.filter((by) => by !== "contact" && by !== "lead")),
      deals: fc.nat(3),
      name: fc.constantFrom("Acme", "Acme Software", "Globex"),
    })
    .map(({ id, by, deals, name }) =>
      found(
        id,
        by,
        Array.from({ length: deals }, (_, i) => open(`${id}${i}`)),
        { name },
      ),
    );
  fc.assert(
    fc.property(
      fc.uniqueArray(candidate, { selector: ({ account: { id } }) => id, maxLength: 8 }),
      (candidates) => {
        expect(chosen(candidates)[0]).toEqual(chosen(candidates.toReversed())[0]);
      },
    ),
  );
});
