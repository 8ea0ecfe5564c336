/** The metrics as lines of a terminal. Pure. */
import type { Comparison } from "../insights/metrics/baseline.ts";
import type { CalibratedBand } from "../insights/metrics/calibration.ts";
import type { Figure, Rate, Timing } from "../insights/metrics/figures.ts";
import type { Metrics, Part } from "../insights/metrics/metrics.ts";
import type { Bounded } from "../insights/difference.ts";
import type { Quantile } from "../insights/quantile.ts";
import type { Ms } from "../kernel/time.ts";
import { columns } from "./columns.ts";

export function metricsLines(environment: string, found: Metrics): readonly string[] {
  if (found.handoffs === 0)
    return [`${environment} handed nothing off in this time; nothing live can be measured yet`];
  const { signalToAlert, responseTime, winRate, calibration, completeness, valueByRep } = found;
  return [
    `${found.handoffs} live handoffs of ${environment}`,
    "",
    ...timingLines("signal to alert", signalToAlert.value),
    ...timingLines("response time", responseTime.value),
    ...responseTime.value.within.map(({ minutes, contacted }) =>
      line(`  within ${minutes} min`, rateText(contacted)),
    ),
    line("leakage", rateText(found.leakage.value)),
    line("SLA breaches", rateText(found.slaBreaches.value)),
    line("to Opportunity", rateText(found.toOpportunity.value)),
    line("trial to paid", rateText(found.trialToPaid.value)),
    line("owner corrected", rateText(found.corrections.value)),
    line("won of ended", rateText(winRate.value.all)),
    ...winRate.value.bands.map(({ band, won }) => `  ${band}: ${rateText(won)}`),
    "",
    ...calibrationLines(calibration.value),
    "",
    ...partLines("recipe", found.byRecipe),
    "",
    ...partLines("owner", found.byOwner),
    "",
    ...columns(
      ["value by rep", "won", "of ended", "amount won", "amount open"],
      valueByRep.value.map(({ name, won, wonAmount, openAmount }) => [
        name,
        String(won.k),
        String(won.of),
        String(wonAmount),
        String(openAmount),
      ]),
    ),
    ...(completeness.value.length === 0
      ? []
      : [
          "",
          ...columns(
            ["field", "filled"],
            completeness.value.map(({ object, field, filled }) => [`${object}.${field}`, rateText(filled)]),
          ),
        ]),
    "",
    ...definitionLines(found),
  ];
}

export function comparisonLines(name: string, all: readonly Comparison[]): readonly string[] {
  return [
    "",
    ...columns(
      [`against ${name}`, "before", "now", "difference (95 %)", "verdict"],
      all.map(({ name: figure, unit, before, after, difference, verdict }) => {
        const text = unit === "ms" ? spanText : percent;
        const apart = unit === "ms" ? spanText : points;
        const side = (one: Bounded | null): string => (one === null ? "too few" : text(one.value));
        const change =
          difference === null
            ? "-"
            : `${signed(apart, difference.value)} (${signed(apart, difference.low)} to ${signed(apart, difference.high)})`;
        return [figure, side(before), side(after), change, verdict];
      }),
    ),
  ];
}

const NAMES = {
  signalToAlert: "signal to alert",
  responseTime: "response time",
  leakage: "leakage",
  slaBreaches: "SLA breaches",
  toOpportunity: "to Opportunity",
  trialToPaid: "trial to paid",
  corrections: "owner corrected",
  winRate: "won of ended",
  calibration: "calibration",
  valueByRep: "value by rep",
  completeness: "filled",
} as const satisfies Partial<Record<keyof Metrics, string>>;

function definitionLines(found: Metrics): readonly string[] {
  return (Object.entries(NAMES) as readonly (readonly [keyof typeof NAMES, string])[]).map(
    ([key, name]) => `${name}: ${(found[key] satisfies Figure<unknown>).definition}`,
  );
}

function line(name: string, text: string): string {
  return `${name.padEnd(18)} ${text}`;
}

function timingLines(name: string, { n, isFew, p50Ms, p90Ms }: Timing): readonly string[] {
  if (n === 0) return [line(name, "not known yet")];
  return [
    line(name, `half within ${quantileText(p50Ms)}${isFew ? `, too few to rely on: ${n}` : `, of ${n}`}`),
    line("", `nine of ten within ${quantileText(p90Ms)}`),
  ];
}

/** "4.5 min (95 %: 3 min to 7 min)"; an end of which too few tell is open. */
function quantileText({ value, low, high }: Quantile): string {
  if (value === null) return "-";
  const end = (bound: number | null): string => (bound === null ? "open" : spanText(bound));
  return `${spanText(value)} (95 %: ${end(low)} to ${end(high)})`;
}

/** "850 ms", "12 s", "4.5 min", "3.2 h", "2 d". */
function spanText(ms: Ms): string {
  const units = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
    [1_000, "s"],
  ] as const;
  const [size, unit] = units.find(([one]) => Math.abs(ms) >= one) ?? [1, "ms"];
  return `${Math.round((ms / size) * 10) / 10} ${unit}`;
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

/** What two shares differ by. */
function points(difference: number): string {
  return `${(difference * 100).toFixed(1)} points`;
}

function signed(text: (value: number) => string, value: number): string {
  return `${value > 0 ? "+" : ""}${text(value)}`;
}

function rateText({ k, of, share, low, high, isFew }: Rate): string {
  if (share === null) return "not known yet";
  const few = isFew ? ", too few to rely on" : "";
  return `${k} of ${of}, ${percent(share)} (95 %: ${percent(low)} to ${percent(high)})${few}`;
}

function calibrationLines(bands: readonly CalibratedBand[]): readonly string[] {
  return columns(
    ["score", "predicted", "observed", "verdict"],
    bands.map(({ band, predicted, observed, verdict }) => [
      band,
      briefText(predicted),
      briefText(observed),
      verdict,
    ]),
  );
}

/** "12 of 40 (18.1 % to 45.4 %)". */
function briefText({ k, of, share, low, high }: Rate): string {
  return share === null ? "-" : `${k} of ${of} (${percent(low)} to ${percent(high)})`;
}

function partLines(title: string, parts: readonly Part[]): readonly string[] {
  return columns(
    [title, "handoffs", "half within", "leaked"],
    parts.map(({ name, handoffs, response, leaked }) => [
      name,
      String(handoffs),
      quantileText(response.p50Ms),
      briefText(leaked),
    ]),
  );
}
