/**
 * The durable run that brings a deal's stages to Intercom. One at a time per deal; it carries out whatever the deal
 * still asks for, the earliest change first, so that a later stage never overtakes an earlier one.
 */
import { isDeepStrictEqual } from "node:util";
import { assertNever } from "../kernel/assert-never.ts";
import { PermanentFailure, RetryableFailure } from "../kernel/failure.ts";
import type { Clock, Ms } from "../kernel/time.ts";
import type { Attempt, Engine, RetryPolicy, RunKind } from "../engine/engine.ts";
import { stepOrLater, waitBefore } from "../engine/patience.ts";
import type { Db } from "../store/database.ts";
import type { Scalar } from "../policy/condition.ts";
import { plainFacts } from "../handoff/outcome.ts";
import { pausedFor, waitForSignIn } from "../handoff/pause.ts";
import { isPaused, letWait } from "../handoff/pause-queries.ts";
import type { Patience } from "../handoff/send-once.ts";
import type { FeedbackRequest } from "./plan.ts";
import {
  beginEffect,
  type EffectEnd,
  finishEffect,
  isUnsure,
  isWrittenElsewhere,
  lastAsked,
  markSure,
  type OpenEffect,
  openEffects,
  takeAttemptBack,
} from "./queries.ts";

/** What the feedback loop needs of Intercom. Each call changes nothing when repeated. */
export interface People {
  /** Ids of everybody with this address, users and leads; none when nobody has it. */
  contactsByEmail(email: string): Promise<readonly string[]>;
  tagContact(contact: string, tag: string): Promise<void>;
  untagContact(contact: string, tag: string): Promise<void>;
  setContactAttributes(contact: string, attributes: Readonly<Record<string, Scalar>>): Promise<void>;
}

export interface FeedbackDesk {
  readonly db: Db;
  readonly clock: Clock;
  readonly engine: () => Engine;
  /** People is null when the environment has no Intercom connection. */
  readonly place: (environment: string) => Promise<{
    readonly mode: "shadow" | "live";
    readonly people: People | null;
    readonly patience: Patience;
  }>;
}

// A type, not an interface: only types are assignable to the engine's JSON.
export type FeedbackInput = {
  readonly environment: string;
  readonly deal: string;
  /** Id of the newest change that started it, or what else did. */
  readonly news: string;
  /** 1 for the first start; each later start of the same news counts on. */
  readonly turn: number;
  /** An answer was lost: what Intercom should hold is written once more. */
  readonly again?: true;
};

/** So many settle times after the last attempt nothing lands any more. */
const SETTLE_TIMES = 10;
const RETRY: RetryPolicy = { attempts: 5, firstDelayMs: 200, maxDelayMs: 5_000 };

/** How a deal's run starts: the same news of the same deal is the same run, and one deal's runs go one by one. */
export function feedbackStart({ environment, deal, news, turn }: FeedbackInput): {
  readonly id: string;
  readonly partition: string;
} {
  const id = `feedback:${environment}:${deal}:${news}${turn === 1 ? "" : `~${turn}`}`;
  return { id, partition: `${environment}:deal ${deal}` };
}

export function feedbackRun(desk: FeedbackDesk): RunKind<FeedbackInput> {
  const kind: RunKind<FeedbackInput> = {
    name: "feedback",
    queue: "conversation",
    body: async (steps, input) => {
      const next = { ...input, turn: input.turn + 1 };
      const carry = (attempt: Attempt) => carryDeal(desk, input, attempt.number);
      const carried = await stepOrLater(steps, "feedback", carry, RETRY);
      if (carried.kind === "done") {
        const { value } = carried;
        if (value.kind === "paused") await steps.step("wait", () => letDealWait(desk.db, next));
        if (value.kind === "doubtful")
          await steps.step("again", () => writeAgain(desk, kind, input, value.afterMs));
        return;
      }
      await steps.step("later", async () => {
        await desk.engine().start(kind, next, { ...feedbackStart(next), delayMs: waitBefore(input.turn) });
        return carried.reason;
      });
    },
  };
  return kind;
}

/** The next start waits until Intercom is resumed. */
async function letDealWait(db: Db, input: FeedbackInput): Promise<string> {
  const { environment, deal: subject } = input;
  const { id: runId, partition } = feedbackStart(input);
  await letWait(db, {
    runId,
    partition,
    kind: "feedback",
    subject,
    environment,
    destinations: ["intercom"],
    input,
  });
  return "waits for intercom";
}

// A type, not an interface: the engine stores it.
type Carried =
  | { readonly kind: "through" }
  | { readonly kind: "paused" }
  /** An attempt went unanswered, or another worker was at it too: an old write may have landed on a newer one. */
  | { readonly kind: "doubtful"; readonly afterMs: Ms };

