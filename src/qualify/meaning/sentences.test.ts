import { describe, expect, test } from "vitest";
import { wordsOf } from "../words.ts";
import { sentencesOf } from "./sentences.ts";

const cut = (text: string): readonly string[] => {
  const words = wordsOf(text, []);
  return sentencesOf(words).map(({ from, to }) => text.slice(words[from]?.start, words[to - 1]?.end));
};

describe("sentences", () => {
  test("end at a full stop, and none is made of nothing", () => {
    expect(cut("We like it. How much is it? Thanks")).toEqual(["We like it", "How much is it", "Thanks"]);
    expect(cut("")).toEqual([]);
  });

  test("without a full stop end at a comma after thirty words", () => {
    const run = Array.from({ length: 32 }, (_, at) => `w${at}`).join(" ");
    expect(cut(`${run}, and more`)).toEqual([run, "and more"]);
  });

  test("without a comma end after forty-five words", () => {
    const run = Array.from({ length: 50 }, (_, at) => `w${at}`);
    expect(cut(run.join(" "))).toEqual([run.slice(0, 45).join(" "), run.slice(45).join(" ")]);
  });

  test("are never longer than six hundred characters unless a word is", () => {
    const far = `cancel${" ".repeat(700)}it ${"x".repeat(900)} now`;
    expect(cut(far)).toEqual(["cancel", "it", "x".repeat(900), "now"]);
  });
});
