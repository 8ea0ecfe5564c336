/** Finds the record of each person and company: the one it had, the one Baton wrote, else by address or domain. */
import type { EpochMs, Ms } from "../kernel/time.ts";
import { registrable } from "../qualify/domain.ts";
import type { Db } from "../store/database.ts";
import type { Kind } from "./fields.ts";
import { OBJECTS, syncedRows } from "./fields.ts";
import { isNews } from "./plan.ts";
import type { CrmRecord, FieldsToRead } from "./ports.ts";
import { type OpenChange, openChanges, type Pair, pairsOf, recordsWrittenFor } from "./queries.ts";
import { idOf, type Subject, valuesOf } from "./settle.ts";
import type { SyncPlace } from "./place.ts";

/** Somebody whom Salesforce does not know is looked for again after this. */
const LOOK_AGAIN_MS: Ms = 86_400_000;

export interface Look {
  /** Whatever differs counts as changed. */
  readonly aligning: boolean;
  /** Salesforce is asked even when nothing is new in Intercom. */
  readonly looks: boolean;
}

export interface Met {
  readonly subject: Subject;
  readonly pair: Pair | null;
  /** Null: Salesforce has none. */
  readonly record: CrmRecord | null;
  readonly open: readonly OpenChange[];
}

/** The address or domain by which a subject's record is looked for; null when there is none. */
export function soughtBy(subject: Subject): string | null {
  if (subject.kind === "person") return subject.person.email?.toLowerCase() ?? null;
  return registrable(subject.company.domain);
}

/** Salesforce fields of the mapping by object, for a kind. */
function fieldsToRead({ policy }: SyncPlace, kind: Kind): FieldsToRead {
  return Object.fromEntries(
    OBJECTS[kind].map((object) => [object, syncedRows(policy, object).map(({ to }) => to)]),
  );
}

/** Those of the subjects about which something may have to be done, each with its record. All are of one kind. */
export async function meet(
  db: Db,
  place: SyncPlace,
  subjects: readonly Subject[],
  look: Look,
  now: EpochMs,
): Promise<readonly Met[]> {
  const [first] = subjects;
  if (first === undefined) return [];
  const ids = subjects.map(idOf);
  const { environment, workspace } = place;
  const [pairs, open, written] = await Promise.all([
    pairsOf(db, environment, first.kind, ids),
    openChanges(db, environment, first.kind, ids),
    first.kind === "person" ? recordsWrittenFor(db, environment, workspace, ids) : new Map<string, string>(),
  ]);
  const pairOf = new Map(pairs.map((pair) => [pair.id, pair]));
  const candidates = subjects.map((subject) => {
    const pair = pairOf.get(idOf(subject)) ?? null;
    const recordId = pair?.record?.id ?? written.get(idOf(subject)) ?? null;
    const changes = open.filter(({ id }) => id === idOf(subject));
    return { subject, pair, recordId, open: changes };
  });
  const wanted = candidates.filter(
    ({ subject, pair, recordId, open: changes }) =>
      look.aligning ||
      look.looks ||
      changes.length > 0 ||
      (recordId !== null && pair?.record == null) ||
      hasNews(place, subject, pair, now),
  );
  const records = await recordsFor(place, first.kind, wanted);
  return wanted.map((one) => ({ ...one, record: records(one) }));
}

function hasNews(place: SyncPlace, subject: Subject, pair: Pair | null, now: EpochMs): boolean {
  if (pair === null) return true;
  if (pair.record === null)
    return pair.lookedFor !== soughtBy(subject) || now - pair.lookedAt >= LOOK_AGAIN_MS;
  const rows = syncedRows(place.policy, pair.record.object);
  return isNews(pair.fields, "intercom", valuesOf(subject, rows), rows);
}

interface Sought {
  readonly subject: Subject;
  readonly recordId: string | null;
}

async function recordsFor(
  { crm, ...place }: SyncPlace,
  kind: Kind,
  sought: readonly Sought[],
): Promise<(one: Sought) => CrmRecord | null> {
  const ids = [...new Set(sought.flatMap(({ recordId }) => recordId ?? []))];
  const keys = (some: readonly Sought[]): string[] => [
    ...new Set(some.flatMap(({ subject }) => soughtBy(subject) ?? [])),
  ];
  const fields = fieldsToRead({ crm, ...place }, kind);
  const ask = (some: readonly Sought[], byId: readonly string[]) => {
    const by = keys(some);
    return crm.readRecords({
      fields,
      ids: byId,
      emails: kind === "person" ? by : [],
      domains: kind === "company" ? by : [],
    });
  };
  const unlinked = sought.filter(({ recordId }) => recordId === null);
  if (ids.length === 0 && keys(unlinked).length === 0) return () => null;
  const found = await ask(unlinked, ids);
  const gone = sought.filter(({ recordId }) => recordId !== null && found.byId.get(recordId) == null);
  const instead = keys(gone).length === 0 ? found : await ask(gone, []);
  return ({ subject, recordId }) => {
    const linked = recordId === null ? null : (found.byId.get(recordId) ?? null);
    if (linked !== null) return linked;
    const key = soughtBy(subject);
    if (key === null) return null;
    const from = recordId === null ? found : instead;
    return (kind === "person" ? from.byEmail.get(key) : from.byDomain.get(key)) ?? null;
  };
}
