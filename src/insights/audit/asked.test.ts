import { expect, test } from "vitest";
import { NOON } from "../../../tests/support/cases.ts";
import { type Audit, shownAudit } from "./asked.ts";

const given = { low: 1, high: 1, mark: "assumed", source: "an example" } as const;
const audit = (over: Partial<Audit>): Audit => ({
  id: "1",
  environment: "production",
  kind: "file",
  source: "export.json",
  question: { days: null, withinMs: 1, dealSize: given, closeRate: given, currency: "USD" },
  askedBy: "ada",
  askedAt: NOON,
  state: "running",
  done: 0,
  total: null,
  heardAt: NOON,
  endedAt: null,
  why: null,
  faults: { count: 0, first: [] },
  ...over,
});

test.each([
  ["a file's that is silent for long has failed", {}, 60_001, "failed"],
  ["a file's that waits for its file for long has failed", { state: "waiting" }, 60_001, "failed"],
  ["a file's that was heard of lately goes on", {}, 60_000, "running"],
  ["a live one goes on with another worker", { kind: "live" }, 600_000, "running"],
  ["what is over stays as it ended", { state: "stopped" }, 600_000, "stopped"],
] as const)("%s", (_, over, laterMs, state) => {
  expect(shownAudit(audit(over), NOON + laterMs).state).toBe(state);
});
