import { describe, expect, test } from "vitest";
import type { Alert } from "../../handoff/ports.ts";
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import {
  cutBody,
  localServer,
  reset,
  type Answer,
  type LocalServer,
  type SeenRequest,
} from "../http/local-server.ts";
import { alertBlocks, alertFallback, fit } from "./blocks.ts";
import { NEXT } from "./errors.ts";
import { connectSlack, type SlackConnection } from "./notifier.ts";

const deps = { clock: () => Date.now(), log: { debug: () => undefined, warn: () => undefined } };

const ALERT: Alert = {
  key: "h1-slack-owner",
  title: "Enterprise inbound chat",
  headline: "Ana of Acme needs you",
  facts: [{ label: "Company", value: "Acme <b>&" }],
  reasons: ["+10 Enterprise intent: SSO"],
  summary: ["Ana asks for SSO: <!channel> see <https://evil.example|here>"],
  links: [
    { label: "Open in Intercom", url: "https://app.intercom.com/x" },
    { label: "Bad", url: "javascript:alert(1)" },
  ],
  transcriptHtml: null,
};
const CHURN = { kind: "slack-channel", channel: "#churn" } as const;
const LEE = { kind: "slack-user", email: "lee@x.example" } as const;

function slack(change: (request: SeenRequest) => Answer | null = () => null): Promise<LocalServer> {
  return localServer((request) => {
    const changed = change(request);
    if (changed !== null) return changed;
    const answers: Record<string, object> = {
      "/conversations.list": {
        ok: true,
        channels: [{ id: "C0000001", name: "churn" }],
        response_metadata: { next_cursor: "" },
      },
      "/users.lookupByEmail": { ok: true, user: { id: "U1" } },
      "/conversations.open": { ok: true, channel: { id: "D0000001" } },
      "/chat.postMessage": { ok: true, ts: "17.0001", channel: "C0000001" },
      "/conversations.history": {
        ok: true,
        messages: [
          { ts: "16.1" },
          { ts: "17.0001", metadata: { event_type: "baton_alert", event_payload: { key: ALERT.key } } },
        ],
      },
      "/auth.test": { ok: true, team: "Acme", user: "baton" },
    };
    return { json: answers[request.path] ?? { ok: false, error: "unknown_method" } };
  });
}

const connect = (server: LocalServer): SlackConnection =>
  connectSlack(
    {
      apiUrl: `${server.url}/`,
      token: "xoxb-test",
      teammates: {},
      fallbackChannel: null,
      allowPrivateAddresses: true,
    },
    deps,
  );
const callsOf = (server: LocalServer): string[] => server.seen.map(({ path }) => path);

async function failureOf(promise: Promise<unknown>): Promise<RetryableFailure | PermanentFailure> {
  const reason: unknown = await promise.then(
    () => new Error("nothing failed"),
    (error: unknown) => error,
  );
  if (reason instanceof RetryableFailure || reason instanceof PermanentFailure) return reason;
  throw reason;
}

