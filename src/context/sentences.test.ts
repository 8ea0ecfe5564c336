import { describe, expect, test } from "vitest";
import { isFiller, ownLength, sentencesOf } from "./sentences.ts";

const split = (text: string): readonly string[] =>
  sentencesOf(text).map((span) => text.slice(span.start, span.end));

describe("a sentence ends", () => {
  test.for([
    ["at a stop, a question, a call", "One. Two? Three! Four", ["One.", "Two?", "Three!", "Four"]],
    ["at a line break", "One\nTwo\n\nThree", ["One", "Two", "Three"]],
    ["behind a closing quotation", 'He said "no." Then left.', ['He said "no."', "Then left."]],
    [
      "not at an abbreviation",
      "Use e.g. SSO, i.e. SAML. Ask Dr. Who at approx. 5 p.m. today",
      ["Use e.g. SSO, i.e. SAML.", "Ask Dr. Who at approx. 5 p.m. today"],
    ],
    ["not at an initial", "Ask J. Smith. Now.", ["Ask J. Smith.", "Now."]],
    [
      "not inside an address or a number",
      "See https://a.test/x.y?q=1. It is 1.5 of v11.0.3 now",
      ["See https://a.test/x.y?q=1.", "It is 1.5 of v11.0.3 now"],
    ],
    ["at CJK stops without a space", "你好。价格是多少？谢谢", ["你好。", "价格是多少？", "谢谢"]],
    ["at an emoji before a capital", "Works now 🎉 Can we upgrade?", ["Works now 🎉", "Can we upgrade?"]],
    [
      "and starts behind mentions and list marks",
      "@support @[USER] - help me. \n* item",
      ["help me.", "item"],
    ],
    ["and quoted lines are nobody's here", "> old words.\nnew words.", ["new words."]],
    ["nowhere in nothing", "  \n ", []],
  ] as const)("%s", ([, text, sentences]) => {
    expect(split(text)).toEqual(sentences);
  });
});

describe("own words end before", () => {
  test.for([
    ["quoted mail", "Yes.\n\nOn Mon, 5 Jan 2026, Bo wrote:\n> hi", "Yes.\n\n"],
    ["a forwarded message", "See below\n----- Original Message -----\nx", "See below\n"],
    ["quoted headers", "Ok\nFrom: Bo\nSent: Monday\nx", "Ok\n"],
    ["a signature mark", "Please call\n-- \nAda\nCTO", "Please call\n"],
    ["a telephone's line", "We want a demo\nSent from my iPhone", "We want a demo\n"],
    ["a closing with a name", "We want a demo\nBest regards,\nAda Byron", "We want a demo\n"],
    ["nothing when there is none", "Best regards are nice", "Best regards are nice"],
    ["nothing when all is quoted", "On Mon, 5 Jan 2026, Bo wrote:\nhi", "On Mon, 5 Jan 2026, Bo wrote:\nhi"],
  ] as const)("%s", ([, text, own]) => {
    expect(text.slice(0, ownLength(text))).toBe(own);
  });
});

describe("nothing is said by", () => {
  test.for([
    "Hi!",
    "Hello there,",
    "Good morning Ada,",
    "Thanks a lot!",
    "Thank you for your help.",
    "ok",
    "Yes please",
    "You're welcome.",
    "Have a nice day!",
    "We're sorry to hear that.",
    "https://a.test/x",
    "@[USER] #help",
    "👍",
    "Kind regards",
    "How can I help you today?",
  ])("%s", (sentence) => {
    expect(isFiller(sentence)).toBe(true);
  });

  test.for([
    "Hi, do you support SSO?",
    "Thanks, but it still fails.",
    "We want to upgrade",
    "Ok so it crashed again",
    "价格是多少？",
  ])("but something by: %s", (sentence) => {
    expect(isFiller(sentence)).toBe(false);
  });
});