/** Starts the run that writes once more what Intercom should hold; after one that went unanswered, its next turn. */
async function writeAgain(
  desk: FeedbackDesk,
  kind: RunKind<FeedbackInput>,
  ended: FeedbackInput,
  delayMs: Ms,
): Promise<string> {
  const input: FeedbackInput =
    ended.again === true
      ? { ...ended, turn: ended.turn + 1 }
      : { ...ended, news: `sure ${ended.news}`, turn: 1, again: true };
  await desk.engine().start(kind, input, { ...feedbackStart(input), delayMs });
  return "an answer was lost: written once more";
}

/** Carries out what the deal asks for. Throws RetryableFailure where it must stop. */
async function carryDeal(desk: FeedbackDesk, input: FeedbackInput, attempt: number): Promise<Carried> {
  const { db } = desk;
  const { environment, deal } = input;
  const { mode, people, patience } = await desk.place(environment);
  const effects = await openEffects(db, environment, deal);
  const isIdle = effects.length === 0 && input.again !== true;
  if (mode === "live" && !isIdle && (await isPaused(db, environment, "intercom"))) return { kind: "paused" };
  try {
    if (input.again === true && (await isHeldAgain(db, input, mode, people)))
      await markSure(db, environment, deal, desk.clock());
    for (const effect of effects) {
      await carryEffect(desk, { environment, deal }, effect, mode, people);
    }
    if (!(await isUnsure(db, environment, deal))) return { kind: "through" };
    return { kind: "doubtful", afterMs: SETTLE_TIMES * patience.settleMs };
  } catch (error) {
    if (!(error instanceof RetryableFailure)) throw error;
    // It may land yet, and must not land on what a later stage asks for.
    if (error.outcome === "unknown") {
      if (input.again === true) return { kind: "doubtful", afterMs: SETTLE_TIMES * patience.settleMs };
      await patience.sleep(patience.settleMs);
    }
    if (await pausedFor(db, environment, error, attempt, desk.clock())) return { kind: "paused" };
    throw error;
  }
}

/** Carries out one effect, unless another worker has ended it. What was refused left nothing on its way. */
async function carryEffect(
  { db, clock }: FeedbackDesk,
  place: { readonly environment: string; readonly deal: string },
  effect: OpenEffect,
  mode: "shadow" | "live",
  people: People | null,
): Promise<void> {
  if ((await beginEffect(db, place, effect)) === null) return;
  try {
    const end = await endOf(mode, people, effect.request);
    await finishEffect(db, place, effect, end, clock());
  } catch (error) {
    if (error instanceof RetryableFailure && error.outcome === "not-executed")
      await takeAttemptBack(db, place, effect);
    throw error;
  }
}

/**
 * Writes once more what Intercom should hold of the deal's people. False when another deal wrote for one of them
 * meanwhile: its news may lie below.
 */
async function isHeldAgain(
  db: Db,
  { environment, deal }: FeedbackInput,
  mode: "shadow" | "live",
  people: People | null,
): Promise<boolean> {
  const asked = await lastAsked(db, environment, deal);
  for (const request of asked) await endOf(mode, people, request);
  const isSame = isDeepStrictEqual(asked, await lastAsked(db, environment, deal));
  return isSame && !(await isWrittenElsewhere(db, environment, deal));
}

async function endOf(
  mode: "shadow" | "live",
  people: People | null,
  request: FeedbackRequest,
): Promise<EffectEnd> {
  if (mode === "shadow") return { state: "would" };
  if (people === null) {
    const message = "this environment has no Intercom connection: connect it";
    return { state: "failed", error: { code: "not_connected", message } };
  }
  try {
    const contacts = await people.contactsByEmail(request.email);
    if (contacts.length === 0) {
      return { state: "skipped", error: { message: `nobody in Intercom has the address ${request.email}` } };
    }
    for (const contact of contacts) await apply(people, contact, request);
    return { state: "done", people: contacts.length };
  } catch (error) {
    if (!(error instanceof PermanentFailure)) throw error;
    if (error.facts.isSignIn === true) throw waitForSignIn(error);
    return { state: "failed", error: plainFacts(error.facts) };
  }
}

async function apply(people: People, contact: string, request: FeedbackRequest): Promise<void> {
  switch (request.kind) {
    case "tag":
      return people.tagContact(contact, request.tag);
    case "untag":
      return people.untagContact(contact, request.tag);
    case "set-attributes":
      return people.setContactAttributes(contact, request.attributes);
    default:
      return assertNever(request);
  }
}
