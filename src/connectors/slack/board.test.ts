import { describe, expect, test } from "vitest";
import type { Alert } from "../../handoff/ports.ts";
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import type { Board } from "../../response/ports.ts";
import { type Answer, localServer, type LocalServer, reset } from "../http/local-server.ts";
import { checkSlack } from "./check.ts";
import { manifestOf } from "./manifest.ts";
import { connectSlack, type SlackConnection } from "./notifier.ts";
import type { SlackSettings } from "./workspace.ts";

const deps = { clock: () => Date.now(), log: { debug: () => undefined, warn: () => undefined } };
const ALERT: Alert = {
  key: "h1-tell1",
  title: "Enterprise inbound chat",
  headline: "Ana of Acme needs you",
  facts: [],
  reasons: [],
  summary: [],
  links: [],
  transcriptHtml: null,
};
const SPOT = { channel: "C1", message: "17.0001" };

function slack(answers: Readonly<Record<string, Answer>> = {}): Promise<LocalServer> {
  const user = {
    id: "U1",
    real_name: "Ana Alvarez",
    tz: "Europe/Berlin",
    profile: { email: "Ana@there.example" },
  };
  const good: Readonly<Record<string, Answer>> = {
    "/users.info": { json: { ok: true, user } },
    "/users.lookupByEmail": { json: { ok: true, user: { id: "U1" } } },
    "/auth.test": {
      headers: { "x-oauth-scopes": "chat:write,users:read,channels:history" },
      json: { ok: true, team: "Acme", user: "baton" },
    },
  };
  return localServer(({ path }) => answers[path] ?? good[path] ?? { json: { ok: true } });
}

function connect(server: LocalServer, over: Partial<SlackSettings> = {}): SlackConnection {
  const settings = {
    apiUrl: `${server.url}/`,
    token: "xoxb-test",
    signingSecret: "s",
    teammates: {},
    fallbackChannel: null,
    ...over,
  };
  return connectSlack({ ...settings, allowPrivateAddresses: true }, deps);
}

function boardOf(server: LocalServer, over: Partial<SlackSettings> = {}): Board {
  const { board } = connect(server, over);
  if (board === null) throw new Error("no board although there is a signing secret");
  return board;
}

const sentTo = ({ seen }: LocalServer, path: string) =>
  seen.filter((one) => one.path === path).map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

describe("the board", () => {
  test("is not there without a signing secret", async () => {
    await using server = await slack();
    expect(connect(server, { signingSecret: undefined }).board).toBeNull();
  });

  test("knows who pressed, by every address they have, and asks once", async () => {
    await using server = await slack();
    const board = boardOf(server, {
      teammates: { "A@x.example": "U1", "b@x.example": "ana@there.example", "c@x.example": "U2" },
    });
    expect(await board.who("U1")).toEqual({
      id: "U1",
      name: "Ana Alvarez",
      email: "Ana@there.example",
      emails: ["ana@there.example", "a@x.example", "b@x.example"],
      timezone: "Europe/Berlin",
    });
    await board.who("U1");
    expect(server.seen).toHaveLength(1);
  });

  test("knows somebody whose address is hidden by the override of their id alone", async () => {
    await using server = await slack({
      "/users.info": { json: { ok: true, user: { id: "U1", name: "ana" } } },
    });
    const board = boardOf(server, { teammates: { "ana@x.example": "U1" } });
    expect(await board.who("U1")).toEqual({
      id: "U1",
      name: "ana",
      email: null,
      emails: ["ana@x.example"],
      timezone: null,
    });
  });

  test("whispers escaped words, with the instant by the reader's clock", async () => {
    await using server = await slack();
    await boardOf(server).whisper(SPOT, "U1", { text: "<!here> Ben has it since", at: 1_000 });
    await boardOf(server).whisper(SPOT, "U1", { text: "No", at: null });
    expect(sentTo(server, "/chat.postEphemeral")).toMatchObject([
      {
        channel: "C1",
        user: "U1",
        text: "&lt;!here&gt; Ben has it since <!date^1^{date_short_pretty} at {time}|1970-01-01T00:00:01.000Z>",
      },
      { text: "No" },
    ]);
  });

  test("asks for a reason, and gives the question what it is about", async () => {
    await using server = await slack();
    await boardOf(server).askReason("12.34", { key: "h1-tell1", spot: SPOT });
    const [sent] = sentTo(server, "/views.open");
    const view = JSON.parse(sent?.["view"] ?? "") as { private_metadata: string; blocks: unknown[] };
    expect(sent?.["trigger_id"]).toBe("12.34");
    expect(JSON.parse(view.private_metadata)).toEqual({ key: "h1-tell1", spot: SPOT });
    expect(view.blocks).toHaveLength(2);
  });

  test("writes a message anew where it stands, without touching its key", async () => {
    await using server = await slack();
    await boardOf(server).show("C1:17.0001", ALERT, {
      lines: [{ text: "Claimed by Ana", at: 0 }],
      offers: [],
    });
    const [sent] = sentTo(server, "/chat.update");
    expect(sent).toMatchObject({ channel: "C1", ts: "17.0001" });
    expect(sent?.["blocks"]).toContain("Claimed by Ana");
    expect(sent).not.toHaveProperty("metadata");
  });

  test("says so when a delivery names no message", async () => {
    await using server = await slack();
    const shown = boardOf(server).show("C1", ALERT, { lines: [], offers: [] });
    await expect(shown).rejects.toThrow(PermanentFailure);
    expect(server.seen).toEqual([]);
  });

  test.for([
    ["a reset", reset],
    ["503", { status: 503, text: "" }],
    ["internal_error", { json: { ok: false, error: "internal_error" } }],
  ] as const satisfies readonly (readonly [string, Answer])[])(
    "may be written again after %s",
    async ([, answer]) => {
      await using server = await slack({ "/chat.update": answer });
      const failure: unknown = await boardOf(server)
        .show("C1:17.0001", ALERT, { lines: [], offers: [] })
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(RetryableFailure);
      expect(failure).toMatchObject({ outcome: "not-executed" });
    },
  );

  test("tells whoever was too slow for a question to press again", async () => {
    await using server = await slack({ "/views.open": { json: { ok: false, error: "expired_trigger_id" } } });
    await expect(boardOf(server).askReason("1", { key: "k", spot: SPOT })).rejects.toThrow("press again");
  });
});

