/** A quarter of known truth in real tables: what is read back is what happened, to the millisecond. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { takeCensus } from "../../src/insights/census/queries.ts";
import { BUCKETS } from "../../src/decide/bucket.ts";
import { addsUp, sumOf } from "../../src/insights/census/taken.ts";
import { completenessOf } from "../../src/insights/metrics/completeness.ts";
import { metricsOf } from "../../src/insights/metrics/metrics.ts";
import { measured, readMetrics } from "../../src/insights/metrics/queries.ts";
import { policyOf } from "../../src/policy/read.ts";
import { liveVersion } from "../../src/versions/queries.ts";
import { openTestHouse, type TestHouse } from "../support/house.ts";
import { BEGIN, DAY, END, measuredOf, quarterOf } from "../support/quarter.ts";
import { storeQuarter } from "../support/quarter-rows.ts";

const HERE = "production";
const quarter = quarterOf(2026);
const range = { environment: HERE, since: BEGIN, until: END + DAY };

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
  const { db } = house.database;
  const [here] = await house.service.house.environments();
  const workspace = here?.workspace ?? "";
  await storeQuarter(db, { environment: HERE, workspace, policyVersion: here?.policyVersion ?? 1 }, quarter);
});
afterAll(() => house.close());

test("every handoff is read as it went", async () => {
  expect(await measured(house.database.db, range, END)).toEqual(quarter.handoffs.map(measuredOf));
});

test("the figures are those of what happened", async () => {
  const { db } = house.database;
  const live = await liveVersion(db, HERE);
  const { mapping } = policyOf(live?.document ?? "", "the live policy");
  const filled = completenessOf(mapping, quarter.fields);
  const truth = metricsOf(quarter.handoffs.map(measuredOf), filled, DAY, END);
  expect(await readMetrics(db, range, DAY, END)).toEqual(truth);
});

test("of another environment, or before the quarter, nothing is read", async () => {
  const { db } = house.database;
  expect(await measured(db, { ...range, environment: "elsewhere" }, END)).toEqual([]);
  expect(await measured(db, { ...range, since: 0, until: BEGIN }, END)).toEqual([]);
});

test("in is the sum of the buckets, and each bucket what happened", async () => {
  const taken = await takeCensus(house.database.db, HERE);
  expect(addsUp(taken)).toBe(true);
  expect([taken.in, sumOf(taken)]).toEqual([quarter.conversations.length, quarter.conversations.length]);
  for (const bucket of BUCKETS)
    expect(taken.buckets[bucket]).toBe(quarter.conversations.filter((one) => one.bucket === bucket).length);
});
