import { describe, expect, test } from "vitest";
import { PermanentFailure, RetryableFailure } from "../kernel/failure.ts";
import { delayBeforeNextTry, ONCE } from "./retry.ts";

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
