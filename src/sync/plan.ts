/**
 * What a person or company needs so that both systems agree again: one change a field, or none. A change is known by
 * what each side held when Baton last looked, so that Baton's own write, coming back, is none. Pure.
 */
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { FieldMapping } from "../policy/schema.ts";
import { isSame, type Value, type Values } from "./fields.ts";

export type SideName = "intercom" | "salesforce";

/** What one side holds now, and when the contact, company or record as a whole was last changed. */
export interface Side {
  readonly values: Values;
  readonly at: EpochMs;
}

/** A value, and the earliest change of the whole after which it was seen: when the field was changed at the latest. */
export interface Seen {
  readonly value: Value;
  readonly at: EpochMs;
}

/** What is remembered of a field. */
export interface FieldMemory {
  readonly intercom: Seen;
  readonly salesforce: Seen;
  /** Where Baton wrote last, and how often that has turned round since `since`. */
  readonly wrote: { readonly to: SideName; readonly turns: number; readonly since: EpochMs } | null;
}
export type Memory = Readonly<Record<string, FieldMemory>>;

export interface Known {
  /** By Salesforce field; a field that is not there meets for the first time. */
  readonly fields: Memory;
  /** Whatever differs counts as changed, as in a backfill. */
  readonly aligning: boolean;
}

/** One line of the audit. */
export interface SyncChange {
  /** Name of the Salesforce field. */
  readonly field: string;
  /** Name of Intercom's field, as in the mapping. */
  readonly from: string;
  /** Where it is written, or would have been. */
  readonly to: SideName;
  readonly before: Value;
  readonly after: Value;
  /** kept: the other side keeps its value; stopped: the two sides keep rewriting each other. */
  readonly outcome: "write" | "kept" | "stopped";
  readonly why: string;
  /** When the value that counts was changed, at the latest. */
  readonly changedAt: EpochMs;
}

export interface SyncPlan {
  readonly changes: readonly SyncChange[];
  /** What is to be remembered, before anything is written. */
  readonly fields: Memory;
}

/** A field may turn round this often an hour: something else that rewrites every write would turn it for ever. */
export const MOST_TURNS = 4;
const TURNS_COUNT_FOR_MS: Ms = 3_600_000;

const LABEL = { intercom: "Intercom", salesforce: "Salesforce" } as const;
const OTHER = { intercom: "salesforce", salesforce: "intercom" } as const;

/** The changes that make both sides agree, by each line's direction; the last writer of a field counts. */
export function planSync(
  known: Known,
  intercom: Side,
  salesforce: Side,
  mapping: readonly FieldMapping[],
  now: EpochMs,
): SyncPlan {
  const changes: SyncChange[] = [];
  const fields: Record<string, FieldMemory> = { ...known.fields };
  for (const row of mapping) {
    const before = known.fields[row.to];
    const seen = {
      intercom: look(row, before?.intercom, intercom),
      salesforce: look(row, before?.salesforce, salesforce),
      wrote: before?.wrote ?? null,
    };
    const verdict = judge({ row, before, seen, aligning: known.aligning });
    const change = verdict === null ? null : changeOf(row, seen, verdict, now);
    if (change !== null) changes.push(change);
    fields[row.to] =
      change?.outcome === "write" ? { ...seen, wrote: turned(seen.wrote, change.to, now) } : seen;
  }
  return { changes, fields };
}

/** The memory once a value has been written: what comes back as a change of that side is Baton's own. */
export function written(
  fields: Memory,
  { field, to, after }: Pick<SyncChange, "field" | "to" | "after">,
  now: EpochMs,
): Memory {
  const memory = fields[field];
  return memory === undefined
    ? fields
    : { ...fields, [field]: { ...memory, [to]: { value: after, at: now } } };
}

/** Whether a side holds anything else than what is remembered of it. */
export function isNews(
  fields: Memory,
  side: SideName,
  values: Values,
  mapping: readonly FieldMapping[],
): boolean {
  return mapping.some((row) => {
    const memory = fields[row.to];
    return memory === undefined || !isSame(row, memory[side].value, values[row.to] ?? null);
  });
}

