/**
 * The house: the rooms joined over one database. `openHouse` makes everything that `baton start`, `baton worker`, the
 * demo and the rehearsal share; main.ts hands in what comes from the machine.
 */
import type { Clock, Ms } from "./kernel/time.ts";
import type { Engine, RunKind, Schedule } from "./engine/engine.ts";
import { createEngine } from "./engine/dbos.ts";
import { type Database, type Db, type Log, openDatabase } from "./store/database.ts";
import { requireKeys, type Vault } from "./vault/vault.ts";
import { type ConnectionRow, listConnections } from "./vault/queries.ts";
import type { CompiledPolicy } from "./qualify/compile.ts";
import { readBy } from "./meaning/models.ts";
import type { Embedder } from "./qualify/meaning/understand.ts";
import { type Environment, listEnvironments } from "./decide/queries.ts";
import { policyLoader, type PolicyOfVersion } from "./versions/loader.ts";
import type { Decision } from "./decide/decision.ts";
import type { World } from "./handoff/carry.ts";
import { type HandoffInput, handoffRun } from "./handoff/run.ts";
import type { EndedHandoff } from "./handoff/queries.ts";
import { type FollowUpDesk, type FollowUpInput, followUpRun, followUpSweep } from "./followup/run.ts";
import { ownerWatch, watchOwners } from "./followup/watch.ts";
import { boardRun, boardSweep } from "./response/board.ts";
import type { Press } from "./response/press.ts";
import { type PressInput, pressRun, type ResponseDesk, takePress } from "./response/run.ts";
import { type FeedbackInput, feedbackRun } from "./feedback/run.ts";
import { type SyncInput, syncRun } from "./sync/run.ts";
import { decideAbout, type Desk, type DeskParts, type Place } from "./desk.ts";
import { personSync, type SyncParts, syncAll, syncPlaceOf, syncSchedules } from "./syncing.ts";
import type { News } from "./news.ts";
import { type Places, placesOf, type Remembered, remembered } from "./places.ts";
import { forgettingSchedules } from "./forgetting.ts";
import { walk } from "./walk.ts";
import { type ReconcileParts, reconcileSchedule, sweepAll } from "./reconcile.ts";
import { type FeedbackParts, feedbackSchedules, pollAllDeals } from "./deals.ts";
import { type AuditInput, auditRun } from "./auditing.ts";
import { type Listening, listen } from "./listening.ts";
import { knockAgain, knocking, nightlyCensus, startWaiting, upkeep } from "./upkeep.ts";

export interface HouseOptions {
  readonly databaseUrl: string;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  /** Runs of one queue at a time in this process. */
  readonly concurrency: number;
  /** How long after an unanswered message its target is asked again. */
  readonly settleMs: Ms;
  /** Time between two looks for what no webhook brought. */
  readonly sweepMs: Ms;
  /** Where tests kill the process. */
  readonly crashPoint: (step: string, phase: "before" | "after-body" | "after-record") => void;
  /** Compares the examples of signals; null where that is off. */
  readonly embedder: Embedder | null;
  readonly onDecision?: (environment: string, kind: Decision["kind"]) => void;
  readonly onHandoff?: (ended: EndedHandoff) => void;
  /** Time between two heartbeats of a worker. */
  readonly beatMs?: Ms;
}

export interface House {
  readonly database: Database;
  readonly engine: Engine;
  readonly conversationKind: RunKind<News>;
  readonly auditKind: RunKind<AuditInput>;
  /** Stores what somebody pressed, over these connections to the database, and starts its run; false when it was known. */
  readonly takePress: (
    db: Db,
    arrived: { readonly connection: string; readonly press: Press },
  ) => Promise<boolean>;
  /** Connections by id, fresh within seconds of a change. */
  readonly connections: Remembered<readonly ConnectionRow[]>;
  readonly place: (environment: string) => Promise<Place>;
  readonly environments: Remembered<readonly Environment[]>;
  /** Reads at once what changed in Salesforce, as the schedule does every half minute. */
  readonly pollDeals: () => Promise<void>;
  /** Does the work of a worker until the house is closed: runs, schedules, and listening for change events. */
  readonly work: () => Promise<void>;
  /** Looks at once at both systems for people and companies that changed, as the schedules do. */
  readonly sync: () => Promise<void>;
  /** Looks at once whether destinations that refused the credentials accept them now, as a schedule does every minute. */
  readonly knock: () => Promise<void>;
  /** Looks at once for conversations that no webhook brought, as the schedule does; returns how many there were. */
  readonly sweepIntercom: () => Promise<number>;
  /** Looks at once whose the records are that are due for it, as a schedule does. */
  readonly watchOwners: () => Promise<void>;
  /** The policy that a decision was made with, by the id it names: what goes on with the decision keeps to it. */
  readonly policyOfVersion: PolicyOfVersion;
  readonly close: (graceMs: Ms) => Promise<void>;
}

