/**
 * Carries the changes of people or companies to the other side: each is stored before it is written, and what an
 * earlier attempt left is read again before it is written again. In shadow mode nothing is written.
 */
import { isDeepStrictEqual } from "node:util";
import { PermanentFailure, RetryableFailure } from "../kernel/failure.ts";
import type { Clock, EpochMs } from "../kernel/time.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import { givesWayUntil } from "../handoff/allowance.ts";
import { type Budget, budgetOf, COUNTED_FOR_MS } from "./budget.ts";
import { forIntercom, syncedRows, type Value, type Values } from "./fields.ts";
import { type Look, meet, type Met, soughtBy } from "./meet.ts";
import type { SyncPlace } from "./place.ts";
import { type Memory, type SyncChange, written } from "./plan.ts";
import type { CrmRecord, RecordWritten } from "./ports.ts";
import {
  adoptPair,
  type ChangeEnd,
  type ChangeState,
  countCalls,
  endChange,
  forgetPair,
  heirsAmong,
  insertChange,
  pairsOfRecords,
  savePair,
  spendingOf,
} from "./queries.ts";
import { idOf, settle, type Subject } from "./settle.ts";

/** Code of a value that the field of the org cannot hold. */
const UNFIT = "unfit_value";

/** The failure that says that sync's share of the day's calls is used. */
const SHARE_USED = "sync_share";
/** The failure that says that the org's day is nearly spent. */
const GIVES_WAY = "gives_way";

/** Whether sync is to wait for calls rather than to try again: no failure of anybody. */
export function waitsForCalls({ facts }: RetryableFailure): boolean {
  return facts.code === SHARE_USED || facts.code === GIVES_WAY || facts.isSpent === true;
}

export interface CarryParts {
  readonly db: Db;
  readonly clock: Clock;
}

/** What came of a look at some people or companies. */
export interface Tally {
  /** Of them those that Salesforce has a record of. */
  readonly matched: number;
  /** Changes by what became of them. */
  readonly changes: Readonly<Partial<Record<ChangeState, number>>>;
  /** Why some are still to be written: the first of the failures that time may cure; null: none is. */
  readonly later: RetryableFailure | null;
}

/** A change that is stored and to be written now. */
interface Write {
  readonly row: string;
  readonly field: string;
  readonly from: string;
  readonly to: SyncChange["to"];
  readonly after: Value;
}

/** A person or company with its record and what is to be written of them. */
interface Job {
  readonly subject: Subject;
  readonly record: CrmRecord;
  readonly fields: Memory;
  readonly version: number;
  readonly writes: readonly Write[];
}

/** Whether sync may ask Salesforce now; `most` is what the org allows a day, null where only Baton's memory tells. */
export async function budgetNow(
  db: Db,
  environment: string,
  most: number | null,
  now: EpochMs,
): Promise<Budget> {
  const spending = await spendingOf(db, environment, now - COUNTED_FOR_MS);
  return budgetOf({ ...spending, most: most ?? spending.most, now });
}

/**
 * Throws a RetryableFailure that says until when, while the share of the day's calls is used, or so many of the org's
 * calls that the rest is for handoffs.
 */
async function requireBudget(db: Db, place: SyncPlace, now: EpochMs): Promise<void> {
  const calls = place.crm.usage();
  const gives = givesWayUntil(calls, now);
  if (calls !== null && gives !== null) {
    const message = `Of the org's ${calls.most} calls to Salesforce within a day ${calls.used} are spent, by everybody in it: sync gives way to handoffs and looks again at ${new Date(gives).toISOString()} at the latest.`;
    throw new RetryableFailure(
      { target: "salesforce", code: GIVES_WAY, message },
      "not-executed",
      gives - now,
    );
  }
  const budget = await budgetNow(db, place.environment, calls?.most ?? null, now);
  if (budget.kind === "open") return;
  const { used, allowed, until } = budget;
  const message = `Sync has made ${used} calls to Salesforce within a day, its share is ${allowed}: it pauses until ${new Date(until).toISOString()}. \`baton environment set ${place.environment} --sync-share\` changes the share.`;
  throw new RetryableFailure(
    { target: "salesforce", code: SHARE_USED, message },
    "not-executed",
    until - now,
  );
}

