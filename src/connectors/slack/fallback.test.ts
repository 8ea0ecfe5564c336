/** Alerts whose channel or person Slack does not reach any more. */
import { describe, expect, test } from "vitest";
import type { Alert } from "../../handoff/ports.ts";
import type { PermanentFailure } from "../../kernel/failure.ts";
import { localServer, type Answer, type LocalServer, type SeenRequest } from "../http/local-server.ts";
import { connectSlack, type SlackConnection } from "./notifier.ts";

const deps = { clock: () => Date.now(), log: { debug: () => undefined, warn: () => undefined } };

const ALERT: Alert = {
  key: "h1-slack-owner",
  title: "Churn risk",
  headline: "Ana of Acme needs you",
  facts: [],
  reasons: [],
  summary: [],
  links: [],
  transcriptHtml: null,
};
const CHURN = { kind: "slack-channel", channel: "#churn" } as const;
const LEE = { kind: "slack-user", email: "lee@x.example" } as const;
const FALLBACK = "C99999999";

const GOOD: Readonly<Record<string, object>> = {
  "/conversations.list": { ok: true, channels: [{ id: "C0000001", name: "churn" }] },
  "/users.lookupByEmail": { ok: true, user: { id: "U1" } },
  "/conversations.open": { ok: true, channel: { id: "D0000001" } },
  "/chat.postMessage": { ok: true, ts: "17.0001", channel: "C0000001" },
  "/conversations.history": {
    ok: true,
    messages: [{ ts: "17.0001", metadata: { event_payload: { key: ALERT.key } } }],
  },
};

function slack(change: (request: SeenRequest) => Answer | null): Promise<LocalServer> {
  return localServer((request) => change(request) ?? { json: GOOD[request.path] });
}

const connect = (server: LocalServer, fallbackChannel: string | null = null): SlackConnection =>
  connectSlack(
    {
      apiUrl: `${server.url}/`,
      token: "xoxb-test",
      teammates: {},
      fallbackChannel,
      allowPrivateAddresses: true,
    },
    deps,
  );

const failureOf = (sent: Promise<unknown>): Promise<PermanentFailure> =>
  sent.then(
    () => Promise.reject(new Error("nothing failed")),
    (error: unknown) => error as PermanentFailure,
  );

describe("an alert to somebody or somewhere that Slack does not reach any more", () => {
  const refuses = (error: string) => (request: SeenRequest) =>
    request.path === "/chat.postMessage" && new URLSearchParams(request.body).get("channel") !== FALLBACK
      ? { json: { ok: false, error } }
      : null;

  test.for([
    [
      "is_archived",
      CHURN,
      "Meant for #churn. Slack refused chat.postMessage: is_archived. The channel is archived",
    ],
    ["not_in_channel", CHURN, "Invite the app to the channel."],
    ["user_disabled", LEE, "Meant for lee@x.example. Slack refused chat.postMessage: user_disabled."],
  ] as const)("(%s) goes to the fallback channel and says for whom and why", async ([error, to, words]) => {
    await using server = await slack(refuses(error));
    const sent = await connect(server, FALLBACK).send(to, ALERT);
    expect(sent).toMatchObject({ id: "C0000001:17.0001", note: expect.stringContaining(words) as unknown });
    const posted = new URLSearchParams(server.seen.at(-1)?.body);
    expect(posted.get("channel")).toBe(FALLBACK);
    expect(posted.get("blocks")).toContain("Please pass on");
  });

  test("fails with what to do where there is no fallback channel", async () => {
    await using server = await slack(refuses("is_archived"));
    const failure = await failureOf(connect(server).send(CHURN, ALERT));
    expect(failure.message).toContain("The channel is archived: name another in the policy.");
  });

  test("is not taken for a refused token, which no other channel cures", async () => {
    await using server = await slack(refuses("token_revoked"));
    const failure = await failureOf(connect(server, FALLBACK).send(CHURN, ALERT));
    expect(failure).toMatchObject({ facts: { code: "token_revoked", isSignIn: true } });
  });

  test("is looked for in the fallback channel, too", async () => {
    await using server = await slack((request) =>
      request.path === "/conversations.history" &&
      new URLSearchParams(request.body).get("channel") !== FALLBACK
        ? { json: { ok: true, messages: [] } }
        : null,
    );
    expect(await connect(server, FALLBACK).find(CHURN, ALERT.key)).toEqual({
      kind: "delivered",
      id: `${FALLBACK}:17.0001`,
    });
    await using gone = await slack((request) =>
      request.path === "/users.lookupByEmail" ? { json: { ok: false, error: "users_not_found" } } : null,
    );
    expect(await connect(gone, FALLBACK).find(LEE, ALERT.key)).toMatchObject({ kind: "delivered" });
  });
});
