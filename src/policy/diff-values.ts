/** Values and fields of a policy in words, for the sentences of a difference. */
import { isCondition } from "./condition.ts";
import { conditionSentence } from "./sentence.ts";

/** Fields whose own name says too little, by their place within the thing they belong to. */
const FIELDS: Readonly<Record<string, string>> = {
  "engagement.perCustomerMessage": "points per customer message",
  "engagement.cap": "cap of points per customer message",
  "recency.halfLife": "half-life",
  "combine.intercomScore": "share of Intercom's score",
  "combine.salesforceScore": "share of Salesforce's score",
  "usage.event": "usage event",
  "usage.atLeast": "usage at least",
  "usage.within": "usage within",
  "cap.open": "cap of open work",
  "cap.perDay": "cap a day",
  "owner.route": "route",
  "score.name": "score",
  "score.atLeast": "score at least",
  "acknowledge.within": "time to the acknowledgement",
  "acknowledge.text": "text of the acknowledgement",
  "followUp.after": "time to the follow-up",
  "followUp.unless": "what makes the follow-up needless",
  "intercom.tagConversation": "tag on the conversation",
  "intercom.tagContact": "tag on the contact",
  "intercom.moveToTeam": "team",
  "handoff.coolDown": "cool-down",
  "handoff.transcript": "transcript",
  "handoff.internalNotes": "internal notes",
  followUp: "the follow-up",
  when: "condition",
  and: "second condition",
  by: "factor",
  on: "triggers",
  hours: "working hours",
  timezone: "time zone",
  from: "source",
  with: "treatment",
  firstContact: "time to the first contact",
  remindAt: "time to the reminder",
  whenAllAway: "what happens when all are away",
};

/** What one item of a list is called. */
const ITEMS: Readonly<Record<string, string>> = {
  signals: "signal",
  bonus: "bonus",
  multiply: "multiplier",
  exclusions: "exclusion",
  recipes: "recipe",
  records: "record rule",
  territories: "territory",
  alsoTell: "second person to tell",
  on: "trigger",
  tell: "alert",
  also: "person also told",
  with: "attachment",
  // oxlint-disable-next-line unicorn/no-thenable -- the document's own word; nothing awaits this table
  then: "step of the follow-up",
  away: "absence",
  onBreach: "step on breach",
  stages: "feedback stage",
  untag: "tag to take off",
  lead: "mapping of a Lead",
  contact: "mapping of a Contact",
  account: "mapping of an Account",
  opportunity: "mapping of an Opportunity",
};

const LONGEST_TEXT = 80;
const LONGEST_LIST = 8;

/** "threshold"; "stage of record": the field by its words, the innermost first. */
export function fieldWords(keys: readonly string[]): string {
  return (
    FIELDS[keys.join(".")] ??
    keys
      .map((key) => FIELDS[key] ?? words(key))
      .toReversed()
      .join(" of ")
  );
}

/** "phrases" -> "phrase", "recipes" -> "recipe". */
export function itemWord(list: string): string {
  return ITEMS[list] ?? words(list).replace(/s$/, "");
}

export function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** A value as people write it: yes and no, lists with commas, conditions as sentences, long texts cut short. */
export function valueText(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return /^\S+$/.test(value) ? cut(value) : `"${cut(value)}"`;
  if (Array.isArray(value)) {
    if (value.length === 0) return "none";
    const shown = value.slice(0, LONGEST_LIST).map(valueText).join(", ");
    return value.length > LONGEST_LIST ? `${shown} and ${value.length - LONGEST_LIST} more` : shown;
  }
  return typeof value === "object" && value !== null ? objectText(value) : String(value);
}

/** "pool mid-market", "slack #churn, also account.csm": a part by what it holds, without the texts that are `known`. */
export function objectText(value: object, known: readonly string[] = []): string {
  if (isCondition(value)) return conditionSentence(value);
  const { kind, ...fields } = value as Readonly<Record<string, unknown>>;
  const said = Object.entries(fields).filter(
    ([, part]) => !isNothing(part) && !(typeof part === "string" && known.includes(part)),
  );
  // A step of a route repeats its kind as the field: { kind: "pool", pool: "mid-market" }.
  const parts = said.map(([key, part]) =>
    key === kind ? valueText(part) : `${words(key)} ${valueText(part)}`,
  );
  const named = typeof kind === "string" ? words(kind) : "";
  return [named, parts.join(", ")].filter((part) => part !== "").join(" ") || "nothing";
}

function isNothing(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/** "closeIn" -> "close in", "account-owner" -> "account owner". */
function words(key: string): string {
  return key
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll(/[-_]+/g, " ")
    .toLowerCase();
}

/** Between characters, not within one. */
function cut(text: string): string {
  const characters = Array.from(text);
  return characters.length > LONGEST_TEXT ? `${characters.slice(0, LONGEST_TEXT).join("")}…` : text;
}
