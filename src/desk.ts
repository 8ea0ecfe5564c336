/**
 * The desk at which a run works: the database, the clock, and for each environment its policy and its way to the
 * outside. Here the pure answers of qualify and decide meet Salesforce, enrichment and the database.
 */
import { RetryableFailure } from "./kernel/failure.ts";
import { type Clock, type EpochMs, durationMs, type Ms } from "./kernel/time.ts";
import type { Engine, RunKind } from "./engine/engine.ts";
import { type Db, inTransaction, type Tx } from "./store/database.ts";
import type { Company, Person, Snapshot } from "./conversation/snapshot.ts";
import type { Trigger } from "./conversation/fold.ts";
import { loadConversation } from "./conversation/queries.ts";
import type { PersonalHearing } from "./conversation/refresh.ts";
import type { CompiledPolicy } from "./qualify/compile.ts";
import { companyDomain } from "./qualify/domain.ts";
import { factsOf } from "./qualify/facts.ts";
import { type Embedder, understand } from "./qualify/meaning/understand.ts";
import { score } from "./qualify/score.ts";
import type { Evidence } from "./qualify/scores.ts";
import { type Decision, type EarlierHandoff, episodeFor, type OwnerRef } from "./decide/decision.ts";
import { asksEnrichment, judge, recipeOf } from "./decide/judge.ts";
import { decideUnderLock } from "./decide/ledger.ts";
import type { Bucket } from "./decide/bucket.ts";
import { type Environment, insertDecision } from "./decide/queries.ts";
import type { Directory } from "./decide/candidate.ts";
import type { DealFeed } from "./feedback/deal.ts";
import type { DealStream } from "./feedback/stream.ts";
import type { People } from "./feedback/run.ts";
import type { World } from "./handoff/carry.ts";
import type { ConversationList } from "./intake/conversation-list.ts";
import { recordKeys } from "./handoff/effects.ts";
import { unlessPaused } from "./handoff/pause.ts";
import type { Destination } from "./handoff/pause-queries.ts";
import { planEffects } from "./handoff/plan.ts";
import type { Enricher, Enrichment } from "./handoff/ports.ts";
import { earlierHandoffs, handoffsOfPerson, insertHandoff } from "./handoff/queries.ts";
import { type HandoffInput, handoffRunId } from "./handoff/run.ts";
import { armingsOf } from "./followup/plan.ts";
import { endEmptyQueue, noteEmptyQueue } from "./issues/queries.ts";
import type { Board } from "./response/ports.ts";
import { armFollowUps, cancelFollowUps } from "./followup/queries.ts";
import type { News } from "./news.ts";
import type { SyncCrm, SyncPeople } from "./sync/ports.ts";

/** One environment, ready to decide and to act. */
export interface Place {
  readonly environment: Environment;
  readonly policy: CompiledPolicy;
  readonly policyVersion: number;
  readonly world: World;
  /** What changes in Salesforce, and the people of Intercom it concerns; null without that connection. */
  readonly feed: DealFeed | null;
  /** What says at once that deals changed. */
  readonly stream: DealStream | null;
  readonly people: People | null;
  /** Intercom's own list of conversations. */
  readonly list: ConversationList | null;
  /** Where people press; null where alerts offer nothing to press. */
  readonly board: Board | null;
  /** The same two for fields of people and companies. */
  readonly records: SyncCrm | null;
  readonly contacts: SyncPeople | null;
  readonly enricher: Enricher | null;
  /** Asks a destination something small; throws while it does not let Baton in, or answers false where it cannot be asked. */
  readonly knock: (destination: Destination) => Promise<boolean>;
  /** Users and queues that the policy can name; read at connect time and every few minutes. */
  readonly directory: () => Promise<Directory>;
}

export interface Subject {
  readonly environment: string;
  readonly workspace: string;
  readonly conversation: string;
  readonly version: number;
  readonly triggers: readonly Trigger[];
}

