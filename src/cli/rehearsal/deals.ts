/**
 * Deals in a rehearsal: every other Opportunity that a handoff made goes to negotiation and is then won or lost, by
 * turns, while the service works; and what Intercom must show of it in the end.
 */
import type { Emulators } from "../../../emulators/all.ts";
import type { Clock, EpochMs, Ms } from "../../kernel/time.ts";
import type { Policy } from "../../policy/schema.ts";
import type { Db } from "../../store/database.ts";
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
        people: peopleOf(emulators, deal),
        ...wishedFor(emulators, deal, policy),
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
function peopleOf({ salesforce, intercom }: Emulators, deal: string): DealFact["people"] {
  const contacts = salesforce.state
    .rows("OpportunityContactRole")
    .flatMap((role) => (role["OpportunityId"] === deal ? [role["ContactId"]] : []));
  const emails = salesforce.state
    .rows("Contact")
    .flatMap((row) => (contacts.includes(row["Id"]) ? [String(row["Email"]).toLowerCase()] : []));
  const { workspace } = intercom;
  return [...workspace.contacts.values()]
    .filter(({ email }) => email !== null && emails.includes(email.toLowerCase()))
    .map(({ id, tagIds }) => ({ id, tags: [...tagIds].map((tag) => workspace.tags.get(tag)?.name ?? tag) }));
}

/** What the policy's rules for a deal that is won, or lost, ask for; told apart by the fields that such rules name. */
function wishedFor(
  { salesforce }: Emulators,
  deal: string,
  policy: Policy,
): Pick<DealFact, "wants" | "shuns"> {
  const row = salesforce.state.rows("Opportunity").find((one) => one["Id"] === deal);
  const isWon = row?.["IsWon"] === true;
  const rule = policy.feedback.stages.find(
    ({ when }) =>
      !("rules" in when) &&
      when.operator === "=" &&
      when.value === true &&
      when.field === (isWon ? "opportunity.isWon" : "opportunity.isClosed"),
  );
  const sequence = rule?.enrol === undefined ? undefined : policy.feedback.sequences[rule.enrol];
  return {
    wants: [rule?.tag, sequence?.tag].filter((tag) => tag !== undefined),
    shuns: rule?.untag ?? [],
  };
}
