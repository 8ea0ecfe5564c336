/** How fast and how surely qualified conversations reach people, and what comes of them, out of handoffs. Pure. */
import { durationMs, type EpochMs, type Ms } from "../../kernel/time.ts";
import { type CalibratedBand, calibrationOf, type WonInBand, wonByBand, wonOf } from "./calibration.ts";
import type { Completeness } from "./completeness.ts";
import { type Figure, type Rate, rateIn, type Timing, timingOf } from "./figures.ts";
import { isContacted, type Measured, ripe } from "./measured.ts";

export interface Metrics {
  readonly handoffs: number;
  readonly signalToAlert: Figure<Timing>;
  readonly responseTime: Figure<
    Timing & { readonly within: readonly { readonly minutes: number; readonly contacted: Rate }[] }
  >;
  readonly leakage: Figure<Rate>;
  readonly slaBreaches: Figure<Rate>;
  readonly toOpportunity: Figure<Rate>;
  readonly trialToPaid: Figure<Rate>;
  readonly winRate: Figure<{ readonly all: Rate; readonly bands: readonly WonInBand[] }>;
  readonly calibration: Figure<readonly CalibratedBand[]>;
  readonly completeness: Figure<readonly Completeness[]>;
  readonly corrections: Figure<Rate>;
  readonly valueByRep: Figure<readonly RepValue[]>;
  readonly byRecipe: readonly Part[];
  readonly byOwner: readonly Part[];
}

export interface Part {
  readonly name: string;
  readonly handoffs: number;
  readonly response: Timing;
  readonly leaked: Rate;
}

/** What a rep's handoffs came to, in the org's currency. */
export interface RepValue {
  readonly name: string;
  readonly handoffs: number;
  readonly won: Rate;
  readonly wonAmount: number;
  readonly openAmount: number;
}

const MINUTES = [5, 15, 30, 60] as const;
const MINUTE_MS: Ms = 60_000;
/** A trial that is won later is not put down to the conversation. */
const PAID_WITHIN_MS: Ms = durationMs("30d");

const DEFINITIONS = {
  signalToAlert: "From the message that qualified to the first person told of it.",
  responseTime:
    "From the message that qualified to the first human touch by somebody whom the handoff concerns (an answer in Intercom, work in Salesforce, a claim in Slack), of those that were touched, as the policy's timers saw it. The shares are of all whose minutes are over.",
  leakage: "Handoffs without such a touch in time, of those whose time is over.",
  slaBreaches:
    "Handoffs whose SLA timer fired before anybody was in touch, by working hours, of those whose timer is over.",
  toOpportunity:
    "Handoffs that made an Opportunity, worked on one, or whose person got one since; young ones may still get one.",
  trialToPaid:
    "Handoffs of people whose plan or tag said trial and whose Opportunity was won within 30 days, of those that are 30 days old.",
  winRate:
    "Won of those whose Opportunities were won or lost, by how far the highest score stood above its threshold.",
  calibration:
    "Of the handoffs that were won or lost, the older half says how often each band wins (predicted); the newer half is held against it (observed). They differ only where the interval of the difference leaves out 0.",
  completeness:
    "Records that Baton made in which the field held something, for each field of the live mapping.",
  corrections:
    "Handoffs whose record somebody else gave to another owner within the hour, or that somebody else claimed in Slack, of those that gave a record.",
  valueByRep:
    "Amounts of Opportunities that were won, and of those that are open, in the org's currency, by who has the handoff; a deal counts once for each rep.",
} as const satisfies Partial<Record<keyof Metrics, string>>;

