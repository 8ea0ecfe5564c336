/** What the payloads hold, in each flavour. */
import { afterEach, describe, expect, test } from "vitest";
import { conversationWithHooks, startEmulator, startReceiver, stopAll, topicsOf } from "./test-harness.ts";

afterEach(stopAll);

describe("what the payloads hold", () => {
  test("a conversation carries only the part that caused the notification, and times as captured", async () => {
    const { emulator, received, contactId, conversationId } = await conversationWithHooks();
    emulator.customerReplies({ conversationId, body: "one" });
    emulator.teammateReplies({ conversationId, body: "two", isNote: true });
    await emulator.flush();
    const item = received.find(({ json }) => json.topic === "conversation.admin.noted")?.json.data.item;
    expect(item).toMatchObject({
      type: "conversation",
      id: conversationId,
      created_at: expect.any(Number),
      contacts: { contacts: [{ type: "contact", id: contactId, external_id: "42" }] },
      statistics: {
        count_conversation_parts: 2,
        first_contact_reply_at: expect.stringMatching(/^\d{4}-.*\.000Z$/),
      },
      conversation_parts: { total_count: 1, conversation_parts: [{ part_type: "note", body: "<p>two</p>" }] },
    });
  });

  test("the first message is in source and the parts are empty; a lead without address has an empty one", async () => {
    const hook = await startReceiver();
    const emulator = await startEmulator({ webhookUrl: hook.url });
    const lead = emulator.addContact({ role: "lead" });
    emulator.startConversation({ contactId: lead.id, body: "hello" });
    await emulator.flush();
    expect(topicsOf(hook.received)).toEqual(["contact.lead.created", "conversation.user.created"]);
    const item = hook.received.find(({ json }) => json.topic === "conversation.user.created")?.json.data.item;
    expect(item).toMatchObject({
      source: { body: "<p>hello</p>", author: { type: "lead", name: null, email: "" } },
      conversation_parts: { total_count: 0, conversation_parts: [] },
    });
  });

  test.for([
    ["2.5-2.14", "<p>See <b>this</b></p>"],
    [">=2.15", "See this"],
  ] as const)("an app of version %s gets the body %s", async ([flavour, body]) => {
    const { emulator, received, conversationId } = await conversationWithHooks([], { flavour });
    emulator.teammateReplies({ conversationId, body: "<p>See <b>this</b></p>" });
    await emulator.flush();
    expect(received[0]?.json.data.item).toMatchObject({
      source: { body: flavour === ">=2.15" ? "Hello\nthere" : "<p>Hello<br>there</p>" },
      conversation_parts: { conversation_parts: [{ body }] },
    });
  });

  test("an app older than 2.5 gets the old shape", async () => {
    const { emulator, received, contactId, conversationId, sourceId } = await conversationWithHooks([], {
      flavour: "<2.5",
    });
    emulator.customerReplies({ conversationId, body: "more" });
    emulator.tagConversation({ conversationId, tag: "Sales" });
    await emulator.flush();
    const tagged = received.find(({ json }) => json.topic === "conversation_part.tag.created")?.json.data
      .item;
    expect(tagged).toMatchObject({
      user: { type: "user", id: contactId, user_id: "42", email: "kim@acme.example" },
      assignee: { type: "nobody_admin", id: null },
      conversation_message: { id: sourceId, body: "<p>Hello<br>there</p>" },
      tags: { tags: [{ name: "Sales" }] },
      tags_added: { tags: [{ name: "Sales" }] },
      conversation_parts: { conversation_parts: [{ body: "<p>more</p>" }] },
    });
    expect(tagged).not.toHaveProperty("source");
  });

  test("a tag shows on the tagged part, which is the source when only that is there", async () => {
    const { emulator, received, conversationId, sourceId } = await conversationWithHooks();
    expect(emulator.tagConversation({ conversationId, tag: "Sales" })).toBe(true);
    expect(emulator.tagConversation({ conversationId, tag: "sales" })).toBe(false);
    await emulator.flush();
    expect(topicsOf(received)).toEqual(["conversation_part.tag.created"]);
    expect(received[0]?.json.data.item).toMatchObject({
      tags: { tags: [{ name: "Sales" }] },
      conversation_parts: {
        total_count: 1,
        conversation_parts: [{ id: sourceId, tags: [{ name: "Sales" }] }],
      },
    });
  });

  test("a deleted conversation has only its conversation_id", async () => {
    const { emulator, received, conversationId } = await conversationWithHooks();
    emulator.deleteConversation({ conversationId });
    await emulator.flush();
    expect(received[0]?.json.data.item).toEqual({ type: "conversation", conversation_id: conversationId });
  });

  test("a redacted part says so and has lost its words", async () => {
    const { emulator, received, conversationId } = await conversationWithHooks();
    const { partId } = emulator.customerReplies({ conversationId, body: "my card is 4111" });
    await emulator.flush();
    emulator.redactPart({ conversationId, partId });
    await emulator.flush();
    expect(received[1]?.json).toMatchObject({ topic: "conversation_part.redacted" });
    expect(received[1]?.json.data.item).toMatchObject({
      conversation_parts: {
        conversation_parts: [{ id: partId, redacted: true, body: "<p><i>This message was deleted</i></p>" }],
      },
    });
  });

  test("people carry ISO times and tags without names; the tag itself has one", async () => {
    const { emulator, received, contactId } = await conversationWithHooks();
    emulator.tagContact({ contactId, tag: "Win-back" });
    await emulator.flush();
    expect(received[0]?.json.topic).toBe("contact.user.tag.created");
    expect(received[0]?.json.data.item).toMatchObject({
      type: "contact_tag",
      tag: { name: "Win-back" },
      contact: { id: contactId, created_at: expect.stringMatching(/\+00:00$/), tags: { total_count: 1 } },
    });
    expect(JSON.stringify(received[0]?.json.data.item.contact?.tags)).not.toContain("Win-back");
  });

  test.for([
    [">=2.15", true],
    ["2.5-2.14", false],
  ] as const)("a merge, in version %s, names the contact that is gone: %s", async ([flavour, isNamed]) => {
    const { emulator, received, contactId } = await conversationWithHooks([], { flavour });
    emulator.setWebhooks(undefined);
    const lead = emulator.addContact({ role: "lead" });
    emulator.setWebhooks("http://127.0.0.1:1");
    await emulator.flush();
    expect(received).toHaveLength(0);
    const hook = await startReceiver();
    emulator.setWebhooks(hook.url);
    emulator.mergeContacts({ fromId: lead.id, intoId: contactId });
    await emulator.flush();
    expect(topicsOf(hook.received)).toEqual(["contact.merged"]);
    expect(hook.received[0]?.json.data.item).toMatchObject({ id: contactId });
    expect(Object.hasOwn(hook.received[0]?.json.data.item ?? {}, "merged_from")).toBe(isNamed);
  });

  test("an event and a company come in their own shapes", async () => {
    const { emulator, received, contactId } = await conversationWithHooks();
    emulator.trackEvent({ contactId, name: "exported-data", at: 1_767_000_000, metadata: { rows: 3 } });
    emulator.addCompany({ companyId: "acme", name: "Acme" });
    emulator.addCompany({ companyId: "acme", plan: "pro" });
    await emulator.flush();
    const itemOf = (topic: string) => received.find(({ json }) => json.topic === topic)?.json.data.item;
    expect(itemOf("event.created")).toMatchObject({
      type: "event",
      event_name: "exported-data",
      intercom_user_id: contactId,
      user_id: "42",
      metadata: { rows: 3 },
      created_at: 1_767_000_000,
    });
    expect(itemOf("company.created")).toMatchObject({ plan: null, tag_ids: [] });
    expect(itemOf("company.updated")).toMatchObject({ company_id: "acme", plan: { name: "pro" } });
    expect(itemOf("company.updated")).not.toHaveProperty("tags");
  });

  test("what is done over REST sends webhooks too", async () => {
    const { emulator, received } = await conversationWithHooks();
    const call = (method: string, path: string, body: unknown) =>
      fetch(emulator.url + path, {
        method,
        headers: { authorization: "Bearer access-token", "content-type": "application/json" },
        body: JSON.stringify(body),
      }).then((answer) => answer.json() as Promise<{ id: string; conversation_id: string }>);
    const lead = await call("POST", "/contacts", { role: "lead" });
    await call("PUT", `/contacts/${lead.id}`, { email: "lee@acme.example" });
    await call("PUT", `/contacts/${lead.id}`, { role: "user" });
    const { conversation_id: id } = await call("POST", "/conversations", {
      from: { type: "user", id: lead.id },
      body: "hi",
    });
    await call("POST", `/conversations/${id}/reply`, {
      message_type: "comment",
      type: "admin",
      admin_id: 814860,
      body: "hey",
    });
    await call("POST", `/conversations/${id}/parts`, {
      message_type: "close",
      type: "admin",
      admin_id: "814860",
    });
    await call("DELETE", `/contacts/${lead.id}`, {});
    await emulator.flush();
    expect(topicsOf(received)).toEqual([
      "contact.deleted",
      "contact.lead.added_email",
      "contact.lead.created",
      "contact.lead.signed_up",
      "conversation.admin.closed",
      "conversation.admin.replied",
      "conversation.user.created",
    ]);
  });
});
