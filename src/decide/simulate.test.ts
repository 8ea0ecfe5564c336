import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { policy } from "../../tests/support/cases.ts";
import { simulate, type Simulation } from "./simulate.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Monday, 9 March 2026, 09:00 UTC. */
const MONDAY = Date.parse("2026-03-09T09:00Z");

function simulated(routing: object, over: Partial<Simulation> = {}) {
  return simulate({
    policy: policy({ routing: { routes: { default: [{ pool: "east" }] }, ...routing } }),
    route: "default",
    leads: 12,
    from: MONDAY,
    everyMs: HOUR,
    openForMs: null,
    ...over,
  });
}
const office = (user: string, over: object = {}) => ({ user, hours: "Mon-Fri 09:00-17:00", ...over });
const east = (members: readonly object[], over: object = {}) => ({ pools: { east: { members, ...over } } });
const got = ({ members }: ReturnType<typeof simulate>) => members.map((one) => one.got);

describe("a simulation of the routing", () => {
  test("gives everybody their share within one lead", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 120 }),
        (weights, leads) => {
          const members = weights.map((weight, i) => ({ user: `u${i}@us.example`, weight }));
          const { members: shares } = simulated(east(members), { leads });
          expect(shares.reduce((sum, one) => sum + one.got, 0)).toBe(leads);
          for (const one of shares) expect(Math.abs(one.got - one.ideal)).toBeLessThan(1);
        },
      ),
      { numRuns: 40 },
    );
  });
  test("of no leads gives nobody any", () => {
    expect(got(simulated(east([office("ana@us.example")]), { leads: 0 }))).toEqual([0]);
  });
  test("holds the night's leads until somebody is at work, and says from when until when", () => {
    const night = simulated(east([office("ana@us.example")], { whenAllAway: "hold" }), { leads: 24 });
    expect(got(night)).toEqual([24]);
    expect(night).toMatchObject({ held: 16, stillHeld: 0, nobody: 0, longestHeldMs: 16 * HOUR });
    expect(night.gaps).toEqual([{ from: MONDAY + 8 * HOUR, until: MONDAY + DAY, leads: 16 }]);
    expect(night.members[0]?.out).toEqual({ "off-hours": 16 });
  });
  test("gives the oldest first when a cap of the day lets through a few", () => {
    const members = [office("ana@us.example", { cap: { perDay: 3 } })];
    const capped = simulated(east(members, { whenAllAway: "hold" }), { leads: 7, everyMs: HOUR / 60 });
    expect(got(capped)).toEqual([7]);
    expect(capped.endedAt).toBe(MONDAY + 2 * DAY);
    expect(capped.gaps.map(({ leads }) => leads)).toEqual([4, 1]);
  });
  test("says what stays held, and what nobody takes", () => {
    const away = { away: [{ from: "2026-03-01", to: "2029-03-30" }] };
    const held = simulated(east([office("ana@us.example", away)], { whenAllAway: "hold" }), { leads: 2 });
    expect(held).toMatchObject({ stillHeld: 2, held: 2, gaps: [{ from: MONDAY, until: null, leads: 2 }] });
    const nobody = simulated(east([{ user: "ana@us.example", paused: true }]), { leads: 2 });
    expect(nobody).toMatchObject({ nobody: 2, members: [{ got: 0, ideal: 0, out: { paused: 2 } }] });
  });
  test("goes on along the route to users, queues and the fallback", () => {
    const full = { user: "ana@us.example", cap: { open: 1 } };
    const routes = { default: [{ pool: "east" }, { user: "kim@us.example" }], other: [{ queue: "Rest" }] };
    const on = simulated({ ...east([full]), routes }, { leads: 3 });
    expect(on).toMatchObject({
      others: { "user kim@us.example": 2 },
      members: [{ got: 1, out: { cap: 2 } }],
    });
    const rest = simulated({ ...east([full]), fallback: { queue: "Rest" } }, { leads: 3 });
    expect(rest.others).toEqual({ "queue Rest": 2 });
    const nowhere = simulated(
      { routes: { default: [{ pool: "nowhere" }, { queue: "Rest" }] } },
      { leads: 1 },
    );
    expect(nowhere).toMatchObject({ others: { "queue Rest": 1 }, members: [] });
    const freed = simulated({ ...east([full]), routes }, { leads: 3, openForMs: HOUR });
    expect(freed).toMatchObject({ others: {}, members: [{ got: 3 }] });
  });
  test("counts a person's cap over all pools they are in", () => {
    const ana = { user: "Ana@us.example", cap: { perDay: 2 } };
    const pools = { east: { members: [ana] }, west: { members: [ana, { user: "ben@us.example" }] } };
    const routes = { default: [{ pool: "east" }, { pool: "west" }] };
    const both = simulated({ pools, routes }, { leads: 4 });
    expect(both.members.map(({ pool, member, got: n }) => [pool, member, n])).toEqual([
      ["east", "ana@us.example", 2],
      ["west", "ana@us.example", 0],
      ["west", "ben@us.example", 2],
    ]);
  });
});
