/** Gathers the facts of a rehearsal: from Baton's database and from the emulators in this process. */
import type { Emulators } from "../../../emulators/all.ts";
import type { Policy } from "../../policy/schema.ts";
import type { Db } from "../../store/database.ts";
import type { CrmRecord, Expectation, Facts } from "./facts.ts";
import { leftOfMessageId } from "./outside.ts";
import { decisionFacts, eventFacts, failedRunFacts, handoffFacts, standingFacts } from "./queries.ts";

export interface Collecting {
  readonly db: Db;
  readonly emulators: Emulators;
  readonly environment: string;
  readonly policy: Policy;
  readonly expectations: readonly Expectation[];
}

const KEYED = [
  "Lead",
  "Contact",
  "Account",
  "Opportunity",
  "Task",
  "Baton_Conversation__c",
  "Baton_Conversation_Part__c",
] as const;

export async function collect(collecting: Collecting): Promise<Facts> {
  const { db, emulators, environment } = collecting;
  return {
    expectations: collecting.expectations,
    deliveries: emulators.intercom.deliveries,
    events: await eventFacts(db),
    standings: await standingFacts(db, environment),
    decisions: await decisionFacts(db, environment),
    handoffs: await handoffFacts(db, environment),
    failedRuns: await failedRunFacts(db),
    inboxWishes: inboxWishes(collecting.policy),
    salesforce: salesforceFacts(emulators),
    intercom: intercomFacts(emulators),
    slack: { calls: emulators.slack.ledger.entries(), keys: slackKeys(emulators) },
    mail: {
      calls: emulators.smtp.ledger.entries(),
      keys: emulators.smtp
        .mails()
        .flatMap(({ messageId, to }) => to.map(() => leftOfMessageId(messageId ?? "no Message-ID"))),
    },
    enrichment: { calls: emulators.enrichment.ledger.entries() },
  };
}

function inboxWishes(policy: Policy): Readonly<Record<string, number>> {
  return Object.fromEntries(
    policy.recipes.map(({ id, intercom }) => [
      id,
      [intercom?.tagConversation, intercom?.tagContact, intercom?.moveToTeam].filter(
        (wish) => wish !== undefined,
      ).length,
    ]),
  );
}

function salesforceFacts({ salesforce }: Emulators): Facts["salesforce"] {
  const records = KEYED.flatMap((object) =>
    salesforce.state.allRows(object).map((row): CrmRecord => ({
      object,
      id: String(row["Id"]),
      key: typeof row["Baton_Key__c"] === "string" ? row["Baton_Key__c"] : null,
    })),
  );
  const contactRoles = salesforce.state
    .rows("OpportunityContactRole")
    .map((row) => ({ opportunity: String(row["OpportunityId"]), contact: String(row["ContactId"]) }));
  return { calls: salesforce.ledger.entries(), records, contactRoles };
}

function intercomFacts({ intercom }: Emulators): Facts["intercom"] {
  const { workspace } = intercom;
  const nameOf = (tagId: string): string => workspace.tags.get(tagId)?.name ?? tagId;
  return {
    calls: intercom.ledger.entries(),
    conversations: [...workspace.conversations.values()].map((one) => ({
      id: one.id,
      tags: one.tags.map(({ tagId }) => nameOf(tagId)),
      team: one.teamAssigneeId === null ? null : (workspace.teams.get(one.teamAssigneeId)?.name ?? null),
    })),
    contacts: [...workspace.contacts.values()].map((one) => ({
      id: one.id,
      tags: [...one.tagIds].map(nameOf),
    })),
    teams: [...workspace.teams.values()].map(({ id, name }) => ({ id, name })),
  };
}

function slackKeys({ slack }: Emulators): readonly string[] {
  return [...slack.workspace().messages.values()].flat().flatMap(({ metadata }) => {
    const key = metadata?.event_payload["key"];
    return typeof key === "string" ? [key] : [];
  });
}
