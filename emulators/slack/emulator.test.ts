/* oxlint-disable unicorn/no-thenable -- the published JSON of a fault plan calls it "then" */
/* oxlint-disable unicorn/require-post-message-target-origin -- Slack's postMessage, not the window's */
import { type Logger, LogLevel, WebClient } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { slackAccount, type SlackEmulator, startSlackEmulator } from "./emulator.ts";

let slack: SlackEmulator;
let nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);

beforeEach(async () => {
  nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  slack = await startSlackEmulator({
    now: () => nowMs,
    seed: {
      users: [
        { email: "ana@ourcompany.example", name: "Ana Flores" },
        { email: "gone@ourcompany.example", deleted: true },
      ],
      channels: [
        { name: "churn" },
        { name: "sales", isMember: false },
        { name: "old", isArchived: true },
        { name: "board", isPrivate: true, isMember: false },
      ],
    },
  });
});

afterEach(() => slack.stop());

/** The client prints Slack's complaints about blocks; here they are expected. */
const silent: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};

function client(token: string = slackAccount.botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: silent,
  });
}

function alert(key: string) {
  return { event_type: "baton_alert", event_payload: { key } };
}

/** The word Slack answers a refused call with. */
async function errorOf(call: Promise<unknown>): Promise<string> {
  const error = (await call.then(
    () => ({}),
    (thrown: unknown) => thrown,
  )) as { data?: { error?: string }; code?: string };
  return error.data?.error ?? error.code ?? "no error";
}

async function setFaults(rules: unknown[]): Promise<void> {
  const answer = await fetch(`${slack.url}/__emulator/faults`, {
    method: "PUT",
    body: JSON.stringify({ rules }),
    headers: { "content-type": "application/json" },
  });
  expect(answer.status).toBe(200);
}