describe("an alert in blocks", () => {
  test("holds everything, escaped, without a link that a customer wrote", () => {
    expect(alertBlocks(ALERT, null)).toEqual([
      { type: "header", text: { type: "plain_text", text: "Enterprise inbound chat", emoji: false } },
      { type: "section", text: { type: "plain_text", text: "Ana of Acme needs you", emoji: false } },
      {
        type: "section",
        fields: [{ type: "mrkdwn", text: "*Company*\nAcme &lt;b&gt;&amp;", verbatim: true }],
      },
      {
        type: "section",
        text: { type: "plain_text", text: "Why\n• +10 Enterprise intent: SSO", emoji: false },
      },
      {
        type: "section",
        text: {
          type: "plain_text",
          text: "What was said\n• Ana asks for SSO: &lt;!channel&gt; see &lt;https://evil.example|here&gt;",
          emoji: false,
        },
      },
      {
        type: "actions",
        elements: [
          {
            type: "button",
            text: { type: "plain_text", text: "Open in Intercom", emoji: false },
            url: "https://app.intercom.com/x",
            action_id: "open-0",
          },
        ],
      },
    ]);
  });

  test("fits Slack's limits however much is said", () => {
    const long = "<&>é😀 ".repeat(2_000);
    const blocks = alertBlocks(
      {
        ...ALERT,
        title: long,
        headline: long,
        facts: Array.from({ length: 300 }, () => ({ label: long, value: long })),
        reasons: Array.from({ length: 100 }, () => long),
        summary: [long],
        links: Array.from({ length: 40 }, () => ({ label: long, url: "https://a.example/" })),
      },
      null,
    );
    expect(blocks.length).toBeLessThanOrEqual(50);
    for (const text of JSON.stringify(blocks).matchAll(/"text":"((?:[^"\\]|\\.)*)"/g)) {
      expect(text[1]?.length).toBeLessThanOrEqual(3_010);
    }
    expect(blocks[0]).toMatchObject({
      type: "header",
      text: { text: expect.stringMatching(/^.{1,150}$/su) as string },
    });
  });

  test("says what became of the lead and offers what is left, each with the alert's key", () => {
    const at = Date.UTC(2026, 2, 10, 12);
    const lines = [{ text: "Claimed by *Ana* <!here>", at }];
    const blocks = alertBlocks(ALERT, { lines, offers: ["claim", "reject", "remind"] });
    expect(blocks[1]).toEqual({
      type: "context",
      elements: [
        {
          type: "mrkdwn",
          text: "Claimed by Ana &lt;!here&gt;, <!date^1773144000^{date_short_pretty} at {time}|2026-03-10T12:00:00.000Z>",
          verbatim: true,
        },
      ],
    });
    expect(blocks.at(-1)).toMatchObject({
      type: "actions",
      elements: [
        { action_id: "baton-claim", value: ALERT.key },
        { action_id: "baton-reject", value: ALERT.key },
        { action_id: "baton-remind", options: [{ value: `15m ${ALERT.key}` }, {}, {}] },
      ],
    });
  });

  test("shows the ten newest of what became of it, and nothing to press when nothing is left", () => {
    const lines = Array.from({ length: 12 }, (_, at) => ({ text: `line ${at}`, at: at * 1_000 }));
    const blocks = alertBlocks(ALERT, { lines, offers: [] });
    const [context] = blocks.filter(({ type }) => type === "context");
    expect(context).toMatchObject({ elements: expect.arrayContaining([]) as unknown });
    expect(context !== undefined && "elements" in context ? context.elements : []).toHaveLength(10);
    expect(JSON.stringify(blocks)).not.toContain("baton-");
  });

  test("leaves out what is empty", () => {
    const bare = { ...ALERT, facts: [{ label: "Plan", value: " " }], reasons: [], summary: [], links: [] };
    expect(alertBlocks(bare, null).map(({ type }) => type)).toEqual(["header", "section"]);
    expect(alertFallback(bare)).toBe("Enterprise inbound chat: Ana of Acme needs you");
  });

  test("is never cut inside an entity or a character", () => {
    expect(fit("a<<<<", 9)).toBe("a&lt;…");
    expect(fit("😀😀😀", 4)).toBe("😀…");
    expect(fit("short", 5)).toBe("short");
  });
});

