/** What the room keeps, and who may do what with it: decisions as data, without a database. */
import type { EpochMs } from "../kernel/time.ts";
import type { PolicyFault, PolicyReading } from "../policy/read.ts";

export type VersionKind = "published" | "rolled-back" | "promoted";

/** A text that was made live once. Never changes. */
export interface Version {
  /** Unique over all environments; decisions name it. */
  readonly id: number;
  readonly environment: string;
  /** Counts from 1 in its environment; people name it. */
  readonly number: number;
  readonly document: string;
  readonly sha256: string;
  readonly authors: readonly string[];
  readonly publisher: string;
  readonly comment: string;
  readonly kind: VersionKind;
  /** Number of the version that was live before. */
  readonly base: number | null;
  /** Where a rollback or a promotion took the text from. */
  readonly source: { readonly environment: string; readonly number: number } | null;
  readonly publishedAt: EpochMs;
}

/** A text that is being worked on; it may have faults. */
export interface Draft {
  readonly environment: string;
  readonly name: string;
  readonly revision: number;
  /** The version it was made from; null where the environment had none. */
  readonly base: { readonly id: number; readonly number: number } | null;
  readonly document: string;
  /** Everybody who saved it, the first one first. */
  readonly authors: readonly string[];
  readonly comment: string;
  readonly savedBy: string;
  readonly savedAt: EpochMs;
}

export type Review = "optional" | "required";

export type SaveVerdict =
  | { readonly kind: "save"; readonly authors: readonly string[] }
  | { readonly kind: "conflict"; readonly theirs: Draft }
  | { readonly kind: "gone" };

/**
 * May this person save over what is there? `expected` is the revision they began with, null for a draft that must not
 * exist yet.
 */
export function judgeSave(found: Draft | null, expected: number | null, person: string): SaveVerdict {
  if (found === null) return expected === null ? { kind: "save", authors: [person] } : { kind: "gone" };
  if (found.revision !== expected) return { kind: "conflict", theirs: found };
  return { kind: "save", authors: withPerson(found.authors, person) };
}

function withPerson(people: readonly string[], person: string): readonly string[] {
  return people.some((one) => isSamePerson(one, person)) ? people : [...people, person];
}

function isSamePerson(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

export type PublishVerdict =
  | { readonly kind: "publish" }
  | { readonly kind: "faults"; readonly faults: readonly PolicyFault[] }
  | { readonly kind: "needs-review"; readonly authors: readonly string[] }
  | { readonly kind: "stale"; readonly base: number | null; readonly live: number | null }
  | { readonly kind: "unchanged"; readonly live: number };

export interface PublishQuestion {
  readonly reading: PolicyReading;
  readonly sha256: string;
  readonly authors: readonly string[];
  readonly publisher: string;
  readonly review: Review;
  /** The version the text was made from; "any" where the text replaces whatever is live. */
  readonly base: number | null | "any";
  readonly live: { readonly number: number; readonly sha256: string } | null;
}

/** May this person make this text the live one? The first reason against it. */
export function judgePublish(question: PublishQuestion): PublishVerdict {
  const { reading, authors, publisher, base, live } = question;
  if (reading.kind === "faults") return { kind: "faults", faults: reading.faults };
  if (live !== null && live.sha256 === question.sha256) return { kind: "unchanged", live: live.number };
  const liveNumber = live?.number ?? null;
  if (base !== "any" && base !== liveNumber) return { kind: "stale", base, live: liveNumber };
  if (question.review === "required" && authors.some((author) => isSamePerson(author, publisher)))
    return { kind: "needs-review", authors };
  return { kind: "publish" };
}
