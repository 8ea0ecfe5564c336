import { describe, expect, test } from "vitest";
import { evidenceOfRow, rowSchema } from "../../conversation/row.ts";
import { policySchema } from "../../policy/schema.ts";
import { compile, withModel } from "../compile.ts";
import { score } from "../score.ts";
import type { Evidence, Scores } from "../scores.ts";
import { compileModel } from "./model.ts";
import { shippedModel } from "./shipped.ts";
import type { Embedder, Meaning } from "./understand.ts";
import { hasExamples, understand } from "./understand.ts";

const EXAMPLE = "we would like a demo for our team";
const CLOSE = "we would like a tour for our team";

/** Directions by words that both texts share: a small encoder whose answers a reader can work out. */
const asked: string[] = [];
const byWords: Embedder = {
  embed: async (texts) => {
    asked.push(...texts);
    const words = (text: string): string[] => text.toLowerCase().match(/[a-z]+/g) ?? [];
    const known = [...new Set(texts.flatMap(words))];
    return texts.map((text) => {
      const own = new Set(words(text));
      return known.map((word) => (own.has(word) ? 1 / Math.sqrt(own.size) : 0));
    });
  },
};
const broken: Embedder = { embed: async () => null };
const halfway: Embedder = { embed: async (texts) => texts.slice(0, 1).map(() => [1]) };

const policyOf = (signals: Record<string, unknown>) =>
  compile(
    policySchema.parse({
      format: "baton/policy@1",
      name: "t",
      signals,
      scores: { buying: { signals: Object.keys(signals), threshold: 40 } },
    }),
  );

type Turn = string | { readonly role: string; readonly text: string };

function evidenceOf(turns: readonly Turn[]): Evidence {
  const spoken = turns.map((turn) => (typeof turn === "string" ? { role: "customer", text: turn } : turn));
  return evidenceOfRow(rowSchema.parse({ id: 1, turns: spoken }), 0);
}

async function understood(
  signal: Record<string, unknown>,
  turns: readonly Turn[],
  embedder: Embedder | null = byWords,
): Promise<{ readonly meaning: Meaning; readonly scores: Scores }> {
  const policy = policyOf({ demo: { label: "Wants a demo", points: 20, cap: 30, ...signal } });
  const evidence = evidenceOf(turns);
  const meaning = await understand(evidence.snapshot, policy, embedder);
  // As a decision keeps it.
  const frozen = JSON.parse(JSON.stringify({ ...evidence, meaning })) as Evidence;
  return { meaning, scores: score(frozen, policy, 0) };
}

