/** A census as it was taken, and whether it adds up. Pure. */
import type { Bucket } from "../../decide/bucket.ts";
import type { EpochMs } from "../../kernel/time.ts";

/** A conversation that stands in no bucket, or in more than one; there should be none. */
export interface Odd {
  readonly conversation: string;
  readonly buckets: readonly string[];
}

export interface Taken {
  /** Conversations that any notification or reading told of, counted without the buckets. */
  readonly in: number;
  /** How many stand in each. */
  readonly buckets: Readonly<Record<Bucket, number>>;
  /** At most a hundred. */
  readonly odd: readonly Odd[];
}

/** A census of one night; `night` is the day in UTC on which it was taken, "2026-03-10". */
export interface Night extends Taken {
  readonly night: string;
  readonly takenAt: EpochMs;
}

export function sumOf({ buckets }: Pick<Taken, "buckets">): number {
  return Object.values(buckets).reduce((sum, n) => sum + n, 0);
}

export function addsUp(taken: Taken): boolean {
  return taken.in === sumOf(taken) && taken.odd.length === 0;
}

/** "conversation 100 stands in no bucket". */
export function oddText({ conversation, buckets }: Odd): string {
  const place = buckets.length === 0 ? "no bucket" : buckets.join(" and ");
  return `conversation ${conversation} stands in ${place}`;
}

/** So many conversations are named in a sentence. */
const NAMED = 5;

/** Why it does not add up, as one sentence. */
export function faultOf(taken: Taken): string {
  const named = taken.odd.slice(0, NAMED).map(oddText);
  const more = taken.odd.length - named.length;
  const rest = more > 0 ? [`and ${more} more`] : [];
  return [`${taken.in} conversations came in and the buckets hold ${sumOf(taken)}`, ...named, ...rest].join(
    "; ",
  );
}
