/**
 * How close the three sentences come to summaries that people wrote: ROUGE-L (Lin 2004), the longest common run of words
 * in order, against each reference, as a mean over the references and then over the dialogues. The baseline is the
 * dialogue's first three sentences.
 */
import { readFileSync } from "node:fs";
import { summarize } from "../src/context/summary.ts";
import { unsupported } from "../src/context/supported.ts";
import { evidenceOfRow, rowSchema } from "../src/conversation/row.ts";
import { defaultPolicy } from "../src/policy/templates/saas-default.ts";
import { compile } from "../src/qualify/compile.ts";
import { score } from "../src/qualify/score.ts";

/** The least ratio of the mean F1 to the baseline's. */
export const LEAST_RATIO = 1.2;

const NOW = Date.UTC(2026, 0, 15);

interface Dialogue {
  readonly turns: readonly { readonly role: string; readonly text: string }[];
  readonly references: readonly string[];
}

interface RougeL {
  readonly f1: number;
  readonly recall: number;
  readonly precision: number;
  /** Words of the text that was measured. */
  readonly words: number;
}

interface Comparison {
  readonly name: string;
  readonly dialogues: number;
  readonly baton: RougeL;
  readonly lead: RougeL;
  /** Baton's F1 divided by the baseline's. */
  readonly ratio: number;
}

interface SummaryQuality {
  /** All dialogues, every other dialogue and the rest, and all with word endings taken off. */
  readonly comparisons: readonly [all: Comparison, ...others: Comparison[]];
  /** What the proof of support finds wrong, over all summaries; empty when every sentence is supported. */
  readonly faults: readonly string[];
}

type WordsOf = (text: string) => readonly string[];

const plainWords: WordsOf = (text) => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

const stemmedWords: WordsOf = (text) =>
  plainWords(text).map((word) => (word.length > 4 ? word.replace(/(?:ing|ed|es|s|ly)$/, "") : word));

/** The length of the longest run of words that both have in the same order, gaps allowed. */
function commonInOrder(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, () => 0);
  for (const word of a) {
    const next = [0];
    for (const [j, other] of b.entries()) {
      next.push(word === other ? (row[j] ?? 0) + 1 : Math.max(row[j + 1] ?? 0, next[j] ?? 0));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

function meanOf(all: readonly RougeL[]): RougeL {
  return {
    f1: mean(all.map(({ f1 }) => f1)),
    recall: mean(all.map(({ recall }) => recall)),
    precision: mean(all.map(({ precision }) => precision)),
    words: mean(all.map(({ words }) => words)),
  };
}

function rougeL(text: string, references: readonly string[], wordsOf: WordsOf): RougeL {
  const ours = wordsOf(text);
  return meanOf(
    references.map((reference) => {
      const theirs = wordsOf(reference);
      const common = commonInOrder(ours, theirs);
      return {
        f1: (2 * common) / (ours.length + theirs.length),
        recall: common / theirs.length,
        precision: common / Math.max(1, ours.length),
        words: ours.length,
      };
    }),
  );
}

/** The texts of the turns one after the other, split behind stops: the first three sentences. */
function firstThree({ turns }: Dialogue): string {
  return turns
    .flatMap(({ text }) => text.split(/(?<=[.!?])\s+/))
    .filter((sentence) => sentence.trim() !== "")
    .slice(0, 3)
    .join(" ");
}

/** Returns the figures for a file of dialogues, each line `{turns: [{role, text}], references: [...]}`. */
export function measureSummaries(file: string): SummaryQuality {
  const policy = compile(defaultPolicy());
  const faults: string[] = [];
  const rows = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line, i) => {
      const dialogue = JSON.parse(line) as Dialogue;
      const evidence = evidenceOfRow(rowSchema.parse(dialogue), NOW);
      const summary = summarize(evidence.snapshot, score(evidence, policy, NOW).signals);
      faults.push(...unsupported(summary, evidence.snapshot).map((fault) => `line ${i + 1}: ${fault}`));
      return { dialogue, text: summary.sentences.map((sentence) => sentence.text).join(" ") };
    });
  const compare = (name: string, some: typeof rows, wordsOf: WordsOf): Comparison => {
    const baton = meanOf(some.map(({ dialogue, text }) => rougeL(text, dialogue.references, wordsOf)));
    const lead = meanOf(
      some.map(({ dialogue }) => rougeL(firstThree(dialogue), dialogue.references, wordsOf)),
    );
    return { name, dialogues: some.length, baton, lead, ratio: baton.f1 / lead.f1 };
  };
  const half = (rest: number): typeof rows => rows.filter((_, i) => i % 2 === rest);
  return {
    comparisons: [
      compare("all", rows, plainWords),
      compare("even lines", half(0), plainWords),
      compare("odd lines", half(1), plainWords),
      compare("all, word stems", rows, stemmedWords),
    ],
    faults,
  };
}

/** Returns the figures as lines of a table, and whether they are reached. */
export function summaryReport(file: string): {
  readonly lines: readonly string[];
  readonly reached: boolean;
} {
  const { comparisons, faults } = measureSummaries(file);
  const shown = ({ f1, recall, precision, words }: RougeL): string =>
    [f1.toFixed(3), recall.toFixed(3), precision.toFixed(3), words.toFixed(0)]
      .map((figure) => figure.padStart(10))
      .join("");
  const rows = comparisons.flatMap(({ name, dialogues, baton, lead, ratio }) => [
    `${`${name} (${dialogues})`.padEnd(26)}three sentences of Baton  ${shown(baton)}${ratio.toFixed(2).padStart(10)}`,
    `${"".padEnd(26)}first three of the dialogue${shown(lead)}`,
  ]);
  const reached = comparisons[0].ratio >= LEAST_RATIO && faults.length === 0;
  return {
    lines: [
      `${"summaries".padEnd(53)}${["ROUGE-L F1", "recall", "precision", "words", "ratio"].map((title) => title.padStart(10)).join("")}`,
      ...rows,
      `unsupported sentences: ${faults.length}`,
      ...faults,
      `ratio at least ${LEAST_RATIO}, every sentence supported: ${reached ? "reached" : "MISSED"}`,
    ],
    reached,
  };
}