/** Does something that asks Salesforce, within the budget, and counts its calls. */
export async function counted<T>(
  { db, clock }: CarryParts,
  place: SyncPlace,
  work: () => Promise<T>,
): Promise<T> {
  await requireBudget(db, place, clock());
  try {
    return await work();
  } finally {
    const calls = place.crm.takeCalls();
    if (calls > 0) await countCalls(db, place.environment, calls, place.crm.usage()?.most ?? null, clock());
  }
}

/** Makes both sides of these people or companies agree; all are of one kind. */
export async function carry(
  parts: CarryParts,
  place: SyncPlace,
  subjects: readonly Subject[],
  look: Look,
): Promise<Tally> {
  const ids = subjects.flatMap((subject) => (subject.kind === "person" ? [subject.person.id] : []));
  for (const id of await heirsAmong(parts.db, place.workspace, ids))
    await inTransaction(parts.db, (tx) =>
      adoptPair(tx, { environment: place.environment, id }, place.workspace),
    );
  return counted(parts, place, async () => {
    const met = await meet(parts.db, place, subjects, look, parts.clock());
    await freeRecords(parts.db, place, met);
    const tally = new Map<ChangeState, number>();
    const count = (state: ChangeState): void => void tally.set(state, (tally.get(state) ?? 0) + 1);
    const jobs = await inTransaction(parts.db, async (tx) => {
      const stored: Job[] = [];
      for (const one of met) {
        const job = await store(tx, place, one, look, parts.clock(), count);
        if (job !== null) stored.push(job);
      }
      return stored;
    });
    const later = await write(parts, place, jobs, count);
    const matched = met.filter(({ record }) => record !== null).length;
    return { matched, changes: Object.fromEntries(tally), later };
  });
}

/**
 * A record stays with the contact that had it first, unless Intercom has that one no more: before version 2.15 a merge
 * does not say who is gone.
 */
async function freeRecords(db: Db, place: SyncPlace, met: readonly Met[]): Promise<void> {
  const { environment, people } = place;
  const wanted = met.flatMap(({ subject, record, pair }) =>
    subject.kind === "company" || record === null || pair?.record?.id === record.id
      ? []
      : [{ id: subject.person.id, record: record.id }],
  );
  if (wanted.length === 0) return;
  const owners = await pairsOfRecords(
    db,
    environment,
    wanted.map(({ record }) => record),
  );
  for (const { id, record } of wanted) {
    const owner = owners.get(record)?.id ?? id;
    if (owner === id || (await people.readPerson(owner, { companies: false })) !== null) continue;
    await inTransaction(db, (tx) => forgetPair(tx, { environment, kind: "person", id: owner }));
  }
}

/** Stores what is planned for one; null when there is nothing to write, or somebody else plans for them. */
async function store(
  tx: Tx,
  place: SyncPlace,
  { subject, pair, record, open }: Met,
  { aligning }: Look,
  now: EpochMs,
  count: (state: ChangeState) => void,
): Promise<Job | null> {
  const { environment, mode, policy, policyVersion } = place;
  const whom = { environment, kind: subject.kind, id: idOf(subject) };
  const lookedFor = soughtBy(subject);
  const version = (pair?.version ?? 0) + 1;
  const seen = { lookedFor, lookedAt: now, version };
  if (record === null) {
    await savePair(tx, whom, { ...seen, record: null, fields: {} });
    return null;
  }
  const fields = pair?.fields ?? {};
  const settled = settle({ subject, record, fields, open, policy, aligning, now });
  const { changes, still, ends } = settled;
  const isIdle = changes.length + still.length + ends.length === 0 && pair?.record?.id === record.id;
  if (isIdle && isDeepStrictEqual(settled.fields, fields)) return null;
  if (!(await savePair(tx, whom, { ...seen, record, fields: settled.fields }))) return null;
  for (const end of ends) {
    await endChange(tx, end, now);
    count(end.state);
  }
  const writes: Write[] = [...still];
  for (const change of changes) {
    const state = stateOf(change, mode);
    const row = await insertChange(tx, whom, { ...change, record, lookedFor, state, policyVersion, now });
    if (state === "planned") writes.push({ ...change, row });
    else count(state);
  }
  if (mode === "shadow" || writes.length === 0) return null;
  return { subject, record, fields: settled.fields, version, writes };
}

function stateOf({ outcome }: SyncChange, mode: SyncPlace["mode"]): ChangeState {
  if (outcome !== "write") return outcome;
  return mode === "shadow" ? "would" : "planned";
}

/** People written to Intercom at one time. */
const AT_A_TIME = 10;

