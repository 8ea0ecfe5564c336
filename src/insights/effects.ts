/**
 * Long questions about the past that somebody waits for: the newest one about a subject takes the place of the one before,
 * one runs at a time, and what nobody asks about any more is given up.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock, EpochMs, Ms } from "../kernel/time.ts";
import { type Archive, type Backtest, backtest, type BacktestQuestion, type Watch } from "./backtest.ts";

/** What is asked about (a draft), and what of it an answer holds for (its revision). */
export interface Matter {
  readonly subject: string;
  readonly version: string;
}

export type Waited<Report> =
  | { readonly kind: "running"; readonly done: number; readonly of: number }
  | { readonly kind: "done"; readonly report: Report };

export interface Line<Report> {
  /** Begins what nobody asked yet; answers when it is done, and in a second at the latest. `begin` may refuse. */
  readonly ask: (matter: Matter, begin: () => Promise<Work<Report>>) => Promise<Waited<Report>>;
}

/** The work itself; null when it was stopped. */
export type Work<Report> = (watch: Watch) => Promise<Report | null>;

/** Backtests of drafts. */
export interface Effects {
  readonly ask: (matter: Matter, question: () => Promise<BacktestQuestion>) => Promise<Waited<Backtest>>;
}

interface Job<Report> {
  readonly version: string;
  readonly stop: AbortController;
  readonly ending: Promise<Report | null>;
  askedAt: EpochMs;
  /** Null while it runs. */
  endedAt: EpochMs | null;
  done: number;
  of: number;
}

const PATIENCE_MS: Ms = 1_000;
/** Whoever still looks asks again sooner. */
const FORGOTTEN_MS: Ms = 15_000;
/** A report is some 20 KB; of older drafts it is made anew. */
const MOST_KEPT = 20;

export function openEffects(archive: Archive, clock: Clock): Effects {
  const line = openLine<Backtest>(clock);
  return {
    ask: (matter, question) =>
      line.ask(matter, async () => {
        const asked = await question();
        return async (watch) => {
          const ending = await backtest(archive, asked, watch);
          return ending.kind === "done" ? ending.report : null;
        };
      }),
  };
}

/** An answer is given again for `keptMs`; then the question is asked anew. */
export function openLine<Report>(clock: Clock, keptMs: Ms = Number.POSITIVE_INFINITY): Line<Report> {
  const jobs = new Map<string, Job<Report>>();
  let last: Promise<unknown> = Promise.resolve();
  const begin = (version: string, work: Work<Report>): Job<Report> => {
    const stop = new AbortController();
    const stopIfForgotten = (): void => {
      if (clock() - job.askedAt > FORGOTTEN_MS) stop.abort();
    };
    const onProgress = (done: number, of: number): void => {
      Object.assign(job, { done, of });
      stopIfForgotten();
    };
    const run = async (): Promise<Report | null> => {
      stopIfForgotten();
      return stop.signal.aborted ? null : work({ signal: stop.signal, onProgress });
    };
    const ending = last.then(run);
    last = ending.catch(() => null).then(() => (job.endedAt = clock()));
    const job: Job<Report> = { version, stop, ending, askedAt: clock(), endedAt: null, done: 0, of: 0 };
    return job;
  };
  return {
    ask: async ({ subject, version }, question) => {
      let job = jobs.get(subject);
      const isOld = clock() - (job?.endedAt ?? clock()) > keptMs;
      if (job?.version !== version || job.stop.signal.aborted || isOld) {
        const asked = await question();
        jobs.get(subject)?.stop.abort();
        job = begin(version, asked);
      }
      job.askedAt = clock();
      jobs.delete(subject);
      jobs.set(subject, job);
      for (const old of [...jobs.keys()].slice(0, -MOST_KEPT)) jobs.delete(old);
      try {
        const report = await Promise.race([job.ending, sleep(PATIENCE_MS, null, { ref: false })]);
        return report === null ? { kind: "running", done: job.done, of: job.of } : { kind: "done", report };
      } catch (error) {
        jobs.delete(subject);
        throw error;
      }
    },
  };
}
