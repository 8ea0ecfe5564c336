/**
 * Backtests that somebody waits for: the newest question about a draft takes the place of the one before, one runs at a
 * time, and what nobody asks about any more is given up.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock, EpochMs, Ms } from "../kernel/time.ts";
import { type Archive, type Backtest, backtest, type BacktestQuestion } from "./backtest.ts";

/** Which draft, and what of it an answer holds for. */
export interface EffectKey {
  readonly draft: string;
  readonly version: string;
}

export type EffectState =
  | { readonly kind: "running"; readonly done: number; readonly of: number }
  | { readonly kind: "done"; readonly report: Backtest };

export interface Effects {
  /** Begins what nobody asked yet; answers when it is done, and in a second at the latest. `question` may refuse. */
  readonly ask: (key: EffectKey, question: () => Promise<BacktestQuestion>) => Promise<EffectState>;
}

interface Job {
  readonly version: string;
  readonly stop: AbortController;
  readonly ending: Promise<Backtest | null>;
  askedAt: EpochMs;
  done: number;
  of: number;
}

const PATIENCE_MS: Ms = 1_000;
/** Whoever still looks asks again sooner. */
const FORGOTTEN_MS: Ms = 15_000;
/** A report is some 20 KB; of older drafts it is made anew. */
const MOST_KEPT = 20;

export function openEffects(archive: Archive, clock: Clock): Effects {
  const jobs = new Map<string, Job>();
  let last: Promise<unknown> = Promise.resolve();
  const begin = (version: string, question: BacktestQuestion): Job => {
    const stop = new AbortController();
    const stopIfForgotten = (): void => {
      if (clock() - job.askedAt > FORGOTTEN_MS) stop.abort();
    };
    const onProgress = (done: number, of: number): void => {
      Object.assign(job, { done, of });
      stopIfForgotten();
    };
    const run = async (): Promise<Backtest | null> => {
      stopIfForgotten();
      if (stop.signal.aborted) return null;
      const ending = await backtest(archive, question, { signal: stop.signal, onProgress });
      return ending.kind === "done" ? ending.report : null;
    };
    const ending = last.then(run);
    last = ending.catch(() => null);
    const job: Job = { version, stop, ending, askedAt: clock(), done: 0, of: 0 };
    return job;
  };
  return {
    ask: async ({ draft, version }, question) => {
      let job = jobs.get(draft);
      if (job?.version !== version || job.stop.signal.aborted) {
        const asked = await question();
        jobs.get(draft)?.stop.abort();
        job = begin(version, asked);
      }
      job.askedAt = clock();
      jobs.delete(draft);
      jobs.set(draft, job);
      for (const old of [...jobs.keys()].slice(0, -MOST_KEPT)) jobs.delete(old);
      const state: EffectState = { kind: "running", done: job.done, of: job.of };
      try {
        const report = await Promise.race([job.ending, sleep(PATIENCE_MS, null, { ref: false })]);
        return report === null ? { ...state, done: job.done, of: job.of } : { kind: "done", report };
      } catch (error) {
        jobs.delete(draft);
        throw error;
      }
    },
  };
}