describe("a signal with examples", () => {
  test("is found in a sentence close to one, which is quoted with its place, the example and the likeness", async () => {
    const { meaning, scores } = await understood({ examples: ["something else", EXAMPLE] }, [
      `Hello there all! ${CLOSE}. Thanks`,
    ]);
    expect(meaning.examples).toBe("on");
    expect(scores.signals).toEqual([
      {
        signal: "demo",
        label: "Wants a demo",
        kind: "meaning",
        points: 20,
        text: CLOSE,
        start: 17,
        end: 17 + CLOSE.length,
        turn: 0,
        message: "0",
        at: null,
        because: `as close as 0.87 to the example "${EXAMPLE}"`,
      },
    ]);
    expect(scores.contributions[0]?.reason).toBe(
      `Wants a demo: "${CLOSE}" (as close as 0.87 to the example "${EXAMPLE}") (20 points).`,
    );
  });

  test("takes the closest example, and of several sentences the closest", async () => {
    const examples = ["we would like a visit for our team", CLOSE, "we would like a call for our team"];
    const { scores } = await understood({ examples }, [`we would like a demo for our team. ${CLOSE}`]);
    expect(scores.signals).toMatchObject([{ text: CLOSE, because: expect.stringContaining("1.00") }]);
  });

  test("never doubles a phrase of the same message, and counts once in a conversation", async () => {
    const { scores } = await understood({ examples: [EXAMPLE], phrases: ["a demo"] }, [
      EXAMPLE,
      CLOSE,
      `${CLOSE} soon`,
    ]);
    expect(scores.signals.map(({ kind, turn, points }) => [kind, turn, points])).toEqual([
      ["phrase", 0, 20],
      ["meaning", 1, 10],
      ["meaning", 2, 0],
    ]);
    expect(scores.values["buying"]?.value).toBe(30);
  });

  test("never doubles what the text model finds in the same message", async () => {
    const text = "Please cancel our membership before it renews";
    const policy = policyOf({ cancellation: { meaning: true, examples: [text] } });
    const evidence = evidenceOf([text]);
    const meaning = await understand(evidence.snapshot, policy, byWords);
    expect(meaning).toMatchObject({ model: expect.stringMatching(/^[0-9a-f]{8}$/), examples: "on" });
    expect(meaning.likenesses).toHaveLength(1);
    expect(score({ ...evidence, meaning }, policy, 0).signals).toMatchObject([
      { because: expect.stringMatching(/^the text model is/) },
    ]);
  });

  test("is not found where the customer declines it, by a phrase or by a word of the example", async () => {
    for (const signal of [{ examples: ["we need a demo"] }, { examples: ["we need one"], phrases: ["demo"] }])
      expect((await understood(signal, ["we don't need a demo"])).scores.signals).toEqual([]);
    const { scores } = await understood({ examples: ["we don't need a demo"] }, ["we don't need a demo"]);
    expect(scores.signals).toHaveLength(1);
  });

  test("is found in the customer's own sentences of three words and more, and the latest 64", async () => {
    asked.length = 0;
    const many = Array.from({ length: 70 }, (_, at) => `this is number ${at}`);
    await understood({ examples: [EXAMPLE] }, [
      { role: "teammate", text: CLOSE },
      many.join(". "),
      "yes please",
    ]);
    expect(asked.slice(1)).toEqual(many.slice(6));
  });

  test("is not found in a message that was taken back", async () => {
    const policy = policyOf({ demo: { examples: [EXAMPLE], meaning: true } });
    const { snapshot } = evidenceOf([CLOSE]);
    const messages = snapshot.messages.map((message) => ({ ...message, redacted: true }));
    const { readings, likenesses } = await understand({ ...snapshot, messages }, policy, byWords);
    expect([...readings, ...likenesses]).toEqual([]);
  });

  test("is silent where the encoder is off, fails, or answers for less than it was asked", async () => {
    for (const embedder of [null, broken]) {
      const { meaning, scores } = await understood({ examples: [EXAMPLE] }, [CLOSE], embedder);
      expect(meaning).toEqual({ model: null, readings: [], examples: "off", likenesses: [] });
      expect(scores.signals).toEqual([]);
    }
    expect((await understood({ examples: [EXAMPLE] }, [CLOSE], halfway)).scores.signals).toEqual([]);
  });

  test("is silent in what a policy of other examples has stored", async () => {
    const { meaning } = await understood({ examples: [EXAMPLE] }, [CLOSE]);
    const other = policyOf({ demo: { examples: ["send us an offer"] } });
    expect(score({ ...evidenceOf([CLOSE]), meaning }, other, 0).signals).toEqual([]);
  });
});

test("a policy without examples asks nothing of the encoder", async () => {
  asked.length = 0;
  const { meaning } = await understood({ phrases: ["a demo"] }, [CLOSE]);
  expect(meaning.examples).toBe("none");
  expect(asked).toEqual([]);
  expect(hasExamples(policyOf({ demo: { examples: [EXAMPLE] } }))).toBe(true);
});

describe("what was stored with a decision", () => {
  const LEAVING = "Please cancel our membership before it renews";

  test("gives the same scores again, whatever the model of the day says", async () => {
    const policy = policyOf({ cancellation: { meaning: true } });
    const evidence = evidenceOf([LEAVING, { role: "teammate", text: LEAVING }]);
    const meaning = await understand(evidence.snapshot, policy, null);
    expect(meaning.readings).toMatchObject([{ signal: "cancellation", turn: 0 }]);
    const mute = withModel(
      policy,
      compileModel({ format: "baton/meaning@1", signals: [], tokens: [], weights: {} }),
    );
    expect(mute.model?.id).not.toBe(policy.model?.id);
    expect(score(evidence, mute, 0).signals).toEqual([]);
    expect(score({ ...evidence, meaning }, mute, 0)).toEqual(score(evidence, policy, 0));
  });

  test("without a model is read again by a policy that asks for one", async () => {
    const evidence = evidenceOf([LEAVING]);
    const meaning = await understand(evidence.snapshot, policyOf({ cancellation: { phrases: ["x"] } }), null);
    const plain = policyOf({ cancellation: { phrases: ["x"] } });
    expect(withModel(plain, shippedModel())).toBe(plain);
    const asking = policyOf({ cancellation: { meaning: true } });
    expect(score({ ...evidence, meaning }, asking, 0).signals).toHaveLength(1);
  });
});