export interface Desk {
  readonly db: Db;
  readonly clock: Clock;
  /** How to read a conversation of this workspace through Intercom's API. */
  readonly readerOf: (workspace: string) => Promise<(conversation: string) => Promise<Snapshot | null>>;
  /** Names of the environments this workspace feeds that have a live policy. */
  readonly environmentsOf: (workspace: string) => Promise<readonly string[]>;
  /** What a change of a person themselves asks for: their record in Salesforce may have to change, too. */
  readonly personChanged: (news: News) => PersonalHearing["changed"];
  /** Decides, on the `attempt`-th try, about one state of a conversation and stores the answer, and the handoff with its run, in one transaction. */
  readonly decideAbout: (subject: Subject, attempt: number) => Promise<string>;
}

/** How long enrichment may keep a decision waiting; the handoff goes on without it then. */
const ENRICHMENT_PATIENCE_MS: Ms = 4_000;

export interface DeskParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly place: (environment: string) => Promise<Place>;
  readonly engine: () => Engine;
  readonly handoffKind: () => RunKind<HandoffInput>;
  /** Null where examples are not compared. */
  readonly embedder: Embedder | null;
  readonly log: (
    level: "info" | "warn" | "error",
    message: string,
    facts?: Readonly<Record<string, unknown>>,
  ) => void;
  readonly onDecision: (environment: string, kind: Decision["kind"]) => void;
  /** Named places where tests kill the process. */
  readonly crashPoint: (step: string, phase: "before" | "after-body" | "after-record") => void;
}

/**
 * Returns what became of it: the decision's kind, "known" when this state was decided before, "paused" when it must wait
 * because Salesforce has to be asked and is paused.
 */
export async function decideAbout(parts: DeskParts, subject: Subject, attempt: number): Promise<string> {
  const { db } = parts;
  const stored = await loadConversation(db, subject.workspace, subject.conversation);
  if (stored === null) throw new Error(`conversation ${subject.conversation} was heard but is not stored`);
  // A later run has heard more and decides about all of it.
  if (stored.version !== subject.version) return "overtaken";
  const place = await parts.place(subject.environment);
  const here = {
    environment: subject.environment,
    workspace: subject.workspace,
    conversation: subject.conversation,
  };
  const now = parts.clock();
  const earlier = await earlierHandoffs(db, here.environment, here.workspace, here.conversation);
  const snapshot = withDomain(stored.state.snapshot);
  const meaning = await understand(snapshot, place.policy, parts.embedder);
  const heard = { snapshot, crm: null, meaning };
  const isHandedOff = (recipe: string) => isOpen(place, recipe, earlier, now);
  const evidence = await lookUp(parts, place, subject, heard, { isHandedOff, attempt });
  if (evidence === "paused") return evidence;
  const directory = evidence.crm === null ? NOBODY : await inOrg(parts, subject, attempt, place.directory);
  if (directory === "paused") return directory;
  parts.crashPoint("decide", "before");
  const given = {
    environment: here.environment,
    evidence,
    scores: score(evidence, place.policy, now),
    policy: place.policy.policy,
    triggers: subject.triggers,
    now,
    earlier,
    directory,
  };
  const decision = await inTransaction(db, async (tx) => {
    const answer = await decideUnderLock(tx, given);
    const kept = await keep(tx, parts, place, subject, answer);
    parts.crashPoint("decide", "after-body");
    return kept ? answer.decision : null;
  });
  parts.crashPoint("decide", "after-record");
  if (decision === null) return "known";
  parts.onDecision(subject.environment, decision.kind);
  return decision.kind;
}

/**
 * Enrichment and Salesforce, only for conversations that some recipe may want and has not had yet. An enrichment that
 * fails or is slow is left out; a Salesforce that fails is not, and one that is paused is waited for.
 */
