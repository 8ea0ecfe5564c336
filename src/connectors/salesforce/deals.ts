/**
 * The feed of changed Opportunities by polling, on every edition: `updated` says up to when nothing can be missing, a
 * query over the last minutes brings what `updated` shows late (it ignores seconds), and OpportunityHistory has every
 * stage in between (api: polling_for_changes, getUpdated; object reference: OpportunityHistory).
 */
import { z } from "zod";
import type { Deal, DealFeed, StageChange } from "../../feedback/deal.ts";
import { RetryableFailure } from "../../kernel/failure.ts";
import { type Clock, type EpochMs, type Ms, parseInstant } from "../../kernel/time.ts";
import { API_PATH, type SalesforceClient } from "./client.ts";
import { queryRows } from "./directory.ts";
import { instant, names, soql, type Soql } from "./soql.ts";

/** A change may commit this long after its time stamp was set. */
const OVERLAP_MS: Ms = 10 * 60_000;
/** `updated` reaches back 30 days; an older cursor asks by query alone. */
const LONGEST_WINDOW_MS: Ms = 29 * 86_400_000;
/** So many ids keep the address of a query under its limit of 16,384 characters. */
const IDS_A_QUERY = 200;
/** Stages of an org change rarely. */
const STAGES_FRESH_MS: Ms = 600_000;

const Updated = z.object({ ids: z.array(z.string()), latestDateCovered: z.string() });
const StageRow = z.object({ MasterLabel: z.string(), IsClosed: z.boolean(), IsWon: z.boolean() });
const children = <T extends z.ZodType>(row: T) =>
  z
    .object({ records: z.array(row) })
    .nullish()
    .transform((value) => value?.records ?? []);
const DealRow = z.object({
  Id: z.string(),
  Name: z.string().nullish(),
  OpportunityContactRoles: children(
    z.object({ Contact: z.object({ Email: z.string().nullish() }).nullish() }),
  ),
  OpportunityHistories: children(
    z.object({
      Id: z.string(),
      StageName: z.string().nullish(),
      Amount: z.number().nullish(),
      CreatedDate: z.string(),
      CreatedBy: z.object({ Name: z.string().nullish() }).nullish(),
    }),
  ),
});
type DealRow = z.infer<typeof DealRow>;
type Stages = ReadonlyMap<string, z.infer<typeof StageRow>>;

const DEAL = names("Id", "Name");
const HISTORY = names("Id", "StageName", "Amount", "CreatedDate", "CreatedBy.Name");

/** Makes the feed of one org. */
export function createDealFeed(client: SalesforceClient, clock: Clock): DealFeed {
  let stages: { readonly at: EpochMs; readonly known: Promise<Stages> } | null = null;
  const stagesNow = (): Promise<Stages> => {
    if (stages === null || clock() - stages.at > STAGES_FRESH_MS) {
      const known = readStages(client);
      stages = { at: clock(), known };
      known.catch(() => (stages = null));
    }
    return stages.known;
  };
  return {
    async changedDeals(since) {
      const now = clock();
      const from = since - OVERLAP_MS;
      const covered = now - since > LONGEST_WINDOW_MS ? null : await readUpdated(client, since, now);
      const recent = await readDeals(
        client,
        soql`SystemModstamp >= ${instant(Math.min(from, now - OVERLAP_MS))}`,
      );
      const found = new Set(recent.map(({ Id }) => Id));
      const late = (covered?.ids ?? []).filter((id) => !found.has(id));
      const rows = [...recent];
      for (let at = 0; at < late.length; at += IDS_A_QUERY) {
        rows.push(...(await readDeals(client, soql`Id IN ${late.slice(at, at + IDS_A_QUERY)}`)));
      }
      const known = await stagesNow();
      return {
        coveredUntil: covered?.until ?? now - OVERLAP_MS,
        deals: rows.map((row) => dealOf(row, known)),
      };
    },
  };
}

async function readUpdated(
  client: SalesforceClient,
  since: EpochMs,
  now: EpochMs,
): Promise<{ readonly ids: readonly string[]; readonly until: EpochMs }> {
  // Seconds are ignored, so a window that ends in this minute begins a whole minute earlier at least.
  const start = encodeURIComponent(new Date(Math.min(since, now - 60_000)).toISOString().slice(0, 19) + "Z");
  const end = encodeURIComponent(new Date(now).toISOString().slice(0, 19) + "Z");
  const path = `${API_PATH}/sobjects/Opportunity/updated/?start=${start}&end=${end}`;
  const parsed = Updated.safeParse(await client.call({ method: "GET", path, effect: "read" }));
  const until = parsed.success ? parseInstant(parsed.data.latestDateCovered) : null;
  if (!parsed.success || until === null) {
    const message =
      "Salesforce answered which Opportunities changed with a body of another shape than documented.";
    throw new RetryableFailure({ target: "salesforce", code: "odd_body", message }, "not-executed");
  }
  return { ids: parsed.data.ids, until };
}

function readDeals(client: SalesforceClient, where: Soql): Promise<DealRow[]> {
  return queryRows(
    client,
    soql`SELECT ${DEAL}, (SELECT Contact.Email FROM OpportunityContactRoles),
      (SELECT ${HISTORY} FROM OpportunityHistories ORDER BY CreatedDate ASC, Id ASC)
      FROM Opportunity WHERE ${where} ORDER BY SystemModstamp, Id`,
    DealRow,
  );
}

async function readStages(client: SalesforceClient): Promise<Stages> {
  const rows = await queryRows(
    client,
    soql`SELECT MasterLabel, IsClosed, IsWon FROM OpportunityStage`,
    StageRow,
  );
  return new Map(rows.map((row) => [row.MasterLabel, row]));
}

/** A stage that was removed from the org since is kept as what it was called, neither closed nor won. */
function dealOf(row: DealRow, stages: Stages): Deal {
  const changes: StageChange[] = [];
  for (const history of row.OpportunityHistories) {
    const stage = history.StageName ?? "";
    // A row is written for a new amount or date, too.
    if (changes.at(-1)?.stage === stage) continue;
    const known = stages.get(stage);
    changes.push({
      id: history.Id,
      stage,
      isClosed: known?.IsClosed === true,
      isWon: known?.IsWon === true,
      amount: history.Amount ?? null,
      at: parseInstant(history.CreatedDate) ?? 0,
      by: history.CreatedBy?.Name ?? null,
    });
  }
  const emails = row.OpportunityContactRoles.flatMap(({ Contact }) => Contact?.Email?.toLowerCase() ?? []);
  return { id: row.Id, name: row.Name ?? null, changes, emails: [...new Set(emails)] };
}
