/** A thread of a backtest: parses stored inputs and asks every candidate policy about them. Knows no database. */
import { parentPort, workerData } from "node:worker_threads";
import type { Policy } from "../policy/schema.ts";
import { compile } from "../qualify/compile.ts";
import type { Scores } from "../qualify/scores.ts";
import type { EarlierHandoff } from "../decide/decision.ts";
import type { FrozenInputs } from "./replay.ts";
import { type Candidate, countingOf, valuesOf, type Verdict, verdictOf } from "./verdict.ts";

/** What the thread is born with. */
export interface WorkerGiven {
  readonly candidates: readonly { readonly policy: Policy; readonly assumed: Candidate["assumed"] }[];
  /** By policy version of the stored decisions: how it counted. */
  readonly counting: Readonly<Record<number, string>>;
  readonly asksSalesforce: boolean;
}

export interface WorkerRow {
  readonly policyVersion: number;
  /** The stored inputs as JSON text. */
  readonly inputs: string;
}

export interface Page {
  readonly page: number;
  readonly rows: readonly WorkerRow[];
}

export interface Judged {
  readonly now: number;
  readonly earlier: readonly EarlierHandoff[];
  readonly link: string | null;
  /** As they were scored then. */
  readonly scores: Readonly<Record<string, number>>;
  /** One for each candidate. */
  readonly verdicts: readonly Verdict[];
}

export interface JudgedPage {
  readonly page: number;
  /** A row that cannot be judged is the sentence that says why. */
  readonly rows: readonly (Judged | string)[];
}

const port = parentPort;
if (port === null) throw new Error("this file is a thread of backtest.ts");

const given = workerData as WorkerGiven;
const candidates = given.candidates.map(({ policy, assumed }) => ({
  candidate: { compiled: compile(policy), assumed },
  // Candidates that count alike need one count.
  counting: countingOf(policy),
}));

port.on("message", ({ page, rows }: Page) => {
  port.postMessage({ page, rows: rows.map(judged) } satisfies JudgedPage);
});

function judged({ policyVersion, inputs: text }: WorkerRow): Judged | string {
  try {
    const inputs = JSON.parse(text) as FrozenInputs;
    const stored = given.counting[policyVersion];
    const counted = new Map<string, Scores>(stored === undefined ? [] : [[stored, inputs.scores]]);
    const verdicts = candidates.map(({ candidate, counting }) => {
      const known = counted.get(counting) ?? null;
      const { verdict, scores } = verdictOf(
        { inputs, policyVersion },
        candidate,
        given.asksSalesforce,
        known,
      );
      counted.set(counting, scores);
      return verdict;
    });
    return {
      now: inputs.now,
      earlier: inputs.earlier,
      link: inputs.evidence.snapshot.url,
      scores: valuesOf(inputs.scores),
      verdicts,
    };
  } catch (error) {
    return String(error);
  }
}