/**
 * Salesforce's records 200 a call, then Intercom's people some at a time; what ended is stored after each. Returns why
 * some of Salesforce's are left open.
 */
async function write(
  parts: CarryParts,
  place: SyncPlace,
  jobs: readonly Job[],
  count: (state: ChangeState) => void,
): Promise<RetryableFailure | null> {
  const toSalesforce = jobs.filter(({ writes }) => writes.some(({ to }) => to === "salesforce"));
  const results = await place.crm.writeRecords(
    toSalesforce.map(({ record, writes }) => ({
      object: record.object,
      id: record.id,
      fields: valuesFor(writes, "salesforce", ({ field }) => field),
    })),
  );
  const ends = new Map(toSalesforce.map((job, at) => [job, endsInSalesforce(job, results[at])]));
  const isSplit = ({ writes }: Job): boolean => writes.some(({ to }) => to === "intercom");
  const whole = toSalesforce.filter((job) => !isSplit(job));
  await finish(
    parts,
    place,
    whole.map((job) => [job, ends.get(job) ?? []]),
    count,
  );
  const split = jobs.filter(isSplit);
  for (let at = 0; at < split.length; at += AT_A_TIME) {
    const group = split.slice(at, at + AT_A_TIME);
    const written = await Promise.all(
      group.map(
        async (job) => [job, [...(ends.get(job) ?? []), ...(await writeToIntercom(place, job))]] as const,
      ),
    );
    await finish(parts, place, written, count);
  }
  return results.find((result) => result.kind === "later")?.failure ?? null;
}

function valuesFor(
  writes: readonly Write[],
  to: Write["to"],
  nameOf: (write: Write) => string,
  valueOf: (write: Write) => Value = ({ after }) => after,
): Values {
  return Object.fromEntries(writes.filter((one) => one.to === to).map((one) => [nameOf(one), valueOf(one)]));
}

function endsInSalesforce({ writes }: Job, result: RecordWritten | undefined): readonly ChangeEnd[] {
  if (result === undefined || result.kind === "later") return [];
  return writes
    .filter(({ to }) => to === "salesforce")
    .map(({ row, field }): ChangeEnd => {
      if (result.kind === "refused")
        return { row, state: "failed", error: result.message, code: result.code };
      const after = result.fitted[field];
      if (after !== undefined) return { row, state: "done", error: null, after };
      return {
        row,
        state: "failed",
        code: UNFIT,
        error: "the field of the org cannot hold this value, or may not be written",
      };
    });
}

async function writeToIntercom(
  { people, policy }: SyncPlace,
  { subject, record, writes }: Job,
): Promise<readonly ChangeEnd[]> {
  const mine = writes.filter(({ to }) => to === "intercom");
  const rows = syncedRows(policy, record.object);
  const fields = valuesFor(
    mine,
    "intercom",
    ({ from }) => from,
    ({ field, after }) => {
      const row = rows.find(({ to }) => to === field);
      return row === undefined ? after : forIntercom(row, after);
    },
  );
  try {
    if (subject.kind === "person") await people.setPerson(subject.person.id, fields);
    else await people.setCompany(subject.id, fields);
    return mine.map(({ row }) => ({ row, state: "done", error: null }));
  } catch (error) {
    if (!(error instanceof PermanentFailure)) throw error;
    const { code, message } = error.facts;
    return mine.map(({ row }) => ({ row, state: "failed", error: message, code }));
  }
}

/** What was written is remembered as that side's own value: coming back, it is no change. */
async function finish(
  { db, clock }: CarryParts,
  place: SyncPlace,
  ended: readonly (readonly [Job, readonly ChangeEnd[]])[],
  count: (state: ChangeState) => void,
): Promise<void> {
  if (ended.length === 0) return;
  const now = clock();
  await inTransaction(db, async (tx) => {
    for (const [job, ends] of ended) {
      if (ends.length === 0) continue;
      let { fields } = job;
      for (const end of ends) {
        await endChange(tx, end, now);
        count(end.state);
        const change = job.writes.find(({ row }) => row === end.row);
        if (change === undefined || end.state !== "done") continue;
        fields = written(fields, { ...change, after: end.after ?? change.after }, now);
      }
      const { record, subject, version } = job;
      const whom = { environment: place.environment, kind: subject.kind, id: idOf(subject) };
      const pair = { record, lookedFor: soughtBy(subject), lookedAt: now, fields, version: version + 1 };
      await savePair(tx, whom, pair);
    }
  });
}
