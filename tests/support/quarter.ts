/**
 * Ninety days of a house whose truth is known: people write, some of them qualify, reps answer sooner or later, deals
 * are made and end. `TRUTH` says what the figures are of which a quarter is one sample.
 */
import type { FieldCount } from "../../src/insights/metrics/completeness.ts";
import type { Deal, Measured } from "../../src/insights/metrics/measured.ts";
import type { Bucket } from "../../src/decide/bucket.ts";
import { normal, normalBelow, poisson, type Random, seeded } from "./random.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
export const DAY = 86_400_000;
const DAYS = 90;
export const BEGIN = Date.UTC(2026, 0, 1);
export const END = BEGIN + DAYS * DAY;

/** Conversations in a quarter, on average. */
const WRITE = 1_000;
const BUCKETS: readonly (readonly [Bucket, number])[] = [
  ["handed-off", 0.4],
  ["below-threshold", 0.4],
  ["excluded", 0.15],
  ["held", 0.02],
  ["failed", 0.01],
  ["new", 0.02],
];
const RECIPES = [
  ["enterprise-inbound", 0.5],
  ["trial-conversion", 0.35],
  ["churn-risk", 0.15],
] as const;
type Recipe = (typeof RECIPES)[number][0];
const REPS = ["ana@us.example", "ben@us.example", "kim@us.example"] as const;

/** By strength: so often it occurs, and so often its deals are won. */
const BANDS = [
  { strength: 2.5, occurs: 0.35, won: 0.5 },
  { strength: 1.75, occurs: 0.3, won: 0.35 },
  { strength: 1.25, occurs: 0.35, won: 0.2 },
] as const;

const ALERT = { median: 6 * SECOND, sigma: 0.8 };
const ANSWER = { ever: 0.8, median: 12 * MINUTE, sigma: 1.4 };
const DEAL = { atOnce: 0.4, later: 0.1, laterMs: 2 * DAY, endsFrom: 3 * DAY, endsTo: 40 * DAY };
const CORRECTED = 0.08;
const SLA_MS = 30 * MINUTE;
const PAID_MS = 30 * DAY;
/** How often each field of a new record holds something. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Lead: { Email: 0.97, Title: 0.35, Phone: 0.2 },
  Opportunity: { Amount: 0.5 },
};
/** So often a person calls right what was handed off, and what was not. */
const RIGHT = { handedOff: 0.8, others: 0.04 } as const;

export interface QuarterConversation {
  readonly id: string;
  readonly at: number;
  readonly bucket: Bucket;
  readonly isRight: boolean;
  /** Highest score over its threshold. */
  readonly strength: number;
  readonly email: string;
}

export interface QuarterHandoff extends Omit<Measured, "recipe"> {
  readonly recipe: Recipe;
  readonly conversation: QuarterConversation;
  readonly startedAt: number;
  /** Whether somebody claimed it, where its owner was corrected. */
  readonly isClaimed: boolean;
  /** Where its deal began after the handoff. */
  readonly dealSince: number | null;
  /** The record that it made, by what its fields hold; null for a Task. */
  readonly made: { readonly object: string; readonly fields: readonly string[] } | null;
}

export interface Quarter {
  readonly conversations: readonly QuarterConversation[];
  readonly handoffs: readonly QuarterHandoff[];
  readonly fields: readonly FieldCount[];
}

export function quarterOf(seed: number): Quarter {
  const random = seeded(seed);
  const conversations = Array.from({ length: poisson(WRITE, random) }, (_, i) => conversationOf(i, random));
  const handoffs = conversations
    .filter(({ bucket }) => bucket === "handed-off")
    .map((conversation) => handoffOf(conversation, random))
    .toSorted((a, b) => a.startedAt - b.startedAt);
  return { conversations, handoffs, fields: fieldsOf(handoffs) };
}

/** What the metrics read of a handoff. */
export function measuredOf(handoff: QuarterHandoff): Measured {
  const { conversation: _, startedAt: __, isClaimed: ___, dealSince: ____, made: _____, ...rest } = handoff;
  return rest;
}

function conversationOf(i: number, random: Random): QuarterConversation {
  const bucket = chosen(BUCKETS, random);
  const band =
    BANDS[
      indexBy(
        BANDS.map(({ occurs }) => occurs),
        random,
      )
    ] ?? BANDS[0];
  return {
    id: String(10_000 + i),
    at: Math.floor(BEGIN + random() * (END - BEGIN)),
    bucket,
    isRight: random() < (bucket === "handed-off" ? RIGHT.handedOff : RIGHT.others),
    strength: bucket === "handed-off" ? band.strength : Math.floor(random() * 10) / 10,
    email: `p${i}@customer.example`,
  };
}

