/** A thread of a backtest: reads pages of the past from PostgreSQL and asks every candidate policy about them. */
import { parentPort, workerData } from "node:worker_threads";
import type { Policy } from "../policy/schema.ts";
import { compile } from "../qualify/compile.ts";
import type { EarlierHandoff } from "../decide/decision.ts";
import { openDatabase } from "../store/database.ts";
import { type Outcome, storedOutcome } from "./outcome.ts";
import { type PageEnds, type PastDecision, pastDecisions, type Window } from "./queries.ts";
import type { FrozenInputs } from "./replay.ts";
import { type Candidate, countedAs, countingOf, type Verdict, verdictOf } from "./verdict.ts";

/** What the thread is born with. */
export interface WorkerGiven {
  readonly databaseUrl: string;
  readonly window: Window;
  readonly candidates: readonly { readonly policy: Policy; readonly assumed: Candidate["assumed"] }[];
  /** By policy version of the stored decisions: how it counted. */
  readonly counting: Readonly<Record<number, string>>;
  readonly asksSalesforce: boolean;
}

export interface Page extends PageEnds {
  readonly page: number;
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

export interface JudgedDecision extends Pick<
  PastDecision,
  "id" | "workspace" | "conversation" | "policyVersion"
> {
  readonly happened: Outcome;
  /** What cannot be judged is the sentence that says why. */
  readonly judged: Judged | string;
}

export type JudgedPage =
  | { readonly page: number; readonly kind: "judged"; readonly decisions: readonly JudgedDecision[] }
  /** The page could not be read. */
  | { readonly page: number; readonly kind: "unread"; readonly why: string };

const port = parentPort;
if (port === null) throw new Error("this file is a thread of backtest.ts");

const given = workerData as WorkerGiven;
const candidates = given.candidates.map(({ policy, assumed }) => ({
  candidate: { compiled: compile(policy), assumed },
  // Candidates that count alike need one count.
  counting: countingOf(policy),
}));

// One connection: the next page is on its way while this one is judged.
const { db } = openDatabase({ url: given.databaseUrl, poolSize: 1, log: () => {} });

port.on("message", (asked: Page) => {
  void answerTo(asked).then((answer) => port.postMessage(answer));
});

async function answerTo({ page, ...ends }: Page): Promise<JudgedPage> {
  try {
    const past = await pastDecisions(db, given.window, ends);
    return { page, kind: "judged", decisions: past.map(judgedDecision) };
  } catch (error) {
    return { page, kind: "unread", why: String(error) };
  }
}

function judgedDecision(past: PastDecision): JudgedDecision {
  const { id, workspace, conversation, policyVersion } = past;
  return { id, workspace, conversation, policyVersion, happened: storedOutcome(past), judged: judged(past) };
}

function judged({ policyVersion, inputs: text }: PastDecision): Judged | string {
  try {
    const inputs = JSON.parse(text) as FrozenInputs;
    const stored = countedAs(inputs.scores);
    const known = new Map([[given.counting[policyVersion], stored]]);
    const verdicts = candidates.map(({ candidate, counting }) => {
      const { verdict, counted } = verdictOf(
        { inputs, policyVersion },
        candidate,
        given.asksSalesforce,
        known.get(counting) ?? null,
      );
      known.set(counting, counted);
      return verdict;
    });
    return {
      now: inputs.now,
      earlier: inputs.earlier,
      link: inputs.evidence.snapshot.url,
      scores: stored.values,
      verdicts,
    };
  } catch (error) {
    return String(error);
  }
}
