import { describe, expect, test } from "vitest";
import { message, NOON, person, policy, snapshot } from "../../../tests/support/cases.ts";
import { compile } from "../../qualify/compile.ts";
import { type AskCrm, type AuditItem, countAll, type PersonAsked } from "./count.ts";

const HOUR = 3_600_000;
const compiled = compile(
  policy({
    signals: { sso: { phrases: ["SSO"], points: 40 } },
    scores: { buying: { signals: ["sso"], threshold: 40 } },
  }),
);

function talk(id: string, text: string, email: string | null, at: number | null = NOON): AuditItem {
  const messages = [message({ text, at }), message({ text: "Hello", role: "bot", at: null })];
  return {
    kind: "conversation",
    id,
    evidence: { snapshot: snapshot({ conversation: id, messages, contact: person({ email }) }), crm: null },
  };
}

async function counted(items: readonly AuditItem[], askCrm: AskCrm | null = null) {
  const bad: string[] = [];
  let last = 0;
  const all = async function* () {
    yield* items;
  };
  const tally = await countAll(
    all(),
    { compiled, withinMs: HOUR, now: NOON + 24 * HOUR, askCrm },
    {
      onItem: (n) => {
        last = n;
      },
      onBad: (line, text) => bad.push(`${line}: ${text}`),
    },
  );
  return { tally, bad, last };
}

describe("counting", () => {
  test("puts each conversation into one bucket, the same id once, and tells of what is none", async () => {
    const { tally, bad, last } = await counted([
      talk("1", "SSO", "Ana@Acme.example"),
      talk("1", "SSO", "ana@acme.example"),
      talk("2", "hello", null, null),
      { kind: "bad", line: 4, message: "is no JSON" },
    ]);
    expect(tally.buckets).toMatchObject({
      qualified: 1,
      "seen before": 1,
      "below threshold": 1,
      unreadable: 1,
    });
    expect(tally.records.asked).toBe(0);
    expect(tally.period).toEqual({ from: NOON, to: NOON });
    expect([bad, last]).toEqual([["4: is no JSON"], 4]);
  });

  test("asks Salesforce about the qualified people alone, 200 at once", async () => {
    const asked: (readonly PersonAsked[])[] = [];
    const askCrm: AskCrm = async (people) => {
      asked.push(people);
      return new Map(
        people.slice(1).map(({ email }) => [email, { createdAt: NOON + HOUR, touchedAt: null }]),
      );
    };
    const items = Array.from({ length: 201 }, (_, i) => talk(`q${i}`, "SSO", `P${i}@acme.example`));
    const { tally } = await counted(
      [...items, talk("plain", "hello", "x@acme.example"), talk("nobody", "SSO", null)],
      askCrm,
    );
    expect(asked.map((people) => people.length)).toEqual([200, 1]);
    expect(asked[0]?.[0]).toEqual({ email: "p0@acme.example", since: NOON });
    expect(tally.buckets.qualified).toBe(202);
    expect(tally.records).toMatchObject({ asked: 201, there: 199 });
  });

  test("leaves those as not asked whom Salesforce was not asked about; without a time, from now on", async () => {
    const asked: PersonAsked[] = [];
    const { tally } = await counted([talk("1", "SSO", "ana@acme.example", null)], async (people) => {
      asked.push(...people);
      return null;
    });
    expect(asked).toEqual([{ email: "ana@acme.example", since: NOON + 24 * HOUR }]);
    expect(tally.records).toEqual({ asked: 0, there: 0, afterMs: [] });
    expect((await counted([], async () => new Map())).tally.in).toBe(0);
  });
});
