/**
 * The default policy measured on real messages that nobody of this project wrote. The messages are not part of the
 * repository: without the folder beside it, this file skips.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { evidenceOfRow, rowSchema } from "../../src/conversation/row.ts";
import { defaultPolicy } from "../../src/policy/templates/saas-default.ts";
import { compile } from "../../src/qualify/compile.ts";
import { score } from "../../src/qualify/score.ts";
import type { FoundSignal } from "../../src/qualify/scores.ts";

const DATA = join(import.meta.dirname, "../../../shared/data");
const isThere = existsSync(join(DATA, "intent-open.jsonl"));
if (!isThere)
  console.log("skipped: ../shared/data is absent, so the default policy is not measured on real messages");

const NOW = Date.UTC(2026, 0, 15);
const policy = compile(defaultPolicy());

interface Measured {
  readonly label: string | undefined;
  readonly signals: readonly FoundSignal[];
}

function measure(file: string): readonly Measured[] {
  return readFileSync(join(DATA, file), "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const given = JSON.parse(line) as { readonly label?: string };
      const evidence = evidenceOfRow(rowSchema.parse(given), NOW);
      const { signals } = score(evidence, policy, NOW);
      for (const { text, turn, start, end } of signals) {
        expect(text).toBe(evidence.snapshot.messages[turn ?? -1]?.text.slice(start, end));
      }
      return { label: given.label, signals };
    });
}

/** A wish, by the labels that mean it and the signals that should notice it. */
interface Wish {
  readonly name: string;
  readonly labels: readonly string[];
  readonly signals: readonly string[];
  /** What searching for the plain phrases reaches on these messages, less a little. */
  readonly leastF1: number;
}

const buying: Wish = {
  name: "buying",
  labels: ["buying_enterprise", "upgrade_or_trial"],
  signals: ["enterprise", "pricing", "upgrade"],
  leastF1: 0.35,
};
const churn: Wish = {
  name: "churn",
  labels: ["churn_risk"],
  signals: ["complaint", "cancellation"],
  leastF1: 0.48,
};

const isPredicted = (wish: Wish, { signals }: Measured): boolean =>
  signals.some(({ signal }) => wish.signals.includes(signal));
const isMeant = (wish: Wish, { label }: Measured): boolean =>
  label !== undefined && wish.labels.includes(label);

describe.skipIf(!isThere)("the default policy on real messages", () => {
  test("every signal quotes its place, and the wishes are found at least as well as by plain phrases", () => {
    const rows = measure("intent-open.jsonl");
    const table = [buying, churn].map((wish) => {
      const hits = rows.filter((row) => isPredicted(wish, row) && isMeant(wish, row)).length;
      const precision = hits / rows.filter((row) => isPredicted(wish, row)).length;
      const recall = hits / rows.filter((row) => isMeant(wish, row)).length;
      return { wish, precision, recall, f1: (2 * precision * recall) / (precision + recall) };
    });
    const shown = (share: number): string => share.toFixed(2).padStart(9);
    console.log(
      [
        `intent, ${rows.length} messages  precision   recall       F1`,
        ...table.map(
          ({ wish, precision, recall, f1 }) =>
            `${wish.name.padEnd(22)}${shown(precision)}${shown(recall)}${shown(f1)}`,
        ),
      ].join("\n"),
    );
    for (const { wish, f1 } of table) expect(f1).toBeGreaterThanOrEqual(wish.leastF1);
  });

  test.for([
    ["sumo-questions-open.jsonl", 0.03, 0.03],
    ["multidogo-software-open.jsonl", 0.01, 0.01],
    ["support-twitter-open.jsonl", 0.03, 0.07],
  ] as const)("plain support in %s raises few alarms", ([file, mostBuying, mostChurn], { skip }) => {
    if (!existsSync(join(DATA, file))) skip();
    const rows = measure(file);
    const rate = (wish: Wish): number => rows.filter((row) => isPredicted(wish, row)).length / rows.length;
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    console.log(
      `${file}, ${rows.length} rows: buying ${percent(rate(buying))}, churn ${percent(rate(churn))}`,
    );
    expect(rate(buying)).toBeLessThanOrEqual(mostBuying);
    expect(rate(churn)).toBeLessThanOrEqual(mostChurn);
  });
});
