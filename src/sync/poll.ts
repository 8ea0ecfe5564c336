/**
 * Looks at both systems for what changed since the last look and starts a run for each person whom it may concern.
 * Looking again changes nothing: what is as it was remembered starts no run, and the same change is the same run.
 */
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { RunKind } from "../engine/engine.ts";
import { inTransaction } from "../store/database.ts";
import { counted } from "./carry.ts";
import { isSynced, objectsToPoll, type SyncedObject, syncedRows } from "./fields.ts";
import type { SyncPlace } from "./place.ts";
import { isNews } from "./plan.ts";
import type { CrmRecord } from "./ports.ts";
import { companiesToldOf, cursorOf, moveCursor, pairsOfRecords } from "./queries.ts";
import { startSync, type SyncDesk, type SyncInput } from "./run.ts";

/** Starts runs for what changed in Salesforce; returns how many. Throws what Salesforce throws; nothing is lost then. */
export async function pollSalesforce(
  desk: SyncDesk,
  kind: RunKind<SyncInput>,
  place: SyncPlace,
): Promise<number> {
  let started = 0;
  for (const object of objectsToPoll(place.policy))
    started += await counted(desk, place, () => pollObject(desk, kind, place, object));
  return started;
}

async function pollObject(
  desk: SyncDesk,
  kind: RunKind<SyncInput>,
  place: SyncPlace,
  object: SyncedObject,
): Promise<number> {
  const { db } = desk;
  const { environment, policy } = place;
  const since = await cursorOf(db, environment, object, desk.clock());
  const rows = syncedRows(policy, object).filter(({ direction }) => direction !== "to-salesforce");
  const fields = rows.map(({ to }) => to);
  const { coveredUntil, records } = await place.crm.changedRecords(object, fields, since);
  const pairs = await pairsOfRecords(
    db,
    environment,
    records.map(({ id }) => id),
  );
  const news: { readonly record: CrmRecord; readonly id: string }[] = [];
  const strangers: CrmRecord[] = [];
  for (const record of records) {
    const pair = pairs.get(record.id);
    const held = rows.filter(({ to }) => Object.hasOwn(record.values, to));
    if (pair === undefined) strangers.push(record);
    else if (isNews(pair.fields, "salesforce", record.values, held)) news.push({ record, id: pair.id });
  }
  if (object !== "Account") news.push(...(await known(place, strangers)));
  await inTransaction(db, async (tx) => {
    for (const { record, id } of news) {
      const input = {
        environment,
        kind: object === "Account" ? ("company" as const) : ("person" as const),
        id,
        news: `${record.id}@${record.changedAt}`,
        looks: true,
        turn: 1,
      };
      await startSync(desk.engine(), kind, input, { tx });
    }
    await moveCursor(tx, environment, object, coveredUntil);
  });
  return news.length;
}

/** Those whom Intercom knows by the record's address. */
async function known(
  { people }: SyncPlace,
  records: readonly CrmRecord[],
): Promise<{ readonly record: CrmRecord; readonly id: string }[]> {
  const emails = [...new Set(records.flatMap(({ email }) => email ?? []))];
  if (emails.length === 0) return [];
  const found = await people.peopleByEmails(emails);
  return records.flatMap((record) => {
    const id = record.email === null ? undefined : found.get(record.email);
    return id === undefined ? [] : [{ record, id }];
  });
}

const PEOPLE = "people";
/** The search shows late who changed. */
const OVERLAP_MS: Ms = 10 * 60_000;

/** Starts runs for people who changed in Intercom and of whom no webhook told; returns for how many. */
export async function sweepIntercom(
  desk: SyncDesk,
  kind: RunKind<SyncInput>,
  place: SyncPlace,
  now: EpochMs,
): Promise<number> {
  const { db } = desk;
  const { environment, policy } = place;
  if (!isSynced(policy, "person")) return 0;
  const since = await cursorOf(db, environment, PEOPLE, now);
  const changed = await place.people.peopleChangedSince(since - OVERLAP_MS);
  await inTransaction(db, async (tx) => {
    for (const { id, updatedAt } of changed) {
      const input = {
        environment,
        kind: "person",
        id,
        news: `seen@${updatedAt}`,
        looks: false,
        turn: 1,
      } as const;
      await startSync(desk.engine(), kind, input, { tx });
    }
    await moveCursor(tx, environment, PEOPLE, now);
  });
  return changed.length;
}

const COMPANIES = "companies";

/** Starts runs for companies of which Intercom told something; no conversation's run takes that. Returns for how many. */
export async function hearCompanies(
  desk: SyncDesk,
  kind: RunKind<SyncInput>,
  place: SyncPlace,
  now: EpochMs,
): Promise<number> {
  const { db } = desk;
  const { environment, workspace, policy } = place;
  if (!isSynced(policy, "company")) return 0;
  const since = await cursorOf(db, environment, COMPANIES, now);
  const told = await companiesToldOf(db, workspace, since - OVERLAP_MS);
  await inTransaction(db, async (tx) => {
    for (const { id, event } of told) {
      const input = { environment, kind: "company", id, news: `e${event}`, looks: false, turn: 1 } as const;
      await startSync(desk.engine(), kind, input, { tx });
    }
    await moveCursor(tx, environment, COMPANIES, now);
  });
  return told.length;
}
