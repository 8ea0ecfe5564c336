/** `/sobjects/X/updated` and `/deleted` (api: getUpdated, getDeleted, polling_for_changes). */
import { refusal } from "./errors.ts";
import { allRows, type Org, type Row, stamp } from "./org.ts";
import type { SchemaObject } from "./schema.ts";

const thirtyDaysMs = 30 * 86_400_000;

/** Ids changed or made in the window, and up to when the answer is sure. */
export function updatedRecords(org: Org, object: SchemaObject, query: Readonly<Record<string, string>>) {
  const window = windowOf(org, query);
  const ids = [...changedIn(org, object, window)]
    .filter((row) => row["IsDeleted"] !== true)
    .map((row) => row["Id"]);
  return { ids, latestDateCovered: window.covered };
}

/** Records deleted in the window. */
export function deletedRecords(org: Org, object: SchemaObject, query: Readonly<Record<string, string>>) {
  const window = windowOf(org, query);
  const deleted = [...changedIn(org, object, window)].filter((row) => row["IsDeleted"] === true);
  return {
    deletedRecords: deleted.map((row) => ({ id: row["Id"], deletedDate: row["SystemModstamp"] })),
    earliestDateAvailable: stamp(org.now() - thirtyDaysMs),
    latestDateCovered: window.covered,
  };
}

interface Window {
  readonly from: string;
  readonly until: string;
  readonly covered: string;
}

function windowOf(org: Org, query: Readonly<Record<string, string>>): Window {
  const step = org.settings.replicationStep === "minute" ? 60_000 : 1000;
  const start = momentOf(query["start"], "start", step);
  const end = momentOf(query["end"], "end", step);
  const now = org.now();
  if (start >= end) {
    throw refusal(400, "INVALID_REPLICATION_DATE", "startDate: must be before endDate");
  }
  if (start < now - thirtyDaysMs - 86_400_000) {
    throw refusal(400, "INVALID_REPLICATION_DATE", "startDate is more than 30 days ago");
  }
  return {
    from: stamp(start),
    until: stamp(end),
    covered: stamp(Math.max(start, Math.min(end, now - org.settings.openTransactionMs))),
  };
}

function momentOf(text: string | undefined, name: string, step: number): number {
  // A plus sign of the zone that was not encoded arrives as a space.
  const ms = Date.parse((text ?? "").replace(" ", "+").replace(/\+(\d{2})(\d{2})$/, "+$1:$2"));
  if (Number.isNaN(ms)) throw refusal(400, "MALFORMED_QUERY", `${name} is not a valid date and time`);
  return Math.floor(ms / step) * step;
}

function* changedIn(org: Org, object: SchemaObject, window: Window): Generator<Row> {
  for (const row of allRows(org, object.name)) {
    const at = String(row["SystemModstamp"]);
    if (at >= window.from && at <= window.until) yield row;
  }
}
