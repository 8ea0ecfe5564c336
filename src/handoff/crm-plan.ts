/**
 * The one composite write of a handoff: record, contact role, conversation with transcript, Task. Pure.
 */
import { assertNever } from "../kernel/assert-never.ts";
import type { EpochMs } from "../kernel/time.ts";
import type { FieldLookup, FieldValue } from "../policy/condition.ts";
import type { Policy } from "../policy/schema.ts";
import type { Decision, OwnerRef, RecordPlan, Told } from "../decide/decision.ts";
import type { Snapshot } from "../conversation/snapshot.ts";
import { cut, LENGTH, mapped, ownedLeadFields, personFields, withoutAbsent } from "./crm-fields.ts";
import { effectKey } from "./effects.ts";
import type { Anew } from "./moved.ts";
import type { CrmOperation, CrmValue } from "./ports.ts";

export type HandoffDecision = Extract<Decision, { kind: "handoff" }>;

export interface CrmWords {
  readonly snapshot: Snapshot;
  readonly policy: Policy;
  readonly lookup: FieldLookup;
  readonly recipeName: string;
  readonly now: EpochMs;
  readonly conversationUrl: string;
  /** Three sentences, plain text. */
  readonly summary: readonly string[];
  readonly transcriptParts: readonly string[];
}

type Create = Anew["create"];

function makerFor(handoff: string): Maker {
  return (ref, object, fields) => ({
    kind: "create",
    ref,
    object,
    key: effectKey(handoff, ref),
    fields: withoutAbsent(fields),
  });
}

/** The Lead that takes the place of the one this decision works on, should that have been deleted; null for other records. */
export function planAnew({ handoff, record, owner }: HandoffDecision, words: CrmWords): Anew | null {
  if (record.kind !== "update-lead") return null;
  return { id: record.leadId, create: newLead(record.source, owner.owner, words, makerFor(handoff)) };
}

/** Operations in the order in which they must be written; later ones refer to earlier ones by `ref`. */
export function planCrmWrite(decision: HandoffDecision, words: CrmWords): readonly CrmOperation[] {
  const create = makerFor(decision.handoff);
  const record = recordOperations(decision, words, create);
  const place = placeOf(decision.record);
  return [
    ...record,
    ...conversationOperations(place, words, create),
    ...taskOperations(decision, place, words, create),
  ];
}

/** A Task where the handoff's own Task hangs; values may name records of the handoff's write by `ref`. */
export function planLaterTask(
  record: RecordPlan,
  task: {
    readonly key: string;
    readonly subject: string;
    readonly description: string;
    readonly owner: OwnerRef;
    readonly at: EpochMs;
    /** It tells of something; there is nothing left to do. */
    readonly isNote?: true;
  },
): Create {
  const place = placeOf(record);
  return {
    kind: "create",
    ref: "task",
    object: "Task",
    key: task.key,
    fields: withoutAbsent({
      Subject: cut(task.subject, LENGTH.subject),
      Description: task.description,
      Status: task.isNote === true ? "Completed" : "Not Started",
      Priority: task.isNote === true ? "Normal" : "High",
      ActivityDate: new Date(task.at).toISOString().slice(0, 10),
      WhoId: place.who,
      WhatId: place.what,
      // Not every queue takes Tasks; without an owner it is the integration user's.
      OwnerId: userOnly(task.owner),
    }),
  };
}

type Maker = (ref: string, object: string, fields: Create["fields"]) => Create;

/** Where the conversation and the Task hang: an id that exists, or the record of this very write. */
interface Place {
  readonly who: CrmValue;
  readonly what: CrmValue;
  readonly lookups: Readonly<Record<string, CrmValue>>;
}

const NEW_RECORD = { ref: "record" } as const;

