/** What is to be written for one person or company: what is new, and what was stored before and is not there yet. Pure. */
import type { EpochMs } from "../kernel/time.ts";
import type { FieldMapping, Policy } from "../policy/schema.ts";
import { intercomValues, isSame, syncedRows, type Values } from "./fields.ts";
import { type Memory, planSync, type Side, type SyncChange, written } from "./plan.ts";
import type { CompanyReading, CrmRecord, PersonReading } from "./ports.ts";
import type { ChangeEnd, OpenChange } from "./queries.ts";

/** A person or a company of Intercom as it is now. */
export type Subject =
  | ({ readonly kind: "person" } & PersonReading)
  | ({ readonly kind: "company"; readonly id: string } & CompanyReading);

export interface Matter {
  readonly subject: Subject;
  readonly record: CrmRecord;
  readonly fields: Memory;
  /** Changes stored before, the earliest first. */
  readonly open: readonly OpenChange[];
  readonly policy: Policy;
  readonly aligning: boolean;
  readonly now: EpochMs;
}

export interface Settled {
  /** New changes, in the order of the mapping. */
  readonly changes: readonly SyncChange[];
  /** Stored changes that are still to be written. */
  readonly still: readonly OpenChange[];
  /** Stored changes that are over. */
  readonly ends: readonly ChangeEnd[];
  readonly fields: Memory;
}

/** The id of a subject in Intercom. */
export function idOf(subject: Subject): string {
  return subject.kind === "person" ? subject.person.id : subject.id;
}

/** What Intercom holds of a subject for these lines. */
export function valuesOf(subject: Subject, rows: readonly FieldMapping[]): Values {
  if (subject.kind === "company") return intercomValues(rows, { person: null, company: subject.company });
  return intercomValues(rows, { person: subject.person, company: subject.company?.company ?? null });
}

/** Compares what both sides hold now with what is remembered and with what was stored to be written. */
export function settle(matter: Matter): Settled {
  const { subject, record, policy, now } = matter;
  const all = syncedRows(policy, record.object);
  // A field that the org lacks is left out.
  const rows = all.filter(({ to }) => Object.hasOwn(record.values, to));
  const intercom: Side = { values: valuesOf(subject, all), at: subject.updatedAt };
  const salesforce: Side = { values: record.values, at: record.changedAt };
  const known = settleOpen(matter, rows, { intercom, salesforce });
  const waiting = new Set(known.still.map(({ field }) => field));
  const free = rows.filter(({ to }) => !waiting.has(to));
  const plan = planSync({ fields: known.fields, aligning: matter.aligning }, intercom, salesforce, free, now);
  const lacking = all.filter((row) => !rows.includes(row));
  return { ...known, changes: plan.changes, fields: { ...plan.fields, ...unheld(lacking, intercom) } };
}

type Sides = { readonly intercom: Side; readonly salesforce: Side };

function settleOpen(
  { open, fields: before, now }: Matter,
  rows: readonly FieldMapping[],
  sides: Sides,
): Pick<Settled, "still" | "ends" | "fields"> {
  const still: OpenChange[] = [];
  const ends: ChangeEnd[] = [];
  let fields = before;
  for (const change of open) {
    const { row: id, field, to } = change;
    const row = rows.find((one) => one.to === field);
    const target = sides[to].values[field] ?? null;
    const source = sides[to === "intercom" ? "salesforce" : "intercom"].values[field] ?? null;
    const lost = (error: string): void => void ends.push({ row: id, state: "lost", error });
    if (row === undefined) lost("the mapping or the record has this field no more");
    else if (isSame(row, target, change.after)) {
      ends.push({ row: id, state: "done", error: null });
      fields = written(fields, change, now);
    } else if (!isSame(row, source, change.after)) lost("its source was changed again before it was written");
    else if (!isSame(row, target, change.before)) lost("its target was changed before it was written");
    else still.push(change);
  }
  return { still, ends, fields };
}

/** Of a field that the org lacks Intercom's value is remembered, so that it is no news the next time. */
function unheld(rows: readonly FieldMapping[], { values, at }: Side): Memory {
  const salesforce = { value: null, at: 0 };
  const lacking = Object.entries(values).filter(([field]) => rows.some(({ to }) => to === field));
  return Object.fromEntries(
    lacking.map(([field, value]) => [field, { intercom: { value, at }, salesforce, wrote: null }]),
  );
}
