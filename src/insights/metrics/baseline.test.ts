import { describe, expect, test } from "vitest";
import { type Baseline, baselineSchema, compareWith } from "./baseline.ts";
import type { Measured } from "./measured.ts";
import { metricsOf } from "./metrics.ts";

const MIN = 60_000;
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 3, 1);

function after(minutes: number | null): Measured {
  const signalledAt = NOW - 10 * DAY;
  return {
    recipe: "buy",
    owner: "kim@us.example",
    strength: 1.2,
    signalledAt,
    alertedAt: null,
    contactedAt: minutes === null ? null : signalledAt + minutes * MIN,
    sla: null,
    isOpportunity: false,
    deals: [],
    wasOnTrial: false,
    isCorrected: null,
  };
}
const many = <One>(n: number, one: One): One[] => Array.from({ length: n }, () => one);
const now = metricsOf([...many(80, after(3)), ...many(20, after(null))], [], DAY, NOW);
const compared = (baseline: Omit<Baseline, "name">) =>
  compareWith({ name: "before", ...baseline }, now, DAY).map(({ name, verdict }) => `${name}: ${verdict}`);

describe("before and after", () => {
  test("tell what became better, from the times of each conversation", () => {
    expect(compared({ responseMinutes: [...many(60, 90), ...many(10, 2), ...many(30, null)] })).toEqual([
      "response time, p50: better",
      "response time, p90: better",
      "answered within 5 min: better",
      "answered within 60 min: better",
      "leakage: no clear difference",
    ]);
  });

  test("take what was counted by hand before what times say, and tell what became worse", () => {
    const won = { k: 9, of: 30 };
    expect(
      compared({
        within5: { k: 50, of: 50 },
        within60: { k: 40, of: 50 },
        leakage: { k: 1, of: 200 },
        toOpportunity: { k: 60, of: 100 },
        trialToPaid: { k: 20, of: 100 },
        won,
      }),
    ).toEqual([
      "answered within 5 min: worse",
      "answered within 60 min: no clear difference",
      "leakage: worse",
      "conversation to Opportunity: worse",
      "trial to paid: too few",
      "won of won or lost: too few",
    ]);
  });

  test("call too few what is too few on either side", () => {
    expect(compared({ responseMinutes: [5, 6, null] })).toEqual([
      "response time, p50: too few",
      "response time, p90: too few",
      "answered within 5 min: too few",
      "answered within 60 min: too few",
      "leakage: too few",
    ]);
    const none = metricsOf([], [], DAY, NOW);
    const [first] = compareWith({ name: "before", leakage: { k: 1, of: 50 } }, none, DAY);
    expect(first).toMatchObject({ after: null, difference: null, verdict: "too few" });
    const odd = {
      ...now,
      responseTime: { ...now.responseTime, value: { ...now.responseTime.value, within: [] } },
    };
    const [within] = compareWith({ name: "before", within5: { k: 1, of: 50 } }, odd, DAY);
    expect(within?.after).toBeNull();
  });

  test("more answered than asked is no baseline", () => {
    expect(baselineSchema.safeParse({ leakage: { k: 3, of: 2 } }).success).toBe(false);
    expect(baselineSchema.parse({}).name).toBe("before Baton");
  });
});