function recordOperations(
  decision: HandoffDecision,
  words: CrmWords,
  create: Maker,
): readonly CrmOperation[] {
  const { record, owner } = decision;
  switch (record.kind) {
    case "create-lead":
      return [newLead(record.source, owner.owner, words, create)];
    case "update-lead":
      return [
        {
          kind: "update",
          ref: "record",
          object: "Lead",
          id: record.leadId,
          fields: withoutAbsent(ownedLeadFields(words)),
        },
      ];
    case "create-contact": {
      const { account, operations } = accountFor(record.accountId, owner.owner, words, create);
      return [
        ...operations,
        create("record", "Contact", {
          ...personFields("contact", words),
          ...sourceField(record.source),
          AccountId: account,
          OwnerId: userOnly(owner.owner),
        }),
      ];
    }
    case "create-opportunity":
      return opportunityOperations(record, owner.owner, words, create);
    case "task":
      return [];
    default:
      return assertNever(record);
  }
}

function newLead(source: string | null, owner: OwnerRef, words: CrmWords, create: Maker): Create {
  return create("record", "Lead", {
    Description: words.summary.join("\n"),
    ...personFields("lead", words),
    ...sourceField(source),
    OwnerId: owner.id,
  });
}

/** What the policy names goes before what the mapping finds. */
function sourceField(source: string | null): Create["fields"] {
  return source === null ? {} : { LeadSource: source };
}

/** The account that is known, or a new one where at least its name is. */
function accountFor(
  accountId: string | null,
  owner: OwnerRef,
  { snapshot, policy, lookup }: CrmWords,
  create: Maker,
): { readonly account: CrmValue; readonly operations: readonly Create[] } {
  const name = snapshot.company?.name ?? null;
  if (accountId !== null || name === null) return { account: accountId, operations: [] };
  const fields = {
    Name: cut(name, LENGTH.company),
    Website: snapshot.company?.domain ?? null,
    ...mapped(policy.mapping.account, lookup),
    OwnerId: userOnly(owner),
  };
  return { account: { ref: "account" }, operations: [create("account", "Account", fields)] };
}

function opportunityOperations(
  record: Extract<RecordPlan, { kind: "create-opportunity" }>,
  owner: OwnerRef,
  words: CrmWords,
  create: Maker,
): readonly CrmOperation[] {
  const { snapshot } = words;
  const { account, operations: accounts } = accountFor(record.accountId, owner, words, create);
  const contacts =
    record.contactId === null && !record.isPersonAccount
      ? [
          create("contact", "Contact", {
            ...personFields("contact", words),
            AccountId: account,
            OwnerId: userOnly(owner),
          }),
        ]
      : [];
  const name = `${snapshot.company?.name ?? snapshot.contact?.name ?? snapshot.contact?.email ?? "Unknown"} - ${words.recipeName}`;
  const opportunity = create("record", "Opportunity", {
    Name: cut(name, LENGTH.opportunityName),
    Description: words.summary.join("\n"),
    ...mapped(words.policy.mapping.opportunity, words.lookup),
    StageName: record.stage,
    CloseDate: new Date(record.closeAt).toISOString().slice(0, 10),
    ...(record.type === null ? {} : { Type: record.type }),
    ...sourceField(record.source),
    AccountId: account,
    OwnerId: userOnly(owner),
  });
  // A contact role has no key of its own: it lives and dies with this write. A person account needs none.
  const role: CrmOperation = {
    kind: "create",
    ref: "role",
    object: "OpportunityContactRole",
    key: null,
    fields: {
      OpportunityId: NEW_RECORD,
      ContactId: record.contactId ?? { ref: "contact" },
      IsPrimary: true,
    },
  };
  return [...accounts, ...contacts, opportunity, ...(record.isPersonAccount ? [] : [role])];
}