/** A change of connections, environments or policy is seen this much later at most; what is new, at once. */
const FRESH_MS: Ms = 2_000;

export async function openHouse(options: HouseOptions): Promise<House> {
  const { clock, log, vault } = options;
  const database = openDatabase({ url: options.databaseUrl, poolSize: 20, log });
  const { db } = database;
  const connections = remembered(clock, FRESH_MS, () => listConnections(db));
  requireKeys(
    (await connections()).flatMap((row) => row.secret ?? []),
    vault,
  );
  const environments = remembered(clock, FRESH_MS, () => listEnvironments(db));
  const policyOfVersion = policyLoader(db);
  const policyOf = async (version: number, textModel: number | null): Promise<CompiledPolicy> =>
    readBy(db, await policyOfVersion(version), textModel);
  const place = placesOf(policyOf, options, connections, environments);

  let engine: Engine | null = null;
  const theEngine = (): Engine => {
    if (engine === null) throw new Error("the engine has not started yet");
    return engine;
  };
  const joints: Joints = { options, db, place, environments, engine: theEngine };
  const { begun, pressKind, feedback, syncing, reconcile, kinds, schedules } = worksOf(joints);
  engine = await createEngine({
    databaseUrl: options.databaseUrl,
    kinds,
    schedules,
    concurrency: {
      conversation: options.concurrency,
      handoff: options.concurrency,
      timer: options.concurrency,
    },
    crashPoint: options.crashPoint,
    log,
    ...(options.beatMs !== undefined && { beatMs: options.beatMs }),
  });
  let listening: Listening | null = null;
  return {
    database,
    engine,
    work: async () => {
      await theEngine().work();
      listening = listen(feedback);
    },
    ...begun,
    takePress: (over, arrived) => takePress({ clock, engine: theEngine }, over, pressKind, arrived),
    connections,
    place,
    environments,
    pollDeals: () => pollAllDeals(feedback),
    sync: () => syncAll(syncing),
    knock: () => knockAgain({ db, clock, log, place }),
    sweepIntercom: () => sweepAll(reconcile),
    watchOwners: () => watchOwners({ db, clock, log, world: async (name) => (await place(name)).world }),
    policyOfVersion,
    close: async (graceMs) => {
      await listening?.stop();
      await theEngine().stop(graceMs);
      await database.close();
    },
  };
}

interface Joints {
  readonly options: HouseOptions;
  readonly db: Db;
  readonly place: Places;
  readonly environments: Remembered<readonly Environment[]>;
  readonly engine: () => Engine;
}

/** The kinds of runs, and the jobs that repeat. */
interface Works {
  /** The kinds that others than runs begin. */
  readonly begun: Pick<House, "conversationKind" | "auditKind">;
  readonly pressKind: RunKind<PressInput>;
  readonly feedback: FeedbackParts;
  readonly syncing: SyncParts;
  readonly reconcile: ReconcileParts;
  readonly kinds: readonly RunKind<never>[];
  readonly schedules: readonly Schedule[];
}

