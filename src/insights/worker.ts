/** A thread of a backtest: reads pages of the past from PostgreSQL and asks every candidate policy about them. */
import { serialize } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import type { EpochMs } from "../kernel/time.ts";
import type { Evidence } from "../qualify/scores.ts";
import type { Directory } from "../decide/candidate.ts";
import { type Brief, inputsOf } from "../decide/brief.ts";
import type { EarlierHandoff } from "../decide/decision.ts";
import { openDatabase } from "../store/database.ts";
import { type Outcome, storedOutcome } from "./outcome.ts";
import { type PageEnds, type PastDecision, pastDecisions, type Window } from "./queries.ts";
import type { FrozenInputs } from "./replay.ts";
import { type Candidate, type Counted, countedAs, countingOf, type Verdict, verdictOf } from "./verdict.ts";

/** What the thread is born with. */
export interface WorkerGiven {
  readonly databaseUrl: string;
  readonly window: Window;
  readonly candidates: readonly Candidate[];
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
  /** The decisions as bytes: until their turn comes they are nothing for the collector to look at. */
  | { readonly page: number; readonly kind: "judged"; readonly decisions: Uint8Array<ArrayBuffer> }
  /** The page could not be read. */
  | { readonly page: number; readonly kind: "unread"; readonly why: string };

const port = parentPort;
if (port === null) throw new Error("this file is a thread of backtest.ts");

const given = workerData as WorkerGiven;
// Candidates that count alike need one count.
const candidates = given.candidates.map((one) => ({ ...one, counting: countingOf(one.policy) }));

// Nothing is counted anew for decisions of these versions: their briefs say all that is asked.
const inBrief = Object.entries(given.counting).flatMap(([version, counted]) =>
  candidates.every(({ counting }) => counting === counted) ? [Number(version)] : [],
);

// One connection: the next page is on its way while this one is judged.
const { db } = openDatabase({ url: given.databaseUrl, poolSize: 1, log: () => {} });

/** By how it counts; empty until a decision has to be counted anew. */
let counters: ReadonlyMap<string, Counter> = new Map();
type Counter = (evidence: Evidence, now: EpochMs) => Counted;

port.on("message", (asked: Page) => {
  void answerTo(asked).then((answer) =>
    port.postMessage(answer, answer.kind === "judged" ? [answer.decisions.buffer] : []),
  );
});

async function answerTo({ page, ...ends }: Page): Promise<JudgedPage> {
  try {
    const past = await pastDecisions(db, given.window, ends, inBrief);
    if (counters.size === 0 && past.some(({ policyVersion }) => !inBrief.includes(policyVersion)))
      counters = await makeCounters();
    directories.clear();
    return { page, kind: "judged", decisions: serialize(past.map(judgedDecision)) };
  } catch (error) {
    return { page, kind: "unread", why: String(error) };
  }
}

/** Those of one page. */
const directories = new Map<string, Directory>();

/** What reads sentences takes time to load and much memory: most drafts count as the policies before them. */
async function makeCounters(): Promise<typeof counters> {
  const { compile } = await import("../qualify/compile.ts");
  const { score } = await import("../qualify/score.ts");
  const made = candidates.map(({ policy, counting }): [string, Counter] => {
    const compiled = compile(policy);
    return [counting, (evidence, now) => countedAs(score(evidence, compiled, now))];
  });
  return new Map(made);
}

function judgedDecision(past: PastDecision): JudgedDecision {
  const { id, workspace, conversation, policyVersion } = past;
  const row = { id, workspace, conversation, policyVersion };
  if (past.brief === null)
    return {
      ...row,
      happened: storedOutcome(past),
      judged: judged(policyVersion, () => JSON.parse(past.inputs ?? "") as FrozenInputs),
    };
  const brief = JSON.parse(past.brief) as Brief;
  const happened = storedOutcome({ ...past, handoff: brief.handoff });
  return { ...row, happened, judged: judged(policyVersion, () => inputsOf(brief, directories)) };
}

/** `frozen` may throw: what was stored long ago may not be what is read today. */
function judged(policyVersion: number, frozen: () => FrozenInputs): Judged | string {
  try {
    const inputs = frozen();
    const stored = countedAs(inputs.scores);
    const known = new Map([[given.counting[policyVersion], stored]]);
    const verdicts = candidates.map(({ policy, assumed, counting }) => {
      const counted = known.get(counting) ?? counters.get(counting)?.(inputs.evidence, inputs.now);
      if (counted === undefined) throw new Error("nothing counts for this policy");
      known.set(counting, counted);
      return verdictOf({ inputs, policyVersion }, { policy, assumed }, counted, given.asksSalesforce);
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
