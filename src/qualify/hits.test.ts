import { expect, test } from "vitest";
import { policyOf } from "../policy/read.ts";
import { compile } from "./compile.ts";
import { hitsOf } from "./hits.ts";

const compiled = compile(
  policyOf(
    `format: baton/policy@1
name: T
signals:
  price: { phrases: [quote, price list], hints: [cost] }
  talk: { phrases: [quote] }
scores: { buying: { signals: [price, talk], threshold: 10 } }
`,
    "the test",
  ),
);
const timesOf = (...counted: [signal: string, text: string, times: number][]) =>
  hitsOf(
    counted.map(([signal, text, times]) => ({ signal, text, times })),
    compiled,
  ).map(({ signal, phrase, times }) => `${signal}: ${phrase} ${times}`);

test("every phrase and hint stands there, also those that nobody wrote", () => {
  expect(timesOf()).toEqual(["price: quote 0", "price: price list 0", "price: cost 0", "talk: quote 0"]);
});

test("the forms of a phrase count together, for the signal that they counted for", () => {
  expect(timesOf(["price", "quote", 3], ["price", "Quotes", 2], ["price", "costs", 1])).toEqual([
    "price: quote 5",
    "price: price list 0",
    "price: cost 1",
    "talk: quote 0",
  ]);
});

test("words that the policy does not have any more, and parts of a phrase, count nowhere", () => {
  const none = timesOf();
  expect(timesOf(["price", "discount", 9], ["price", "list", 9], ["gone", "quote", 9])).toEqual(none);
});
