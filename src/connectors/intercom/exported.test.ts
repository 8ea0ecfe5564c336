import { expect, test } from "vitest";
import { exportedConversation } from "./exported.ts";

const author = { type: "user", id: "u1", name: "Ana", email: "ana@acme.example" };
const exported = {
  type: "conversation",
  id: 215,
  created_at: 1_768_031_789,
  state: "closed",
  source: { id: "s1", body: "<p>Do you have <b>SSO</b>?</p>", author },
  conversation_parts: {
    conversation_parts: [
      {
        id: "p1",
        part_type: "comment",
        body: "<p>Yes</p>",
        created_at: 1_768_031_900,
        author: { type: "admin", id: 7 },
      },
    ],
  },
};

test("a conversation of an export has its words, its times and who began it", () => {
  expect(exportedConversation(exported)).toMatchObject({
    conversation: "215",
    state: "closed",
    messages: [
      { role: "customer", text: "Do you have SSO?", at: 1_768_031_789_000 },
      { role: "teammate", text: "Yes", at: 1_768_031_900_000 },
    ],
    contact: { id: "u1", name: "Ana", email: "ana@acme.example" },
  });
});

test("a person that the export wrote out goes before what the first message says of them", () => {
  const contacts = { contacts: [{ type: "contact", id: "c9", custom_attributes: { plan: "pro" } }] };
  expect(exportedConversation({ ...exported, contacts })?.contact).toMatchObject({
    id: "c9",
    plan: "pro",
    email: "ana@acme.example",
  });
});

test("where a teammate began it, the person is who the conversation names, if anybody", () => {
  const source = { ...exported.source, author: { type: "admin", id: "7", name: "Sam" } };
  expect(exportedConversation({ ...exported, source })?.contact).toBeNull();
  const contacts = { contacts: [{ id: "c9" }] };
  expect(exportedConversation({ ...exported, source, contacts })?.contact).toMatchObject({
    id: "c9",
    name: null,
  });
});

test.for([
  ["a line as for `baton score`", { id: 1, text: "hi", source: "a link" }],
  ["a conversation without an id", { type: "conversation" }],
  ["a text", "hello"],
] as const)("%s is none", ([, value]) => {
  expect(exportedConversation(value)).toBeNull();
});
