import { describe, expect, test } from "vitest";
import { dueAt, type Presser, refusalOf } from "./press.ts";

const ANA: Presser = {
  id: "U1",
  name: "Ana",
  email: "ana@slack.example",
  emails: ["ana@slack.example", "ana@x.example"],
  timezone: "America/New_York",
};
const NOON = Date.UTC(2026, 2, 10, 12);

describe("a reminder is due", () => {
  test("after the span that was chosen", () => {
    expect(dueAt("15m", NOON, ANA, "UTC") - NOON).toBe(900_000);
    expect(dueAt("1h", NOON, ANA, "UTC") - NOON).toBe(3_600_000);
  });

  test("tomorrow at nine by the clock of whoever pressed", () => {
    expect(dueAt("tomorrow", NOON, ANA, "UTC")).toBe(Date.UTC(2026, 2, 11, 13));
    // It is still the ninth in New York.
    expect(dueAt("tomorrow", Date.UTC(2026, 2, 10, 2), ANA, "UTC")).toBe(Date.UTC(2026, 2, 10, 13));
  });

  test.for([null, "Moon/Tycho"])("by the given zone where theirs is %s", (timezone) => {
    expect(dueAt("tomorrow", NOON, { ...ANA, timezone }, "Europe/Berlin")).toBe(Date.UTC(2026, 2, 11, 8));
  });

  test("at nine also on the day on which the clock is set forward", () => {
    const eve = Date.UTC(2026, 2, 28, 12);
    expect(dueAt("tomorrow", eve, { ...ANA, timezone: "Europe/Berlin" }, "UTC")).toBe(
      Date.UTC(2026, 2, 29, 7),
    );
  });
});

describe("who may act", () => {
  test("is whom it concerns, by any of their addresses, however they are written", () => {
    expect(refusalOf(ANA, { people: ["Ana@X.example"], members: [] })).toBeNull();
    expect(refusalOf(ANA, { people: [], members: ["ana@slack.example"] })).toBeNull();
  });

  test("is nobody else, and they read why and what an admin can do", () => {
    const refusal = refusalOf(ANA, { people: ["ben@x.example"], members: ["cleo@x.example"] });
    expect(refusal).toContain("ana@slack.example, ana@x.example");
    expect(refusal).toContain("`teammates`");
  });

  test("is nobody whose address Slack does not tell", () => {
    expect(
      refusalOf({ ...ANA, email: null, emails: [] }, { people: ["ana@x.example"], members: [] }),
    ).toContain("users:read.email");
  });
});
