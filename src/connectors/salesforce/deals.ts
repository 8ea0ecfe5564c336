/**
 * The feed of changed Opportunities by polling; OpportunityHistory has every stage in between (object reference:
 * OpportunityHistory).
 */
import { z } from "zod";
import type { Deal, DealFeed, StageChange } from "../../feedback/deal.ts";
import { type Clock, type EpochMs, type Ms, parseInstant } from "../../kernel/time.ts";
import type { SalesforceClient } from "./client.ts";
import { queryRows } from "./directory.ts";
import { names, soql, type Soql } from "./soql.ts";
import { changedSince, IDS_A_QUERY } from "./updated.ts";

/** Stages of an org change rarely. */
const STAGES_FRESH_MS: Ms = 600_000;

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
      const times = { since, now: clock() };
      const { coveredUntil, rows } = await changedSince(client, "Opportunity", times, (where) =>
        readDeals(client, where),
      );
      const known = await stagesNow();
      return { coveredUntil, deals: rows.map((row) => dealOf(row, known)) };
    },
    async dealsById(ids) {
      const pages = Array.from({ length: Math.ceil(ids.length / IDS_A_QUERY) }, (_, page) =>
        ids.slice(page * IDS_A_QUERY, (page + 1) * IDS_A_QUERY),
      );
      const known = await stagesNow();
      const rows = await Promise.all(pages.map((page) => readDeals(client, soql`Id IN ${page}`)));
      return rows.flat().map((row) => dealOf(row, known));
    },
  };
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
