import { describe, expect, test } from "vitest";
import { type Measured, metricsOf } from "./metrics.ts";

const MIN = 60_000;
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 3, 1);

function handoff(over: Partial<Measured> = {}): Measured {
  return {
    recipe: "buy",
    owner: "kim@us.example",
    strength: 1.2,
    signalledAt: NOW - 10 * DAY,
    alertedAt: null,
    contactedAt: null,
    closedReason: null,
    hasBreached: false,
    isOpportunity: false,
    ...over,
  };
}
const after = (ms: number, over: Partial<Measured> = {}): Measured =>
  handoff({ contactedAt: NOW - 10 * DAY + ms, alertedAt: NOW - 10 * DAY + 400, ...over });

describe("metrics", () => {
  test("say how fast people are told and how fast they answer", () => {
    const all = [after(2 * MIN), after(10 * MIN), after(90 * MIN), handoff()];
    const { signalToAlert, responseTime } = metricsOf(all, DAY, NOW);
    expect(signalToAlert.value).toEqual({ n: 3, p50Ms: 400, p90Ms: 400, p95Ms: 400 });
    expect(responseTime.value).toMatchObject({ n: 3, p50Ms: 10 * MIN, p90Ms: 90 * MIN });
    expect(responseTime.value.within.map(({ minutes, contacted: { k, of } }) => [minutes, k, of])).toEqual([
      [5, 1, 4],
      [15, 2, 4],
      [30, 2, 4],
      [60, 2, 4],
    ]);
  });

  test("count as leaked who was contacted late or never, and nobody whose time is not over", () => {
    const all = [
      after(2 * MIN),
      after(2 * DAY, { recipe: "churn", owner: null }),
      handoff({ owner: "00G1" }),
      handoff({ signalledAt: NOW - MIN }),
    ];
    const found = metricsOf(all, DAY, NOW);
    expect(found.leakage.value).toMatchObject({ k: 2, of: 3 });
    expect(found.byRecipe).toMatchObject([
      { name: "buy", handoffs: 3, p50Ms: 2 * MIN, leaked: { k: 1, of: 2 } },
      { name: "churn", handoffs: 1, p50Ms: 2 * DAY, leaked: { k: 1, of: 1 } },
    ]);
    expect(found.byOwner.map(({ name, handoffs }) => [name, handoffs])).toEqual([
      ["kim@us.example", 2],
      ["00G1", 1],
      ["unknown", 1],
    ]);
  });

  test("say what became of them", () => {
    const all = [
      handoff({ strength: 3, closedReason: "won", isOpportunity: true }),
      handoff({ strength: 2, closedReason: "lost", isOpportunity: true }),
      handoff({ strength: 1.6, closedReason: "won", hasBreached: true }),
      handoff({ strength: 1.1, closedReason: "contacted" }),
      handoff({ strength: null, closedReason: "won" }),
    ];
    const found = metricsOf(all, DAY, NOW);
    expect(found.toOpportunity.value).toMatchObject({ k: 2, of: 5 });
    expect(found.slaBreaches.value).toMatchObject({ k: 1, of: 5 });
    expect(found.winRate.value.map(({ won: { k, of } }) => [k, of])).toEqual([
      [1, 2],
      [1, 1],
      [0, 0],
    ]);
  });

  test("of nothing are nothing", () => {
    const found = metricsOf([], DAY, NOW);
    expect(found).toMatchObject({ handoffs: 0, byRecipe: [], leakage: { value: { share: null } } });
    expect(found.responseTime.value.p50Ms).toBeNull();
  });
});
