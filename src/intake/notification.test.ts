import { assert as holds, anything, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { parseNotification } from "./notification.ts";

const AT = 1_768_031_793;
const notice = (topic: string, item: unknown, over: Readonly<Record<string, unknown>> = {}) => ({
  type: "notification_event",
  app_id: "abc123def",
  data: { type: "notification_event_data", item },
  id: "notif_1",
  topic,
  created_at: AT,
  first_sent_at: AT + 1,
  ...over,
});
const source = { id: "9", body: "hello", author: { type: "lead", id: "c1" } };
const talk = {
  type: "conversation",
  id: "215472621202693",
  source,
  contacts: { type: "contact.list", contacts: [{ type: "contact", id: "c1", external_id: null }] },
  conversation_parts: { conversation_parts: [{ id: 37_358_121_213, part_type: "comment", body: "x" }] },
};

test("the envelope is read, whatever the types of its ids and times", () => {
  const odd = notice("conversation.user.replied", talk, {
    app_id: 5,
    id: 7,
    created_at: "2026-01-10T07:56:33.000Z",
  });
  expect(parseNotification(odd)).toMatchObject({
    kind: "conversation",
    workspace: "5",
    notificationId: "7",
    topic: "conversation.user.replied",
    createdAt: AT * 1_000,
    conversation: "215472621202693",
    contact: "c1",
    partKey: "215472621202693:37358121213:conversation.user.replied",
    item: talk,
  });
});

describe("a conversation", () => {
  test.for([
    [
      "its first message is its part",
      "conversation.user.created",
      { ...talk, conversation_parts: null },
      "215472621202693:9:conversation.user.created",
    ],
    ["an assignment brings no message", "conversation.admin.assigned", talk, null],
    ["a message topic without a part has no key", "conversation.user.replied", { id: "1" }, null],
  ] as const)("%s", ([, topic, item, partKey]) => {
    expect(parseNotification(notice(topic, item))).toMatchObject({ kind: "conversation", partKey });
  });

  test("before 2.5 the person stands in user", () => {
    const old = { id: "1", user: { type: "user", id: "u1" }, conversation_message: source };
    expect(parseNotification(notice("conversation.user.created", old))).toMatchObject({
      kind: "conversation",
      contact: "u1",
      partKey: "1:9:conversation.user.created",
    });
  });

  test("a deletion names it by conversation_id", () => {
    const found = parseNotification(
      notice("conversation.deleted", { type: "conversation", conversation_id: "5" }),
    );
    expect(found).toMatchObject({ kind: "conversation-deleted", conversation: "5", contact: null });
  });

  test("a redaction and a tag", () => {
    expect(parseNotification(notice("conversation_part.redacted", talk)).kind).toBe("part-redacted");
    expect(parseNotification(notice("conversation_part.tag.created", talk)).kind).toBe("conversation");
  });

  test("one without an id is kept as unknown", () => {
    expect(parseNotification(notice("conversation.read", {}))).toMatchObject({ kind: "unknown", item: {} });
  });

  test("an empty place in the list of people is passed over", () => {
    const item = { id: "1", contacts: { contacts: [null, {}, { id: "c2" }] } };
    expect(parseNotification(notice("conversation.read", item)).contact).toBe("c2");
    expect(
      parseNotification(notice("conversation.read", { id: "1", contacts: { contacts: 5 } })).contact,
    ).toBeNull();
  });
});

describe("a person", () => {
  test.for([
    ["contact.user.created", "created"],
    ["contact.lead.updated", "updated"],
    ["contact.merged", "merged"],
    ["contact.deleted", "deleted"],
    ["contact.archived", "archived"],
    ["contact.unarchive", "unarchived"],
    ["contact.lead.signed_up", "signed-up"],
    ["visitor.signed_up", "signed-up"],
    ["contact.lead.added_email", "email-added"],
    ["contact.email.updated", "email-added"],
    ["contact.subscribed", "unknown"],
  ] as const)("%s", ([topic, change]) => {
    expect(parseNotification(notice(topic, { type: "contact", id: 5 }))).toMatchObject({
      kind: "contact",
      change,
      contact: "5",
      mergedFrom: null,
      conversation: null,
    });
  });

  test("who was merged away, where Intercom says it", () => {
    const item = { type: "contact", id: "new", merged_from: { type: "contact", id: "old" } };
    expect(parseNotification(notice("contact.merged", item))).toMatchObject({
      contact: "new",
      mergedFrom: "old",
    });
  });

  test.for([
    [
      "contact.lead.tag.created",
      { type: "contact_tag", tag: { id: 1, name: "Pricing" }, contact: { id: "c1" } },
      true,
      "Pricing",
    ],
    [
      "contact.user.tag.deleted",
      { type: "contact_tag", tag: { id: "1" }, contact: { id: "c1" } },
      false,
      null,
    ],
    ["user.tag.created", { tag: { id: "1", name: "x" }, user: { id: "c1" } }, true, "x"],
  ] as const)("%s", ([topic, item, added, name]) => {
    expect(parseNotification(notice(topic, item))).toMatchObject({
      kind: "contact-tag",
      contact: "c1",
      added,
      tag: { id: "1", name },
    });
  });

  test("a tag notification without tag or person", () => {
    expect(parseNotification(notice("contact.user.tag.created", {}))).toMatchObject({
      tag: null,
      contact: null,
    });
  });

  test("product usage", () => {
    const item = { type: "event", event_name: "invited-friend", intercom_user_id: "c1", created_at: AT };
    expect(parseNotification(notice("event.created", item))).toMatchObject({
      kind: "usage",
      event: "invited-friend",
      contact: "c1",
      at: AT * 1_000,
    });
    expect(parseNotification(notice("event.created", {})).kind).toBe("unknown");
  });

  test("a company, alone and with a person", () => {
    expect(parseNotification(notice("company.updated", { id: "x" }))).toMatchObject({
      kind: "company",
      contact: null,
    });
    expect(parseNotification(notice("company.contact.attached", { contact: { id: "c1" } })).contact).toBe(
      "c1",
    );
  });
});

describe("the rest", () => {
  test("a ping has no id", () => {
    const ping = notice("ping", { type: "ping", message: "x" }, { id: null });
    expect(parseNotification(ping)).toMatchObject({
      kind: "ping",
      notificationId: null,
      workspace: "abc123def",
    });
  });

  test.for([
    ["a new topic", notice("ticket.resolved", { id: "1" })],
    ["no topic", notice("", null, { topic: 5 })],
    ["no data", { app_id: "a" }],
    ["a list", []],
    ["a word", "hello"],
    ["nothing", null],
  ] as const)("%s is kept as unknown", ([, body]) => {
    expect(parseNotification(body).kind).toBe("unknown");
  });

  test.for([
    ["first_sent_at", notice("x.y", {}, { created_at: 0 }), (AT + 1) * 1_000],
    [
      "the item's",
      notice("x.y", { updated_at: "2026-01-10T07:56:33Z" }, { created_at: null, first_sent_at: null }),
      AT * 1_000,
    ],
    ["none", {}, 0],
  ] as const)("time from %s", ([, body, at]) => {
    expect(parseNotification(body).createdAt).toBe(at);
  });

  test("any JSON whatever is read without a fault", () => {
    holds(
      property(anything(), anything(), (topic, item) => {
        expect(parseNotification({ topic, data: { item } }).kind).toBeTypeOf("string");
        expect(parseNotification(item).kind).toBeTypeOf("string");
      }),
    );
  });
});
