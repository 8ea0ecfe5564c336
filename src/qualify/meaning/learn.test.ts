import { describe, expect, test } from "vitest";
import { wordsOf } from "../words.ts";
import { learn } from "./learn.ts";
import type { Labelled } from "./learn.ts";
import { compileModel, know, modelSchema, weigh } from "./model.ts";
import { readMeaning } from "./read.ts";
import { shippedModel } from "./shipped.ts";

const things = ["plan", "contract", "licence", "account", "service", "trial", "seat", "package"];
const rows: readonly Labelled[] = [
  ...things.flatMap((thing) => [
    { text: `please cancel our ${thing}`, signals: ["leaving"] },
    { text: `we want to end the ${thing}. It is Monday today.`, signals: ["leaving"] },
    { text: `how do I print the ${thing}`, signals: [] },
    { text: `the ${thing} page is slow. It is Tuesday today.`, signals: [] },
  ]),
  { text: "call me", signals: ["rare"] },
];

const chance = (file: ReturnType<typeof learn>, text: string): number => {
  const model = compileModel(file);
  const words = wordsOf(text, []);
  return weigh(model, know(model, words), { from: 0, to: words.length })[0] ?? 0;
};

describe("learning", () => {
  const file = learn(rows);

  test("tells the taught from the rest, in words that were not taught together", () => {
    expect(chance(file, "we want to cancel the package")).toBeGreaterThan(0.8);
    expect(chance(file, "how do I print this slow page")).toBeLessThan(0.2);
  });

  test("leaves out signals of too few rows", () => {
    expect(file.signals.map(({ name }) => name)).toEqual(["leaving"]);
    expect(learn([])).toMatchObject({ signals: [], tokens: [], weights: {} });
  });

  test("counts messages, not their sentences, and measures from the tenth on", () => {
    const long = (n: number) =>
      Array.from({ length: n }, (_, at) => ({
        text: `I'd buy a ${things[at % things.length]}. Let us buy it. We buy.`,
        signals: ["buying"],
      }));
    expect(learn([...rows, ...long(9)]).signals.map(({ name }) => name)).toEqual(["leaving"]);
    const [buying] = learn([...rows, ...long(10)]).signals;
    expect(buying?.name).toBe("buying");
    expect(buying?.crossValidated.recall).toBeGreaterThan(0.8);
  });

  test("counts no message without words", () => {
    const wordless = Array.from({ length: 10 }, () => ({ text: "!!", signals: ["buying"] }));
    expect(learn([...rows, ...wordless]).signals.map(({ name }) => name)).toEqual(["leaving"]);
  });

  test("takes from a message the sentence that carries the signal", () => {
    expect(chance(file, "It is Monday today")).toBeLessThan(0.5);
  });

  test("keeps signals apart", () => {
    const buying = things.map((thing) => ({ text: `Hello. I'd buy a ${thing}.`, signals: ["buying"] }));
    const more = things.map((thing) => ({ text: `I would buy this ${thing}`, signals: ["buying"] }));
    const model = compileModel(learn([...rows, ...buying, ...more]));
    const read = readMeaning(wordsOf("I'd buy a fridge", []), model);
    expect(read.map(({ signal }) => signal)).toEqual(["buying"]);
  });

  test("is measured on rows left out", () => {
    const [leaving] = file.signals;
    expect(leaving?.crossValidated.rows).toBe(rows.length);
    expect(leaving?.crossValidated.precision).toBeGreaterThan(0.8);
    expect(leaving?.crossValidated.recall).toBeGreaterThan(0.8);
    expect(leaving?.isDeclinable).toBe(true);
  });

  test("asks to be surest where rows contradict each other", () => {
    const same = Array.from({ length: 20 }, (_, at) => ({
      text: `please cancel number ${"abcdefghij"[at % 10]}`,
      signals: at % 2 === 0 ? ["leaving"] : [],
    }));
    expect(learn(same).signals[0]?.atLeast).toBeGreaterThanOrEqual(0.6);
  });

  test("knows where a no is part of the signal", () => {
    const stay = things.flatMap((thing) => [
      { text: `we do not want to renew the ${thing}`, signals: ["leaving"] },
      { text: `we won't renew our ${thing}`, signals: ["leaving"] },
      { text: `the ${thing} page does not load`, signals: [] },
      { text: `I won't find the ${thing} and do not see it`, signals: [] },
      { text: `not a fast ${thing}`, signals: [] },
    ]);
    const model = compileModel(learn(stay));
    expect(model.signals[0]?.isDeclinable).toBe(false);
    expect(readMeaning(wordsOf("we do not want to renew", []), model)).toHaveLength(1);
  });

  test("gives the same model every time", () => {
    expect(JSON.stringify(learn(rows))).toBe(JSON.stringify(file));
  });
});

describe("the model that comes with Baton", () => {
  test.for([
    ["Could a rep get in touch about 90 licences for our clinics?", "enterprise"],
    ["what would that cost per person?", "pricing"],
    ["Is it possible to try the paid version for two weeks?", "upgrade"],
    ["please end our membership next month", "cancellation"],
    ["Your support is a disgrace and nobody cares", "complaint"],
  ] as const)("reads %j as %s", ([text, signal]) => {
    const read = readMeaning(wordsOf(text, []), shippedModel());
    expect(read.filter(({ counts }) => counts).map((one) => one.signal)).toContain(signal);
  });

  test.for([
    "How do I cancel the upload?",
    "The upgrade failed with an error",
    "we don't need a demo",
    "I'm not cancelling, I only want to change my card",
    "please send the invoice for May",
    "how do I switch from dark mode to light mode",
    "thank you so much for the kind help",
    "",
  ])("reads nothing in %j", (text) => {
    expect(readMeaning(wordsOf(text, []), shippedModel()).filter(({ counts }) => counts)).toEqual([]);
  });
});

describe("a model file", () => {
  const signal = {
    name: "a",
    intercept: 0,
    atLeast: 0.5,
    telling: ["b"],
    isDeclinable: false,
    crossValidated: { rows: 1, precision: 1, recall: 1 },
  };
  const file = { format: "baton/meaning@1", signals: [signal, { ...signal, name: "c" }], tokens: ["b"] };

  test("leaves out what it has no token for, and lacking weights are none", () => {
    const model = compileModel(modelSchema.parse({ ...file, weights: { b: [2], lost: [1, 1] } }));
    expect(model.table.size).toBe(1);
    expect(weigh(model, know(model, wordsOf("b b", [])), { from: 0, to: 2 })[1]).toBe(0.5);
  });

  test("remembers only so many words", () => {
    const model = compileModel(modelSchema.parse({ ...file, weights: { b: [2, 2] } }));
    const many = Array.from({ length: 20_001 }, (_, at) => `x${at.toString(36)}`).join(" ");
    expect(readMeaning(wordsOf(`${many} b`, []), model)).toHaveLength(2);
    expect(model.met.size).toBe(20_000);
  });
});
