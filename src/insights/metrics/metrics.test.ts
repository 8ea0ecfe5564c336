import { describe, expect, test } from "vitest";
import { completenessOf, type FieldCount } from "./completeness.ts";
import type { Deal, Measured } from "./measured.ts";
import { metricsOf } from "./metrics.ts";

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
    sla: null,
    isOpportunity: false,
    deals: [],
    wasOnTrial: false,
    isCorrected: null,
    ...over,
  };
}
const after = (ms: number, over: Partial<Measured> = {}): Measured =>
  handoff({ contactedAt: NOW - 10 * DAY + ms, alertedAt: NOW - 10 * DAY + 400, ...over });
const deal = (id: string, over: Partial<Deal> = {}): Deal => ({
  id,
  state: "open",
  amount: null,
  endedAt: null,
  ...over,
});
const won = (id: string, amount: number | null = null): Deal =>
  deal(id, { state: "won", amount, endedAt: NOW - 5 * DAY });
const lost = (id: string): Deal => deal(id, { state: "lost", endedAt: NOW - 5 * DAY });
const metrics = (all: readonly Measured[]) => metricsOf(all, [], DAY, NOW);

describe("metrics", () => {
  test("say how fast people are told and how fast they answer", () => {
    const { signalToAlert, responseTime } = metrics([
      after(2 * MIN),
      after(10 * MIN),
      after(90 * MIN),
      handoff(),
    ]);
    expect(signalToAlert.value).toMatchObject({
      n: 3,
      isFew: true,
      p50Ms: { value: 400 },
      p90Ms: { value: 400 },
    });
    expect(responseTime.value).toMatchObject({
      n: 3,
      p50Ms: { value: 10 * MIN },
      p90Ms: { value: 90 * MIN },
    });
    expect(responseTime.value.within.map(({ minutes, contacted: { k, of } }) => [minutes, k, of])).toEqual([
      [5, 1, 4],
      [15, 2, 4],
      [30, 2, 4],
      [60, 2, 4],
    ]);
  });

  test("count as leaked who was contacted late or never, and nobody whose time is not over", () => {
    const young = { signalledAt: NOW - MIN };
    const found = metrics([
      after(2 * MIN),
      after(2 * DAY, { recipe: "churn", owner: null }),
      handoff({ owner: "00G1" }),
      handoff(young),
      handoff({ ...young, contactedAt: NOW }),
    ]);
    expect(found.leakage.value).toMatchObject({ k: 2, of: 3, isFew: true });
    expect(found.byRecipe).toMatchObject([
      { name: "buy", handoffs: 4, leaked: { k: 1, of: 2 } },
      { name: "churn", handoffs: 1, response: { p50Ms: { value: 2 * DAY } }, leaked: { k: 1, of: 1 } },
    ]);
    expect(found.byOwner.map(({ name, handoffs }) => [name, handoffs])).toEqual([
      ["kim@us.example", 3],
      ["00G1", 1],
      ["unknown", 1],
    ]);
  });

  test("count breaches of those that have an SLA, and corrections of those that were watched", () => {
    const found = metrics([
      handoff({ sla: "broken", isCorrected: true }),
      handoff({ sla: "kept", isCorrected: false }),
      handoff({ sla: "kept", isCorrected: false }),
      handoff(),
    ]);
    expect(found.slaBreaches.value).toMatchObject({ k: 1, of: 3 });
    expect(found.corrections.value).toMatchObject({ k: 1, of: 3 });
  });

  test("say what became of the deals", () => {
    const found = metrics([
      handoff({ strength: 3, deals: [lost("1"), won("2")], isOpportunity: true }),
      handoff({ strength: 2, deals: [lost("3")] }),
      handoff({ strength: 1.6, deals: [won("4")] }),
      handoff({ strength: 1.1, deals: [lost("5"), deal("6")] }),
      handoff({ strength: null, deals: [won("7")] }),
      handoff({ isOpportunity: true }),
      handoff(),
    ]);
    expect(found.toOpportunity.value).toMatchObject({ k: 6, of: 7 });
    expect(found.winRate.value.all).toMatchObject({ k: 3, of: 4 });
    expect(found.winRate.value.bands.map(({ won: { k, of } }) => [k, of])).toEqual([
      [1, 2],
      [1, 1],
      [0, 0],
    ]);
  });

  test("count trials that were won within 30 days, of those that are as old", () => {
    const old = { signalledAt: NOW - 40 * DAY, wasOnTrial: true };
    const found = metrics([
      handoff({ ...old, deals: [deal("1", { state: "won", endedAt: NOW - 20 * DAY })] }),
      handoff({ ...old, deals: [deal("2", { state: "won", endedAt: NOW - 2 * DAY })] }),
      handoff({ ...old, deals: [deal("3", { state: "won" })] }),
      handoff({ ...old, wasOnTrial: null }),
      handoff({ wasOnTrial: true, deals: [won("4")] }),
    ]);
    expect(found.trialToPaid.value).toMatchObject({ k: 1, of: 3 });
  });

  test("add up a rep's deals, each once", () => {
    const ben = { owner: "ben@us.example" };
    const found = metrics([
      handoff({ deals: [won("1", 500), deal("2", { amount: 70 })] }),
      handoff({ deals: [won("1", 500), won("3")] }),
      handoff({ ...ben, deals: [deal("4", { amount: 90 })] }),
      handoff({ owner: "abe@us.example" }),
      handoff({ owner: "zoe@us.example" }),
    ]);
    expect(
      found.valueByRep.value.map(({ name, wonAmount, openAmount }) => [name, wonAmount, openAmount]),
    ).toEqual([
      ["kim@us.example", 500, 70],
      ["ben@us.example", 0, 90],
      ["abe@us.example", 0, 0],
      ["zoe@us.example", 0, 0],
    ]);
  });

  test("of nothing are nothing", () => {
    const found = metrics([]);
    expect(found).toMatchObject({ handoffs: 0, byRecipe: [], leakage: { value: { share: null } } });
    expect(found.responseTime.value.p50Ms).toEqual({ value: null, low: null, high: null });
    expect(found.calibration.value.map(({ difference, verdict }) => [difference, verdict])).toEqual([
      [null, "too few"],
      [null, "too few"],
      [null, "too few"],
    ]);
  });
});

