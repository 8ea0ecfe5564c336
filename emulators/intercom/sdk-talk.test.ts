/** Conversations and refusals as the vendor's own client sees them. */
import type { Intercom } from "intercom-client";
import { afterEach, describe, expect, test } from "vitest";
import { clientOf, collect, errorOf, firstAdmin, startWithClient, stopAll, token } from "./test-harness.ts";

afterEach(stopAll);

describe("conversations", () => {
  test("source and parts are apart; plain text on request", async () => {
    const { emulator, client } = await startWithClient();
    const contact = emulator.addContact({ email: "kim@acme.example", name: "Kim" });
    const { id } = emulator.startConversation({
      contactId: contact.id,
      body: "Hello <team>\n\nWhat does Pro cost?",
    });
    emulator.teammateReplies({
      conversationId: id,
      body: '<p>See <a href="https://acme.example/p">prices</a></p>',
    });
    const html = await client.conversations.find({ conversation_id: id });
    expect(html.source?.body).toBe("<p>Hello &lt;team&gt;</p>\n<p>What does Pro cost?</p>");
    const plain = await client.conversations.find({ conversation_id: id, display_as: "plaintext" });
    expect(plain.source?.body).toBe("Hello <team>\n\nWhat does Pro cost?");
    expect(plain.conversation_parts?.conversation_parts).toMatchObject([
      { body: "See prices (https://acme.example/p)", author: { type: "admin", id: firstAdmin } },
    ]);
  });

  test("only the 500 newest parts are given", async () => {
    const { emulator, client } = await startWithClient();
    const contact = emulator.addContact({ email: "kim@acme.example" });
    const { id } = emulator.startConversation({ contactId: contact.id, body: "first" });
    for (let count = 1; count <= 503; count++)
      emulator.customerReplies({ conversationId: id, body: `reply ${count}` });
    const conversation = await client.conversations.find({ conversation_id: id });
    const parts = conversation.conversation_parts?.conversation_parts ?? [];
    expect(parts).toHaveLength(500);
    expect(parts[0]?.body).toBe("<p>reply 4</p>");
    expect(conversation.statistics?.count_conversation_parts).toBe(503);
  });

  test("a customer starts and replies, a teammate replies, notes, assigns, snoozes, closes and opens", async () => {
    const { emulator, client } = await startWithClient();
    const sales = emulator.addTeam({ name: "Sales" });
    const contact = emulator.addContact({ email: "kim@acme.example" });
    const message = await client.conversations.create({
      from: { type: "user", id: contact.id },
      body: "hello",
    });
    const conversation_id = message.conversation_id ?? "";
    const reply = (body: Intercom.ReplyConversationRequest) =>
      client.conversations.reply({ conversation_id, body });
    const manage = (body: Intercom.ConversationsManageRequestBody) =>
      client.conversations.manage({ conversation_id, body });
    await reply({ message_type: "comment", type: "user", intercom_user_id: contact.id, body: "upgrade?" });
    await reply({ message_type: "comment", type: "admin", admin_id: firstAdmin, body: "Sure" });
    await reply({ message_type: "note", type: "admin", admin_id: firstAdmin, body: "warm" });
    await manage({ message_type: "assignment", type: "team", admin_id: firstAdmin, assignee_id: sales.id });
    await manage({ message_type: "assignment", type: "team", admin_id: firstAdmin, assignee_id: sales.id });
    await manage({ message_type: "snoozed", admin_id: firstAdmin, snoozed_until: 1_800_000_000 });
    await manage({ message_type: "close", type: "admin", admin_id: firstAdmin });
    await manage({ message_type: "open", admin_id: firstAdmin });
    const conversation = await client.conversations.find({ conversation_id });
    expect(conversation).toMatchObject({
      state: "open",
      team_assignee_id: Number(sales.id),
      admin_assignee_id: null,
    });
    expect(conversation.conversation_parts?.conversation_parts?.map((part) => part.part_type)).toEqual([
      "comment",
      "comment",
      "note",
      "assignment",
      "snoozed",
      "close",
      "open",
    ]);
    const assignments = emulator.ledger
      .entries()
      .filter((entry) => entry.path.endsWith("/parts"))
      .slice(0, 2);
    expect(assignments.map((entry) => entry.committed)).toEqual([true, false]);
  });

  test("a customer's word in a closed conversation opens it", async () => {
    const { emulator, client } = await startWithClient();
    const contact = emulator.addContact({ email: "kim@acme.example" });
    const { id } = emulator.startConversation({ contactId: contact.id, body: "hello" });
    emulator.closeConversation({ conversationId: id });
    emulator.customerReplies({ conversationId: id, body: "one more thing" });
    const conversation = await client.conversations.find({ conversation_id: id });
    expect(conversation.state).toBe("open");
    expect(conversation.conversation_parts?.conversation_parts?.at(-1)).toMatchObject({
      part_type: "open",
      body: "<p>one more thing</p>",
    });
  });

  test("a tag is committed once, and the repeat changes nothing", async () => {
    const { emulator, client } = await startWithClient();
    const contact = emulator.addContact({ email: "kim@acme.example" });
    const { id: conversation_id } = emulator.startConversation({ contactId: contact.id, body: "hello" });
    const tag = await client.tags.create({ name: "Qualified" });
    expect(await client.tags.create({ name: "qualified" })).toMatchObject({ id: tag.id });
    const attach = () =>
      client.tags.tagConversation({ conversation_id, id: tag.id ?? "", admin_id: firstAdmin });
    expect(await attach()).toMatchObject({ id: tag.id, name: "Qualified" });
    await attach();
    const entries = emulator.ledger
      .entries()
      .filter((entry) => entry.path.endsWith("/tags") && entry.path !== "/tags");
    expect(entries.map((entry) => entry.committed)).toEqual([true, false]);
    expect(entries[0]?.keys).toEqual([
      `conversation:${conversation_id}`,
      `tag:${tag.id}`,
      "tag-name:Qualified",
    ]);
    const untag = () =>
      client.tags.untagConversation({ conversation_id, tag_id: tag.id ?? "", admin_id: firstAdmin });
    await untag();
    expect(await errorOf(untag())).toMatchObject({ status: 404, code: "tag_not_found" });
  });

  test("tagging without an admin is refused, and ids may be numbers", async () => {
    const { emulator, client } = await startWithClient();
    const contact = emulator.addContact({ email: "kim@acme.example" });
    const { id } = emulator.startConversation({ contactId: contact.id, body: "hello" });
    const tag = await client.tags.create({ name: "Qualified" });
    const post = (body: unknown) =>
      fetch(`${emulator.url}/conversations/${id}/tags`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    expect((await post({ id: tag.id })).status).toBe(400);
    expect((await post({ id: Number(tag.id), admin_id: Number(firstAdmin) })).status).toBe(200);
  });

  test("search takes operators, groups and cursor pages, newest change first", async () => {
    let nowMs = Date.UTC(2026, 0, 2);
    const { emulator, client } = await startWithClient({ now: () => nowMs });
    const contact = emulator.addContact({ email: "kim@acme.example" });
    const ids: string[] = [];
    for (let count = 0; count < 7; count++) {
      nowMs += 1000;
      ids.push(emulator.startConversation({ contactId: contact.id, body: `word${count}` }).id);
    }
    const since = Date.UTC(2026, 0, 2) / 1000 + 3;
    const search = async (query: Intercom.SearchRequest["query"]) => {
      const page = await client.conversations.search({ query, pagination: { per_page: 2 } });
      return (await collect(page)).map((conversation) => conversation.id);
    };
    expect(await search({ field: "updated_at", operator: ">", value: since })).toEqual(
      ids.slice(2).reverse(),
    );
    emulator.closeConversation({ conversationId: ids[6] ?? "" });
    const both = {
      operator: "AND" as const,
      value: [
        { field: "updated_at", operator: ">" as const, value: since },
        { field: "state", operator: "=" as const, value: "closed" },
      ],
    };
    expect(await search(both)).toEqual([ids[6]]);
    const either = { ...both, operator: "OR" as const };
    expect(await search(either)).toHaveLength(5);
    const words = { field: "source.body", operator: "~" as const, value: "word1" };
    expect(await search(words)).toEqual([ids[1]]);
    expect(await errorOf(search({ field: "colour", operator: "=", value: "red" }))).toMatchObject({
      status: 400,
    });
  });

  test("redaction replaces the words, deletion removes the conversation", async () => {
    const { emulator, client } = await startWithClient();
    const contact = emulator.addContact({ email: "kim@acme.example" });
    const { id } = emulator.startConversation({ contactId: contact.id, body: "my card is 4111" });
    emulator.redactPart({
      conversationId: id,
      partId: (await client.conversations.find({ conversation_id: id })).source?.id ?? "",
    });
    expect((await client.conversations.find({ conversation_id: id })).source).toMatchObject({
      redacted: true,
      body: "<p><i>This message was deleted</i></p>",
    });
    emulator.deleteConversation({ conversationId: id });
    expect(await errorOf(client.conversations.find({ conversation_id: id }))).toMatchObject({ status: 404 });
  });
});

describe("refusals", () => {
  test("a wrong token is a 401 without rate headers", async () => {
    const { emulator } = await startWithClient();
    expect(await errorOf(clientOf(emulator, "wrong").admins.identify())).toEqual({
      status: 401,
      code: "unauthorized",
      message: "Access Token Invalid",
    });
    const answer = await fetch(`${emulator.url}/me`);
    expect(answer.headers.get("x-ratelimit-limit")).toBeNull();
  });

  test("the rate limit counts in windows of ten seconds and says so in three headers", async () => {
    let nowMs = Date.UTC(2026, 0, 2) + 3000;
    const { client } = await startWithClient({ rateLimitPer10s: 2, now: () => nowMs });
    const { rawResponse } = await client.admins.identify().withRawResponse();
    expect(rawResponse.headers.get("x-ratelimit-limit")).toBe("2");
    expect(rawResponse.headers.get("x-ratelimit-remaining")).toBe("1");
    expect(rawResponse.headers.get("x-ratelimit-reset")).toBe(String(Date.UTC(2026, 0, 2) / 1000 + 10));
    await client.admins.identify();
    expect(await errorOf(client.admins.identify())).toEqual({
      status: 429,
      code: "rate_limit_exceeded",
      message: "Exceeded rate limit of 2 in 10_seconds",
    });
    nowMs += 10_000;
    await client.admins.identify();
  });

  test("another version of the API is refused", async () => {
    const { client } = await startWithClient();
    const call = client.admins.identify({ headers: { "Intercom-Version": "2.16" } });
    expect(await errorOf(call)).toMatchObject({ status: 400, code: "intercom_version_invalid" });
  });

  test("a planned 500 and a path that does not exist look like the vendor's", async () => {
    const { emulator, client } = await startWithClient();
    emulator.faults.set({
      // oxlint-disable-next-line unicorn/no-thenable -- the published JSON of a fault plan calls it "then"
      rules: [{ match: { path: "/me" }, nth: [1], then: { kind: "status", status: 500 } }],
    });
    expect(await errorOf(client.admins.identify())).toMatchObject({ status: 500, code: "server_error" });
    const gone = await fetch(`${emulator.url}/users`, { headers: { authorization: `Bearer ${token}` } });
    expect([gone.status, await gone.json()]).toMatchObject([404, { errors: [{ code: "not_found" }] }]);
  });

  test("an expired token is refused for a while", async () => {
    let nowMs = Date.UTC(2026, 0, 2);
    const { emulator, client } = await startWithClient({ now: () => nowMs });
    emulator.faults.set({
      // oxlint-disable-next-line unicorn/no-thenable -- the published JSON of a fault plan calls it "then"
      rules: [{ match: {}, nth: [1], then: { kind: "expire-token", ms: 500 } }],
    });
    expect(await errorOf(client.admins.identify())).toMatchObject({ status: 401 });
    expect(await errorOf(client.admins.identify())).toMatchObject({ status: 401 });
    nowMs += 500;
    await client.admins.identify();
  });

  test("a body that is not JSON is a 400", async () => {
    const { emulator } = await startWithClient();
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await fetch(`${emulator.url}/tags`, { method: "POST", headers, body: "{" });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { errors: [{ code: "parameter_invalid" }] },
    ]);
  });
});
