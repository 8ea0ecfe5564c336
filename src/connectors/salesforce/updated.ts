/**
 * What changed in an object, by `/updated`, on every edition: it says up to when nothing can be missing, because it
 * steps back before transactions that are still open (api: polling_for_changes, getUpdated).
 */
import { z } from "zod";
import { RetryableFailure } from "../../kernel/failure.ts";
import { type EpochMs, type Ms, parseInstant } from "../../kernel/time.ts";
import { API_PATH, type SalesforceClient } from "./client.ts";
import { instant, type Soql, soql } from "./soql.ts";

/** A change may commit this long after its time stamp was set. */
const OVERLAP_MS: Ms = 10 * 60_000;
/** `updated` reaches back 30 days; an older cursor asks by query alone. */
const LONGEST_WINDOW_MS: Ms = 29 * 86_400_000;
/** So many ids keep the address of a query under its limit of 16,384 characters. */
export const IDS_A_QUERY = 200;

const Updated = z.object({ ids: z.array(z.string()), latestDateCovered: z.string() });

/**
 * Rows of `object` that changed after `since`, read by `read`; those that changed in the minutes before come again,
 * because `updated` shows late what is new (it ignores seconds).
 */
export async function changedSince<Row extends { readonly Id: string }>(
  client: SalesforceClient,
  object: string,
  times: { readonly since: EpochMs; readonly now: EpochMs },
  read: (where: Soql) => Promise<readonly Row[]>,
): Promise<{ readonly coveredUntil: EpochMs; readonly rows: readonly Row[] }> {
  const { since, now } = times;
  const covered = now - since > LONGEST_WINDOW_MS ? null : await readUpdated(client, object, times);
  const recent = await read(soql`SystemModstamp >= ${instant(Math.min(since, now) - OVERLAP_MS)}`);
  const found = new Set(recent.map(({ Id }) => Id));
  const late = (covered?.ids ?? []).filter((id) => !found.has(id));
  const rows = [...recent];
  for (let at = 0; at < late.length; at += IDS_A_QUERY) {
    rows.push(...(await read(soql`Id IN ${late.slice(at, at + IDS_A_QUERY)}`)));
  }
  return { coveredUntil: covered?.until ?? now - OVERLAP_MS, rows };
}

async function readUpdated(
  client: SalesforceClient,
  object: string,
  { since, now }: { readonly since: EpochMs; readonly now: EpochMs },
): Promise<{ readonly ids: readonly string[]; readonly until: EpochMs }> {
  // Seconds are ignored, so a window that ends in this minute begins a whole minute earlier at least.
  const start = encodeURIComponent(new Date(Math.min(since, now - 60_000)).toISOString().slice(0, 19) + "Z");
  const end = encodeURIComponent(new Date(now).toISOString().slice(0, 19) + "Z");
  const path = `${API_PATH}/sobjects/${object}/updated/?start=${start}&end=${end}`;
  const parsed = Updated.safeParse(await client.call({ method: "GET", path, effect: "read" }));
  const until = parsed.success ? parseInstant(parsed.data.latestDateCovered) : null;
  if (!parsed.success || until === null) {
    const message = `Salesforce answered which records of ${object} changed with a body of another shape than documented.`;
    throw new RetryableFailure({ target: "salesforce", code: "odd_body", message }, "not-executed");
  }
  return { ids: parsed.data.ids, until };
}
