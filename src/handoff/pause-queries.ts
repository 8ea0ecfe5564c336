/** SQL of pauses: destinations to which an environment sends nothing for now, and the runs that wait for them. */
import { sql } from "kysely";
import type { EpochMs } from "../kernel/time.ts";
import type { Json } from "../engine/engine.ts";
import type { Db, Tx } from "../store/database.ts";

/** What an environment is connected to. */
export const DESTINATIONS = ["intercom", "salesforce", "slack", "email", "enrichment"] as const;
export type Destination = (typeof DESTINATIONS)[number];

export interface Pause {
  readonly environment: string;
  readonly destination: Destination;
  readonly reason: string;
  readonly pausedBy: string;
  /** Its credentials were refused, or its calls were spent: it ends by itself when it lets Baton in. */
  readonly isAutomatic: boolean;
  readonly since: EpochMs;
  /** Runs that wait for it. */
  readonly waiting: number;
}

const pauseColumns = sql`
  p.environment, p.destination, p.reason, p.paused_by as "pausedBy", p.is_automatic as "isAutomatic",
  (extract(epoch from p.since) * 1000)::float8 as since,
  (select count(*) from waiting_runs w where w.environment = p.environment and p.destination = any(w.destinations))::int as waiting`;

/** Pauses, of one environment or of all, the oldest first. */
export async function listPauses(db: Db | Tx, environment: string | null): Promise<readonly Pause[]> {
  const { rows } = await sql<Pause>`
    select ${pauseColumns} from pauses p
    where ${environment}::text is null or p.environment = ${environment}
    order by p.since, p.environment, p.destination`.execute(db);
  return rows;
}

/** True when the environment sends nothing there for now. */
export async function isPaused(db: Db | Tx, environment: string, destination: Destination): Promise<boolean> {
  const { rows } = await sql`
    select 1 from pauses where environment = ${environment} and destination = ${destination}`.execute(db);
  return rows.length > 0;
}

/** Pauses; a person's pause stands over an automatic one, and never the other way round. */
export async function insertPause(db: Db | Tx, pause: Omit<Pause, "waiting">): Promise<void> {
  await sql`
    insert into pauses as p (environment, destination, reason, paused_by, is_automatic, since)
    values (${pause.environment}, ${pause.destination}, ${pause.reason}, ${pause.pausedBy}, ${pause.isAutomatic},
      to_timestamp(${pause.since / 1_000}))
    on conflict (environment, destination) do update
      set reason = excluded.reason, paused_by = excluded.paused_by, is_automatic = excluded.is_automatic
      where not excluded.is_automatic`.execute(db);
}

/** Ends a pause; false when there was none. What was noted of its refused credentials is over. */
export async function deletePause(tx: Tx, environment: string, destination: Destination): Promise<boolean> {
  const { numAffectedRows } = await sql`
    delete from pauses where environment = ${environment} and destination = ${destination}`.execute(tx);
  await sql`
    update failures set state = 'resolved' where environment = ${environment} and destination = ${destination}
      and subject = ${`connection:${destination}`} and state = 'open'`.execute(tx);
  return numAffectedRows === 1n;
}

/** Notes that a destination lets nobody in: one issue, however many runs meet it. */
export async function noteRefusal(
  tx: Tx,
  refusal: {
    readonly environment: string;
    readonly destination: Destination;
    readonly code: string;
    readonly message: string;
  },
): Promise<void> {
  const { environment, destination, code, message } = refusal;
  await sql`
    select note_failure(${environment}, ${destination}, ${code}, ${`connection:${destination}`}, null, ${message})`.execute(
    tx,
  );
}

export type WaitingKind = "handoff" | "follow-up" | "feedback" | "conversation" | "sync";

export interface WaitingRun {
  /** The id under which it will start. */
  readonly runId: string;
  readonly kind: WaitingKind;
  /** The handoff, timer, deal or conversation that it is about. */
  readonly subject: string;
  readonly environment: string;
  /** None: it waits only for its place in the line. */
  readonly destinations: readonly string[];
  readonly partition: string | null;
  readonly input: Json;
}

/** Lets a run wait, durably; the same run again changes nothing. */
export async function letWait(db: Db | Tx, run: WaitingRun): Promise<void> {
  await sql`
    insert into waiting_runs (run_id, kind, subject, environment, destinations, partition, input)
    values (${run.runId}, ${run.kind}, ${run.subject}, ${run.environment}, ${run.destinations}::text[], ${run.partition},
      ${JSON.stringify(run.input)}::jsonb)
    on conflict (run_id) do nothing`.execute(db);
}

/** So many runs that waited are started at once: what was held back for hours comes as a stream, not as a flood. */
export const MOST_STARTED_A_SECOND = 20;

/** Takes runs out of the line whose destinations are all open, the longest waiting first. */
export async function takeReady(tx: Tx, most: number): Promise<readonly WaitingRun[]> {
  const { rows } = await sql<WaitingRun & { seq: number }>`
    with ready as (
      select w.run_id from waiting_runs w
      where not exists (select 1 from pauses p where p.environment = w.environment and p.destination = any(w.destinations))
      order by w.seq limit ${most} for update skip locked)
    delete from waiting_runs w using ready r where w.run_id = r.run_id
    returning w.run_id as "runId", w.kind, w.subject, w.environment, w.destinations, w.partition, w.input, w.seq`.execute(
    tx,
  );
  return rows.toSorted((a, b) => a.seq - b.seq);
}
