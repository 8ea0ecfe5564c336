import { expect, test } from "vitest";
import type { EffectRequest } from "../../handoff/effects.ts";
import { effectWords, recordWrites } from "./effect-words.ts";

const owner = { kind: "user", id: "005", name: "Ana", email: "ana@us.example" } as const;
const write: EffectRequest = {
  kind: "crm-write",
  operations: [
    {
      kind: "create",
      ref: "record",
      object: "Lead",
      key: "k",
      fields: { Company: "Acme", Phone: null, Notes__c: "x".repeat(200) },
    },
    {
      kind: "update",
      ref: "task",
      object: "Task",
      id: "00T1",
      fields: { WhoId: { ref: "record" }, Hot__c: true },
    },
  ],
  owner,
  alternates: [],
  about: { ref: "record" },
};
const alert = {
  key: "k",
  title: "",
  headline: "",
  facts: [],
  reasons: [],
  summary: [],
  links: [],
  transcriptHtml: null,
};

test.for<readonly [string, EffectRequest | { kind: "notify"; erased: true }]>([
  ["create Lead, update Task", write],
  ['tag the conversation "hot"', { kind: "tag-conversation", conversation: "7", tag: "hot" }],
  ['tag the person "hot"', { kind: "tag-contact", contact: "c1", tag: "hot" }],
  ["assign the conversation to Sales", { kind: "move-to-team", conversation: "7", team: "Sales" }],
  [
    "set stage, won of the person",
    { kind: "set-attributes", contact: "c1", attributes: { stage: "x", won: true } },
  ],
  [
    "answer the customer",
    { kind: "reply", conversation: "7", admin: "1", text: "Hi", since: 0, notAfter: 1 },
  ],
  [
    "tell #leads in Slack",
    { kind: "notify", recipient: { kind: "slack-channel", channel: "#leads" }, alert },
  ],
  [
    "tell a@b.example in Slack",
    { kind: "notify", recipient: { kind: "slack-user", email: "a@b.example" }, alert },
  ],
  [
    "tell a@b.example by e-mail",
    { kind: "notify", recipient: { kind: "email", email: "a@b.example" }, alert },
  ],
  ["tell the CSM", { kind: "impossible", what: "tell the CSM", reason: "there is none" }],
  ["notify, erased", { kind: "notify", erased: true }],
])("%s", ([words, request]) => {
  expect(effectWords(request)).toBe(words);
});

test("records are shown with their fields, long values cut and references in words", () => {
  expect(recordWrites(write)).toEqual([
    {
      kind: "create",
      object: "Lead",
      id: null,
      fields: [
        { name: "Company", value: "Acme" },
        { name: "Phone", value: "" },
        { name: "Notes__c", value: `${"x".repeat(160)}...` },
      ],
    },
    {
      kind: "update",
      object: "Task",
      id: "00T1",
      fields: [
        { name: "WhoId", value: "the record of this write" },
        { name: "Hot__c", value: "true" },
      ],
    },
  ]);
});

test("nothing else writes records, and what is erased shows none", () => {
  expect(recordWrites({ kind: "tag-contact", contact: "c1", tag: "hot" })).toEqual([]);
  expect(recordWrites({ kind: "crm-write", erased: true })).toEqual([]);
});
