/**
 * The backtest's shell: cuts the window into pages in the order of time, has threads read and judge them, and carries
 * every policy's course on, page after page. Reads only; memory grows with conversations, not with what they hold.
 */
import { deserialize, setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { Policy } from "../policy/schema.ts";
import { changesAlone, type LoneChange } from "../policy/alone.ts";
import { UserError } from "../kernel/failure.ts";
import { policyOf, readPolicy } from "../policy/read.ts";
import type { Environment } from "../decide/queries.ts";
import { linesIn } from "../decide/book.ts";
import { documentOf } from "../versions/queries.ts";
import type { Directory } from "../decide/candidate.ts";
import { memberKey } from "../decide/turns.ts";
import type { Database, Db } from "../store/database.ts";
import { assumedBy } from "./assumed.ts";
import { type Side, UNSEEN, withOutcome } from "./compare.ts";
import type { Outcome } from "./outcome.ts";
import { openingPools, openWork, type PageEnds, pagesOf, type Window, windowFacts } from "./queries.ts";
import {
  type Compared,
  compareAll,
  type Comparison,
  type Load,
  loadsOf,
  type Movements,
  noteLoad,
  type Thresholds,
} from "./report.ts";
import { type Opening, type Timeline, timelineOf } from "./timeline.ts";
import { countingOf } from "./verdict.ts";
import type { Judged, JudgedDecision, JudgedPage, Page, WorkerGiven } from "./worker.ts";

export interface BacktestQuestion {
  readonly window: Window;
  readonly draft: Policy;
  readonly live: Policy;
  /** What the draft is compared with: what happened, or what the live policy would have made of the same. */
  readonly against: "stored" | "live";
  /** Also tries each difference between live policy and draft alone. */
  readonly each: boolean;
  /** False for an environment without Salesforce: nothing is missing there. */
  readonly asksSalesforce: boolean;
  /** Examples of each movement. */
  readonly examples: number;
}

/** The effect of one difference alone, against the live policy. */
export interface RuleEffect extends Pick<LoneChange, "path" | "differences" | "problem"> {
  readonly movements: Movements | null;
}

export interface Backtest extends Comparison {
  readonly window: Window;
  readonly against: BacktestQuestion["against"];
  readonly decisions: number;
  readonly conversations: number;
  readonly loads: readonly Load[];
  /** Users and queues that only the draft names: taken as existing and active. */
  readonly assumed: readonly string[];
  /** Signals whose example sentences differ from those the stored decisions were made with, and conversations that this may concern. */
  readonly notJudgedByMeaning: { readonly conversations: number; readonly signals: readonly string[] };
  /** Stored decisions that today's program cannot read, and why the first of them. */
  readonly unreadable: { readonly decisions: number; readonly why: string | null };
  readonly rules: readonly RuleEffect[];
}

export interface Watch {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, of: number) => void;
}

export type Ending =
  | { readonly kind: "done"; readonly report: Backtest }
  | { readonly kind: "stopped"; readonly done: number; readonly of: number };

const THREADS = 2;
const PAGE = 150;
/** Half of a thread's nursery; V8 gives three halves to the young. */
const NURSERY_MB = 4;
/** Pages that are read ahead of the one that is carried on next. */
const AHEAD = 2 * THREADS;

/** The database, and the address at which threads open it for themselves. */
export type Archive = Pick<Database, "db" | "url">;

/** Runs the draft over the window, or stops within a page's time when `watch.signal` says so. */
export async function backtest(
  { db, url }: Archive,
  question: BacktestQuestion,
  watch: Watch,
): Promise<Ending> {
  const { window } = question;
  const facts = await windowFacts(db, window);
  const versions = await policiesOf(db, facts.versions);
  const plan = planOf(question, versions);
  const course = courseOf(plan, question, await openingOf(db, window, versions));
  const pool = threadsOf({
    databaseUrl: url,
    window,
    candidates: plan.candidates,
    counting: Object.fromEntries([...versions].map(([version, then]) => [version, countingOf(then)])),
    asksSalesforce: question.asksSalesforce,
  });
  const waiting: Promise<Uint8Array>[] = [];
  let done = 0;
  try {
    const pages = await pagesOf(db, window, PAGE);
    for (const ends of [...pages, ...Array.from({ length: AHEAD }, () => null)]) {
      if (watch.signal.aborted) return { kind: "stopped", done, of: facts.decisions };
      if (ends !== null) waiting.push(pool.judge(ends));
      if (ends !== null && waiting.length <= AHEAD) continue;
      const bytes = await waiting.shift();
      if (bytes === undefined) break;
      const decisions = deserialize(bytes) as readonly JudgedDecision[];
      course.take(decisions);
      done += decisions.length;
      watch.onProgress(done, facts.decisions);
    }
    return { kind: "done", report: course.report(done) };
  } finally {
    await pool.close();
  }
}

