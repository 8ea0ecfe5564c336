/** Seeding and webhooks over HTTP. */
import { createHmac } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import type { IntercomEmulator } from "./start.ts";
import { startEmulator, startReceiver, stopAll, topicsOf } from "./test-harness.ts";

afterEach(stopAll);

describe("over HTTP", () => {
  const post = (emulator: IntercomEmulator, path: string, body: unknown) =>
    fetch(`${emulator.url}/__emulator/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  test("a seed makes people, companies, teams and conversations, and the webhooks they cause", async () => {
    const hook = await startReceiver();
    const emulator = await startEmulator({
      topics: ["conversation.user.created", "conversation.user.replied"],
    });
    expect((await post(emulator, "webhooks", { url: hook.url, secret: "other" })).status).toBe(200);
    const answer = await post(emulator, "seed", {
      admins: [{ name: "Lin", email: "lin@acme.example" }],
      teams: [{ name: "Sales", admins: ["lin@acme.example"] }],
      companies: [{ name: "Acme", domain: "acme.example", size: 40, customAttributes: { country: "AT" } }],
      contacts: [
        {
          email: "kim@acme.example",
          plan: "pro",
          companies: ["Acme"],
          tags: ["Trial"],
          lastSeenAt: "2026-01-02",
        },
      ],
      conversations: [
        {
          contact: "kim@acme.example",
          messages: [
            { role: "customer", text: "Can we upgrade?", at: "2026-01-02T10:00:00Z" },
            { role: "bot", text: "One moment." },
            { role: "teammate", text: "Of course." },
            { role: "note", text: "Warm." },
            { role: "customer", text: "Great!" },
          ],
          tags: ["Sales"],
        },
      ],
    });
    const seeded = (await answer.json()) as {
      conversations: { id: string; partIds: string[] }[];
      contacts: string[];
    };
    expect(answer.status).toBe(200);
    expect(seeded.conversations[0]?.partIds).toHaveLength(4);
    await emulator.flush();
    expect(topicsOf(hook.received)).toEqual(["conversation.user.created", "conversation.user.replied"]);
    const digest = createHmac("sha1", "other")
      .update(hook.received[0]?.raw ?? "")
      .digest("hex");
    expect(hook.received[0]?.headers["x-hub-signature"]).toBe(`sha1=${digest}`);
    const state = await (await fetch(`${emulator.url}/__emulator/state`)).json();
    expect(state).toMatchObject({
      contacts: [{ custom_attributes: { plan: "pro" }, companies: { total_count: 1 } }],
      companies: [{ name: "Acme", website: "https://acme.example", custom_attributes: { country: "AT" } }],
      conversations: [{ created_at: Date.UTC(2026, 0, 2, 10) / 1000, tags: { tags: [{ name: "Sales" }] } }],
      teams: [{ name: "Sales", admin_ids: [expect.any(Number)] }],
    });
  });

  test("a quiet seed sends nothing, and a reset forgets it", async () => {
    const hook = await startReceiver();
    const emulator = await startEmulator({ webhookUrl: hook.url });
    await post(emulator, "seed", { quiet: true, contacts: [{ email: "kim@acme.example" }] });
    await emulator.flush();
    expect(hook.received).toHaveLength(0);
    await post(emulator, "reset", {});
    expect(emulator.workspace.contacts.size).toBe(0);
    expect(emulator.workspace.admins.size).toBe(1);
  });

  test.for([
    ["seed", { contacts: [{ mail: "x" }] }, /contacts\[0\]/],
    [
      "seed",
      { conversations: [{ contact: "nobody", messages: [{ role: "customer", text: "hi" }] }] },
      /conversations\[0\]\.contact/,
    ],
    ["webhooks", { url: "not an address" }, /url/],
  ] as const)("POST %s with %j is refused in one line", async ([path, body, line]) => {
    const emulator = await startEmulator();
    const answer = await post(emulator, path, body);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { error: string }).error).toMatch(line);
  });
});
