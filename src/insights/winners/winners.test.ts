import { describe, expect, test } from "vitest";
import { message, NOON, policy, snapshot } from "../../../tests/support/cases.ts";
import type { PastConversation } from "../closings/closing.ts";
import { missedWinners } from "./winners.ts";

const WON = { isWon: true, at: NOON + 86_400_000 };
const LOST = { ...WON, isWon: false };
let last = 0;

function past(text: string, over: Partial<PastConversation> = {}): PastConversation {
  last += 1;
  return {
    conversation: `c${last}`,
    person: `p${last}@acme.example`,
    kind: "below-threshold",
    exclusion: null,
    isQualified: false,
    snapshot: snapshot({ messages: [message({ text })], createdAt: NOON + last }),
    values: { buying: { value: 10, threshold: 40 } },
    closing: null,
    ...over,
  };
}

const POLICY = policy({ signals: { sso: { label: "SSO", phrases: ["SSO"], hints: ["SAML"] } } });

async function found(all: readonly PastConversation[]) {
  const told: number[] = [];
  const read = async function* (people: "all" | "won") {
    yield people === "all" ? all : all.filter(({ closing }) => closing?.isWon === true);
  };
  return { ...(await missedWinners(read, POLICY, (done) => told.push(done))), told };
}

describe("missed winners", () => {
  test("are people of whom no conversation qualified although they bought", async () => {
    const both = { person: "both@acme.example", closing: WON };
    const report = await found([
      past("procurement", { closing: WON }),
      past("one", both),
      past("two", { ...both, isQualified: true }),
      past("three", { closing: WON, isQualified: true }),
      past("four", { closing: WON, person: null }),
      past("five", { closing: { isWon: true, at: NOON - 1 } }),
    ]);
    expect(report.missed).toMatchObject({ k: 1, of: 3 });
    expect(report.conversations).toBe(6);
    expect(report.told).toEqual([6]);
    expect(report.examples).toMatchObject([
      { exclusion: null, score: { name: "buying", value: 10, threshold: 40 } },
    ]);
  });

  test("share phrases, each with its noise among who did not qualify or was lost", async () => {
    const report = await found([
      past("Our procurement team asks for a data processing agreement", { closing: WON }),
      past("Who signs the data processing agreement?", { closing: WON, values: {} }),
      past("A data room", {}),
      past("Do you have a data export?", { isQualified: true, closing: LOST }),
      past("The data is fine", { isQualified: true }),
    ]);
    const [best, second] = report.phrases;
    expect([best?.phrase, second?.phrase]).toEqual(["data processing agreement", "processing agreement"]);
    expect(best).toMatchObject({ caught: 2, noise: { k: 0, of: 2 }, points: 30, excluded: 1, signal: null });
    expect(report.phrases.find(({ phrase }) => phrase === "data")).toMatchObject({
      caught: 2,
      noise: { k: 2, of: 2 },
    });
    expect(report.others).toBe(2);
  });

  test("whom an exclusion kept out are counted by it, and their phrases promise no points", async () => {
    const report = await found([
      past("SSO with a purchase order", { closing: WON, exclusion: "bugs", kind: "excluded" }),
      past("Purchase order", { closing: WON, exclusion: "billing", kind: "excluded" }),
      past("Purchase order", { closing: WON, exclusion: "bugs", kind: "excluded" }),
    ]);
    expect(report.exclusions).toEqual([
      { exclusion: "bugs", winners: 2 },
      { exclusion: "billing", winners: 1 },
    ]);
    expect(report.phrases[0]).toMatchObject({
      phrase: "purchase order",
      caught: 3,
      points: null,
      excluded: 3,
    });
    expect(report.phrases.find(({ phrase }) => phrase === "sso")?.signal).toBe("sso");
  });

  test("that are excluded equally often stand in the order of the exclusions' names", async () => {
    const report = await found([
      past("b", { closing: WON, exclusion: "bugs" }),
      past("a", { closing: WON, exclusion: "apps" }),
    ]);
    expect(report.exclusions.map(({ exclusion }) => exclusion)).toEqual(["apps", "bugs"]);
  });

  test("of whom nothing bears a time come last", async () => {
    const timeless = snapshot({ createdAt: null, messages: [] });
    const report = await found([
      past("", { closing: WON, snapshot: timeless }),
      past("old", { closing: WON, snapshot: snapshot({ createdAt: null }) }),
    ]);
    expect(report.examples.map(({ at }) => at)).toEqual([NOON, null]);
  });

  test("the score that came closest is told", async () => {
    const values = { churn: { value: 0, threshold: 40 }, buying: { value: 39, threshold: 40 } };
    const report = await found([past("budget owners", { closing: WON, values })]);
    expect(report.examples[0]?.score?.name).toBe("buying");
    expect(report.phrases[0]).toMatchObject({ phrase: "budget owners", points: 1 });
  });

  test("are none where nobody bought", async () => {
    expect(await found([past("hello")])).toMatchObject({
      missed: { k: 0, of: 0, share: null },
      phrases: [],
      examples: [],
      others: 1,
    });
  });
});