/** What a backtest of this environment is compared with. A UserError where no policy is live. */
export async function liveSideOf(
  db: Db,
  { name, policyVersion, salesforceConnection }: Environment,
): Promise<Pick<BacktestQuestion, "live" | "asksSalesforce">> {
  const document = policyVersion === null ? null : await documentOf(db, policyVersion);
  if (document === null)
    throw new UserError(`backtest: environment ${name} has no live policy, and so no decisions.`);
  const live = policyOf(document, `the live policy of ${name}`);
  return { live, asksSalesforce: salesforceConnection !== null };
}

/** The policies of these versions; one that cannot be read any more is left out. */
async function policiesOf(db: Db, versions: readonly number[]): Promise<ReadonlyMap<number, Policy>> {
  const known = new Map<number, Policy>();
  for (const version of versions) {
    const document = await documentOf(db, version);
    const reading = document === null ? null : readPolicy(document);
    if (reading?.kind === "ok") known.set(version, reading.policy);
  }
  return known;
}

/** The ledger as it stood when the window began, told by what the window's own decisions found. */
async function openingOf(db: Db, window: Window, versions: ReadonlyMap<number, Policy>): Promise<Opening> {
  const pools = await openingPools(db, window);
  const lines = pools.map(({ pool, first, lines: now }) => {
    const then = first === null ? undefined : versions.get(first.policyVersion);
    return [
      pool,
      first === null || then === undefined ? now : linesIn(pool, first.state, then, first.now),
    ] as const;
  });
  const open = (await openWork(db, window)).map((one) => [one.member, one.open] as const);
  return { lines: new Map(lines), open: new Map(open) };
}

interface Tried {
  readonly policy: Policy;
  readonly assumed: Readonly<Record<number, Directory>>;
}

interface Plan {
  /** The draft, then the live policy where it is asked for, then each change alone. */
  readonly candidates: readonly Tried[];
  readonly changes: readonly (LoneChange & { readonly candidate: number | null })[];
  readonly liveAt: number | null;
  /** By version: signals of the draft whose example sentences that version did not have. */
  readonly unjudged: ReadonlyMap<number, readonly string[]>;
  /** By version: members with a cap, whose open work its decisions counted. */
  readonly counted: ReadonlyMap<number, ReadonlySet<string>>;
}

function planOf(question: BacktestQuestion, versions: ReadonlyMap<number, Policy>): Plan {
  const { draft, live, each, against } = question;
  const tried = (policy: Policy): Tried => ({
    policy,
    assumed: Object.fromEntries([...versions].map(([version, then]) => [version, assumedBy(policy, then)])),
  });
  const candidates = [tried(draft)];
  const liveAt = each || against === "live" ? candidates.push(tried(live)) - 1 : null;
  const changes = (each ? changesAlone(live, draft) : []).map((change) => ({
    ...change,
    candidate: change.policy === null ? null : candidates.push(tried(change.policy)) - 1,
  }));
  const unjudged = new Map([...versions].map(([version, then]) => [version, newExamples(then, draft)]));
  const counted = new Map([...versions].map(([version, then]) => [version, cappedIn(then)]));
  return { candidates, changes, liveAt, unjudged, counted };
}

function cappedIn({ routing }: Policy): ReadonlySet<string> {
  const members = Object.values(routing.pools).flatMap((pool) => pool.members);
  return new Set(members.filter(({ cap }) => cap !== undefined).map(memberKey));
}

function newExamples(before: Policy, draft: Policy): readonly string[] {
  return Object.entries(draft.signals).flatMap(([name, { examples }]) => {
    const known = before.signals[name]?.examples ?? [];
    return examples.every((example) => known.includes(example)) ? [] : [name];
  });
}

interface Past {
  readonly link: string | null;
  /** What happened, then each candidate's side. */
  readonly sides: Side[];
}

/** What is summed on the way through the window. */
interface Sums {
  readonly conversations: Map<string, Past>;
  /** Handoffs by owner: what happened, then each candidate's. */
  readonly loads: readonly Map<string, number>[];
  readonly unjudged: Set<string>;
  unreadable: Backtest["unreadable"];
}

/** All policies' courses through the window. */
function courseOf(plan: Plan, question: BacktestQuestion, opening: Opening) {
  const timelines: readonly Timeline[] = plan.candidates.map(({ policy }) =>
    timelineOf(policy, question.window.since, opening),
  );
  const sums: Sums = {
    conversations: new Map(),
    loads: [new Map<string, number>(), ...timelines.map(() => new Map<string, number>())],
    unjudged: new Set(),
    unreadable: { decisions: 0, why: null },
  };
  const once = keptOnce<Outcome>();
  const takeOne = (decision: JudgedDecision, judged: Judged): void => {
    const { policyVersion, happened } = decision;
    const conversation = `${decision.workspace} ${decision.conversation}`;
    const past = sums.conversations.get(conversation) ?? {
      link: judged.link,
      sides: sums.loads.map(() => UNSEEN),
    };
    sums.conversations.set(conversation, past);
    const note = (at: number, given: Outcome, scores: Side["scores"]): void => {
      const outcome = once(given);
      past.sides[at] = withOutcome(past.sides[at] ?? UNSEEN, outcome, scores);
      noteLoad(sums.loads[at] ?? new Map(), outcome);
    };
    note(0, happened, judged.scores);
    const counted = plan.counted.get(policyVersion) ?? NOBODY;
    for (const [i, timeline] of timelines.entries()) {
      const verdict = judged.verdicts[i];
      if (verdict !== undefined)
        note(i + 1, timeline({ ...judged, conversation, counted, said: verdict.said }), verdict.scores);
    }
    if ((plan.unjudged.get(policyVersion) ?? []).length > 0) sums.unjudged.add(conversation);
  };
  return {
    take: (decisions: readonly JudgedDecision[]): void => {
      for (const decision of decisions) {
        const { judged } = decision;
        if (typeof judged !== "string") takeOne(decision, judged);
        else {
          const { decisions: before, why } = sums.unreadable;
          sums.unreadable = { decisions: before + 1, why: why ?? `decision ${decision.id}: ${judged}` };
        }
      }
    },
    report: (decisions: number): Backtest => reportOf(plan, question, sums, decisions),
  };
}