function look(row: FieldMapping, before: Seen | undefined, side: Side): Seen {
  const value = side.values[row.to] ?? null;
  return before !== undefined && isSame(row, before.value, value) ? before : { value, at: side.at };
}

interface Matter {
  readonly row: FieldMapping;
  readonly before: FieldMemory | undefined;
  readonly seen: FieldMemory;
  readonly aligning: boolean;
}

interface Verdict {
  readonly source: SideName;
  readonly isWritten: boolean;
  readonly why: string;
}

/** Whose value counts; null: nothing has changed that could go anywhere. */
function judge(matter: Matter): Verdict | null {
  const { row, seen } = matter;
  if (isSame(row, seen.intercom.value, seen.salesforce.value)) return null;
  if (row.direction !== "both")
    return oneWay(matter, row.direction === "to-salesforce" ? "intercom" : "salesforce");
  const changed = (["intercom", "salesforce"] as const).filter((side) => hasChanged(matter, side));
  const [first, second] = changed.filter((side) => seen[side].value !== null);
  if (first !== undefined && second !== undefined) return lastWriter(matter);
  if (first !== undefined) return { source: first, isWritten: true, why: reasonFor(matter, first) };
  return changed[0] === undefined ? null : emptied(changed[0]);
}

function hasChanged({ row, before, seen, aligning }: Matter, side: SideName): boolean {
  return aligning || before === undefined || !isSame(row, before[side].value, seen[side].value);
}

function oneWay(matter: Matter, source: SideName): Verdict | null {
  const { row, before, seen } = matter;
  if (!hasChanged(matter, source)) return null;
  const target = OTHER[source];
  if (seen[source].value === null) return before === undefined ? null : emptied(source);
  const isCertain = before !== undefined && !isSame(row, before[source].value, seen[source].value);
  if (isCertain || seen[target].value === null || seen[source].at >= seen[target].at)
    return { source, isWritten: true, why: reasonFor(matter, source) };
  return {
    source,
    isWritten: false,
    why: `both had a value when they met, and ${LABEL[target]}'s was changed later`,
  };
}

/** Of the same second, what stands in Salesforce counts. */
function lastWriter(matter: Matter): Verdict {
  const { seen } = matter;
  const source = seen.intercom.at > seen.salesforce.at ? "intercom" : "salesforce";
  const when = matter.before === undefined ? "both had a value when they met" : "both changed";
  return { source, isWritten: true, why: `${when}, and ${LABEL[source]} was the last to` };
}

function reasonFor({ before, seen }: Matter, source: SideName): string {
  if (seen[OTHER[source]].value === null) return `${LABEL[OTHER[source]]} had nothing there`;
  return before === undefined
    ? `${LABEL[source]} was changed later when they met`
    : `${LABEL[source]} changed it`;
}

function emptied(source: SideName): Verdict {
  return { source, isWritten: false, why: `it was emptied in ${LABEL[source]}, and that erases nothing` };
}

function changeOf(row: FieldMapping, seen: FieldMemory, verdict: Verdict, now: EpochMs): SyncChange {
  const { source, isWritten, why } = verdict;
  const to = OTHER[source];
  const change = {
    field: row.to,
    from: row.from,
    to,
    before: seen[to].value,
    after: seen[source].value,
    changedAt: seen[source].at,
  };
  if (!isWritten) return { ...change, outcome: "kept", why };
  if (turned(seen.wrote, to, now).turns <= MOST_TURNS) return { ...change, outcome: "write", why };
  const stopped = "the two sides keep rewriting each other's value: something else changes what is written";
  return { ...change, outcome: "stopped", why: stopped };
}

function turned(wrote: FieldMemory["wrote"], to: SideName, now: EpochMs): NonNullable<FieldMemory["wrote"]> {
  if (wrote === null || now - wrote.since >= TURNS_COUNT_FOR_MS) return { to, turns: 0, since: now };
  return { to, turns: wrote.turns + (wrote.to === to ? 0 : 1), since: wrote.since };
}
