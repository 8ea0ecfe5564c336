import {
  assert as holds,
  array,
  boolean,
  constantFrom,
  integer,
  nat,
  oneof,
  property,
  record,
  string,
} from "fast-check";
import { describe, expect, test } from "vitest";
import { conversation, signal } from "../../tests/support/talk.ts";
import type { Role } from "../conversation/snapshot.ts";
import { summarize, type Summary } from "./summary.ts";
import { supported, unsupported } from "./supported.ts";

describe("the proof notices", () => {
  const talk = conversation([
    ["customer", "We need SSO. What does it cost?"],
    ["teammate", "You can have it for free."],
  ]);
  const good = summarize(talk, []);
  const first = good.sentences[0] ?? { text: "", cites: [] };
  const change = (index: number, text: string, cites = good.sentences[index]?.cites ?? []): Summary => ({
    sentences: good.sentences.map((sentence, i) => (i === index ? { text, cites } : sentence)),
  });
  const cite = first.cites[0] ?? { turn: 0, message: "", start: 0, end: 0 };
  test("nothing wrong with its own", () => {
    expect(supported(good, talk)).toBe(true);
  });

  test.for([
    ["an invented claim", change(0, first.text.replace("The customer", "The angry customer"))],
    ["a changed quotation", change(0, first.text.replace("need", "love"))],
    ["a quotation without a cite", change(0, first.text, [])],
    ["a cite of another message", change(0, first.text, [{ ...cite, message: "m1" }])],
    ["a cite of no message", change(0, first.text, [{ ...cite, turn: 7 }])],
    ["a cite outside its message", change(0, first.text, [{ ...cite, end: 999 }])],
    ["a cite before its message", change(0, first.text, [{ ...cite, start: -1 }])],
    ["a cite that ends before it starts", change(0, first.text, [{ ...cite, start: 5, end: 2 }])],
    ["another state", change(2, (good.sentences[2]?.text ?? "").replace("agent", "customer"))],
    [
      "words given to the customer",
      change(1, (good.sentences[1]?.text ?? "").replace("agent answered", "customer also writes")),
    ],
    [
      "words given to the bot",
      change(1, (good.sentences[1]?.text ?? "").replace("The agent", "Only the bot")),
    ],
    [
      "words given to another teammate",
      change(1, (good.sentences[1]?.text ?? "").replace("agent", "customer")),
    ],
    [
      "words of the customer given to a teammate",
      change(0, first.text.replace("customer is asking", "agent asked")),
    ],
    ["an answer denied", change(2, `No teammate has answered; the agent wrote last.`)],
    ["a fourth sentence", { sentences: [...good.sentences, first] }],
    ["a missing sentence", { sentences: good.sentences.slice(0, 2) }],
  ] as const)("%s", ([, summary]) => {
    expect(supported(summary, talk)).toBe(false);
  });

  test("words quoted from a message that was redacted since", () => {
    const since = conversation([["customer", "We need SSO. What does it cost?", { redacted: true }]]);
    expect(supported(good, since)).toBe(false);
  });
});

describe("whatever is said", () => {
  const SECRET = "4242 4242 4242 4242";
  const words = oneof(
    string({ unit: "grapheme" }),
    constantFrom(
      "Hi Ada, we need SSO.",
      "What does it cost?",
      "It still fails, thanks",
      "that worked",
      `my card is ${SECRET} ok?`,
      "you can find it here <LINK> ^TS",
      "\n",
      "“quoted” words…",
      "お世話になっております。",
    ),
  );
  const turn = record({
    role: constantFrom<Role>("customer", "teammate", "bot", "note", "unknown"),
    text: array(words, { maxLength: 4 }).map((parts) => parts.join(" ")),
    author: constantFrom(null, "Kim", "“Bo”"),
    redacted: boolean(),
  });
  const place = record({
    turn: nat(6),
    start: nat(40),
    length: nat(30),
    points: integer({ min: -9, max: 9 }),
  });

  test("there are three supported sentences, the same each time, and no secret in them", () => {
    holds(
      property(array(turn, { maxLength: 6 }), array(place, { maxLength: 4 }), (turns, places) => {
        const talk = conversation(turns.map(({ role, text, ...more }) => [role, text, more] as const));
        const signals = places.map(({ turn: at, start, length, points }) => ({
          ...signal(talk, at, "", points),
          start,
          end: start + length,
        }));
        const summary = summarize(talk, signals);
        expect(unsupported(summary, talk)).toEqual([]);
        expect(summarize(talk, signals)).toEqual(summary);
        for (const { text } of summary.sentences) expect(text).not.toContain(SECRET);
        for (const cite of summary.sentences.flatMap(({ cites }) => cites)) {
          expect(talk.messages[cite.turn]?.redacted === true && cite.end > 0).toBe(false);
        }
      }),
    );
  });

  test.for([
    "Hi ",
    ". ",
    "thanks ",
    "^TS ",
    "that worked ",
    "\u202e",
    `${SECRET} `,
    "e\u0301",
    "你好。",
    "@a ",
    "> x\n",
  ])("a megabyte of %j is read in one go", (piece) => {
    const text = piece.repeat(1_000_000 / piece.length);
    const talk = conversation([
      ["customer", text],
      ["teammate", text],
      ["customer", text],
    ]);
    const signals = Array.from({ length: 100 }, (_, i) => ({
      ...signal(talk, 0, ""),
      start: i * 1_000,
      end: i * 1_000 + 5,
    }));
    expect(unsupported(summarize(talk, signals), talk)).toEqual([]);
  });
});
