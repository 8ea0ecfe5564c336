/**
 * Vectors of sentences from a sentence encoder that comes as an optional npm package and works offline. It runs in a
 * thread of its own, which starts with the first question and ends when nobody has asked for a while: it holds some
 * 200 MB.
 */
import { hash } from "node:crypto";
import type { Ms } from "../kernel/time.ts";
import type { Vector } from "../qualify/meaning/likeness.ts";
import type { Embedder } from "../qualify/meaning/understand.ts";
import { startThread, type Thread } from "./thread.ts";

export interface EmbedderOptions {
  /** Told once for each kind of trouble: one sentence for a person. */
  readonly warn: (sentence: string) => void;
  readonly idleMs?: Ms;
  readonly patienceMs?: Ms;
  /** Tests put a broken one in its place. */
  readonly program?: URL;
}

export interface ClosableEmbedder extends Embedder {
  /** Whether the thread runs. */
  readonly isAwake: () => boolean;
  readonly close: () => Promise<void>;
}

const IDLE_MS: Ms = 60_000;
const PATIENCE_MS: Ms = 20_000;

/** Starts nothing yet. A thread that breaks before its first answer is not started again. */
export function openEmbedder(options: EmbedderOptions): ClosableEmbedder {
  let thread: Thread | null = null;
  let unusable: Error | null = null;
  const vectorOf = kept((sentence) => {
    if (unusable !== null) return Promise.reject(unusable);
    thread ??= startThread({
      program: options.program ?? new URL("worker.ts", import.meta.url),
      idleMs: options.idleMs ?? IDLE_MS,
      patienceMs: options.patienceMs ?? PATIENCE_MS,
      onEnd: (error, hasAnswered) => {
        thread = null;
        if (!hasAnswered) unusable = error;
      },
    });
    return thread.ask(sentence);
  });
  const told = new Set<string>();
  const warn = (error: unknown): void => {
    const [why = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    if (told.has(why)) return;
    told.add(why);
    options.warn(
      `the examples of signals are not compared: the sentence encoder can't be used (${why}); \`npm install --include=optional\` brings it`,
    );
  };
  return {
    embed: async (sentences) => {
      try {
        return await Promise.all(sentences.map(vectorOf));
      } catch (error) {
        warn(error);
        return null;
      }
    },
    isAwake: () => thread !== null,
    close: async () => thread?.end("Baton is stopping"),
  };
}

/** 2 kB each. */
const MOST_KEPT = 4_096;

/** Remembers vectors by the hash of their sentence: what was asked for longest ago goes first, what failed at once. */
function kept(ask: (sentence: string) => Promise<Vector>): (sentence: string) => Promise<Vector> {
  const vectors = new Map<string, Promise<Vector>>();
  return (sentence) => {
    const key = hash("sha256", sentence, "base64");
    const known = vectors.get(key);
    vectors.delete(key);
    const vector = known ?? ask(sentence);
    vectors.set(key, vector);
    vector.catch(() => vectors.get(key) === vector && vectors.delete(key));
    const [oldest] = vectors.keys();
    if (vectors.size > MOST_KEPT && oldest !== undefined) vectors.delete(oldest);
    return vector;
  };
}