function handoffOf(conversation: QuarterConversation, random: Random): QuarterHandoff {
  const { at: signalledAt, strength } = conversation;
  const startedAt = signalledAt + SECOND;
  const recipe = chosen(RECIPES, random);
  const alertedAt = signalledAt + spread(ALERT, random);
  const answeredAt = random() < ANSWER.ever ? signalledAt + spread(ANSWER, random) : null;
  const contactedAt = answeredAt !== null && answeredAt <= END ? answeredAt : null;
  const isOpportunity = random() < DEAL.atOnce;
  const since = isOpportunity ? startedAt : random() < DEAL.later ? startedAt + DEAL.laterMs : null;
  const deal = since === null || since > END ? null : dealOf(conversation, since, random);
  const isChurn = recipe === "churn-risk";
  const isCorrected = random() < CORRECTED;
  return {
    recipe,
    owner: REPS[Math.floor(random() * REPS.length)] ?? REPS[0],
    strength,
    signalledAt,
    alertedAt: alertedAt <= END ? alertedAt : null,
    contactedAt,
    sla: isChurn || startedAt + SLA_MS > END ? null : slaOf(signalledAt, contactedAt),
    isOpportunity,
    deals: deal === null ? [] : [deal],
    wasOnTrial: recipe === "trial-conversion",
    isCorrected: isChurn ? null : isCorrected,
    conversation,
    startedAt,
    isClaimed: isCorrected && random() < 0.5,
    dealSince: isOpportunity ? null : since,
    made: isChurn && !isOpportunity ? null : madeOf(isOpportunity ? "Opportunity" : "Lead", random),
  };
}

function slaOf(signalledAt: number, contactedAt: number | null): "kept" | "broken" {
  return contactedAt !== null && contactedAt - signalledAt <= SLA_MS ? "kept" : "broken";
}

function dealOf({ id, strength }: QuarterConversation, since: number, random: Random): Deal {
  const endedAt = Math.floor(since + DEAL.endsFrom + random() * (DEAL.endsTo - DEAL.endsFrom));
  const isWon = random() < (BANDS.find((band) => band.strength === strength)?.won ?? 0);
  const amount = Math.round(1_000 * Math.exp(normal(random)));
  const hasEnded = endedAt <= END;
  return {
    id: `006${id.padStart(12, "0")}`,
    state: hasEnded ? (isWon ? "won" : "lost") : "open",
    amount,
    endedAt: hasEnded ? endedAt : null,
  };
}

function madeOf(object: string, random: Random): QuarterHandoff["made"] {
  const fields = Object.entries(FIELDS[object] ?? {}).flatMap(([field, often]) =>
    random() < often ? [field] : [],
  );
  return { object, fields };
}

function fieldsOf(handoffs: readonly QuarterHandoff[]): readonly FieldCount[] {
  const all = handoffs.flatMap(({ made }) => made ?? []);
  return Object.keys(FIELDS).map((object) => {
    const made = all.filter((one) => one.object === object);
    const filled: Record<string, number> = {};
    for (const field of made.flatMap(({ fields }) => fields)) filled[field] = (filled[field] ?? 0) + 1;
    return { object, made: made.length, filled };
  });
}

function spread(
  { median, sigma }: { readonly median: number; readonly sigma: number },
  random: Random,
): number {
  return Math.round(median * Math.exp(sigma * normal(random)));
}

function indexBy(shares: readonly number[], random: Random): number {
  let left = random();
  const found = shares.findIndex((share) => {
    left -= share;
    return left < 0;
  });
  return found === -1 ? shares.length - 1 : found;
}

function chosen<Name extends string>(from: readonly (readonly [Name, number])[], random: Random): Name {
  const at = indexBy(
    from.map(([, share]) => share),
    random,
  );
  const found = from[at];
  if (found === undefined) throw new Error("nothing to choose from");
  return found[0];
}

// --- The truth ----------------------------------------------------------------------------------------------------

/** The 90th of a hundred of a standard normal distribution. */
const Z90 = 1.281_551_565_545;

function answeredWithin(ms: number): number {
  return ANSWER.ever * normalBelow(Math.log(ms / ANSWER.median) / ANSWER.sigma);
}

const WON = BANDS.reduce((sum, { occurs, won }) => sum + occurs * won, 0);
const LATER = (1 - DEAL.atOnce) * DEAL.later;
/** How often a deal that began so long after the handoff has ended within 30 days of it. */
const endsInTime = (since: number): number =>
  (PAID_MS - since - DEAL.endsFrom) / (DEAL.endsTo - DEAL.endsFrom);
const HANDED_OFF = 0.4;
const LEADS = 1 - 0.15;

/** Of which a quarter is one sample. */
export const TRUTH = {
  alertP50: ALERT.median,
  alertP90: ALERT.median * Math.exp(Z90 * ALERT.sigma),
  responseP50: ANSWER.median,
  responseP90: ANSWER.median * Math.exp(Z90 * ANSWER.sigma),
  within: (minutes: number): number => answeredWithin(minutes * MINUTE),
  leakage: 1 - answeredWithin(DAY),
  breaches: 1 - answeredWithin(SLA_MS),
  toOpportunity: DEAL.atOnce + LATER * (1 - DEAL.laterMs / (DAYS * DAY)),
  trialToPaid: (DEAL.atOnce * endsInTime(0) + LATER * endsInTime(DEAL.laterMs)) * WON,
  won: WON,
  /** The highest band first. */
  bands: BANDS.map(({ won }) => won),
  corrections: CORRECTED,
  fields: FIELDS,
  precision: RIGHT.handedOff,
  /** In a twelfth of a year. */
  leakedPerMonth: ((WRITE * HANDED_OFF) / DAYS) * (365.25 / 12) * (1 - answeredWithin(DAY)),
  leadsLeakedPerMonth: ((WRITE * HANDED_OFF * LEADS) / DAYS) * (365.25 / 12) * (1 - answeredWithin(DAY)),
} as const;
