/** Buying and churn in real messages, as lines of plain text. */
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Labelled } from "../src/qualify/meaning/learn.ts";
import {
  alarmsOf,
  byLabel,
  crossValidated,
  type IntentRow,
  type Quality,
  qualityOf,
  scoreRows,
  shippedReader,
} from "./intent-quality.ts";
import { readSet } from "./quality-data.ts";

interface Report {
  readonly lines: readonly string[];
  readonly reached: boolean;
}

const LEAST_F1: Readonly<Record<Quality["name"], number>> = { buying: 0.7, churn: 0.75 };
const TRAINING = join(import.meta.dirname, "..", "training", "saas-default.jsonl");

/** Precision, recall and F1 of buying and churn on labelled messages, by the shipped policy and by cross-validation. */
export function intentReport(file: string): Report {
  const rows = readSet<IntentRow>(basename(file, ".jsonl"), dirname(file)) ?? [];
  const shipped = rows.map(shippedReader());
  const corpus = readFileSync(TRAINING, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Labelled);
  const unseen = crossValidated(rows, corpus, (fold) => console.error(`quality: fold ${fold} of 5 is read`));
  const qualities = [qualityOf(rows, shipped), qualityOf(rows, unseen)];
  const counts = byLabel(rows, shipped).map((one) => {
    const numbers = [one.rows, one.buying, one.churn].map((n) => String(n).padStart(7));
    return `${one.label.padEnd(30)}${numbers.join("  ")}`;
  });
  const lines = [
    `Intent, ${rows.length} messages                  precision   recall       F1   95 of 100     target`,
    ...qualities.flatMap((all, at) =>
      all.map((one) => qualityLine(at === 0 ? "as shipped" : "reviewed rows, 5 folds", one)),
    ),
    "",
    "As shipped, by label             rows   buying    churn",
    ...counts,
    "",
  ];
  return { lines, reached: qualities.flat().every((one) => one.f1 >= (LEAST_F1[one.name] ?? 0)) };
}

/** Shares of conversations, nearly all plain support, that are read as buying or churn; in the folder of `file`. */
export function alarmsReport(file: string): Report {
  const sets = [
    ["sumo-questions-open", 0.03],
    ["multidogo-software-open", 0.05],
    ["hint3-open", null],
    ["support-twitter-open", null],
  ] as const;
  const read = shippedReader();
  const measured = sets.flatMap(([name, most]) => {
    const rows = scoreRows(name, dirname(file));
    return rows === null ? [] : [{ name, most, rows: rows.length, ...alarmsOf(rows.map(read)) }];
  });
  const lines = measured.map(({ name, most, rows, buying, churn, any }) => {
    const verdict = most === null ? "" : `${any < most ? "met" : "MISSED"} (< ${percent(most)})`;
    const figures = [buying, churn, any].map((share) => percent(share).padStart(9)).join("");
    return `${name.padEnd(26)}${String(rows).padStart(7)}${figures}   ${verdict}`.trimEnd();
  });
  return {
    lines: ["Read as                       rows   buying    churn   either", ...lines, ""],
    reached: measured.every(({ any, most }) => most === null || any < most),
  };
}

function qualityLine(how: string, one: Quality): string {
  const [low, high] = one.f1Interval;
  const figures = [one.precision, one.recall, one.f1].map((share) => share.toFixed(2).padStart(9)).join("");
  const least = LEAST_F1[one.name] ?? 0;
  const verdict = `${one.f1 >= least ? "met" : "MISSED"} (>= ${least.toFixed(2)})`;
  return `${one.name.padEnd(8)}${how.padEnd(30)}${figures}   ${low.toFixed(2)}-${high.toFixed(2)}   ${verdict}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