describe("the score keeps its word", () => {
  const ended = (n: number, wins: number, at: number): readonly Measured[] =>
    Array.from({ length: n }, (_, i) =>
      handoff({
        strength: 3,
        signalledAt: at + i,
        deals: [i < wins ? won(`${at} ${i}`) : lost(`${at} ${i}`)],
      }),
    );
  test.for([
    [20, "as predicted"],
    [38, "more than predicted"],
    [3, "less than predicted"],
  ] as const)("%i of 40 after 20 of 40 are %s", ([wins, verdict]) => {
    const all = [...ended(40, wins, NOW - DAY), ...ended(40, 20, NOW - 9 * DAY), handoff()];
    const [band] = metrics(all).calibration.value;
    expect(band).toMatchObject({ predicted: { k: 20, of: 40 }, observed: { k: wins, of: 40 }, verdict });
  });

  test("or too few have ended to say", () => {
    const [band] = metrics(ended(30, 15, NOW - DAY)).calibration.value;
    expect(band).toMatchObject({ verdict: "too few", predicted: { k: 15, of: 15 } });
  });
});

test("a record is as full as its mapped fields, the emptiest first", () => {
  const rule = (to: string, direction: "to-salesforce" | "to-intercom" = "to-salesforce") => ({
    from: "contact.x",
    to,
    direction,
  });
  const mapping = {
    lead: [rule("Email"), rule("Title"), rule("Title"), rule("Status", "to-intercom")],
    contact: [rule("Phone")],
    account: [],
    opportunity: [rule("Amount")],
  };
  const counts: readonly FieldCount[] = [
    { object: "Lead", made: 4, filled: { Email: 4, Title: 1 } },
    { object: "Opportunity", made: 2, filled: {} },
  ];
  expect(
    completenessOf(mapping, counts).map(({ object, field, filled: { k, of } }) => [object, field, k, of]),
  ).toEqual([
    ["Opportunity", "Amount", 0, 2],
    ["Lead", "Title", 1, 4],
    ["Lead", "Email", 4, 4],
    ["Contact", "Phone", 0, 0],
  ]);
});
