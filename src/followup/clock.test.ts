import { describe, expect, test } from "vitest";
import type { OwnerRef } from "../decide/decision.ts";
import { defaultPolicy } from "../policy/templates/saas-default.ts";
import { afterWorking, hoursOf } from "./clock.ts";

const policy = defaultPolicy();
const MINUTE = 60_000;
const user = (email: string | null) => ({ kind: "user", id: "005", email, name: null }) as const;
const at = (text: string): number => Date.parse(text);
/** Mon-Fri 09:00-17:30 in New York. */
const ANA = hoursOf(user("Ana@ourcompany.example"), policy);

describe("the clock of an owner's working hours", () => {
  test.for([
    ["runs while they are at work", "2026-03-10T10:00-04:00", 30, "2026-03-10T10:30-04:00"],
    ["starts in the morning for what came at night", "2026-03-10T03:00-04:00", 30, "2026-03-10T09:30-04:00"],
    ["goes on the next day", "2026-03-10T17:20-04:00", 30, "2026-03-11T09:20-04:00"],
    ["ends with the day, not after it", "2026-03-10T17:00-04:00", 30, "2026-03-10T17:30-04:00"],
    ["stands still at the weekend", "2026-03-13T17:29-04:00", 30, "2026-03-16T09:29-04:00"],
    ["knows the change of the clocks", "2026-03-06T17:00-05:00", 60, "2026-03-09T09:30-04:00"],
    ["runs over several days", "2026-03-09T09:00-04:00", 17 * 60 + 30, "2026-03-11T09:30-04:00"],
  ] as const)("%s", ([, from, minutes, due]) => {
    expect(new Date(afterWorking(ANA, at(from), minutes * MINUTE)).toISOString()).toBe(
      new Date(at(due)).toISOString(),
    );
  });

  test("is the pool's where one names them, with its own zone", () => {
    expect(hoursOf(user("ben@ourcompany.example"), policy).zone).toBe("Europe/Berlin");
  });

  test.for<readonly [string, OwnerRef]>([
    ["somebody in no pool", user("kim@ourcompany.example")],
    ["somebody without an address", user(null)],
    ["a queue", { kind: "queue", id: "00G", name: "Inbound" }],
  ])("is that of an office for %s", ([, owner]) => {
    const { hours, zone } = hoursOf(owner, policy);
    expect(zone).toBe("America/New_York");
    expect(afterWorking({ hours, zone }, at("2026-03-10T16:50-04:00"), 20 * MINUTE)).toBe(
      at("2026-03-11T09:10-04:00"),
    );
  });

  test("never stands still for somebody who is always there", () => {
    const always = { hours: [{ from: 0, to: 7 * 24 * 60 }], zone: "UTC" };
    expect(afterWorking(always, 5, 1e9)).toBe(5 + 1e9);
  });
});
