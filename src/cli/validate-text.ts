/** The report of `baton validate` as lines of a terminal. Pure. */
import type { Estimate } from "../insights/validation/estimate.ts";
import type { Named, ValidationReport } from "../insights/validation/report.ts";
import { columns } from "./columns.ts";

/** So many steps of the sweep are shown; `--json` has all. */
const STEPS = 15;

export function validationLines(report: ValidationReport): readonly string[] {
  const { verdict, suggestion, sweep } = report;
  const { counts } = verdict;
  return [
    `precision ${estimateText(verdict.precision)}`,
    `recall    ${estimateText(verdict.recall)}`,
    verdict.moreForPrecision === 0
      ? "the precision is known within 10 points"
      : `${verdict.moreForPrecision} more labels of qualified conversations until the precision is known within 10 points`,
    "",
    ...columns(
      ["labelled", "right", "wrong"],
      [
        ["qualified", String(counts.rightAndQualified), String(counts.wrongAndQualified)],
        ["not qualified", String(counts.rightAndNot), String(counts.wrongAndNot)],
      ],
    ),
    ...named("recipe", report.recipes),
    ...named("signal", report.signals),
    ...(sweep.length === 0
      ? []
      : [
          "",
          ...columns(
            [`threshold of ${report.score}`, "passes", "precision", "recall"],
            sweep
              .slice(-STEPS)
              .map(({ threshold, volume, precision, recall }) => [
                String(threshold),
                volume.toFixed(0),
                percent(precision.value),
                percent(recall.value),
              ]),
          ),
        ]),
    "",
    suggestion.threshold === null
      ? suggestion.reason
      : `suggested threshold: ${suggestion.threshold}, ${suggestion.reason}`,
    ...phrases("let wrong ones through", report.noise),
    ...phrases("stand in those that were missed", report.misses),
  ];
}

export function percent(value: number | null): string {
  return value === null ? "-" : `${(value * 100).toFixed(1)} %`;
}

export function estimateText({ value, low, high, labels }: Estimate): string {
  if (value === null) return `not known: it needs labels of both kinds (${labels} labels)`;
  return `${percent(value)} (95 %: ${percent(low)} to ${percent(high)}, ${labels} labels)`;
}

function named(title: string, list: readonly Named[]): readonly string[] {
  if (list.length === 0) return [];
  return [
    "",
    ...columns(
      [title, "qualified", "right"],
      list.map(({ name, right }) => [
        name,
        String(right.labels),
        `${percent(right.value)} (${percent(right.low)} to ${percent(right.high)})`,
      ]),
    ),
  ];
}

function phrases(what: string, list: ValidationReport["noise"]): readonly string[] {
  if (list.length === 0) return [];
  return [
    "",
    ...columns(
      [`words that ${what}`, "right", "wrong"],
      list.map(({ phrase, right, wrong }) => [phrase, String(right), String(wrong)]),
    ),
  ];
}
