/**
 * What the customer's sentences mean, read once before a conversation is scored. It is stored with the decision and
 * scoring takes it as it stands, so that a decision replays bit for bit whatever the text models of that day say.
 */
import type { Snapshot } from "../../conversation/snapshot.ts";
import type { CompiledPolicy } from "../compile.ts";
import { foreignIn } from "../own-words.ts";
import { wordsOf } from "../words.ts";
import { closest, sentencesToCompare } from "./likeness.ts";
import type { Likeness, Vector } from "./likeness.ts";
import { readMeaning } from "./read.ts";
import type { Reading } from "./read.ts";

/** A sentence that means a signal, and the position of its message in the snapshot. */
export interface MeaningRead extends Reading {
  readonly turn: number;
}

export interface Meaning {
  /** Fingerprint of the text model that read; null when the policy asks for none. */
  readonly model: string | null;
  readonly readings: readonly MeaningRead[];
  /** Whether examples were compared; "none" when the policy has none. */
  readonly examples: "on" | "off" | "none";
  readonly likenesses: readonly Likeness[];
}

/** What turns sentences into vectors; `src/meaning/` is one. */
export interface Embedder {
  /** A vector for each sentence, in order; null where vectors are not to be had. Never rejects. */
  readonly embed: (sentences: readonly string[]) => Promise<readonly Vector[] | null>;
}

/** Reads what the text model and the examples find. Without an embedder, or with one that fails, examples are off. */
export async function understand(
  snapshot: Snapshot,
  policy: CompiledPolicy,
  embedder: Embedder | null,
): Promise<Meaning> {
  const { model } = policy;
  const readings =
    model === null
      ? []
      : snapshot.messages.flatMap(({ role, redacted, text }, turn) =>
          role === "customer" && !redacted
            ? readMeaning(wordsOf(text, foreignIn(text)), model).map((reading) => ({ ...reading, turn }))
            : [],
        );
  return { model: model?.id ?? null, readings, ...(await compare(snapshot, policy, embedder)) };
}

/** Whether some signal of the policy has examples. */
export function hasExamples({ signals }: CompiledPolicy): boolean {
  return signals.some(({ rule }) => rule.examples.length > 0);
}

async function compare(
  snapshot: Snapshot,
  policy: CompiledPolicy,
  embedder: Embedder | null,
): Promise<Pick<Meaning, "examples" | "likenesses">> {
  if (!hasExamples(policy)) return { examples: "none", likenesses: [] };
  if (embedder === null) return { examples: "off", likenesses: [] };
  const sentences = sentencesToCompare(snapshot);
  const signals = policy.signals.filter(({ rule }) => rule.examples.length > 0);
  const examples = [...new Set(signals.flatMap(({ rule }) => rule.examples))];
  const texts = [...examples, ...new Set(sentences.map(({ text }) => text))];
  const vectors = await embedder.embed(texts);
  if (vectors === null) return { examples: "off", likenesses: [] };
  const vectorOf = (text: string): Vector => vectors[texts.indexOf(text)] ?? [];
  const likenesses = sentences.flatMap((sentence) =>
    signals.flatMap(({ name, rule }) => {
      const theirs = rule.examples.map((example) => ({ example, vector: vectorOf(example) }));
      return closest(sentence, vectorOf(sentence.text), name, theirs) ?? [];
    }),
  );
  return { examples: "on", likenesses };
}
