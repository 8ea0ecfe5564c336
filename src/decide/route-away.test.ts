import { describe, expect, test } from "vitest";
import { NOON } from "../../tests/support/cases.ts";
import { ask, sam } from "../../tests/support/routes.ts";

describe("a pool of which nobody is at work", () => {
  const busy = (open: number, today: number) => ({ served: 0, adjustment: 0, lastAt: null, open, today });
  const pooled = (whenAllAway: string, over: object = {}, more: readonly object[] = []) => ({
    pools: {
      mid: {
        members: [{ user: "Ana@us.example", hours: "Mon-Fri 13:00-17:00", ...over }, ...more],
        whenAllAway,
      },
    },
  });
  const skipped = {
    candidate: "pool mid: Ana@us.example",
    kind: "skipped",
    reason: "off hours until Tue 13:00 UTC",
    place: { pool: "mid", member: "ana@us.example" },
  };
  const hops = [{ pool: "mid" }, sam];

  test("passes it on", () => {
    expect(ask({ hops, routing: pooled("next-rule") })).toMatchObject({
      plan: { owner: { id: "005sam" }, receipts: [skipped, { kind: "assigned" }] },
    });
  });
  test("takes it nevertheless, where it ignores hours", () => {
    expect(ask({ hops, routing: pooled("ignore-hours") })).toMatchObject({
      plan: {
        owner: { id: "005ana" },
        receipts: [
          {
            kind: "assigned",
            reason:
              "off hours until Tue 13:00 UTC; nobody of the pool is at work, and the pool ignores hours then",
          },
        ],
      },
    });
  });
  test("but not those who are absent", () => {
    const away = { away: [{ from: "2026-03-01", to: "2026-03-20" }] };
    expect(ask({ hops, routing: pooled("ignore-hours", away) })).toMatchObject({
      plan: { owner: { id: "005sam" }, receipts: [{ reason: "away until 20 March" }, { kind: "assigned" }] },
    });
  });
  test("holds it until the first is back", () => {
    const later = { user: "ben@us.example", away: [{ from: "2026-03-10", to: "2026-03-10" }] };
    expect(ask({ hops, routing: pooled("hold", {}, [later]) })).toEqual({
      kind: "held",
      reason: "pool mid: nobody can take it before Tue 13:00 UTC; the pool holds it until then",
      until: NOON + 3_600_000,
      receipts: [
        skipped,
        {
          candidate: "pool mid: ben@us.example",
          kind: "skipped",
          reason: "away until 10 March",
          place: { pool: "mid", member: "ben@us.example" },
        },
        {
          candidate: "pool mid",
          kind: "held",
          reason: "nobody can take it before Tue 13:00 UTC; the pool holds it until then",
        },
      ],
    });
  });
  test.for([
    ["is paused", { paused: true }, busy(0, 0)],
    ["is full of open work", { cap: { open: 3 }, hours: "always" }, busy(3, 0)],
    ["has left Salesforce", { user: "gone@us.example" }, busy(0, 0)],
  ] as const)("does not wait for somebody who %s", ([, over, load]) => {
    const pools = { mid: { members: [{ ...load, member: "ana@us.example" }], stickyMember: null } };
    expect(ask({ hops, routing: pooled("hold", over), pools })).toMatchObject({
      plan: { owner: { id: "005sam" } },
    });
  });
  test("is held no longer once an earlier step of the route can take it", () => {
    expect(ask({ hops: [sam, { pool: "mid" }], routing: pooled("hold") })).toMatchObject({
      plan: { owner: { id: "005sam" }, receipts: [{ kind: "assigned" }] },
    });
  });
  test("still tells a second person, who need not answer at once", () => {
    const besides = { kind: "user", id: "005sam", email: null, name: null } as const;
    expect(ask({ hops, routing: pooled("hold"), besides })).toMatchObject({
      plan: { owner: { id: "005ana" } },
    });
  });
});
