import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evidenceOfRow, rowSchema } from "../../conversation/row.ts";
import { policySchema } from "../../policy/schema.ts";
import { defaultPolicy } from "../../policy/templates/saas-default.ts";
import { compile } from "../compile.ts";
import { score } from "../score.ts";
import type { Scores } from "../scores.ts";
import type { MeaningRead } from "./understand.ts";

const LEAVING = "Please cancel our membership before it renews";

const policyOf = (cancellation: Record<string, unknown>) =>
  policySchema.parse({
    format: "baton/policy@1",
    name: "t",
    signals: { cancellation: { points: 25, cap: 40, ...cancellation } },
    scores: { churn: { signals: ["cancellation"], threshold: 40 } },
  });

function scored(
  signal: Record<string, unknown>,
  texts: readonly string[],
  meaning?: readonly MeaningRead[],
): Scores {
  const turns = texts.map((text) => ({ role: "customer", text }));
  const evidence = evidenceOfRow(rowSchema.parse({ id: 1, turns }), 0);
  const read = meaning && { model: "m", readings: meaning, examples: "none" as const, likenesses: [] };
  return score({ ...evidence, meaning: read }, compile(policyOf(signal)), 0);
}

describe("a signal with meaning", () => {
  test("is found where a sentence means it, with the sentence's place and how sure it is", () => {
    const text = `Hello there. ${LEAVING}. Thanks`;
    const { signals, values, contributions } = scored({ meaning: true }, [text]);
    expect(signals).toEqual([
      {
        signal: "cancellation",
        label: "cancellation",
        kind: "meaning",
        points: 25,
        text: LEAVING,
        start: 13,
        end: 13 + LEAVING.length,
        turn: 0,
        message: "0",
        at: null,
        because: expect.stringMatching(/^the text model is \d\d % sure$/),
      },
    ]);
    expect(values["churn"]?.value).toBe(25);
    expect(contributions[0]?.reason).toMatch(
      /^cancellation: "Please cancel our membership before it renews" \(the text model is \d\d % sure\) \(25 points\)\.$/,
    );
  });

  test("is silent when the policy does not ask for it", () => {
    expect(scored({ phrases: ["nope"] }, [LEAVING]).signals).toEqual([]);
  });

  test("never doubles a phrase in the same message, and counts once in a conversation", () => {
    const phrase = scored({ meaning: true, phrases: ["cancel our membership"] }, [
      LEAVING,
      "please cancel my account",
    ]);
    expect(phrase.signals.map(({ kind, turn }) => [kind, turn])).toEqual([
      ["phrase", 0],
      ["meaning", 1],
    ]);
    const twice = scored({ meaning: true }, [LEAVING, "please cancel my account"]);
    expect(twice.signals.map(({ points }) => points)).toEqual([25, 0]);
  });

  test("quotes the surest sentence", () => {
    const text = "I may cancel something. Please cancel my subscription";
    const { signals } = scored({ meaning: true }, [text]);
    expect(signals.map((one) => one.text)).toEqual(["Please cancel my subscription"]);
  });

  test("adds nothing to a sentence whose phrase is declined", () => {
    const declined = scored({ meaning: true, phrases: ["cancel our membership"] }, [
      "we don't want to cancel our membership",
    ]);
    expect(declined.signals).toEqual([]);
  });

  test("believes a hint only where the sentence may mean it; without the model everywhere", () => {
    const hints = ["cancel"];
    expect(scored({ hints, meaning: true }, ["how do I cancel the upload?"]).signals).toEqual([]);
    expect(scored({ hints }, ["how do I cancel the upload?"]).signals).toHaveLength(1);
    const [found] = scored({ hints, meaning: true }, ["Could you cancel my plan please"]).signals;
    expect(found).toMatchObject({ kind: "phrase", text: "cancel" });
  });
  test("is believed where its own part of the sentence is sure, whatever else stands beside it", () => {
    const hinted = { hints: ["cancel"], meaning: true };
    const [found] = scored(hinted, ["I want to cancel, this is unacceptable"]).signals;
    expect(found).toMatchObject({ kind: "phrase", text: "cancel", start: 10 });
    expect(scored(hinted, ["The upload hangs, how do I cancel it, and the bar is red"]).signals).toEqual([]);
  });

  test("takes what was read when the decision was made, and reads nothing anew", () => {
    const read: MeaningRead = { signal: "cancellation", turn: 0, start: 0, end: 5, sure: 0.91, counts: true };
    const { signals } = scored(
      { meaning: true },
      ["Hello there", LEAVING],
      [read, { ...read, start: 6, end: 11 }, { ...read, turn: 1, counts: false }],
    );
    expect(signals.map(({ text, because }) => [text, because])).toEqual([
      ["Hello", "the text model is 91 % sure"],
    ]);
  });
});

describe("the default policy", () => {
  const compiled = compile(defaultPolicy());
  const piece = fc.constantFrom(
    LEAVING,
    "how much is it for 30 people?",
    "We need SSO",
    "we don't need SSO",
    "the upgrade failed",
    "I want to talk to sales.",
    "this is unacceptable",
    "cancel the upload,",
    "thanks",
    "> quoted cancel my plan",
    "\n\n",
  );
  const messages = fc.array(
    fc.array(piece, { maxLength: 4 }).map((all) => all.join(" ")),
    { maxLength: 5 },
  );
  const of = (texts: readonly string[], beside: Record<string, unknown> = {}): Scores => {
    const turns = texts.map((text) => ({ role: "customer", text }));
    return score(evidenceOfRow(rowSchema.parse({ id: 1, turns, ...beside }), 0), compiled, 0);
  };
  const valuesOf = (scores: Scores): readonly number[] =>
    Object.values(scores.values).map(({ value }) => value);

  test("never scores less for another message, tag or use", () => {
    fc.assert(
      fc.property(messages, fc.array(piece, { maxLength: 4 }), (texts, more) => {
        const before = valuesOf(of(texts));
        const grown = [
          of([...texts, more.join(" ")]),
          of(texts, { tags: ["cancellation intent"] }),
          of(texts, { usage: { viewed_api_docs: 1 } }),
        ];
        for (const after of grown)
          for (const [at, value] of valuesOf(after).entries())
            expect(value).toBeGreaterThanOrEqual(before[at] ?? 0);
      }),
    );
  });

  test("scores the same in whatever order the messages stand", () => {
    fc.assert(
      fc.property(
        messages.chain((texts) =>
          fc.tuple(fc.constant(texts), fc.shuffledSubarray(texts, { minLength: texts.length })),
        ),
        ([texts, shuffled]) => {
          expect(valuesOf(of(shuffled))).toEqual(valuesOf(of(texts)));
        },
      ),
    );
  });

  test("takes any text without a word of complaint, and quotes it exactly", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), piece, (noise, wish) => {
        const text = `${noise} ${wish}`;
        for (const found of of([text]).signals) expect(found.text).toBe(text.slice(found.start, found.end));
      }),
    );
  });
});