function conversationOperations(place: Place, words: CrmWords, create: Maker): readonly Create[] {
  const [first, ...rest] = words.transcriptParts;
  return [
    create("conversation", "Baton_Conversation__c", {
      Transcript__c: first ?? null,
      Summary__c: words.summary.join("\n"),
      Score__c: number(words.lookup("score.buying")),
      Intercom_Url__c: words.conversationUrl,
      ...place.lookups,
    }),
    ...rest.map((part, i) =>
      create(`part${i + 2}`, "Baton_Conversation_Part__c", {
        Conversation__c: { ref: "conversation" },
        Number__c: i + 2,
        Transcript__c: part,
      }),
    ),
  ];
}

function taskOperations(
  decision: HandoffDecision,
  place: Place,
  words: CrmWords,
  create: Maker,
): readonly Create[] {
  const { record, owner } = decision;
  const subject = record.kind === "task" ? record.subject : `Follow up: ${words.recipeName}`;
  const fields = {
    Subject: cut(subject, LENGTH.subject),
    Description: [...words.summary, "", words.conversationUrl].join("\n"),
    Status: "Not Started",
    Priority: record.kind === "task" ? record.priority : "Normal",
    ActivityDate: new Date(words.now).toISOString().slice(0, 10),
    WhoId: place.who,
    WhatId: place.what,
  };
  // A queue that owns the new Lead need not take Tasks: its members see the Lead itself.
  const own =
    owner.owner.kind === "queue" && record.kind === "create-lead"
      ? []
      : [create("task", "Task", { ...fields, OwnerId: owner.owner.id })];
  return [
    ...own,
    ...queueTasks(decision.told).map(({ queue, as }, i) =>
      create(`task${i + 2}`, "Task", {
        ...fields,
        Subject: cut(`${subject} (${as})`, LENGTH.subject),
        OwnerId: queue.id,
      }),
    ),
  ];
}

function queueTasks(told: readonly Told[]): readonly Extract<Told, { kind: "queue-task" }>[] {
  return told.filter((one) => one.kind === "queue-task");
}

function placeOf(record: RecordPlan): Place {
  switch (record.kind) {
    case "create-lead":
      return { who: NEW_RECORD, what: null, lookups: { Lead__c: NEW_RECORD } };
    case "update-lead":
      return { who: record.leadId, what: null, lookups: { Lead__c: record.leadId } };
    case "create-contact":
      return {
        who: NEW_RECORD,
        what: null,
        lookups: {
          Contact__c: NEW_RECORD,
          ...(record.accountId === null ? {} : { Account__c: record.accountId }),
        },
      };
    case "create-opportunity": {
      const who: CrmValue = record.contactId ?? (record.isPersonAccount ? null : { ref: "contact" });
      return {
        who,
        what: NEW_RECORD,
        lookups: {
          Opportunity__c: NEW_RECORD,
          Contact__c: who,
          ...(record.accountId === null ? {} : { Account__c: record.accountId }),
        },
      };
    }
    case "task":
      return placeOfTask(record);
    default:
      return assertNever(record);
  }
}

function placeOfTask({ on, contactId }: Extract<RecordPlan, { kind: "task" }>): Place {
  const contact: Record<string, CrmValue> = contactId === null ? {} : { Contact__c: contactId };
  if (on === null) return { who: contactId, what: null, lookups: contact };
  switch (on.object) {
    case "Lead":
      return { who: on.id, what: null, lookups: { Lead__c: on.id } };
    case "Contact":
      return { who: on.id, what: null, lookups: { Contact__c: on.id } };
    case "Account":
      return { who: contactId, what: on.id, lookups: { Account__c: on.id, ...contact } };
    case "Opportunity":
      return { who: contactId, what: on.id, lookups: { Opportunity__c: on.id, ...contact } };
  }
}

/** Accounts, Contacts and Opportunities can't belong to a queue (object reference, Group). */
function userOnly(owner: OwnerRef): string | null {
  return owner.kind === "user" ? owner.id : null;
}

function number(value: FieldValue): number | null {
  return typeof value === "number" ? value : null;
}