test("somebody known elsewhere by another address is written to where the settings say", async () => {
  await using server = await slack({
    "/conversations.open": { json: { ok: true, channel: { id: "D0000001" } } },
    "/chat.postMessage": { json: { ok: true, ts: "17.0001", channel: "D0000001" } },
  });
  const teammates = { "Ana@x.example": "ana@there.example", "ben@x.example": "U0BEN" };
  const connection = connect(server, { teammates });
  for (const email of ["ana@X.example", "ben@x.example"])
    await connection.send({ kind: "slack-user", email }, ALERT);
  expect(sentTo(server, "/users.lookupByEmail").map(({ email }) => email)).toEqual(["ana@there.example"]);
  expect(sentTo(server, "/conversations.open").map(({ users }) => users)).toEqual(["U1", "U0BEN"]);
});

describe("the check", () => {
  const CHANNEL = { kind: "channel", channel: "C0123456", path: [], use: "acts" } as const;
  const found = async (server: LocalServer, over: Partial<SlackSettings> = {}) =>
    (await checkSlack(connect(server, over), [CHANNEL, CHANNEL], "/webhooks/slack/production-slack")).map(
      ({ level, what, fix }) => `${level}: ${what}${fix === null ? "" : `. ${fix}`}`,
    );

  test("names what the app lacks, where presses go, and each channel once", async () => {
    await using server = await slack();
    const lines = await found(server);
    expect(lines[0]).toBe("ok: signed in as baton of Acme");
    expect(lines.filter((line) => line.startsWith("missing: scope"))).toHaveLength(4);
    expect(lines.filter((line) => line.startsWith("warning: scope"))).toHaveLength(2);
    expect(lines.at(-2)).toContain("<public address>/webhooks/slack/production-slack");
    expect(lines.at(-1)).toBe("warning: Slack does not show whether it has C0123456");
  });

  test("is content with an app of the manifest, and says that nothing can be pressed without a secret", async () => {
    const { oauth_config: oauth } = manifestOf("https://baton.example.com/webhooks/slack/production-slack");
    await using server = await slack({
      "/auth.test": {
        headers: { "x-oauth-scopes": oauth.scopes.bot.join(",") },
        json: { ok: true, team: "Acme", user: "baton" },
      },
    });
    const lines = await found(server, { signingSecret: undefined });
    expect(lines).toContain("ok: the app has every scope that alerts need");
    expect(lines.some((line) => line.includes("no signingSecret"))).toBe(true);
  });

  test("says nothing of scopes that Slack does not tell", async () => {
    await using server = await slack({ "/auth.test": { json: { ok: true, team: "Acme", user: "baton" } } });
    expect((await found(server)).some((line) => line.includes("scope"))).toBe(false);
  });

  test("asks for everybody of the settings", async () => {
    await using server = await slack({
      "/users.lookupByEmail": { json: { ok: false, error: "users_not_found" } },
    });
    const lines = await found(server, {
      teammates: { "ana@x.example": "U0ANA", "ben@x.example": "ben@there.example" },
    });
    expect(lines).toContain("ok: ana@x.example is U0ANA in Slack");
    expect(lines.find((line) => line.startsWith("missing: Slack knows nobody"))).toContain(
      "ben@there.example",
    );
  });
});
