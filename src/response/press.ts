/**
 * What people press under an alert, and who may. Pure.
 */
import { dayAfter, instantsOf, isTimezone, wallTime } from "../kernel/zone.ts";
import { type EpochMs, durationMs } from "../kernel/time.ts";

/** Somebody who pressed, as the place where alerts stand knows them. */
export interface Presser {
  readonly id: string;
  readonly name: string;
  /** Their address there; null where that is not told. */
  readonly email: string | null;
  /** Every address by which they are known elsewhere, in lower case. */
  readonly emails: readonly string[];
  readonly timezone: string | null;
}

/** Where it was pressed: the message, by the ids of its place. */
export interface Spot {
  readonly channel: string;
  readonly message: string;
}

/** `key` is the alert's own: it leads to the effect that sent it, and so to the handoff. */
export type Wish =
  | { readonly kind: "claim"; readonly key: string }
  /** Wants to say why it is no lead: opens the question, while `trigger` is fresh. */
  | { readonly kind: "ask-reason"; readonly key: string; readonly trigger: string }
  | {
      readonly kind: "reject";
      readonly key: string;
      readonly reason: RejectReason;
      readonly note: string | null;
    }
  | { readonly kind: "remind"; readonly key: string; readonly when: RemindWhen }
  /** A kind that Baton does not know. */
  | { readonly kind: "ignored"; readonly what: string };

export interface Press {
  /** The vendor's own id of this press. */
  readonly id: string;
  readonly user: string;
  readonly spot: Spot | null;
  readonly wish: Wish;
}

/** What whoever pressed is told; `at` is shown by their own clock behind the words. */
export interface Answer {
  readonly text: string;
  readonly at: EpochMs | null;
}

/** The short list from which somebody picks why it is no lead. */
export const REJECT_REASONS = {
  spam: "Spam or a test",
  support: "A support question",
  "sells-something": "Sells something or looks for a job",
  "no-fit": "Too small, no budget, or not for us",
  known: "In good hands already",
  other: "Something else",
} as const;
export type RejectReason = keyof typeof REJECT_REASONS;

export const REMIND_WHEN = {
  "15m": "In 15 minutes",
  "1h": "In 1 hour",
  tomorrow: "Tomorrow at 9:00",
} as const;
export type RemindWhen = keyof typeof REMIND_WHEN;

const NINE = 9 * 60;

/** When the reminder is due; tomorrow by the clock of whoever pressed, of `zone` where nobody knows theirs. */
export function dueAt(when: RemindWhen, now: EpochMs, presser: Presser, zone: string): EpochMs {
  if (when !== "tomorrow") return now + durationMs(when);
  const theirs = presser.timezone !== null && isTimezone(presser.timezone) ? presser.timezone : zone;
  return Math.min(...instantsOf(dayAfter(wallTime(now, theirs), 1), NINE, theirs));
}

/** Whom a handoff concerns, by address. */
export interface Concerned {
  /** The owner, the CSM, and everybody to whom an alert about it went. */
  readonly people: readonly string[];
  /** The members of the pool it came from; of every pool where it waits in a queue. */
  readonly members: readonly string[];
}

/** Null when they may act on it, else why not, as they read it. */
export function refusalOf(presser: Presser, { people, members }: Concerned): string | null {
  if (presser.emails.length === 0)
    return "Slack does not tell Baton your e-mail address, so it cannot know who you are. The app needs the scope users:read.email.";
  const known = new Set([...people, ...members].map((email) => email.toLowerCase()));
  if (presser.emails.some((email) => known.has(email))) return null;
  return `This lead is for others: you (${presser.emails.join(", ")}) are not its owner, not of its pool, and were not told of it. If you have another address in Salesforce, ask an admin to enter it under \`teammates\` of the Slack connection.`;
}