describe("Slack's own client against the emulator", () => {
  test("auth.test names the workspace and the app", async () => {
    const answer = await client().auth.test();
    expect(answer).toMatchObject({ ok: true, team_id: slackAccount.teamId, bot_id: slackAccount.botId });
    expect(answer.response_metadata?.scopes).toContain("chat:write");
  });

  test("a posted message comes back from history with its metadata, and its key stands in the ledger", async () => {
    const posted = await client().chat.postMessage({
      channel: "#churn",
      text: "Halden Haulage is about to leave",
      blocks: [{ type: "section", text: { type: "mrkdwn", text: "*Churn risk*" } }],
      metadata: alert("handoff-1"),
    });
    const channel = posted.channel ?? "";
    const found = await client().conversations.history({ channel, include_all_metadata: true });
    expect(found.messages).toMatchObject([{ ts: posted.ts, metadata: alert("handoff-1") }]);
    const bare = await client().conversations.history({ channel });
    expect(bare.messages?.[0]).not.toHaveProperty("metadata");
    const [entry] = slack.ledger.entries();
    expect(entry).toMatchObject({
      method: "POST",
      path: "/api/chat.postMessage",
      committed: true,
      keys: ["handoff-1"],
      status: 200,
    });
    expect(entry?.body).toMatchObject({ channel: "#churn", metadata: alert("handoff-1") });
    expect(JSON.stringify(slack.ledger.entries())).not.toContain(slackAccount.botToken);
  });

  test("the same message posted twice stands there twice: Slack has no idempotency key", async () => {
    const message = { channel: "#churn", text: "again", client_msg_id: "same", metadata: alert("k") };
    const first = await client().chat.postMessage(message);
    const second = await client().chat.postMessage(message);
    expect(second.ts).not.toBe(first.ts);
    expect(slack.ledger.entries().filter((entry) => entry.committed)).toHaveLength(2);
  });

  test("an update replaces text and blocks and keeps the time stamp", async () => {
    const posted = await client().chat.postMessage({ channel: "#churn", text: "open", metadata: alert("k") });
    const [channel, ts] = [posted.channel ?? "", posted.ts ?? ""];
    await client().chat.update({ channel, ts, text: "taken by Ana" });
    const found = await client().conversations.history({ channel, include_all_metadata: true });
    expect(found.messages).toMatchObject([{ ts, text: "taken by Ana", metadata: alert("k") }]);
    const link = await client().chat.getPermalink({ channel, message_ts: ts });
    expect(link.permalink).toContain(channel);
  });

  test("a person is found by e-mail address and opened as a direct conversation, once", async () => {
    const found = await client().users.lookupByEmail({ email: "ANA@ourcompany.example" });
    const users = found.user?.id ?? "";
    const opened = await client().conversations.open({ users });
    const again = await client().conversations.open({ users });
    expect(again.channel?.id).toBe(opened.channel?.id);
    const direct = await client().chat.postMessage({ channel: users, text: "hello" });
    expect(direct.channel).toBe(opened.channel?.id);
    expect((await client().users.info({ user: users })).user?.profile?.email).toBe("ana@ourcompany.example");
  });

  test("lists come in pages that the client's own pagination joins", async () => {
    const names: string[] = [];
    for await (const page of client().paginate("conversations.list", { limit: 1 })) {
      names.push(...((page as { channels?: { name: string }[] }).channels ?? []).map(({ name }) => name));
    }
    expect(names).toEqual(["churn", "sales", "old"]);
    const people = await client().users.list({});
    expect(people.members?.map(({ deleted }) => deleted)).toEqual([false, true]);
  });

  test("joining a public channel lets the app post there", async () => {
    const listed = await client().conversations.list({ exclude_archived: true });
    const sales = listed.channels?.find(({ name }) => name === "sales")?.id ?? "";
    expect(await errorOf(client().chat.postMessage({ channel: sales, text: "x" }))).toBe("not_in_channel");
    expect(await errorOf(client().conversations.history({ channel: sales }))).toBe("not_in_channel");
    await client().conversations.join({ channel: sales });
    expect((await client().conversations.info({ channel: sales })).channel?.is_member).toBe(true);
    expect((await client().chat.postMessage({ channel: sales, text: "x" })).ok).toBe(true);
  });

  const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });
  test.for<[string, string, Record<string, unknown>]>([
    ["an unknown channel", "channel_not_found", { channel: "#nowhere", text: "x" }],
    ["a private channel the app is not in", "channel_not_found", { channel: "#board", text: "x" }],
    ["an archived channel", "is_archived", { channel: "#old", text: "x" }],
    ["no text at all", "no_text", { channel: "#churn" }],
    ["a text over 40,000 characters", "msg_too_long", { channel: "#churn", text: "x".repeat(40_001) }],
    [
      "51 blocks",
      "invalid_blocks",
      { channel: "#churn", blocks: Array.from({ length: 51 }, () => section("x")) },
    ],
    [
      "a section over 3,000 characters",
      "invalid_blocks",
      { channel: "#churn", blocks: [section("x".repeat(3001))] },
    ],
    ["an empty section", "invalid_blocks", { channel: "#churn", blocks: [section("")] }],
    [
      "a header of 151 characters",
      "invalid_blocks",
      {
        channel: "#churn",
        blocks: [{ type: "header", text: { type: "plain_text", text: "x".repeat(151) } }],
      },
    ],
    [
      "eleven fields",
      "invalid_blocks",
      {
        channel: "#churn",
        blocks: [
          { type: "section", fields: Array.from({ length: 11 }, () => ({ type: "mrkdwn", text: "x" })) },
        ],
      },
    ],
    [
      "metadata without a payload",
      "invalid_metadata_format",
      { channel: "#churn", text: "x", metadata: { event_type: "a" } },
    ],
  ])("%s answers %s", async ([, error, given]) => {
    expect(await errorOf(client().apiCall("chat.postMessage", given))).toBe(error);
    expect(slack.ledger.entries().at(-1)?.committed).toBe(false);
  });

  test("refusals of other methods carry Slack's words", async () => {
    expect(await errorOf(client().users.lookupByEmail({ email: "no@body.example" }))).toBe("users_not_found");
    expect(await errorOf(client().users.lookupByEmail({ email: "gone@ourcompany.example" }))).toBe(
      "users_not_found",
    );
    expect(await errorOf(client().users.info({ user: "U404" }))).toBe("user_not_found");
    expect(await errorOf(client().conversations.open({ users: "U404" }))).toBe("user_not_found");
    expect(await errorOf(client().conversations.info({ channel: "C404" }))).toBe("channel_not_found");
    expect(await errorOf(client().apiCall("no.such"))).toBe("unknown_method");
    expect(await errorOf(client("xoxb-other").auth.test())).toBe("invalid_auth");
    expect((await (await fetch(`${slack.apiUrl}auth.test`)).json()) as unknown).toMatchObject({
      error: "not_authed",
    });
  });

  test("JSON bodies are taken like forms", async () => {
    const answer = await fetch(`${slack.apiUrl}chat.postMessage`, {
      method: "POST",
      headers: {
        "content-type": "application/json; charset=utf-8",
        authorization: `Bearer ${slackAccount.botToken}`,
      },
      body: JSON.stringify({ channel: "#churn", text: "x", metadata: alert("json-1") }),
    });
    expect(await answer.json()).toMatchObject({ ok: true });
    expect(slack.ledger.entries().at(-1)?.keys).toEqual(["json-1"]);
  });
});

