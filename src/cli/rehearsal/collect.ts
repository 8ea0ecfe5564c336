/** Gathers the facts of a rehearsal: from Baton's database and from the emulators in this process. */
import type { Emulators } from "../../../emulators/all.ts";
import type { Policy } from "../../policy/schema.ts";
import type { Db } from "../../store/database.ts";
import type { EpochMs } from "../../kernel/time.ts";
import type { Deals } from "./deals.ts";
import type { ContactFact, CrmRecord, Expectation, Facts, TimerWishes } from "./facts.ts";
import { leftOfMessageId, plainText } from "./outside.ts";
import {
  decisionFacts,
  eventFacts,
  failedRunFacts,
  feedbackAttributes,
  feedbackTags,
  synced,
  followUpFacts,
  handoffFacts,
  standingFacts,
} from "./queries.ts";

export interface Collecting {
  readonly db: Db;
  readonly emulators: Emulators;
  readonly environment: string;
  readonly policy: Policy;
  readonly expectations: readonly Expectation[];
  readonly contacts: readonly ContactFact[];
  readonly deals: Deals["facts"];
  readonly endedAt: EpochMs;
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
    followUps: await followUpFacts(db, environment),
    timerWishes: timerWishes(collecting.policy),
    contacts: collecting.contacts,
    feedbackTags: await feedbackTags(db, environment),
    feedbackAttributes: await feedbackAttributes(db, environment),
    deals: await collecting.deals(collecting.policy),
    synced: await synced(db, environment),
    endedAt: collecting.endedAt,
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

/** How many effects each timer of a recipe has when it fires. */
function timerWishes({ recipes, routing, feedback }: Policy): Readonly<Record<string, TimerWishes>> {
  const { sla } = routing;
  const enrolling = (sequence: string): number => {
    const { tag, attribute } = feedback.sequences[sequence] ?? {};
    return Math.max(1, [tag, attribute].filter((part) => part !== undefined).length);
  };
  return Object.fromEntries(
    recipes.map(({ id, acknowledge, followUp }): readonly [string, TimerWishes] => [
      id,
      {
        acknowledge: acknowledge === undefined ? null : 1,
        "follow-up":
          followUp?.then.reduce(
            (sum, { slack, email, task, intercom }) =>
              sum +
              [slack, email, task].filter((part) => part !== undefined).length +
              (intercom === undefined ? 0 : enrolling(intercom.enrol)),
            0,
          ) ?? null,
        remind: sla?.remindAt === undefined ? null : 1,
        breach: sla === undefined ? null : sla.onBreach.length,
      },
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
      answers: one.parts.flatMap(({ type, author, body }) =>
        type === "comment" && author.type === "admin" && author.id !== null && body !== null
          ? [{ admin: author.id, text: plainText(body) }]
          : [],
      ),
    })),
    contacts: [...workspace.contacts.values()].map((one) => ({
      id: one.id,
      tags: [...one.tagIds].map(nameOf),
      attributes: one.customAttributes,
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