describe("sending", () => {
  test("to a channel finds its id once and posts with the key", async () => {
    await using server = await slack();
    const notifier = connect(server);
    expect(await notifier.send(CHURN, ALERT)).toEqual({ id: "C0000001:17.0001" });
    await notifier.send(CHURN, ALERT);
    expect(callsOf(server)).toEqual(["/conversations.list", "/chat.postMessage", "/chat.postMessage"]);
    const sent = new URLSearchParams(server.seen[1]?.body);
    expect(sent.get("channel")).toBe("C0000001");
    expect(JSON.parse(sent.get("metadata") ?? "")).toEqual({
      event_type: "baton_alert",
      event_payload: { key: "h1-slack-owner" },
    });
    expect([sent.get("parse"), sent.get("link_names")]).toEqual(["none", "false"]);
    expect(server.seen[1]?.headers.authorization).toBe("Bearer xoxb-test");
  });

  test("to a person looks up the address once", async () => {
    await using server = await slack();
    const notifier = connect(server);
    await notifier.send(LEE, ALERT);
    await notifier.send({ ...LEE, email: "Lee@x.example" }, ALERT);
    expect(callsOf(server)).toEqual([
      "/users.lookupByEmail",
      "/conversations.open",
      "/chat.postMessage",
      "/chat.postMessage",
    ]);
  });

  test("to a channel by id asks nothing first", async () => {
    await using server = await slack();
    await connect(server).send({ kind: "slack-channel", channel: "C12345678" }, ALERT);
    expect(callsOf(server)).toEqual(["/chat.postMessage"]);
  });

  test("to a channel that the app cannot see says so", async () => {
    await using server = await slack();
    const failure = await failureOf(
      connect(server).send({ kind: "slack-channel", channel: "#nobody" }, ALERT),
    );
    expect(failure).toMatchObject({ name: "PermanentFailure", facts: { code: "channel_not_found" } });
    expect(failure.message).toContain("#nobody");
  });

  test("without a scope names the scope", async () => {
    await using server = await slack(() => ({
      json: { ok: false, error: "missing_scope", needed: "chat:write", provided: "users:read" },
    }));
    const failure = await failureOf(
      connect(server).send({ kind: "slack-channel", channel: "C12345678" }, ALERT),
    );
    expect(failure.message).toBe(
      "Slack refused chat.postMessage: missing_scope (chat:write). Give the app the scopes of Baton's manifest and install it again.",
    );
  });

  test("to an e-mail address is not its business", async () => {
    await using server = await slack();
    const failure = await failureOf(connect(server).send({ kind: "email", email: "a@x.example" }, ALERT));
    expect(failure).toMatchObject({ name: "PermanentFailure", facts: { code: "not_served" } });
    expect(server.seen).toHaveLength(0);
  });

  test.for([
    [
      "a refused token",
      { json: { ok: false, error: "invalid_auth" } },
      "PermanentFailure",
      "invalid_auth",
      undefined,
    ],
    ["404", { status: 404, text: "" }, "PermanentFailure", "http_404", undefined],
    [
      "an error nobody knows",
      { json: { ok: false, error: "brand_new" } },
      "PermanentFailure",
      "brand_new",
      undefined,
    ],
    [
      "a rate limit",
      { status: 429, headers: { "retry-after": "7" }, json: { ok: false, error: "ratelimited" } },
      "RetryableFailure",
      "rate_limited",
      "not-executed",
    ],
    [
      "a rate limit without a wait",
      { status: 429, text: "" },
      "RetryableFailure",
      "rate_limited",
      "not-executed",
    ],
    [
      "service_unavailable",
      { json: { ok: false, error: "service_unavailable" } },
      "RetryableFailure",
      "service_unavailable",
      "not-executed",
    ],
    [
      "internal_error",
      { json: { ok: false, error: "internal_error" } },
      "RetryableFailure",
      "internal_error",
      "unknown",
    ],
    ["503", { status: 503, text: "" }, "RetryableFailure", "http_503", "unknown"],
    ["a reset", reset, "RetryableFailure", "ECONNRESET", "unknown"],
    ["a cut body", cutBody, "RetryableFailure", "cut", "unknown"],
    ["a page instead of JSON", { text: "<html>" }, "RetryableFailure", "odd_body", "unknown"],
    ["a body of another shape", { json: { ok: true } }, "RetryableFailure", "odd_body", "unknown"],
  ] as const satisfies readonly (readonly [string, Answer, string, string, string | undefined])[])(
    "after %s",
    async ([, answer, name, code, outcome]) => {
      await using server = await slack(({ path }) => (path === "/chat.postMessage" ? answer : null));
      const failure = await failureOf(connect(server).send(CHURN, ALERT));
      expect(failure).toMatchObject({ name, facts: { code, target: "slack" } });
      expect("outcome" in failure ? failure.outcome : undefined).toBe(outcome);
      expect(callsOf(server).filter((path) => path === "/chat.postMessage")).toHaveLength(1);
    },
  );

  test.for(["a reset", "a cut body"] as const)(
    "%s while looking somebody up was not executed",
    async (which) => {
      const answer = which === "a reset" ? reset : cutBody;
      await using server = await slack(({ path }) => (path === "/users.lookupByEmail" ? answer : null));
      expect(await failureOf(connect(server).send(LEE, ALERT))).toMatchObject({ outcome: "not-executed" });
    },
  );

  test("to a host where nobody listens was not executed", async () => {
    const server = await slack();
    await server[Symbol.asyncDispose]();
    expect(await failureOf(connect(server).send(CHURN, ALERT))).toMatchObject({ outcome: "not-executed" });
  });
});