async function lookUp(
  parts: DeskParts,
  place: Place,
  subject: Subject,
  heard: Evidence,
  { isHandedOff, attempt }: { readonly isHandedOff: (recipe: string) => boolean; readonly attempt: number },
): Promise<Evidence | "paused"> {
  const ask = (evidence: Evidence) =>
    judge({
      evidence,
      scores: score(evidence, place.policy, parts.clock()),
      policy: place.policy.policy,
      triggers: subject.triggers,
      now: parts.clock(),
      lookedUp: false,
    });
  const first = ask(heard);
  if (heard.snapshot.deleted || first.kind !== "candidate") return heard;
  if (first.recipes.at(-1)?.verdict === "yes" && isHandedOff(first.recipe)) return heard;

  parts.crashPoint("enrich", "before");
  const wanted = asksEnrichment(place.policy.policy, first);
  const enrichment = wanted ? await enrich(parts, place, heard.snapshot) : null;
  const enriched = { ...heard, snapshot: withEnrichment(heard.snapshot, enrichment) };
  parts.crashPoint("enrich", "after-body");
  const second = ask(enriched);
  const { crm: port } = place.world;
  if (second.kind !== "candidate" || port === null || isHandedOff(second.recipe)) return enriched;

  parts.crashPoint("match", "before");
  const { environment, workspace, conversation } = subject;
  const before = await handoffsOfPerson(parts.db, environment, workspace, conversation);
  const question = {
    email: enriched.snapshot.contact?.email ?? null,
    domain: companyDomain(enriched.snapshot),
    companyName: enriched.snapshot.company?.name ?? null,
    keys: before.flatMap(recordKeys),
  };
  const crm = await inOrg(parts, subject, attempt, () => port.look(question));
  parts.crashPoint("match", "after-body");
  if (crm === "paused") return crm;
  return { ...enriched, crm };
}

const NOBODY: Directory = { users: [], queues: [] };

/** What the environment's Salesforce answers; "paused" while it must not be asked. */
function inOrg<T extends object>(
  { db, clock }: DeskParts,
  { environment }: Subject,
  attempt: number,
  ask: () => Promise<T>,
): Promise<T | "paused"> {
  return unlessPaused(db, { environment, destination: "salesforce" }, clock(), attempt, ask);
}

function isOpen(place: Place, recipe: string, earlier: readonly EarlierHandoff[], now: EpochMs): boolean {
  const coolDownMs = durationMs(place.policy.policy.handoff.coolDown);
  return episodeFor(recipe, earlier, coolDownMs, now).kind === "open";
}