describe("seeds", () => {
  async function seed(body: unknown): Promise<Response> {
    return fetch(`${slack.url}/__emulator/seed`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
  }

  test("anyUser invents a person for an unknown address, the same one each time", async () => {
    await seed({ anyUser: true });
    const first = await client().users.lookupByEmail({ email: "kim.lee@ourcompany.example" });
    const second = await client().users.lookupByEmail({ email: "kim.lee@ourcompany.example" });
    expect(first.user).toMatchObject({ id: second.user?.id, real_name: "Kim Lee" });
  });

  test("a revoked token, missing scopes and a post limit can be seeded, and reset undoes them", async () => {
    await seed({ tokenRevoked: true });
    expect(await errorOf(client().auth.test())).toBe("token_revoked");
    await seed({ tokenRevoked: false, scopes: ["users:read"], postsPerSecond: 1 });
    expect(await errorOf(client().chat.postMessage({ channel: "#churn", text: "x" }))).toBe("missing_scope");
    await seed({ scopes: ["chat:write"] });
    await client().chat.postMessage({ channel: "#churn", text: "x" });
    expect(await errorOf(client().chat.postMessage({ channel: "#churn", text: "y" }))).toContain(
      "rate_limited",
    );
    nowMs += 1_500;
    await client().chat.postMessage({ channel: "#churn", text: "z" });
    await fetch(`${slack.url}/__emulator/reset`, { method: "POST" });
    expect(slack.ledger.entries()).toEqual([]);
    expect(slack.workspace().messages.get([...slack.workspace().channels.keys()][0] ?? "")).toEqual([]);
    expect((await client().conversations.list()).channels).toHaveLength(3);
  });

  test("a seed that cannot be read names the place", async () => {
    const answer = await seed({ users: [{ email: "nobody" }] });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("users[0].email");
  });
});

describe("faults", () => {
  test("429 with Retry-After is the client's rate limit", async () => {
    await setFaults([
      {
        match: { path: "/api/chat.*" },
        nth: [1],
        then: { kind: "status", status: 429, headers: { "Retry-After": "3" } },
      },
    ]);
    const error = await client()
      .chat.postMessage({ channel: "#churn", text: "x" })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "slack_webapi_rate_limited_error", retryAfter: 3 });
  });

  test.for(["commit-then-drop", "commit-then-cut"])(
    "%s: no answer, and the message is there",
    async (kind) => {
      await setFaults([{ match: { path: "/api/chat.postMessage" }, nth: [1], then: { kind } }]);
      await expect(
        client().chat.postMessage({ channel: "#churn", text: "x", metadata: alert("k") }),
      ).rejects.toThrow(/request error|terminated/);
      expect(slack.ledger.entries()).toMatchObject([{ committed: true, keys: ["k"], fault: kind }]);
      const channel = [...slack.workspace().channels.keys()][0] ?? "";
      const found = await client().conversations.history({ channel, include_all_metadata: true });
      expect(found.messages).toMatchObject([{ metadata: alert("k") }]);
    },
  );

  test("commit-late: absent when asked at once, there afterwards", async () => {
    await setFaults([
      { match: { path: "/api/chat.postMessage" }, nth: [1], then: { kind: "commit-late", ms: 150 } },
    ]);
    await expect(client().chat.postMessage({ channel: "#churn", text: "x" })).rejects.toMatchObject({
      code: "slack_webapi_request_error",
    });
    const channel = [...slack.workspace().channels.keys()][0] ?? "";
    expect((await client().conversations.history({ channel })).messages).toEqual([]);
    await slack.settled();
    expect((await client().conversations.history({ channel })).messages).toHaveLength(1);
  });

  test("expire-token revokes the token until the reset", async () => {
    await setFaults([{ match: {}, nth: [1], then: { kind: "expire-token" } }]);
    expect(await errorOf(client().auth.test())).toBe("token_revoked");
    expect(await errorOf(client().auth.test())).toBe("token_revoked");
  });
});