function worksOf(joints: Joints): Works {
  const { options, db, place, environments, engine } = joints;
  const { clock, log } = options;
  const handoffKind = handoffKindOf(joints);
  const world = async (name: string): Promise<World> => (await place(name)).world;
  const followUpDesk: FollowUpDesk = { db, clock, log, engine, world };
  const followUpKind = followUpRun(followUpDesk);
  const responseDesk = responseDeskOf(joints, followUpKind);
  const pressKind = pressRun(responseDesk);
  const boardKind = boardRun(responseDesk);
  const syncing = syncingOf(joints);
  const conversationKind = walk(deskOf(joints, handoffKind, syncing), engine);
  const feedbackKind = feedbackKindOf(joints);
  const feedback = { db, clock, log, engine, kind: () => feedbackKind, environments, place };
  const { sweepMs } = options;
  const auditKind = auditRun({ db, vault: options.vault, clock });
  const reconcile = { db, clock, log, engine, conversationKind, environments, place, sweepMs };
  return {
    begun: { conversationKind, auditKind },
    pressKind,
    feedback,
    reconcile,
    syncing,
    kinds: [
      conversationKind,
      handoffKind,
      followUpKind,
      pressKind,
      boardKind,
      feedbackKind,
      syncing.kind,
      auditKind,
    ].map((kind) => kind as RunKind<never>),
    schedules: [
      ...upkeep({ db, clock, engine, conversationKind, log }),
      startWaiting(db, engine, {
        handoff: handoffKind,
        "follow-up": followUpKind,
        feedback: feedbackKind,
        conversation: conversationKind,
        sync: syncing.kind,
      }),
      followUpSweep(followUpDesk, followUpKind),
      ownerWatch(followUpDesk),
      boardSweep(responseDesk, boardKind),
      ...feedbackSchedules(feedback),
      ...syncSchedules(syncing),
      knocking({ db, clock, log, place }),
      nightlyCensus({ db, clock, log }),
      reconcileSchedule(reconcile),
      ...forgettingSchedules({ db, clock, log }),
    ],
  };
}

function handoffKindOf({ options, db, place, engine }: Joints): RunKind<HandoffInput> {
  return handoffRun({
    db,
    engine,
    world: async (name) => (await place(name)).world,
    onEnd: (ended) => options.onHandoff?.(ended),
  });
}

function responseDeskOf(
  { options, db, place, engine }: Joints,
  followUpKind: RunKind<FollowUpInput>,
): ResponseDesk {
  const { clock, log } = options;
  return {
    db,
    clock,
    log,
    engine,
    followUpKind,
    place: async (name) => {
      const { environment, world, board } = await place(name);
      return { connection: environment.slackConnection, world, board };
    },
  };
}

function feedbackKindOf({ options, db, place, engine }: Joints): RunKind<FeedbackInput> {
  return feedbackRun({
    db,
    clock: options.clock,
    engine,
    place: async (name) => {
      const { environment, people, world } = await place(name);
      return { mode: environment.mode, people, patience: world };
    },
  });
}

function syncingOf({ options, db, place, environments, engine }: Joints): SyncParts {
  const { clock, log } = options;
  const desk = { db, clock, engine, place: async (name: string) => syncPlaceOf(await place(name)) };
  const kind: RunKind<SyncInput> = syncRun(desk);
  return { desk, kind, environments, log };
}

function deskOf(
  { options, db, place, environments, engine }: Joints,
  handoffKind: RunKind<HandoffInput>,
  syncing: SyncParts,
): Desk {
  const { clock, log } = options;
  const parts: DeskParts = {
    db,
    clock,
    place,
    engine,
    handoffKind: () => handoffKind,
    embedder: options.embedder,
    log,
    onDecision: (environment, kind) => options.onDecision?.(environment, kind),
    crashPoint: options.crashPoint,
  };
  const fedBy = async (workspace: string): Promise<readonly Environment[]> => {
    const isFed = (one: Environment): boolean => one.workspace === workspace && one.policyVersion !== null;
    return (await environments((all) => all.some(isFed))).filter(isFed);
  };
  return {
    db,
    clock,
    readerOf: async (workspace) => {
      const [first] = await fedBy(workspace);
      if (first === undefined) throw new Error(`workspace ${workspace} feeds no environment`);
      const { world } = await place(first.name);
      return async (conversation) => (world.inbox === null ? null : world.inbox.read(conversation));
    },
    environmentsOf: async (workspace) => (await fedBy(workspace)).map((one) => one.name),
    personChanged: (news) => personSync(syncing, news),
    decideAbout: (subject, attempt) => decideAbout(parts, subject, attempt),
  };
}