async function enrich(parts: DeskParts, place: Place, snapshot: Snapshot): Promise<Enrichment | null> {
  const { enricher } = place;
  const email = snapshot.contact?.email ?? null;
  const domain = companyDomain(snapshot);
  if (enricher === null || (email === null && domain === null)) return null;
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ENRICHMENT_PATIENCE_MS);
  });
  try {
    return await Promise.race([enricher.enrich({ email, domain }), patience]);
  } catch (error) {
    const why = error instanceof RetryableFailure ? "not to be had now" : "refused";
    parts.log("warn", `enrichment ${why}; the decision goes on without it`, { reason: String(error) });
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** What Intercom knows wins over what enrichment says. */
function withEnrichment(snapshot: Snapshot, enrichment: Enrichment | null): Snapshot {
  if (enrichment === null) return snapshot;
  const company =
    enrichment.company === null
      ? snapshot.company
      : filled({ ...NO_COMPANY, ...enrichment.company }, snapshot.company);
  const contact: Person | null =
    snapshot.contact === null || enrichment.person === null
      ? snapshot.contact
      : filled({ ...snapshot.contact, ...enrichment.person }, snapshot.contact);
  return { ...snapshot, company, contact };
}

const NO_COMPANY: Company = {
  id: null,
  name: null,
  domain: null,
  employees: null,
  plan: null,
  industry: null,
  country: null,
  state: null,
  annualRevenue: null,
  annualValue: null,
  customerSince: null,
  technology: [],
  attributes: {},
};

function filled<T extends object>(base: T, over: T | null): T {
  const known = Object.entries(over ?? {}).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  return { ...base, ...Object.fromEntries(known) };
}

function withDomain(snapshot: Snapshot): Snapshot {
  const domain = companyDomain(snapshot);
  if (domain === null || snapshot.company?.domain === domain) return snapshot;
  return { ...snapshot, company: { ...(snapshot.company ?? NO_COMPANY), domain } };
}

/** Stores decision, standing, handoff with its effects and its run: all or nothing. False when this state was decided before. */
async function keep(
  tx: Tx,
  parts: DeskParts,
  place: Place,
  subject: Subject,
  { decision, inputs }: Awaited<ReturnType<typeof decideUnderLock>>,
): Promise<boolean> {
  const { policy: _, ...frozen } = inputs;
  const row = { ...subject, policyVersion: place.policyVersion, decision, inputs: frozen };
  const id = await insertDecision(tx, row, bucketOf(decision), heldUntil(decision, inputs.now));
  if (id === null) return false;
  if (decision.kind === "gone") await cancelFollowUps(tx, subject, decision.reason, inputs.now);
  if (decision.kind !== "handoff") return true;

  const { snapshot } = inputs.evidence;
  const effects = planEffects(decision, {
    snapshot,
    scores: inputs.scores,
    policy: inputs.policy,
    lookup: factsOf(inputs.evidence, inputs.scores),
    now: inputs.now,
    conversationUrl: place.world.inbox?.conversationUrl(snapshot.conversation) ?? "",
  });
  const signalledAt = snapshot.messages.filter((message) => message.role === "customer").at(-1)?.at ?? null;
  const isNew = await insertHandoff(tx, {
    id: decision.handoff,
    environment: subject.environment,
    workspace: subject.workspace,
    conversation: subject.conversation,
    recipe: decision.recipe,
    episode: decision.episode,
    decision: id,
    mode: place.environment.mode,
    owner: decision.owner.owner.id,
    signalledAt,
    effects,
  });
  if (!isNew) throw new Error(`handoff ${decision.handoff} exists although no earlier decision knows it`);
  await tellOfQueue(tx, subject.environment, decision.owner.owner, inputs.directory);
  const armings = armingsOf({
    recipe: recipeOf(inputs.policy, decision.recipe),
    policy: inputs.policy,
    owner: decision.owner.owner,
    now: inputs.now,
    signalledAt,
  });
  await armFollowUps(tx, { ...subject, handoff: decision.handoff }, armings);
  const targets = [...new Set(effects.map((effect) => effect.target))];
  const input = { handoff: decision.handoff, turn: 1, targets };
  await parts.engine().start(parts.handoffKind(), input, { id: handoffRunId(input), tx });
  return true;
}

/** A queue without members gets the lead all the same, and a person is told that nobody sees it. */
async function tellOfQueue(
  tx: Tx,
  environment: string,
  owner: OwnerRef,
  { queues }: Directory,
): Promise<void> {
  const queue = owner.kind === "queue" ? queues.find(({ id }) => id === owner.id) : undefined;
  if (queue?.isEmpty === true) await noteEmptyQueue(tx, environment, queue.name);
  else if (queue !== undefined) await endEmptyQueue(tx, environment, queue.name);
}

/** Where no clock can tell who will be there (somebody left, a queue is missing), it is looked at again this often. */
const LOOK_AGAIN_MS: Ms = 3_600_000;

function heldUntil(decision: Decision, now: EpochMs): EpochMs | null {
  return decision.kind === "held" ? (decision.until ?? now + LOOK_AGAIN_MS) : null;
}

function bucketOf(decision: Decision): Bucket {
  switch (decision.kind) {
    case "handoff":
    case "already-handed-off":
      return "handed-off";
    case "held":
      return "held";
    case "excluded":
    case "gone":
      return "excluded";
    case "below-threshold":
      return "below-threshold";
  }
}
