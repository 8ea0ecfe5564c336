import { describe, expect, test } from "vitest";
import { NOON, policy } from "../../tests/support/cases.ts";
import { availabilityOf, dayStart, instantText, zoneOf } from "./availability.ts";

const at = (text: string): number => Date.parse(text);

function member(over: object) {
  const pools = { p: { members: [{ user: "ana@us.example", ...over }] } };
  const [first] = policy({ routing: { pools } }).routing.pools["p"]?.members ?? [];
  if (first === undefined) throw new Error("no member");
  return first;
}

const IDLE = { open: 0, today: 0 };
const NEW_YORK = "America/New_York";
const office = { hours: "Mon-Fri 09:00-17:30", timezone: NEW_YORK };
const christmas = { away: [{ from: "2026-12-20", to: "2027-01-03" }] };

function ask(over: object, now: number | string, load = IDLE) {
  const one = member(over);
  return availabilityOf(one, zoneOf(one, policy()), load, typeof now === "string" ? at(now) : now);
}

test("somebody without hours, absences and caps is always free", () => {
  expect(ask({}, NOON)).toEqual({ kind: "free" });
});

test("an absence that the policy's checks would refuse is none", () => {
  expect(ask({ away: [{ from: "soon", to: "later" }] }, NOON)).toEqual({ kind: "free" });
});

test("the policy's zone is the member's where they name none", () => {
  expect(zoneOf(member({}), policy({ timezone: NEW_YORK }))).toBe(NEW_YORK);
  expect(zoneOf(member({ timezone: "Europe/Berlin" }), policy({ timezone: NEW_YORK }))).toBe("Europe/Berlin");
});

describe("out, as the rep reads it, and when they are back", () => {
  test.for([
    [
      "a pause has no end",
      { paused: true, ...office },
      "2026-03-10T12:00:00Z",
      IDLE,
      "paused",
      "paused",
      null,
    ],
    [
      "before work",
      office,
      "2026-03-10T12:00:00Z",
      IDLE,
      "off-hours",
      "off hours until Tue 09:00 America/New_York",
      "2026-03-10T13:00:00Z",
    ],
    [
      "over the weekend in which clocks change",
      office,
      "2026-03-07T12:00:00Z",
      IDLE,
      "off-hours",
      "off hours until Mon 09:00 America/New_York",
      "2026-03-09T13:00:00Z",
    ],
    [
      "days",
      { ...office, ...christmas },
      "2026-12-21T15:00:00Z",
      IDLE,
      "away",
      "away until 3 January",
      "2027-01-04T14:00:00Z",
    ],
    [
      "days, without hours",
      christmas,
      "2026-12-21T15:00:00Z",
      IDLE,
      "away",
      "away until 3 January",
      "2027-01-04T00:00:00Z",
    ],
    [
      "off hours just before an absence",
      { ...office, ...christmas },
      "2026-12-19T15:00:00Z",
      IDLE,
      "off-hours",
      "off hours until Mon 4 January 09:00 America/New_York",
      "2027-01-04T14:00:00Z",
    ],
    [
      "an afternoon",
      { away: [{ from: "2026-03-10T12:00", to: "2026-03-10T17:00" }] },
      NOON,
      IDLE,
      "away",
      "away until Tue 17:00 UTC",
      "2026-03-10T17:00:00Z",
    ],
    [
      "more than a year",
      { away: [{ from: "2026-03-10", to: "2027-04-30" }] },
      NOON,
      IDLE,
      "away",
      "away until 30 April 2027",
      "2027-05-01T00:00:00Z",
    ],
    [
      "full for today",
      { ...office, cap: { perDay: 8 } },
      "2026-03-10T15:00:00Z",
      { open: 99, today: 8 },
      "cap",
      "cap 8 of 8 today",
      "2026-03-11T13:00:00Z",
    ],
    [
      "full on Friday",
      { ...office, cap: { perDay: 8 } },
      "2026-03-13T15:00:00Z",
      { open: 0, today: 9 },
      "cap",
      "cap 9 of 8 today",
      "2026-03-16T13:00:00Z",
    ],
    [
      "full of open work has no end that a clock can tell",
      { ...office, cap: { open: 30, perDay: 8 } },
      "2026-03-10T15:00:00Z",
      { open: 30, today: 8 },
      "cap",
      "cap 30 of 30 open",
      null,
    ],
  ] as const)("%s", ([, over, now, load, why, reason, until]) => {
    expect(ask(over, now, load)).toEqual({
      kind: "out",
      why,
      reason,
      until: until === null ? null : at(until),
    });
  });
});

test("below the caps and in the hours they are free", () => {
  const capped = { ...office, cap: { open: 30, perDay: 8 } };
  expect(ask(capped, "2026-03-10T15:00:00Z", { open: 29, today: 7 })).toEqual({ kind: "free" });
});

test("a day begins at the member's own midnight", () => {
  expect(dayStart(NEW_YORK, at("2026-03-09T03:59:00Z"))).toBe(at("2026-03-08T05:00:00Z"));
  expect(dayStart(NEW_YORK, at("2026-03-09T04:00:00Z"))).toBe(at("2026-03-09T04:00:00Z"));
});

test("an instant far away carries its date, and its year", () => {
  expect(instantText(at("2026-03-30T09:05:00Z"), "UTC", NOON)).toBe("Mon 30 March 09:05 UTC");
  expect(instantText(at("2027-03-30T09:05:00Z"), "UTC", NOON)).toBe("Tue 30 March 2027 09:05 UTC");
});
