import { expect, test } from "vitest";
import { message } from "../../tests/support/cases.ts";
import type { Message } from "../conversation/snapshot.ts";
import type { FoundSignal } from "../qualify/scores.ts";
import { type Reading, readingOf, rowsBySignal, trainingOf } from "./training.ts";
import type { CastVote, Meant, Reviewed, Vote } from "./votes.ts";

const MESSAGES = [
  message({ id: "1", text: "What does it cost?" }),
  message({ id: "2", role: "teammate", text: "It depends." }),
  message({ id: "3", text: "We are 300 people." }),
];
/** "pricing" in the first message. */
const PRICING: FoundSignal = {
  signal: "pricing",
  label: "pricing",
  kind: "phrase",
  text: "cost",
  points: 1,
  message: "1",
  at: null,
};

const says = (qualified: Vote, ...meanings: readonly Meant[]): CastVote => ({
  reviewer: "ada",
  qualified,
  routed: null,
  complete: null,
  note: "",
  meanings,
});
const means = (at: string, ...signals: readonly string[]): Meant => ({ message: at, signals });

interface Case {
  readonly found?: readonly FoundSignal[];
  readonly messages?: readonly Message[];
}

function read(
  kind: Reviewed["kind"],
  votes: readonly CastVote[],
  { found = [PRICING], messages = MESSAGES }: Case = {},
): unknown {
  const scores = { signals: found, values: {}, contributions: [] };
  const item = { position: 1, conversation: "c", stratum: kind, kind, recipe: null, votes };
  const reading = readingOf({ ...item, words: { scores, messages } });
  return reading.kind === "left-out"
    ? reading.why
    : reading.rows.map(({ text, signals }) => `${text} ${signals.join("+")}`.trim());
}

test("who finds a handoff right confirms what was found, and says nothing of other messages", () => {
  expect(read("handoff", [says("yes")])).toEqual(["What does it cost? pricing"]);
  expect(read("held", [says("yes"), says("yes"), says("cannot-say")])).toEqual([
    "What does it cost? pricing",
  ]);
  expect(read("handoff", [says("yes")], { found: [] })).toBe("wordless");
});

test("who finds it wrong says that its messages mean nothing, but for those that are marked", () => {
  expect(read("handoff", [says("no")])).toEqual(["What does it cost?", "We are 300 people."]);
  expect(read("held", [says("no", means("1", "pricing"))])).toEqual([
    "What does it cost? pricing",
    "We are 300 people.",
  ]);
  expect(read("handoff", [says("no")], { messages: [] })).toBe("wordless");
});

test("a mark takes the place of what was found", () => {
  expect(read("handoff", [says("yes", means("1"), means("3", "size", "pricing"))])).toEqual([
    "What does it cost?",
    "We are 300 people. pricing+size",
  ]);
});

test("where nobody was told and that was right, only messages in which nothing was found mean nothing", () => {
  expect(read("below-threshold", [says("yes")])).toEqual(["We are 300 people."]);
  const [first] = MESSAGES;
  expect(read("below-threshold", [says("yes")], { messages: first === undefined ? [] : [first] })).toBe(
    "weak",
  );
  expect(read("below-threshold", [says("yes")], { messages: [] })).toBe("wordless");
});

test("a missed conversation teaches what is marked, and nothing where nothing is", () => {
  expect(read("below-threshold", [says("no", means("3", "size"))])).toEqual(["We are 300 people. size"]);
  expect(read("below-threshold", [says("no")])).toBe("missed");
  expect(read("excluded", [says("no")])).toBe("missed");
});

test("an exclusion says nothing of words", () => {
  expect(read("excluded", [says("yes")])).toBe("excluded");
  expect(read("excluded", [says("yes", means("1", "pricing"))])).toEqual(["What does it cost? pricing"]);
});

test("who cannot say teaches only what they mark", () => {
  expect(read("handoff", [says("cannot-say")])).toBe("unsaid");
  expect(read("handoff", [says("cannot-say", means("1", "pricing"))])).toEqual([
    "What does it cost? pricing",
  ]);
});

test("reviewers who disagree teach nothing, on a conversation or on a message", () => {
  expect(read("handoff", [says("yes"), says("no"), says("yes")])).toBe("disputed");
  expect(read("handoff", [says("yes"), says("yes", means("1", "size"))])).toBe("disputed");
  const agreeing = [says("yes", means("3", "size", "seats")), says("yes", means("3", "seats", "size"))];
  expect(read("handoff", agreeing)).toEqual(["What does it cost? pricing", "We are 300 people. seats+size"]);
});

test("erased words teach nothing", () => {
  const item = { position: 1, conversation: "c", stratum: "s", kind: "handoff", recipe: null } as const;
  expect(readingOf({ ...item, votes: [says("yes")], words: null })).toEqual({
    kind: "left-out",
    why: "erased",
  });
});

test("readings add up to rows, and to what is left out and why", () => {
  const rows = [
    { text: "a", signals: ["size", "pricing"] },
    { text: "b", signals: ["pricing"] },
    { text: "c", signals: [] },
  ];
  const readings: readonly Reading[] = [
    { kind: "rows", rows: rows.slice(0, 1), disputed: 1 },
    { kind: "left-out", why: "missed" },
    { kind: "rows", rows: rows.slice(1), disputed: 1 },
    { kind: "left-out", why: "erased" },
    { kind: "left-out", why: "missed" },
  ];
  expect(trainingOf(readings)).toEqual({
    rows,
    conversations: 2,
    leftOut: [
      { why: "missed", conversations: 2 },
      { why: "erased", conversations: 1 },
    ],
    disputed: 2,
  });
  const one = { text: "d", signals: ["size"] };
  expect(rowsBySignal([...rows, one])).toEqual([
    { signal: "pricing", rows: 2 },
    { signal: "size", rows: 2 },
  ]);
  expect(rowsBySignal(rows).map(({ signal }) => signal)).toEqual(["pricing", "size"]);
});
