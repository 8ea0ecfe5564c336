import { describe, expect, test } from "vitest";
import { message, NOON, snapshot } from "../../../tests/support/cases.ts";
import { endOf, type PastConversation, textsOf } from "./closing.ts";

const past = (over: Partial<PastConversation>): PastConversation => ({
  conversation: "1",
  person: "ana@acme.example",
  kind: "below-threshold",
  exclusion: null,
  isQualified: false,
  snapshot: snapshot(),
  values: {},
  closing: { isWon: true, at: NOON + 1_000 },
  ...over,
});

describe("what became of a conversation", () => {
  test.each([
    ["won after it began", {}, "won"],
    ["lost after it began", { closing: { isWon: false, at: NOON } }, "lost"],
    ["nothing yet", { closing: null }, null],
    ["a deal that had ended before it began", { closing: { isWon: true, at: NOON - 1 } }, null],
    ["won, by the time of its first message", { snapshot: snapshot({ createdAt: null }) }, "won"],
    [
      "nothing, by the time of its first message",
      { snapshot: snapshot({ createdAt: null }), closing: { isWon: true, at: NOON - 1 } },
      null,
    ],
    ["won, where nothing bears a time", { snapshot: snapshot({ createdAt: null, messages: [] }) }, "won"],
  ] as const)("is %s", (_, over, end) => {
    expect(endOf(past(over))).toBe(end);
  });

  test("is read from the customer's words before the deal ended", () => {
    const messages = [
      message({ text: "before" }),
      message({ text: "hidden", redacted: true }),
      message({ text: "ours", role: "teammate" }),
      message({ text: "some time", at: null }),
      message({ text: "after", at: NOON + 2_000 }),
    ];
    expect(textsOf(past({ snapshot: snapshot({ messages }) }))).toEqual(["before", "some time"]);
    expect(textsOf(past({ snapshot: snapshot({ messages }), closing: null }))).toEqual([
      "before",
      "some time",
      "after",
    ]);
  });
});
