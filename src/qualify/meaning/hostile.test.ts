import { describe, expect, test } from "vitest";
import { message, snapshot } from "../../../tests/support/cases.ts";
import { foreignIn } from "../own-words.ts";
import { wordsOf } from "../words.ts";
import { sentencesToCompare } from "./likeness.ts";
import { readMeaning } from "./read.ts";
import { shippedModel } from "./shipped.ts";

const MB = 1_000_000;
const TIMES = 4;
/** What grows with the square of the text takes 16 times as long for four times the text. */
const LINEAR = 10;
/** Costs of a few milliseconds say nothing. */
const SMALL = 20_000;

/** What `work` gives, and the microseconds of the processor that it took: other processes do not count. */
function costOf<T>(work: () => T): { readonly cost: number; readonly result: T } {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { cost: user + system, result };
}

describe("a megabyte of", () => {
  test.for([
    ["telling words without an end", "cancel our subscription "],
    ["telling sentences", "please cancel our plan. "],
    ["declined words", "we don't want to cancel "],
    ["negations", "not no never don't "],
    ["commas", "cancel, "],
    ["words that nobody knows", "qzx wvu "],
    ["one word", "cancel"],
    ["signs that turn the direction", "cancel \u202E\u0301 "],
    ["emoji", "😀 "],
  ] as const)("%s costs some four times as much as a quarter of it", ([, piece]) => {
    const model = shippedModel();
    const textOf = (length: number): string => piece.repeat(Math.ceil(length / piece.length));
    const [short, long] = [textOf(MB / TIMES), textOf(MB)];
    const read = (text: string) => {
      const readings = readMeaning(wordsOf(text, foreignIn(text)), model);
      const sentences = sentencesToCompare(snapshot({ messages: [message({ text })] }));
      return { readings, sentences };
    };
    // The lowest of several: the first run also warms up.
    const few = Math.min(...[1, 2, 3].map(() => costOf(() => read(short)).cost));
    const { cost, result } = costOf(() => read(long));
    const many = Math.min(cost, costOf(() => read(long)).cost);
    expect(many).toBeLessThan(LINEAR * Math.max(SMALL, few));
    const { readings, sentences } = result;
    for (const { start, end } of readings.slice(0, 1_000)) expect(end - start).toBeGreaterThan(0);
    for (const { start, end, text } of sentences) expect(long.slice(start, end)).toBe(text);
  });
});
