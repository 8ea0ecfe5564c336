/** What an issue is, and its words: the cause, the target, what was done and what was not, and the next step. Pure. */
import type { EffectRequest } from "../handoff/effects.ts";
import type { Destination } from "../handoff/pause-queries.ts";
import type { EpochMs } from "../kernel/time.ts";

export type IssueStatus = "open" | "retrying" | "resolved" | "skipped";

/** Failures with one cause: the same destination of one environment, the same code. */
export interface Issue {
  /** The same whenever this cause is seen again. */
  readonly id: string;
  readonly environment: string;
  readonly destination: Destination;
  /** The vendor's own code, or ours. */
  readonly code: string;
  readonly status: IssueStatus;
  readonly firstSeen: EpochMs;
  readonly lastSeen: EpochMs;
  /** How often it was seen. */
  readonly times: number;
  /** How many things it ever happened to, and to how many of them it still does. */
  readonly affected: number;
  readonly open: number;
  readonly handoffs: number;
  /** The newest failure's own sentence. */
  readonly message: string;
}

/** One thing that failed: an effect, a timer, a deal's effect, an event, credentials, an owner, a synced field. */
export interface Affected {
  /** "effect:<key>"; the part before the colon is its kind. */
  readonly subject: string;
  readonly state: IssueStatus;
  readonly times: number;
  readonly lastSeen: EpochMs;
  readonly message: string;
  readonly handoff: string | null;
  readonly conversation: string | null;
  /** Kinds of the handoff's effects that are done, and of those that are not. */
  readonly done: readonly EffectRequest["kind"][];
  readonly notDone: readonly EffectRequest["kind"][];
}

/** Code of an effect that was sent and not answered, by a target that cannot tell. */
export const UNKNOWN_OUTCOME = "outcome_unknown";
/** Code of an event that could not be read or folded. */
export const PARKED_EVENT = "parked_event";
/** Codes of a record whose owner or stage somebody else changed right after a handoff wrote it. */
export const OWNER_CHANGED = "owner_changed";
export const STAGE_CHANGED = "stage_changed";
/** Code of a workspace whose webhooks do not come; it ends when they do. */
const SILENT = "webhooks_silent";
/** Code of a queue that owns records and has no members; it ends when a handoff finds somebody there. */
export const EMPTY_QUEUE = "queue_without_members";

/** Code of a census that does not add up; it ends with the first that does. */
export const CENSUS_OFF = "census_off";

/** What a person does about it. */
export function nextStep({
  id,
  code,
  destination,
  status,
}: Pick<Issue, "id" | "code" | "destination" | "status">): string {
  if (status === "resolved" || status === "skipped")
    return "Nothing: it is over, and opens again when it is seen again.";
  if (status === "retrying") return "Nothing for now: it is tried again.";
  const skip = `\`baton issues skip ${id} --reason TEXT\``;
  switch (code) {
    case UNKNOWN_OUTCOME:
      return `Ask whether it arrived, then say so: \`baton issues answer ${id} --effect KEY --arrived\`, or \`--again\` to send it once more.`;
    case PARKED_EVENT:
      return `Update Baton or report the event, then \`baton issues retry ${id}\`; ${skip} lets it be.`;
    case OWNER_CHANGED:
    case STAGE_CHANGED:
      return `Agree with whoever runs that automation who is to own such records, or change the routing of the policy; then ${skip}.`;
    case SILENT:
      return `Turn the app's webhooks on in Intercom's developer hub, at the address that \`baton intercom check\` prints; this ends when one arrives.`;
    case EMPTY_QUEUE:
      return "Add members to the queue in Salesforce (Setup, Queues) and tell them what it owns already; this ends with the next handoff that goes there.";
    case CENSUS_OFF:
      return "Run `baton census` to see it now, and report the conversations it names with Baton's log of that day; this ends with the first night that adds up.";
    default:
      return `Correct the cause in ${DESTINATION_NAMES[destination]} or in the policy, then \`baton issues retry ${id}\`; ${skip} lets it be.`;
  }
}

/** How a person calls a destination. */
export const DESTINATION_NAMES: Readonly<Record<Destination, string>> = {
  intercom: "Intercom",
  salesforce: "Salesforce",
  slack: "Slack",
  email: "the mail server",
  enrichment: "the enrichment provider",
};

const EFFECT_WORDS: Readonly<Record<EffectRequest["kind"], string>> = {
  "crm-write": "the records in Salesforce",
  "tag-conversation": "the tag on the conversation",
  "tag-contact": "the tag on the person",
  "move-to-team": "the assignment to a team",
  "set-attributes": "the attributes of the person",
  reply: "the answer to the customer",
  notify: "the message to a person",
  impossible: "what nobody can do here",
};

/** "done: the records in Salesforce; not done: the message to a person"; empty for what belongs to no handoff. */
export function doneWords({ done, notDone }: Pick<Affected, "done" | "notDone">): string {
  const words = (kinds: readonly EffectRequest["kind"][]): string =>
    [...new Set(kinds)].map((kind) => EFFECT_WORDS[kind]).join(", ");
  return [
    ...(done.length === 0 ? [] : [`done: ${words(done)}`]),
    ...(notDone.length === 0 ? [] : [`not done: ${words(notDone)}`]),
  ].join("; ");
}

/** What a person did about an issue: for them to read, and to keep. */
export interface IssueChange {
  readonly action: "retry" | "skip" | "answer";
  readonly environment: string;
  readonly issue: string;
  readonly by: string;
  readonly reason: string | null;
  /** Subjects that it changed. None on a second call: nothing is doubled. */
  readonly changed: readonly string[];
  /** What it left alone, and why. */
  readonly left: readonly { readonly subject: string; readonly why: string }[];
}
