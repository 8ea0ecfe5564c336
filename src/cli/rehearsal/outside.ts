/** The emulators' side of a rehearsal, indexed: which writes happened, by the key or the thing they are about. */
import type { LedgerEntry } from "../../../emulators/core/ledger.ts";
import type { CrmRecord, EffectFact, Facts, HandoffFact } from "./facts.ts";

export interface Outside {
  /** Committed Salesforce calls by Baton_Key__c. */
  readonly crmWrites: ReadonlyMap<string, readonly LedgerEntry[]>;
  readonly crmRecords: ReadonlyMap<string, readonly CrmRecord[]>;
  /** Committed Intercom calls by what they did, as `inboxMark` names it. */
  readonly inboxWrites: ReadonlyMap<string, readonly LedgerEntry[]>;
  /** Committed posts by metadata key. */
  readonly posts: ReadonlyMap<string, readonly LedgerEntry[]>;
  /** Accepted mails by the left part of their Message-ID. */
  readonly mails: ReadonlyMap<string, readonly LedgerEntry[]>;
  readonly teamIds: ReadonlyMap<string, string>;
}

export function outsideOf(facts: Facts): Outside {
  const records = new Map<string, CrmRecord[]>();
  for (const record of facts.salesforce.records) {
    if (record.key !== null) pushTo(records, record.key, record);
  }
  return {
    crmWrites: byKey(facts.salesforce.calls, (entry) => entry.keys),
    crmRecords: records,
    inboxWrites: byKey(facts.intercom.calls, (entry) => [inboxMarkOf(entry)].filter((mark) => mark !== null)),
    posts: byKey(facts.slack.calls, (entry) => entry.keys),
    mails: byKey(facts.mail.calls, (entry) => entry.keys.map(leftOfMessageId)),
    teamIds: new Map(facts.intercom.teams.map(({ id, name }) => [name, id])),
  };
}

/** "<key@host>" -> "key". */
export function leftOfMessageId(messageId: string): string {
  return messageId.replace(/^</, "").split("@")[0] ?? messageId;
}

/** What an effect does in Intercom, in the words of the emulator's ledger; null for other effects. */
export function inboxMark({ request }: EffectFact, outside: Pick<Outside, "teamIds">): string | null {
  switch (request.kind) {
    case "tag-conversation":
      return `conversation:${request.conversation} tag-name:${request.tag}`;
    case "tag-contact":
      return `contact:${request.contact} tag-name:${request.tag}`;
    case "move-to-team":
      return `conversation:${request.conversation} assignee:team:${outside.teamIds.get(request.team) ?? "?"}`;
    case "set-attributes":
      return `contact:${request.contact} attributes:${attributesText(request.attributes)}`;
    case "reply":
      return `conversation:${request.conversation} answer:${request.admin}:${plainText(request.text)}`;
    case "crm-write":
    case "notify":
    case "impossible":
      return null;
  }
}

/** Words without markup, entities and differing spaces, to compare what was sent with what was asked for. */
export function plainText(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ")
    .trim();
}

function attributesText(attributes: object): string {
  return JSON.stringify(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The same for a call; null for one that changes nothing of a conversation or a person. */
export function inboxMarkOf({ keys, path, body }: LedgerEntry): string | null {
  const subject = keys.find((key) => /^(?:conversation|contact):/.test(key));
  const said: Readonly<Record<string, unknown>> =
    typeof body === "object" && body !== null ? { ...body } : {};
  if (subject !== undefined && path.endsWith("/reply"))
    return `${subject} answer:${String(said["admin_id"])}:${plainText(String(said["body"]))}`;
  const attributes = said["custom_attributes"];
  if (subject !== undefined && typeof attributes === "object" && attributes !== null)
    return `${subject} attributes:${attributesText(attributes)}`;
  const change = keys.find((key) => /^(?:tag-name|assignee):/.test(key));
  return subject === undefined || change === undefined ? null : `${subject} ${change}`;
}

/** Every committed call that carried out something of this handoff. */
export function writesOf(handoff: HandoffFact, outside: Outside): readonly LedgerEntry[] {
  const entries = handoff.effects.flatMap((effect): readonly LedgerEntry[] => {
    const { request, key } = effect;
    switch (request.kind) {
      case "crm-write":
        return request.operations.flatMap((operation) =>
          operation.kind === "create" && operation.key !== null
            ? (outside.crmWrites.get(operation.key) ?? [])
            : [],
        );
      case "notify":
        return [...(outside.posts.get(key) ?? []), ...(outside.mails.get(key) ?? [])];
      case "tag-conversation":
      case "tag-contact":
      case "move-to-team":
      case "set-attributes":
      case "reply":
        return outside.inboxWrites.get(inboxMark(effect, outside) ?? "") ?? [];
      case "impossible":
        return [];
    }
  });
  return [...new Set(entries)];
}

function byKey(
  calls: readonly LedgerEntry[],
  keysOf: (entry: LedgerEntry) => readonly string[],
): ReadonlyMap<string, readonly LedgerEntry[]> {
  const found = new Map<string, LedgerEntry[]>();
  for (const entry of calls) {
    if (entry.committed) for (const key of new Set(keysOf(entry))) pushTo(found, key, entry);
  }
  return found;
}

function pushTo<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
