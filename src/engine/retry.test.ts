import { describe, expect, test } from "vitest";
import { PermanentFailure, RetryableFailure } from "../kernel/failure.ts";
import { DATABASE_AWAY, delayBeforeNextTry, isDatabaseAway, ONCE } from "./retry.ts";

const facts = { target: "slack", code: "http_503", message: "Slack is busy." } as const;
const busy = new RetryableFailure(facts, "not-executed");
const asked = new RetryableFailure(facts, "not-executed", 7_000);
const policy = { attempts: 5, firstDelayMs: 1_000, maxDelayMs: 5_000 };

describe("the wait after a failed try", () => {
  test.for([
    ["first: under the first delay", busy, 1, 0.5, 500],
    ["second: the ceiling doubles", busy, 2, 0.5, 1_000],
    ["third: doubles again", busy, 3, 0.5, 2_000],
    ["fourth: capped", busy, 4, 0.5, 2_500],
    ["jitter may be nothing", busy, 1, 0, 0],
    ["the target's Retry-After wins when longer", asked, 1, 0.99, 7_000],
    ["the last try ends the step", busy, 5, 0.5, null],
    ["a permanent failure ends the step", new PermanentFailure(facts), 1, 0.5, null],
    ["a bug ends the step", new TypeError("x is undefined"), 1, 0.5, null],
  ] as const)("%s", ([, failure, failedTries, random, wait]) => {
    expect(delayBeforeNextTry(failure, failedTries, policy, random)).toBe(wait);
  });

  test("a longer jitter than Retry-After stays", () => {
    const soon = new RetryableFailure(facts, "not-executed", 10);
    expect(delayBeforeNextTry(soon, 1, policy, 0.5)).toBe(500);
  });

  test("without a policy there is one try", () => {
    expect(delayBeforeNextTry(busy, 1, ONCE, 0.5)).toBeNull();
  });
});

describe("the database is away", () => {
  const coded = (code: string): Error => Object.assign(new Error("no"), { code });
  test.for([
    ["the server shuts down", coded("57P01"), true],
    ["the connection broke", coded("08006"), true],
    ["too many connections", coded("53300"), true],
    ["a deadlock", coded("40P01"), true],
    ["nobody listens", coded("ECONNREFUSED"), true],
    [
      "nobody listens on two addresses",
      new AggregateError([coded("ECONNREFUSED"), coded("ECONNREFUSED")]),
      true,
    ],
    ["cut in the middle", new Error("Connection terminated unexpectedly"), true],
    ["the statement took too long", coded("57014"), false],
    ["a unique key", coded("23505"), false],
    ["some other socket was reset", coded("ECONNRESET"), false],
    ["a bug", new TypeError("x is undefined"), false],
    [
      "a target's failure with such a cause",
      new RetryableFailure({ ...facts, cause: coded("57P01") }, "unknown"),
      false,
    ],
    ["a target's refusal", new PermanentFailure(facts), false],
    ["no error at all", "57P01", false],
  ] as const)("%s", ([, error, away]) => {
    expect(isDatabaseAway(error)).toBe(away);
  });

  test("such a step is tried again after a growing wait", () => {
    expect(delayBeforeNextTry(coded("57P01"), 1, DATABASE_AWAY, 0.5)).toBe(100);
    expect(delayBeforeNextTry(coded("57P01"), 20, DATABASE_AWAY, 0.5)).toBe(4_000);
    expect(delayBeforeNextTry(coded("57P01"), 30, DATABASE_AWAY, 0.5)).toBeNull();
  });
});
