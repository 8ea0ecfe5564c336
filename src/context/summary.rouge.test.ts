/** Prints how close the summaries come to people's own, beside two baselines. The data is not part of Baton. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Message, Snapshot } from "../conversation/snapshot.ts";
import { summarize } from "./summary.ts";
import { unsupported } from "./supported.ts";

const FILE = "../shared/data/summaries-open.jsonl";

interface Row {
  readonly turns: readonly { readonly role: string; readonly text: string }[];
  readonly references: readonly string[];
}

function snapshotOf(row: Row): Snapshot {
  const messages = row.turns.map((turn, i): Message => ({
    id: String(i),
    role: turn.role === "customer" ? "customer" : "teammate",
    author: null,
    authorId: null,
    text: turn.text,
    at: null,
    redacted: false,
    attachments: [],
  }));
  return {
    workspace: "w",
    conversation: "c",
    messages,
    truncated: false,
    contact: null,
    otherContacts: [],
    company: null,
    usage: [],
    tags: [],
    team: null,
    assigneeId: null,
    state: "unknown",
    deleted: false,
    url: null,
    createdAt: null,
    updatedAt: null,
  };
}

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

/** Words in common, each as often as in both: ROUGE-1 (Lin 2004). */
function commonWords(a: readonly string[], b: readonly string[]): number {
  const left = new Map<string, number>();
  for (const word of a) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of b) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    common += 1;
  }
  return common;
}

/** Longest common subsequence of words: ROUGE-L. */
function commonOrder(a: readonly string[], b: readonly string[]): number {
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

interface Figures {
  readonly r1: number;
  readonly recall1: number;
  readonly rL: number;
  readonly words: number;
}

/** Mean over the references of F1 and recall of words, and F1 of word order. */
function rouge(text: string, references: readonly string[]): Figures {
  const ours = wordsOf(text);
  const each = references.map((reference) => {
    const theirs = wordsOf(reference);
    const f1 = (common: number): number => (2 * common) / (ours.length + theirs.length);
    const common = commonWords(ours, theirs);
    return { r1: f1(common), recall1: common / theirs.length, rL: f1(commonOrder(ours, theirs)) };
  });
  const mean = (pick: (one: (typeof each)[number]) => number): number =>
    each.reduce((sum, one) => sum + pick(one), 0) / each.length;
  return {
    r1: mean((o) => o.r1),
    recall1: mean((o) => o.recall1),
    rL: mean((o) => o.rL),
    words: ours.length,
  };
}

/** Two turns chosen by a fixed rule that knows nothing of the text. */
function randomTurns(row: Row, i: number): string {
  const at = (n: number): string => row.turns[n % row.turns.length]?.text ?? "";
  return `${at(i * 7 + 3)} ${at(i * 13 + 5)}`;
}

const contestants: readonly (readonly [string, (row: Row, i: number) => string])[] = [
  ["baton, three sentences", (row) => sentences(row).join(" ")],
  ["baton, sentences 1 and 3", (row) => [sentences(row)[0], sentences(row)[2]].join(" ")],
  [
    "lead-2: first customer turn, last agent turn",
    (row) =>
      [
        row.turns.find((turn) => turn.role === "customer")?.text,
        row.turns.findLast((turn) => turn.role === "agent")?.text,
      ].join(" "),
  ],
  ["two turns at random", randomTurns],
];

const sentences = (row: Row): readonly string[] =>
  summarize(snapshotOf(row), []).sentences.map((sentence) => sentence.text);

test("summaries come closer to people's own than the first and last turn do", ({ skip }) => {
  if (!existsSync(FILE)) skip(`${FILE} is absent: summaries are not measured`);
  const rows = readFileSync(FILE, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
  const table = contestants.map(([name, write]) => {
    const all = rows.map((row, i) => rouge(write(row, i), row.references));
    const mean = (pick: (one: Figures) => number): string =>
      (all.reduce((sum, one) => sum + pick(one), 0) / all.length).toFixed(3);
    return {
      name,
      "ROUGE-1 F1": mean((o) => o.r1),
      "ROUGE-1 recall": mean((o) => o.recall1),
      "ROUGE-L F1": mean((o) => o.rL),
      words: mean((o) => o.words),
    };
  });
  console.table(table);
  for (const row of rows) expect(unsupported(summarize(snapshotOf(row), []), snapshotOf(row))).toEqual([]);
  expect(Number(table[1]?.["ROUGE-1 F1"])).toBeGreaterThan(Number(table[2]?.["ROUGE-1 F1"]));
  expect(Number(table[0]?.["ROUGE-1 recall"])).toBeGreaterThan(Number(table[2]?.["ROUGE-1 recall"]));
});