const NOBODY: ReadonlySet<string> = new Set();

/** Gives equal values back as one and the same: few different outcomes are kept for a hundred thousand conversations. */
function keptOnce<T>(): (value: T) => T {
  const kept = new Map<string, T>();
  return (value) => {
    const key = JSON.stringify(value);
    const known = kept.get(key);
    if (known === undefined) kept.set(key, value);
    return known ?? value;
  };
}

function reportOf(plan: Plan, question: BacktestQuestion, sums: Sums, decisions: number): Backtest {
  const { conversations, loads, unjudged, unreadable } = sums;
  const live = plan.liveAt === null ? 0 : plan.liveAt + 1;
  const before = question.against === "live" ? live : 0;
  const thresholds = { before: thresholdsOf(question.live), after: thresholdsOf(question.draft) };
  return {
    window: question.window,
    against: question.against,
    decisions,
    conversations: conversations.size,
    ...compareAll(pairsOf(conversations, before, 1), question.examples, thresholds),
    loads: loadsOf(loads[before] ?? new Map(), loads[1] ?? new Map()),
    assumed: assumedNames(plan.candidates[0]),
    notJudgedByMeaning: {
      conversations: unjudged.size,
      signals: [...new Set([...plan.unjudged.values()].flat())],
    },
    unreadable,
    rules: plan.changes.map(({ path, differences, problem, candidate }) => {
      const pairs = candidate === null ? null : pairsOf(conversations, live, candidate + 1);
      return {
        path,
        differences,
        problem,
        movements: pairs === null ? null : compareAll(pairs, 0, thresholds).movements,
      };
    }),
  };
}

function* pairsOf(conversations: Sums["conversations"], before: number, after: number): Iterable<Compared> {
  for (const [key, { link, sides }] of conversations) {
    const conversation = key.slice(key.indexOf(" ") + 1);
    yield { conversation, link, before: sides[before] ?? UNSEEN, after: sides[after] ?? UNSEEN };
  }
}

function thresholdsOf(policy: Policy): Thresholds {
  return Object.fromEntries(Object.entries(policy.scores).map(([name, { threshold }]) => [name, threshold]));
}

function assumedNames(draft: Tried | undefined): readonly string[] {
  const names = Object.values(draft?.assumed ?? {}).flatMap(({ users, queues }) => [
    ...users.map((user) => user.email),
    ...queues.map((queue) => `queue ${queue.name}`),
  ]);
  return [...new Set(names)].toSorted();
}

/** Threads that read and judge pages in turn; each answers in the order in which it was asked. */
function threadsOf(given: WorkerGiven) {
  const threads = Array.from({ length: THREADS }, () => threadOf(given));
  let asked = 0;
  return {
    judge: (ends: PageEnds): Promise<Uint8Array> => {
      const page = asked;
      asked += 1;
      const thread = threads[page % THREADS];
      if (thread === undefined) throw new Error("there is no thread to ask");
      return thread.ask({ page, ...ends });
    },
    close: async (): Promise<void> => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

function threadOf(given: WorkerGiven) {
  // A nursery that begins at 1 MB is collected a hundred times as often: this holds for isolates that are made from now on.
  setFlagsFromString(`--min-semi-space-size=${NURSERY_MB}`);
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    workerData: given,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 3 * NURSERY_MB },
  });
  const open = new Map<number, PromiseWithResolvers<Uint8Array>>();
  const fail = (error: Error): void => {
    for (const one of open.values()) one.reject(error);
    open.clear();
  };
  worker.on("message", (answer: JudgedPage) => {
    const asked = open.get(answer.page);
    open.delete(answer.page);
    if (answer.kind === "judged") asked?.resolve(answer.decisions);
    else asked?.reject(new Error(`a page of the past could not be read: ${answer.why}`));
  });
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("a thread of the backtest ended")));
  return {
    ask: (page: Page): Promise<Uint8Array> => {
      const answer = Promise.withResolvers<Uint8Array>();
      // Pages are awaited in order, and none after a stop: one that fails before its turn must not end the process.
      answer.promise.catch(() => {});
      open.set(page.page, answer);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(page);
      return answer.promise;
    },
    close: () => worker.terminate(),
  };
}
