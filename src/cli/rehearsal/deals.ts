/**
 * Deals in a rehearsal: every other Opportunity that a handoff made goes to negotiation and is then won or lost, by
 * turns, while the service works; and what Intercom must show of it in the end.
 */
import type { Emulators } from "../../../emulators/all.ts";
import type { Clock, EpochMs, Ms } from "../../kernel/time.ts";
import type { Policy } from "../../policy/schema.ts";
import type { Db } from "../../store/database.ts";
import { type StageRow, wishesOf } from "./deal-wishes.ts";
import type { DealFact } from "./facts.ts";
import { dealChanges, madeDeals } from "./queries.ts";

const EVERY = 2;
/** Salesforce keeps times in whole seconds. */
const BETWEEN_MS: Ms = 1_200;
const NEGOTIATION = "Negotiation/Review";
const ENDS = ["Closed Won", "Closed Lost"] as const;

export interface Deals {
  /** Looks for new deals and moves those whose time has come. */
  readonly work: () => Promise<void>;
  /** When the last stage was changed; null where none was. */
  readonly lastMoveAt: () => EpochMs | null;
  /** What became of every deal that was moved. */
  readonly facts: (policy: Policy) => Promise<readonly DealFact[]>;
}

export function dealsAtWork(parts: {
  readonly db: Db;
  readonly emulators: Emulators;
  readonly clock: Clock;
}): Deals {
  const { db, emulators, clock } = parts;
  const { salesforce } = emulators;
  const met = new Set<string>();
  /** Deals under way, with the time of their next stage. */
  const next = new Map<string, EpochMs>();
  const moved: string[] = [];
  let lastMoveAt: EpochMs | null = null;
  const move = (deal: string, stage: string): void => {
    salesforce.state.update("Opportunity", deal, { StageName: stage });
    lastMoveAt = clock();
  };
  return {
    work: async () => {
      for (const deal of await madeDeals(db)) {
        if (met.has(deal)) continue;
        met.add(deal);
        if (met.size % EVERY !== 0) continue;
        move(deal, NEGOTIATION);
        next.set(deal, clock() + BETWEEN_MS);
      }
      for (const [deal, at] of next) {
        if (clock() < at) continue;
        next.delete(deal);
        move(deal, ENDS[moved.length % ENDS.length] ?? ENDS[0]);
        moved.push(deal);
      }
    },
    lastMoveAt: () => lastMoveAt,
    facts: async (policy) => {
      const stored = Map.groupBy(await dealChanges(db), (change) => change.deal);
      const known = new Set(
        [...emulators.intercom.workspace.contacts.values()].map(({ email }) => email?.toLowerCase()),
      );
      return moved.map((deal) => ({
        deal,
        history: historyOf(emulators, deal),
        // What is meant for somebody who is not in Intercom is rightly skipped.
        stored: (stored.get(deal) ?? []).map(({ change, effects }) => ({
          change,
          effects: effects
            .filter(({ state, email }) => state !== "skipped" || known.has(email.toLowerCase()))
            .map(({ state }) => state),
        })),
        people: peopleOf(emulators, deal, policy),
      }));
    },
  };
}

/** Stages that somebody gave it: the first row is its making. */
function historyOf({ salesforce }: Emulators, deal: string): readonly string[] {
  const rows = salesforce.state.rows("OpportunityHistory").filter((row) => row["OpportunityId"] === deal);
  const stages = rows.filter((row, i) => i > 0 && row["StageName"] !== rows[i - 1]?.["StageName"]);
  return stages.map((row) => String(row["Id"]));
}

/** Everybody in Intercom who has the address of a contact of the deal. */
function peopleOf({ salesforce, intercom }: Emulators, deal: string, policy: Policy): DealFact["people"] {
  const { state } = salesforce;
  const roles = state.rows("OpportunityContactRole");
  const contacts = state.rows("Contact");
  const emailOf = (row: (typeof contacts)[number]) => String(row["Email"]).toLowerCase();
  const mine = roles.flatMap((role) => (role["OpportunityId"] === deal ? [role["ContactId"]] : []));
  const emails = contacts.flatMap((row) => (mine.includes(row["Id"]) ? [emailOf(row)] : []));
  const { workspace } = intercom;
  return [...workspace.contacts.values()].flatMap(({ id, tagIds, email }) => {
    const address = email?.toLowerCase();
    if (address === undefined || !emails.includes(address)) return [];
    const theirs = contacts.flatMap((row) => (emailOf(row) === address ? [row["Id"]] : []));
    const deals = roles.flatMap((role) =>
      theirs.includes(role["ContactId"]) ? [role["OpportunityId"]] : [],
    );
    const tags = [...tagIds].map((tag) => workspace.tags.get(tag)?.name ?? tag);
    return [{ id, tags, ...wishesOf(stagesOf(salesforce, deals), policy) }];
  });
}

function stagesOf({ state }: Emulators["salesforce"], deals: readonly unknown[]): readonly StageRow[] {
  return state.rows("OpportunityHistory").flatMap((row) =>
    deals.includes(row["OpportunityId"])
      ? [
          {
            id: String(row["Id"]),
            deal: String(row["OpportunityId"]),
            stage: String(row["StageName"]),
            at: String(row["CreatedDate"]),
          },
        ]
      : [],
  );
}
