import { expect, test } from "vitest";
import { streamFindings } from "./stream-findings.ts";

const since = Date.parse("2026-11-27T10:00:00Z");

test("nothing is said where no worker has listened", () => {
  expect(streamFindings(null)).toEqual([]);
});

test("on: since when, and the last time when polling had to help", () => {
  expect(streamFindings({ state: "on", since, why: null, gap: null })).toMatchObject([
    { level: "ok", what: "change events: on since 2026-11-27T10:00Z" },
  ]);
  const gap = { at: since, why: "lost" };
  expect(streamFindings({ state: "on", since, why: null, gap })[0]?.what).toContain(
    "(2026-11-27T10:00Z: lost)",
  );
});

test("off: the reason, and what goes on without", () => {
  expect(streamFindings({ state: "off", since, why: "no permission", gap: null })).toMatchObject([
    {
      level: "warning",
      what: "change events: off since 2026-11-27T10:00Z: no permission",
      fix: "Polling brings what happens to deals within a minute.",
    },
  ]);
});