/** A contact within `withinMs` is in time. `completeness` is counted from records, not from handoffs. */
export function metricsOf(
  all: readonly Measured[],
  completeness: readonly Completeness[],
  withinMs: Ms,
  now: EpochMs,
): Metrics {
  const figure = <Name extends keyof typeof DEFINITIONS, Value>(name: Name, value: Value) => ({
    definition: DEFINITIONS[name],
    value,
  });
  const watched = all.filter(({ isCorrected }) => isCorrected !== null);
  const timed = all.filter(({ sla }) => sla !== null);
  return {
    handoffs: all.length,
    signalToAlert: figure("signalToAlert", timingOf(spans(all, ({ alertedAt }) => alertedAt))),
    responseTime: figure("responseTime", {
      ...responseOf(all),
      within: MINUTES.map((minutes) => ({ minutes, contacted: contactedIn(all, minutes * MINUTE_MS, now) })),
    }),
    leakage: figure("leakage", leakageOf(all, withinMs, now)),
    slaBreaches: figure(
      "slaBreaches",
      rateIn(timed, ({ sla }) => sla === "broken"),
    ),
    toOpportunity: figure(
      "toOpportunity",
      rateIn(all, ({ isOpportunity, deals }) => isOpportunity || deals.length > 0),
    ),
    trialToPaid: figure("trialToPaid", paidOf(all, now)),
    winRate: figure("winRate", { all: wonOf(all), bands: wonByBand(all) }),
    calibration: figure("calibration", calibrationOf(all)),
    completeness: figure("completeness", completeness),
    corrections: figure(
      "corrections",
      rateIn(watched, ({ isCorrected }) => isCorrected === true),
    ),
    valueByRep: figure("valueByRep", valueByRep(all)),
    byRecipe: parts(all, ({ recipe }) => recipe, withinMs, now),
    byOwner: parts(all, ownerOf, withinMs, now),
  };
}

function spans(all: readonly Measured[], endOf: (one: Measured) => EpochMs | null): readonly Ms[] {
  return all.flatMap((one) => {
    const end = endOf(one);
    return end === null ? [] : [Math.max(0, end - one.signalledAt)];
  });
}

function responseOf(all: readonly Measured[]): Timing {
  return timingOf(spans(all, ({ contactedAt }) => contactedAt));
}

function contactedIn(all: readonly Measured[], boundMs: Ms, now: EpochMs): Rate {
  return rateIn(ripe(all, boundMs, now), (one) => isContacted(one, boundMs));
}

function leakageOf(all: readonly Measured[], withinMs: Ms, now: EpochMs): Rate {
  return rateIn(ripe(all, withinMs, now), (one) => !isContacted(one, withinMs));
}

function paidOf(all: readonly Measured[], now: EpochMs): Rate {
  const trials = ripe(all, PAID_WITHIN_MS, now).filter(({ wasOnTrial }) => wasOnTrial === true);
  return rateIn(trials, ({ deals, signalledAt }) =>
    deals.some(
      ({ state, endedAt }) => state === "won" && endedAt !== null && endedAt - signalledAt <= PAID_WITHIN_MS,
    ),
  );
}

function ownerOf({ owner }: Measured): string {
  return owner ?? "unknown";
}

function valueByRep(all: readonly Measured[]): readonly RepValue[] {
  return [...Map.groupBy(all, ownerOf)]
    .map(([name, list]) => {
      const deals = new Map(list.flatMap(({ deals }) => deals.map((deal) => [deal.id, deal] as const)));
      const sum = (state: "won" | "open"): number =>
        [...deals.values()].reduce((all, deal) => all + (deal.state === state ? (deal.amount ?? 0) : 0), 0);
      return {
        name,
        handoffs: list.length,
        won: wonOf(list),
        wonAmount: sum("won"),
        openAmount: sum("open"),
      };
    })
    .toSorted(
      (a, b) => b.wonAmount - a.wonAmount || b.openAmount - a.openAmount || a.name.localeCompare(b.name),
    );
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
      response: responseOf(list),
      leaked: leakageOf(list, withinMs, now),
    }))
    .toSorted((a, b) => b.handoffs - a.handoffs || a.name.localeCompare(b.name));
}