test.for(Object.keys(NEXT))("%s says what to do next", async (error) => {
  await using server = await slack(() => ({ json: { ok: false, error } }));
  expect((await failureOf(connect(server).whoami())).message).toContain(NEXT[error]);
});

describe("finding", () => {
  test("says delivered when a message carries the key", async () => {
    await using server = await slack();
    expect(await connect(server).find(CHURN, ALERT.key)).toEqual({
      kind: "delivered",
      id: "C0000001:17.0001",
    });
    expect(new URLSearchParams(server.seen[1]?.body).get("include_all_metadata")).toBe("true");
  });

  test("says absent when the whole history has been read", async () => {
    await using server = await slack();
    expect(await connect(server).find(CHURN, "another-key")).toEqual({ kind: "absent" });
  });

  test.for([
    ["the app may not read the history", { json: { ok: false, error: "missing_scope" } }],
    [
      "the history does not end",
      { json: { ok: true, messages: [], response_metadata: { next_cursor: "more" } } },
    ],
  ] as const satisfies readonly (readonly [string, Answer])[])("cannot tell when %s", async ([, answer]) => {
    await using server = await slack(({ path }) => (path === "/conversations.history" ? answer : null));
    expect(await connect(server).find(CHURN, ALERT.key)).toEqual({ kind: "cannot-tell" });
  });

  test("tells other refusals as they are", async () => {
    await using server = await slack(({ path }) =>
      path === "/conversations.history" ? { status: 503 } : null,
    );
    expect(await failureOf(connect(server).find(CHURN, ALERT.key))).toMatchObject({
      outcome: "not-executed",
    });
  });
});

test("whoami names workspace and bot", async () => {
  await using server = await slack();
  expect(await connect(server).whoami()).toEqual({ team: "Acme", user: "baton", scopes: null });
});

test("a channel is there, archived, gone, or nobody can tell", async () => {
  const listing = {
    ok: true,
    channels: [
      { id: "C1", name: "churn" },
      { id: "C2", name: "old", is_archived: true },
    ],
  };
  let answer: object = listing;
  await using server = await slack(({ path }) => (path === "/conversations.list" ? { json: answer } : null));
  const connection = connect(server);
  const asked = (name: string) => connection.hasChannel(name);
  expect([await asked("#churn"), await asked("old"), await asked("#gone"), await asked("C0123456")]).toEqual([
    "yes",
    "archived",
    "no",
    "cannot-tell",
  ]);
  answer = { ok: false, error: "missing_scope" };
  expect(await asked("#churn")).toBe("cannot-tell");
  answer = { ok: false, error: "invalid_auth" };
  await expect(asked("#churn")).rejects.toThrow("bot token");
  connection.close();
});
