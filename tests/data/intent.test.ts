/**
 * The default policy measured on real messages that nobody of this project wrote. The messages are not part of the
 * repository: without the folder beside it, this file skips.
 */
import { describe, expect, test } from "vitest";
import { alarmsOf, type IntentRow, qualityOf, scoreRows, shippedReader } from "../../bench/intent-quality.ts";
import { readSet } from "../../bench/quality-data.ts";

const rows = readSet<IntentRow>("intent-open");
if (rows === null)
  console.log("skipped: ../shared/data is absent, so the default policy is not measured on real messages");

describe.skipIf(rows === null)("the default policy on real messages", () => {
  const read = shippedReader();

  test.for([
    ["buying", 0.7],
    ["churn", 0.75],
  ] as const)("finds %s with an F1 of %d", ([wish, least]) => {
    const all = rows ?? [];
    const found = qualityOf(all, all.map(read)).find(({ name }) => name === wish);
    expect(found?.f1).toBeGreaterThanOrEqual(least);
  });

  test.for([
    ["sumo-questions-open", 0.03],
    ["multidogo-software-open", 0.05],
    ["support-twitter-open", 0.15],
  ] as const)("raises few alarms in %s", ([name, most], { skip }) => {
    const set = scoreRows(name);
    if (set === null) return skip();
    expect(alarmsOf(set.map(read)).any).toBeLessThan(most);
  });
});
