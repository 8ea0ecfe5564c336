import { describe, expect, test } from "vitest";
import { NOBODY, NOON, policy } from "../../tests/support/cases.ts";
import { directoryOf } from "../../tests/support/frozen.ts";
import { asksPools, type Errand, errandOf, foundOn, plansOf } from "./errand.ts";

const ANA = "ana@us.example";
const BEN = "ben@us.example";
const SAM = "sam@us.example";

/** A second person where the company's domain is known. */
const rules = (hops: readonly unknown[], also: readonly unknown[]) =>
  policy({
    routing: {
      pools: { mid: { members: [{ user: ANA }, { user: BEN }] } },
      routes: { default: hops, second: also },
      alsoTell: [
        { when: { field: "company.domain", operator: "known" }, route: "second" },
        { when: { field: "company.domain", operator: "known" }, route: "second" },
      ],
    },
  });

function asked(given: ReturnType<typeof policy>, domain: string | null = "acme.example") {
  const question = {
    route: "default",
    wish: null,
    policy: given,
    crm: NOBODY,
    directory: directoryOf(ANA, BEN, SAM),
    lookup: (field: string) => (field === "company.domain" ? domain : undefined),
    now: NOON,
    hosts: [],
    object: "Lead",
  } as const;
  const errand = errandOf(question);
  return { errand, asks: asksPools(errand, given), found: foundOn(errand, { ...question, pools: {} }) };
}
const pool = [{ pool: "mid" }];
const user = (email: string) => [{ user: email }];

describe("an errand", () => {
  test("is plain data: who can and cannot take it is settled, pools are named", () => {
    const { errand } = asked(rules([{ user: "gone@us.example" }, { pool: "mid" }], user(SAM)));
    expect(JSON.parse(JSON.stringify(errand))).toEqual(errand);
    expect(errand.owner.stops).toMatchObject([
      { kind: "cannot", label: "user gone@us.example" },
      { kind: "pool", pool: "mid" },
    ]);
  });
  test("asks each route of a second person once, and none where no rule applies", () => {
    const given = rules(user(SAM), user(BEN));
    expect(asked(given).errand.seconds).toMatchObject([{ route: "second" }]);
    expect(asked(given, null).errand.seconds).toEqual([]);
  });
  test.for<[string, ReturnType<typeof policy>, boolean]>([
    ["a pool is the first that can take it", rules(pool, user(SAM)), true],
    ["somebody takes it before the pool", rules([...user(SAM), ...pool], user(BEN)), false],
    ["the policy has no such pool", rules([{ pool: "other" }, ...user(SAM)], user(BEN)), false],
    ["a second person comes from a pool", rules(user(SAM), pool), true],
    ["the second would be the owner, and a pool is next", rules(user(SAM), [...user(SAM), ...pool]), true],
    ["the second is found before the pool", rules(user(SAM), [...user(BEN), ...pool]), false],
    ["nobody can be the second", rules(user(SAM), user("gone@us.example")), false],
    ["nobody owns it, and so nobody is second", rules(user("gone@us.example"), pool), false],
  ])("where %s, asks pools: %s", ([, given, expected]) => {
    const { asks, found } = asked(given);
    expect(asks).toBe(expected);
    const plans = [found.owner].flatMap((one) => (one.kind === "assigned" ? [one.plan] : []));
    const receipts = [...plans, ...plansOf(found.seconds)].flatMap((plan) => plan.receipts);
    expect(receipts.some(({ place }) => place !== undefined)).toBe(expected);
  });
  test("finds the owner, then the others besides", () => {
    const { found } = asked(rules(pool, pool));
    expect(found.owner).toMatchObject({ plan: { owner: { email: ANA }, pool: { member: ANA } } });
    expect(plansOf(found.seconds)).toMatchObject([{ owner: { email: BEN }, route: "second" }]);
  });
  test("without an owner looks for nobody else", () => {
    const { found } = asked(rules(user("gone@us.example"), user(SAM)));
    expect(found).toMatchObject({ owner: { kind: "nobody" }, seconds: [] });
  });
  test("passes over a pool that the policy no longer has", () => {
    const given = rules(pool, user(SAM));
    const errand: Errand = {
      owner: { route: "r", stops: [{ kind: "pool", pool: "unheard", by: "" }] },
      seconds: [],
    };
    const turns = { policy: given, directory: directoryOf(ANA), pools: {}, now: NOON };
    expect(foundOn(errand, turns).owner).toMatchObject({
      kind: "nobody",
      receipts: [{ reason: "the policy has no such pool" }],
    });
  });
});
