import { describe, expect, test } from "vitest";
import { remarks, found, why, type Parts } from "../../../tests/support/lint.ts";
import { policy } from "../../../tests/support/cases.ts";
import { lint } from "./lint.ts";

describe("a pool with hours in which nobody is at work", () => {
  const pooled = (members: readonly unknown[], more: Parts = {}, timezone = "UTC"): Parts => ({
    timezone,
    routing: {
      pools: { p: { members, ...more } },
      routes: { default: [{ pool: "p" }, { user: "sam@us.example" }] },
    },
  });
  const office = { user: "a", hours: "Mon-Sun 09:00-17:00" };
  test("is noted with the hours and what happens then", () => {
    const parts = pooled(
      [
        { user: "a", hours: "Mon-Thu 00:00-24:00; Fri 00:00-17:30" },
        { user: "b", hours: "Fri 09:00-18:00" },
      ],
      {
        whenAllAway: "hold",
      },
    );
    expect(found("pool-gap", parts)).toEqual([
      "note at routing.pools.p: pool p has nobody at work: Fri 18:00 to Mon 00:00 (UTC)",
    ]);
    expect(remarks(parts).find(({ rule }) => rule === "pool-gap")).toMatchObject({
      proof: "so it is in every week of the year",
      next: "what comes then waits until somebody is at work (whenAllAway: hold)",
    });
  });
  test("over the end of the week as one", () => {
    expect(
      found("pool-gap", pooled([{ user: "a", hours: "Mon 09:00-24:00; Tue-Sun 00:00-22:00" }]))[0],
    ).toContain("Tue 22:00 to Wed 00:00");
    expect(
      found("pool-gap", pooled([{ user: "a", hours: "Mon-Fri 00:00-24:00; Sat 00:00-12:00" }]))[0],
    ).toContain("nobody at work: Sat 12:00 to Mon 00:00 (UTC)");
    expect(
      found("pool-gap", pooled([{ user: "a", hours: "Mon 00:00-09:00; Tue-Sun 00:00-24:00" }]))[0],
    ).toContain("nobody at work: Mon 09:00 to Tue 00:00 (UTC)");
    expect(found("pool-gap", pooled([{ user: "a", hours: "Wed 09:00-17:00" }]))[0]).toContain(
      "nobody at work: Wed 17:00 to Wed 09:00 (UTC)",
    );
  });
  test("in both halves of the year, where clocks change on different days", () => {
    const parts = pooled(
      [
        { user: "a", hours: "Mon-Sun 00:00-12:00", timezone: "America/New_York" },
        { user: "b", hours: "Mon-Sun 18:00-06:00", timezone: "Europe/Berlin" },
      ],
      {},
      "America/New_York",
    );
    expect(found("pool-gap", parts)).toEqual([
      "note at routing.pools.p: pool p has nobody at work at some hours of some weeks (America/New_York)",
    ]);
    expect(why("pool-gap", parts)).toMatch(
      /^in 2 weeks of the year, first from 2026-03-09, it is Mon 12:00 to Mon 13:00, /,
    );
    const apart = pooled(
      [
        { user: "a", hours: "Mon-Sun 00:00-12:00", timezone: "America/New_York" },
        { user: "b", hours: "Mon-Sun 18:00-05:30", timezone: "Europe/Berlin" },
      ],
      { whenAllAway: "ignore-hours" },
      "America/New_York",
    );
    expect(found("pool-gap", apart)[0]).toMatch(
      /: Mon 23:30 to Tue 00:00, .*Sun 23:30 to Mon 00:00 \(America\/New_York\)$/,
    );
    expect(why("pool-gap", apart)).toMatch(
      /^in 2 weeks of the year, first from 2026-03-09, it is Mon 12:00 to Mon 13:00, /,
    );
  });
  test("from the Monday of a week in which the clocks have changed already", () => {
    const hours = "Mon-Sat 00:00-24:00; Sun 00:00-02:00, 03:00-24:00";
    const parts = pooled([{ user: "a", hours }], {}, "America/New_York");
    const on = (now: string) =>
      lint(policy(parts), { now: Date.parse(now), owners: null }).find(({ rule }) => rule === "pool-gap")
        ?.proof;
    expect(on("2026-03-08T20:00:00Z")).toMatch(
      /^in one week of the year, first from 2026-03-02, it is no hour/,
    );
    expect(on("2026-11-02T04:30:00Z")).toMatch(/first from 2027-03-08, it is no hour/);
  });
  test("in one week alone", () => {
    const parts = pooled(
      [
        {
          user: "a",
          hours: "Mon-Sat 00:00-24:00; Sun 00:00-02:00, 03:00-24:00",
          timezone: "America/New_York",
        },
      ],
      {},
      "America/New_York",
    );
    expect(why("pool-gap", parts)).toBe(
      "in one week of the year, first from 2027-03-08, it is no hour at all",
    );
  });
  test("is none when somebody always is", () => {
    expect(found("pool-gap", pooled([office, { user: "b" }]))).toEqual([]);
    expect(found("pool-gap", pooled([{ user: "a", hours: "always" }]))).toEqual([]);
    expect(found("pool-gap", pooled([office, { user: "b", hours: "Mon-Sun 17:00-09:00" }]))).toEqual([]);
  });
});
