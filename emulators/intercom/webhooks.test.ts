/** The sender: signature, retry, throttle, and its part of the fault plan. */
import { createHmac } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { conversationWithHooks, startEmulator, startReceiver, stopAll, topicsOf } from "./test-harness.ts";

afterEach(stopAll);

describe("signing and delivery", () => {
  test("the raw bytes are signed with the client secret, and the headers are Intercom's", async () => {
    const { emulator, received, conversationId } = await conversationWithHooks();
    emulator.customerReplies({ conversationId, body: "Größe?" });
    await emulator.flush();
    const [{ headers, raw, json } = expect.fail("nothing came")] = received;
    const digest = createHmac("sha1", "client-secret").update(raw).digest("hex");
    expect(headers["x-hub-signature"]).toBe(`sha1=${digest}`);
    expect(headers).toMatchObject({
      "user-agent": "intercom-parrot-service-client/1.0",
      accept: "application/json",
      "content-type": "application/json",
    });
    expect(json).toMatchObject({
      type: "notification_event",
      app_id: "abc123def",
      topic: "conversation.user.replied",
      delivery_status: "pending",
      delivery_attempts: 1,
      delivered_at: 0,
    });
    expect(json.id).toMatch(/^notif_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(emulator.deliveries).toMatchObject([
      {
        topic: "conversation.user.replied",
        notificationId: json.id,
        status: "delivered",
        httpStatus: 200,
        attempt: 1,
      },
    ]);
  });

  test("a refusal is retried once, with the same id and attempt 2, and then given up", async () => {
    const { emulator, received, conversationId } = await conversationWithHooks([503, 503]);
    emulator.customerReplies({ conversationId, body: "hello?" });
    await emulator.flush();
    expect(received.map(({ json }) => json.delivery_attempts)).toEqual([1, 2]);
    expect(new Set(received.map(({ json }) => json.id)).size).toBe(1);
    expect(emulator.deliveries.map(({ status, attempt }) => [status, attempt])).toEqual([
      ["refused", 1],
      ["refused", 2],
    ]);
  });

  test("no answer in time counts as a failure and is retried", async () => {
    const { emulator, received, conversationId } = await conversationWithHooks([null], {
      webhookTimeoutMs: 60,
    });
    emulator.customerReplies({ conversationId, body: "hello?" });
    await emulator.flush();
    expect(received).toHaveLength(2);
    expect(emulator.deliveries.map(({ status }) => status)).toEqual(["unanswered", "delivered"]);
  });

  test("a receiver that is not there costs both attempts", async () => {
    const { emulator, conversationId } = await conversationWithHooks();
    emulator.setWebhooks("http://127.0.0.1:1/hook");
    emulator.customerReplies({ conversationId, body: "hello?" });
    await emulator.flush();
    expect(emulator.deliveries.map(({ status }) => status)).toEqual(["unanswered", "unanswered"]);
  });

  test("410 ends the subscription until it is set again", async () => {
    const { emulator, received, url, conversationId } = await conversationWithHooks([410]);
    emulator.customerReplies({ conversationId, body: "one" });
    await emulator.flush();
    emulator.customerReplies({ conversationId, body: "two" });
    await emulator.flush();
    expect(received).toHaveLength(1);
    emulator.setWebhooks(url);
    emulator.customerReplies({ conversationId, body: "three" });
    await emulator.flush();
    expect(received).toHaveLength(2);
  });

  test("429 makes the workspace wait and does not use up the attempt", async () => {
    const { emulator, received, conversationId } = await conversationWithHooks([429, 429]);
    emulator.customerReplies({ conversationId, body: "one" });
    await emulator.flush();
    expect(received.map(({ json }) => json.delivery_attempts)).toEqual([1, 1, 1]);
    expect(emulator.deliveries.at(-1)?.status).toBe("delivered");
  });

  test("429 for more than two hours drops the notification", async () => {
    const { emulator, received, conversationId } = await conversationWithHooks(
      Array.from({ length: 50 }, () => 429),
    );
    emulator.customerReplies({ conversationId, body: "one" });
    await emulator.flush();
    expect(received).toHaveLength(7);
    expect(emulator.deliveries.at(-1)?.status).toBe("discarded");
  });

  test("a ping has neither id nor status and is signed like the rest", async () => {
    const { emulator, received } = await conversationWithHooks();
    emulator.sendPing();
    await emulator.flush();
    expect(received[0]?.json).toMatchObject({ topic: "ping", id: null, delivery_status: null });
    expect(received[0]?.json.data.item).toMatchObject({ type: "ping" });
    expect(received[0]?.headers["x-hub-signature"]).toMatch(/^sha1=[0-9a-f]{40}$/);
  });

  test("only the topics of the subscription are sent", async () => {
    const hook = await startReceiver();
    const emulator = await startEmulator({ webhookUrl: hook.url, topics: ["conversation.user.created"] });
    const contact = emulator.addContact({ email: "kim@acme.example" });
    emulator.startConversation({ contactId: contact.id, body: "hello" });
    await emulator.flush();
    expect(topicsOf(hook.received)).toEqual(["conversation.user.created"]);
  });

  test("hundreds a second go out over few connections", async () => {
    const { emulator, received, conversationId } = await conversationWithHooks();
    for (let count = 0; count < 600; count++)
      emulator.customerReplies({ conversationId, body: `reply ${count}` });
    await emulator.flush();
    expect(received).toHaveLength(600);
    expect(new Set(received.map(({ json }) => json.id)).size).toBe(600);
  });
});

describe("the fault plan of the sender", () => {
  test("drop loses notifications and says which", async () => {
    const { emulator, received, conversationId } = await conversationWithHooks();
    emulator.faults.set({ rules: [], webhooks: { drop: 1, duplicate: 0, shuffle: false } });
    emulator.customerReplies({ conversationId, body: "lost" });
    await emulator.flush();
    expect(received).toHaveLength(0);
    expect(emulator.deliveries).toMatchObject([{ status: "withheld", attempt: 0 }]);
  });

  test("duplicate sends the same notification twice", async () => {
    const { emulator, received, conversationId } = await conversationWithHooks();
    emulator.faults.set({ rules: [], webhooks: { drop: 0, duplicate: 1, shuffle: false } });
    emulator.customerReplies({ conversationId, body: "twice" });
    await emulator.flush();
    expect(received).toHaveLength(2);
    expect(received[0]?.raw).toBe(received[1]?.raw);
  });

  test("shuffle mixes the order and loses nothing", async () => {
    const { emulator, received, conversationId } = await conversationWithHooks([], { webhookConcurrency: 1 });
    emulator.faults.set({ seed: 5, rules: [], webhooks: { drop: 0, duplicate: 0, shuffle: true } });
    const sent = Array.from({ length: 10 }, (_, count) => `reply ${count}`);
    for (const body of sent) emulator.customerReplies({ conversationId, body });
    await emulator.flush();
    const bodies = received.map(({ json }) => json.data.item.conversation_parts.conversation_parts[0]?.body);
    const expected = sent.map((body) => `<p>${body}</p>`);
    expect(bodies).not.toEqual(expected);
    expect(new Set(bodies)).toEqual(new Set(expected));
  });
});
