/**
 * How well buying and churn are recognised in real messages: by the default policy as it is shipped, which has seen
 * none of them, and by cross-validation where the text model also learns from reviewed rows of the other folds.
 */
import { evidenceOfRow, rowSchema } from "../src/conversation/row.ts";
import { defaultPolicy } from "../src/policy/templates/saas-default.ts";
import { compile, type CompiledPolicy } from "../src/qualify/compile.ts";
import { fitRows, type Labelled } from "../src/qualify/meaning/learn.ts";
import { compileModel, type ModelFile } from "../src/qualify/meaning/model.ts";
import { shippedModel } from "../src/qualify/meaning/shipped.ts";
import { score } from "../src/qualify/score.ts";
import type { FoundSignal } from "../src/qualify/scores.ts";
import { readSet } from "./quality-data.ts";

/** A wish, the labels that mean it and the signals that should notice it. */
interface Wish {
  readonly name: "buying" | "churn";
  readonly labels: readonly string[];
  readonly signals: readonly string[];
}

const WISHES: readonly Wish[] = [
  {
    name: "buying",
    labels: ["buying_enterprise", "upgrade_or_trial"],
    signals: ["enterprise", "pricing", "upgrade"],
  },
  { name: "churn", labels: ["churn_risk"], signals: ["complaint", "cancellation"] },
];

/** What a reviewer's label says in the words of the default policy. */
const SIGNALS_OF_LABEL: Readonly<Record<string, readonly string[]>> = {
  buying_enterprise: ["enterprise"],
  upgrade_or_trial: ["upgrade"],
  churn_risk: ["cancellation"],
};

export interface IntentRow {
  readonly id: string | number;
  readonly text: string;
  readonly label: string;
}

export interface Quality {
  readonly name: string;
  readonly hits: number;
  readonly predicted: number;
  readonly meant: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** The middle 95 of 100 F1 values of rows drawn again with replacement. */
  readonly f1Interval: readonly [number, number];
}

type Found = readonly Pick<FoundSignal, "signal">[];
type Reader = (row: { readonly id: string | number }) => Found;

/** Reads rows with the default policy; any time does, since only signals matter. */
function readerOf(policy: CompiledPolicy): Reader {
  return (row) => {
    const evidence = evidenceOfRow(rowSchema.parse(row), 0);
    return score(evidence, policy, 0).signals;
  };
}

/** The reader that `baton score FILE` is. */
export const shippedReader = (): Reader => readerOf(compile(defaultPolicy()));

/** The model asked to be as sure as the shipped one. */
function assured(file: ModelFile): ModelFile {
  const sure = new Map(shippedModel().signals.map(({ name, atLeast }) => [name, atLeast]));
  const signals = file.signals.map((one) => ({ ...one, atLeast: sure.get(one.name) ?? one.atLeast }));
  return { ...file, signals };
}

const FOLDS = 5;

/** What each row is read as by a model that learnt from `corpus` and the rows of the other folds. */
export function crossValidated(
  rows: readonly IntentRow[],
  corpus: readonly Labelled[],
  said: (fold: number) => void,
): readonly Found[] {
  const found: Found[] = rows.map(() => []);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const seen = rows.filter((_, at) => at % FOLDS !== fold);
    const reviewed = seen.map(({ text, label }) => ({ text, signals: SIGNALS_OF_LABEL[label] ?? [] }));
    const read = readerOf(compile(defaultPolicy(), compileModel(assured(fitRows([...corpus, ...reviewed])))));
    for (const [at, row] of rows.entries()) if (at % FOLDS === fold) found[at] = read(row);
    said(fold + 1);
  }
  return found;
}

/** Precision, recall and F1 of both wishes. */
export function qualityOf(rows: readonly IntentRow[], found: readonly Found[]): readonly Quality[] {
  return WISHES.map((wish) => {
    const judged = rows.map((row, at) => ({
      isMeant: wish.labels.includes(row.label),
      isPredicted: holds(found[at] ?? [], wish.signals),
    }));
    const { hits, predicted, meant } = counted(judged);
    return {
      name: wish.name,
      hits,
      predicted,
      meant,
      precision: hits / predicted,
      recall: hits / meant,
      f1: f1Of(judged),
      f1Interval: intervalOf(judged),
    };
  });
}

/** How many rows of each label are read as buying and as churn. */
export function byLabel(
  rows: readonly IntentRow[],
  found: readonly Found[],
): readonly {
  readonly label: string;
  readonly rows: number;
  readonly buying: number;
  readonly churn: number;
}[] {
  return [...new Set(rows.map(({ label }) => label))].sort().map((label) => {
    const own = found.filter((_, at) => rows[at]?.label === label);
    const [buying = 0, churn = 0] = WISHES.map(
      ({ signals }) => own.filter((one) => holds(one, signals)).length,
    );
    return { label, rows: own.length, buying, churn };
  });
}

/** Shares, 0 to 1, of rows read as buying, as churn, and as either. */
export function alarmsOf(found: readonly Found[]): { buying: number; churn: number; any: number } {
  const share = (signals: readonly string[]): number =>
    found.filter((one) => holds(one, signals)).length / found.length;
  const [buying = [], churn = []] = WISHES.map(({ signals }) => signals);
  return { buying: share(buying), churn: share(churn), any: share([...buying, ...churn]) };
}

/** The rows of a set as `baton score` takes them; a question's title is its first line. */
export function scoreRows(name: string, folder?: string): readonly { readonly id: string | number }[] | null {
  const rows = readSet<{ readonly id: string; readonly title?: string; readonly text?: string }>(
    name,
    folder,
  );
  return (
    rows?.map((row) =>
      row.title === undefined ? row : { ...row, text: `${row.title}\n\n${row.text ?? ""}` },
    ) ?? null
  );
}

function holds(found: Found, signals: readonly string[]): boolean {
  return found.some(({ signal }) => signals.includes(signal));
}

interface Judged {
  readonly isMeant: boolean;
  readonly isPredicted: boolean;
}

function counted(rows: readonly Judged[]): { hits: number; predicted: number; meant: number } {
  return {
    hits: rows.filter(({ isMeant, isPredicted }) => isMeant && isPredicted).length,
    predicted: rows.filter(({ isPredicted }) => isPredicted).length,
    meant: rows.filter(({ isMeant }) => isMeant).length,
  };
}

function f1Of(rows: readonly Judged[]): number {
  const { hits, predicted, meant } = counted(rows);
  return (2 * hits) / Math.max(1, predicted + meant);
}

const DRAWS = 1_000;

function intervalOf(rows: readonly Judged[]): readonly [number, number] {
  let state = 1;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const drawn = Array.from({ length: DRAWS }, () =>
    f1Of(rows.flatMap(() => rows[Math.floor(next() * rows.length)] ?? [])),
  ).toSorted((a, b) => a - b);
  return [drawn[Math.floor(DRAWS * 0.025)] ?? 0, drawn[Math.floor(DRAWS * 0.975)] ?? 0];
}
