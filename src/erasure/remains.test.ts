import { describe, expect, test } from "vitest";
import type { Written } from "./queries.ts";
import { remainsOf } from "./remains.ts";

const written = (over: Partial<Written>): Written => ({
  handoff: "h1",
  target: "salesforce",
  kind: "crm-write",
  state: "done",
  ids: null,
  id: null,
  ...over,
});

const lines = (...all: readonly Written[]): readonly string[] =>
  remainsOf({ workspace: "w", contacts: [], conversations: [] }, all).map(
    ({ system, what, isCertain }) => `${system}: ${what}${isCertain ? "" : ", perhaps"}`,
  );

describe("what remains elsewhere", () => {
  test("are the people and conversations of Intercom", () => {
    expect(remainsOf({ workspace: "w", contacts: ["p1"], conversations: ["7"] }, [])).toEqual([
      { system: "intercom", what: "contact p1", handoff: null, isCertain: true },
      { system: "intercom", what: "conversation 7", handoff: null, isCertain: true },
    ]);
  });

  test("is every record of Salesforce", () => {
    expect(lines(written({ ids: { lead: "00Q1", task: "00T1" } }), written({}))).toEqual([
      "salesforce: lead 00Q1",
      "salesforce: task 00T1",
    ]);
  });

  test("are messages, also those that nobody knows of whether they arrived", () => {
    expect(
      lines(
        written({ target: "slack", kind: "notify", id: "C1:1.2" }),
        written({ target: "slack", kind: "notify", state: "maybe" }),
        written({ target: "email", kind: "notify", id: "<h1>" }),
        written({ target: "email", kind: "notify" }),
      ),
    ).toEqual(["slack: message C1:1.2", "slack: a message, perhaps", "email: mail <h1>", "email: a mail"]);
  });

  test("are answers in the conversation, and no tags", () => {
    expect(
      lines(
        written({ target: "intercom", kind: "reply" }),
        written({ target: "intercom", kind: "tag-contact" }),
        written({ target: "enrichment", kind: "reply" }),
      ),
    ).toEqual(["intercom: an answer in the conversation"]);
  });
});
