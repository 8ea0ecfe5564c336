/* oxlint-disable unicorn/require-post-message-target-origin -- Slack's postMessage, not the window's */
import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { slackAccount, type SlackEmulator, startSlackEmulator } from "./emulator.ts";

let slack: SlackEmulator;
let nowMs: number;

beforeEach(async () => {
  nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  slack = await startSlackEmulator({
    now: () => nowMs,
    seed: {
      users: [{ email: "ana@ourcompany.example", name: "Ana Flores" }],
      channels: [{ name: "churn" }],
    },
  });
});
afterEach(() => slack.stop());

function client(): WebClient {
  return new WebClient(slackAccount.botToken, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
}

/** The word Slack answers a refused call with. */
async function errorOf(call: Promise<unknown>): Promise<string> {
  const error = (await call.then(
    () => ({}),
    (thrown: unknown) => thrown,
  )) as { data?: { error?: string } };
  return error.data?.error ?? "no error";
}

describe("people who press", () => {
  const KEY = "h1-tell1";
  const select = {
    type: "static_select",
    action_id: "remind",
    options: [{ text: { type: "plain_text", text: "In 1 hour" }, value: `1h ${KEY}` }],
  };
  const claim = {
    type: "button",
    action_id: "claim",
    text: { type: "plain_text", text: "Claim" },
    value: KEY,
  };
  const VIEW = {
    type: "modal" as const,
    callback_id: "why",
    private_metadata: "about",
    title: { type: "plain_text" as const, text: "Why" },
    submit: { type: "plain_text" as const, text: "Say so" },
    blocks: [
      {
        type: "input" as const,
        block_id: "note",
        label: { type: "plain_text" as const, text: "In your words" },
        element: { type: "plain_text_input" as const, action_id: "note" },
      },
    ],
  };

  interface Arrived {
    readonly body: string;
    readonly headers: Headers;
    readonly payload: Readonly<Record<string, unknown>>;
  }
  const arrived: Arrived[] = [];
  let app: Server;

  beforeEach(async () => {
    arrived.length = 0;
    app = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
      request.on("end", () => {
        const payload = JSON.parse(new URLSearchParams(body).get("payload") ?? "null") as Arrived["payload"];
        const headers = new Headers(request.headers as Record<string, string>);
        arrived.push({ body, headers, payload });
        response.end();
      });
    });
    await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
    await control("PUT", "interactivity", {
      url: `http://127.0.0.1:${(app.address() as AddressInfo).port}/`,
    });
    await client().chat.postMessage({
      channel: "#churn",
      text: "x",
      blocks: [{ type: "actions", elements: [claim, select] }] as never,
      metadata: { event_type: "baton_alert", event_payload: { key: KEY } },
    });
  });
  afterEach(() => new Promise((resolve) => app.close(resolve)));

  async function control(method: string, what: string, body: unknown) {
    const answer = await fetch(`${slack.url}/__emulator/${what}`, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  const pressing = (over: object = {}) =>
    control("POST", "press", { user: "ana@ourcompany.example", key: KEY, action: "claim", ...over });

  test("post what they pressed, signed over its very bytes", async () => {
    expect(await pressing()).toMatchObject({ status: 200, body: { status: 200 } });
    const [first] = arrived;
    const timestamp = first?.headers.get("x-slack-request-timestamp") ?? "";
    expect(Number(timestamp)).toBe(Math.floor(nowMs / 1_000));
    const signed = createHmac("sha256", slackAccount.signingSecret)
      .update(`v0:${timestamp}:${first?.body ?? ""}`)
      .digest("hex");
    expect(first?.headers.get("x-slack-signature")).toBe(`v0=${signed}`);
    expect(first?.payload).toMatchObject({
      type: "block_actions",
      user: { id: slack.workspace().userIdByEmail.get("ana@ourcompany.example") },
      actions: [{ action_id: "claim", value: KEY }],
    });
    await pressing({ action: "remind", option: "1h" });
    expect(arrived[1]?.payload).toMatchObject({ actions: [{ selected_option: { value: `1h ${KEY}` } }] });
  });

  test("are asked by a view, once for each press and while it is fresh, and their answer is posted", async () => {
    await pressing();
    const trigger = String(arrived[0]?.payload["trigger_id"]);
    await client().views.open({ trigger_id: trigger, view: VIEW });
    expect(await errorOf(client().views.open({ trigger_id: trigger, view: VIEW }))).toBe(
      "invalid_trigger_id",
    );
    await control("POST", "submit", { user: "ana@ourcompany.example", values: { note: "spam" } });
    expect(arrived[1]?.payload).toMatchObject({
      type: "view_submission",
      view: {
        callback_id: "why",
        private_metadata: "about",
        state: { values: { note: { note: { value: "spam" } } } },
      },
    });
    await pressing();
    nowMs += 3_001;
    const late = String(arrived[2]?.payload["trigger_id"]);
    expect(await errorOf(client().views.open({ trigger_id: late, view: VIEW }))).toBe("expired_trigger_id");
  });

  test("are not asked by a view that Slack would refuse", async () => {
    await pressing();
    const title = { type: "plain_text" as const, text: "x".repeat(25) };
    const opening = client().views.open({
      trigger_id: String(arrived[0]?.payload["trigger_id"]),
      view: { ...VIEW, title },
    });
    expect(await errorOf(opening)).toBe("invalid_arguments");
  });

  test("are told something that only they see, in a place where they are", async () => {
    const user = slack.workspace().userIdByEmail.get("ana@ourcompany.example") ?? "";
    await client().chat.postEphemeral({ channel: "#churn", user, text: "only you" });
    expect(slack.workspace().whispers).toMatchObject([{ userId: user, text: "only you" }]);
    const whisper = client().chat.postEphemeral({ channel: "#churn", user: "U0NOBODY", text: "x" });
    expect(await errorOf(whisper)).toBe("user_not_in_channel");
  });

  test.for([
    [{ key: "other" }, "no message carries the key other"],
    [{ action: "other" }, "the message offers no other"],
    [{ action: "remind", option: "9h" }, "the select has no option 9h"],
    [{ user: "gustav@elsewhere.example" }, "nobody in the workspace is gustav@elsewhere.example"],
    [{ user: 1 }, "user:"],
  ] as const)("cannot press what is not there: %j", async ([over, words]) => {
    const { status, body } = await pressing(over);
    expect(status).toBe(400);
    expect(body["error"]).toContain(words);
  });

  test("users.info tells the time zone, and no address that is hidden", async () => {
    await control("POST", "seed", {
      users: [{ id: "U0GUEST", email: "guest@x.example", hidesEmail: true, timezone: "Asia/Tokyo" }],
    });
    const { user } = await client().users.info({ user: "U0GUEST" });
    expect([user?.tz, user?.profile?.email]).toEqual(["Asia/Tokyo", undefined]);
  });
});
