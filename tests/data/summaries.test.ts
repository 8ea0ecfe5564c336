/**
 * The three sentences beside summaries that people wrote. The dialogues are not part of the repository: without the
 * folder beside it, this file skips.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LEAST_RATIO, measureSummaries } from "../../bench/summaries.ts";

const FILE = join(import.meta.dirname, "../../../shared/data/summaries-open.jsonl");
const isThere = existsSync(FILE);
if (!isThere)
  console.log("skipped: ../shared/data is absent, so summaries are not measured on real dialogues");

test.skipIf(!isThere)(
  "summaries come closer to people's own than the dialogue's first three sentences",
  () => {
    const { comparisons, faults } = measureSummaries(FILE);
    expect(faults).toEqual([]);
    for (const { name, ratio } of comparisons) {
      expect(ratio, `ratio of ${name}`).toBeGreaterThanOrEqual(LEAST_RATIO);
    }
  },
);
