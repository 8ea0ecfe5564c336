/** How fast and how surely qualified conversations reach people, out of handoffs. Pure. */
import type { EpochMs, Ms } from "../../kernel/time.ts";
import { quantile, shareOf, type Share } from "../share.ts";

/** One live handoff, as far as it went. */
export interface Measured {
  readonly recipe: string;
  /** An address, or the id of a queue; null where erased. */
  readonly owner: string | null;
  /** The highest of its scores over its threshold: 1 is just enough. */
  readonly strength: number | null;
  /** When the message came that qualified. */
  readonly signalledAt: EpochMs;
  /** When the first person was told; null: nobody yet. */
  readonly alertedAt: EpochMs | null;
  /** First human touch by the owner. */
  readonly contactedAt: EpochMs | null;
  readonly closedReason: string | null;
  readonly hasBreached: boolean;
  /** Whether an Opportunity was made or worked on. */
  readonly isOpportunity: boolean;
}

/** A figure with the sentence that defines it. */
export interface Figure<Value> {
  readonly definition: string;
  readonly value: Value;
}

export interface Spread {
  readonly n: number;
  readonly p50Ms: Ms | null;
  readonly p90Ms: Ms | null;
  readonly p95Ms: Ms | null;
}

export interface Metrics {
  readonly handoffs: number;
  readonly signalToAlert: Figure<Spread>;
  readonly responseTime: Figure<
    Spread & { readonly within: readonly { readonly minutes: number; readonly contacted: Share }[] }
  >;
  readonly leakage: Figure<Share>;
  readonly slaBreaches: Figure<Share>;
  readonly toOpportunity: Figure<Share>;
  readonly winRate: Figure<readonly { readonly band: string; readonly won: Share }[]>;
  readonly byRecipe: readonly Part[];
  readonly byOwner: readonly Part[];
}

export interface Part {
  readonly name: string;
  readonly handoffs: number;
  readonly p50Ms: Ms | null;
  readonly leaked: Share;
}

const MINUTES = [5, 15, 30, 60] as const;
const MINUTE_MS: Ms = 60_000;

/** Lower bounds of the bands of strength. */
const BANDS = [
  { from: 2, name: "twice the threshold and more" },
  { from: 1.5, name: "1.5 to 2 times the threshold" },
  { from: 0, name: "up to 1.5 times the threshold" },
] as const;

/** A contact within `withinMs` is in time; whoever still has that time at `now` is not counted as leaked. */
export function metricsOf(all: readonly Measured[], withinMs: Ms, now: EpochMs): Metrics {
  const responses = spans(all, ({ contactedAt }) => contactedAt);
  return {
    handoffs: all.length,
    signalToAlert: {
      definition: "From the message that qualified to the first person told of it.",
      value: spreadOf(spans(all, ({ alertedAt }) => alertedAt)),
    },
    responseTime: {
      definition:
        "From the message that qualified to the owner's first human touch: an answer in Intercom, or a completed Task, Event, e-mail or a status change on the record.",
      value: {
        ...spreadOf(responses),
        within: MINUTES.map((minutes) => ({ minutes, contacted: withinMinutes(all, minutes, now) })),
      },
    },
    leakage: {
      definition:
        "Qualified conversations without contact in time; those whose time is not over and that nobody has contacted are left out.",
      value: leakageOf(all, withinMs, now),
    },
    slaBreaches: {
      definition: "Handoffs whose SLA timer fired before the owner was in touch, by working hours.",
      value: shareOf(all.filter(({ hasBreached }) => hasBreached).length, all.length),
    },
    toOpportunity: {
      definition: "Handoffs that made an Opportunity or worked on one.",
      value: shareOf(all.filter(({ isOpportunity }) => isOpportunity).length, all.length),
    },
    winRate: {
      definition: "Won of those that were won or lost, by how far the score stood above its threshold.",
      value: BANDS.map(({ name }, i) => ({ band: name, won: wonOf(all.filter((one) => bandOf(one) === i)) })),
    },
    byRecipe: parts(all, ({ recipe }) => recipe, withinMs, now),
    byOwner: parts(all, ({ owner }) => owner ?? "unknown", withinMs, now),
  };
}

function spans(all: readonly Measured[], endOf: (one: Measured) => EpochMs | null): readonly Ms[] {
  return all
    .flatMap((one) => {
      const end = endOf(one);
      return end === null ? [] : [Math.max(0, end - one.signalledAt)];
    })
    .toSorted((a, b) => a - b);
}

function spreadOf(ascending: readonly Ms[]): Spread {
  return {
    n: ascending.length,
    p50Ms: quantile(ascending, 0.5),
    p90Ms: quantile(ascending, 0.9),
    p95Ms: quantile(ascending, 0.95),
  };
}

function wasContacted({ contactedAt, signalledAt }: Measured, withinMs: Ms): boolean {
  return contactedAt !== null && contactedAt - signalledAt <= withinMs;
}

/** Of those who were contacted, or whose minutes are over. */
function withinMinutes(all: readonly Measured[], minutes: number, now: EpochMs): Share {
  const bound = minutes * MINUTE_MS;
  const known = all.filter((one) => wasContacted(one, bound) || now - one.signalledAt > bound);
  return shareOf(known.filter((one) => wasContacted(one, bound)).length, known.length);
}

function leakageOf(all: readonly Measured[], withinMs: Ms, now: EpochMs): Share {
  const known = all.filter((one) => wasContacted(one, withinMs) || now - one.signalledAt > withinMs);
  return shareOf(known.filter((one) => !wasContacted(one, withinMs)).length, known.length);
}

function bandOf({ strength }: Measured): number {
  return strength === null ? -1 : BANDS.findIndex(({ from }) => strength >= from);
}

function wonOf(all: readonly Measured[]): Share {
  const ended = all.filter(({ closedReason }) => closedReason === "won" || closedReason === "lost");
  return shareOf(ended.filter(({ closedReason }) => closedReason === "won").length, ended.length);
}

function parts(
  all: readonly Measured[],
  nameOf: (one: Measured) => string,
  withinMs: Ms,
  now: EpochMs,
): readonly Part[] {
  return [...Map.groupBy(all, nameOf)]
    .map(([name, list]) => ({
      name,
      handoffs: list.length,
      p50Ms: quantile(
        spans(list, ({ contactedAt }) => contactedAt),
        0.5,
      ),
      leaked: leakageOf(list, withinMs, now),
    }))
    .toSorted((a, b) => b.handoffs - a.handoffs || a.name.localeCompare(b.name));
}
