/** The web server through a real port: who is let in at the webhook, and what the health pages tell. */
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { assert as holds, asyncProperty, string, uint8Array } from "fast-check";
import type { FastifyInstance } from "fastify";
import { sql } from "kysely";
import { Registry } from "prom-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ReadinessCheck } from "../../src/http/health.ts";
import { batchMetrics } from "../../src/http/metrics.ts";
import { buildServer, type ServerLimits } from "../../src/http/server.ts";
import type { WebhookDoor } from "../../src/http/webhooks.ts";
import { createIntake, type Intake } from "../../src/intake/intake.ts";
import { signatureOf } from "../../src/intake/signature.ts";
import { openDatabase, type Database } from "../../src/store/database.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { notice, replyNotice } from "../support/notices.ts";

const LIMITS: ServerLimits = {
  bodyBytes: 100_000,
  requestMs: 600,
  headersMs: 400,
  checkMs: 50,
  readinessMs: 200,
};

let database: TestDatabase;
let gone: Database;
let server: FastifyInstance;
let intake: Intake;
let lost: Intake;
let registry: Registry;
let logged: string[];
let checks: () => Promise<readonly ReadinessCheck[]>;

beforeAll(async () => {
  database = await freshDatabase();
  gone = openDatabase({ url: "postgresql://nobody@127.0.0.1:1/none", log: () => {} });
});
afterAll(async () => {
  await database.drop();
  await gone.close();
});

beforeEach(async () => {
  await sql`truncate events restart identity`.execute(database.db);
  logged = [];
  registry = new Registry();
  checks = async () => [
    { name: "database", ok: true, detail: "answers" },
    { name: "engine", ok: true, detail: "runs" },
  ];
  const options = {
    start: () => Promise.resolve(),
    clock: () => Date.UTC(2026, 10, 23),
    log: (level: string, message: string, facts?: unknown) =>
      logged.push(`${level} ${message} ${JSON.stringify(facts)}`),
  };
  intake = createIntake({ ...options, db: database.db, onBatch: batchMetrics(registry) });
  lost = createIntake({ ...options, db: gone.db });
  server = buildServer({
    intakeFor: doorOf,
    readiness: () => checks(),
    metrics: registry,
    log: options.log,
    limits: LIMITS,
    newRequestId: () => "req-test",
  });
  await server.listen({ host: "127.0.0.1", port: 0 });
});
afterEach(async () => {
  await server.close();
  await intake.close();
  await lost.close();
});

function doorOf(connection: string): Promise<WebhookDoor | null> | WebhookDoor | null {
  const door = { secrets: ["new", "old"], workspace: "ws1", take: intake.take };
  switch (connection) {
    case "acme":
      return door;
    case "lost":
      return { ...door, take: lost.take };
    case "unchecked":
      return { ...door, workspace: null };
    case "broken":
      return Promise.reject(new Error("connect ECONNREFUSED"));
    default:
      return null;
  }
}

const port = (): number => (server.server.address() as AddressInfo).port;
const address = (path: string): string => `http://127.0.0.1:${port()}${path}`;

interface Sending {
  readonly connection?: string;
  readonly signature?: string | null;
  readonly type?: string | null;
}

async function send(body: string | Uint8Array, { connection = "acme", signature, type }: Sending = {}) {
  const raw = typeof body === "string" ? Buffer.from(body) : body;
  const headers = new Headers();
  if (type !== null) headers.set("content-type", type ?? "application/json");
  if (signature !== null) headers.set("x-hub-signature", signature ?? signatureOf(raw, "new"));
  const answer = await fetch(address(`/webhooks/intercom/${connection}`), {
    method: "POST",
    headers,
    body: new Uint8Array(raw),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

async function stored(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from events`.execute(
    database.db,
  );
  return rows[0]?.count ?? 0;
}

const counted = async (result: string): Promise<number> => {
  const figures = await registry.metrics();
  return Number(
    new RegExp(`baton_notifications_total\\{result="${result}"\\} (\\d+)`).exec(figures)?.[1] ?? 0,
  );
};

/** Writes these pieces to the port, and returns what the server said when it closed the connection. */
function raw(pieces: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port(), "127.0.0.1");
    let said = "";
    socket.on("data", (chunk) => (said += chunk.toString()));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" || error.code === "EPIPE" ? null : reject(error),
    );
    socket.on("close", () => resolve(said));
    for (const piece of pieces) socket.write(piece);
  });
}

describe("a notification is let in", () => {
  test("with a signature over exactly its bytes, and answered after the commit", async () => {
    const answer = await send(replyNotice(1));
    expect([answer.status, answer.text, await stored(), await counted("stored")]).toEqual([200, "", 1, 1]);
    expect((await send(replyNotice(1))).status).toBe(200);
    expect([await stored(), await counted("duplicate")]).toEqual([1, 1]);
  });

  test.for([
    ["the old secret, while a new one is set", {}, "old"],
    ["a content type with parameters", { type: "application/json; charset=utf-8" }, "new"],
    ["a content type of the JSON family", { type: "application/vnd.intercom+json" }, "new"],
    ["a connection whose workspace is not known yet", { connection: "unchecked" }, "new"],
  ] as const)("with %s", async ([, sending, secret]) => {
    const answer = await send(replyNotice(1), {
      ...sending,
      signature: signatureOf(Buffer.from(replyNotice(1)), secret),
    });
    expect([answer.status, await stored()]).toEqual([200, 1]);
  });

  test("ten times at once, and is one", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(replyNotice(1))));
    expect(answers.map((answer) => answer.status)).toEqual(Array<number>(10).fill(200));
    expect(await stored()).toBe(1);
  });

  test("as a ping, which is counted and not stored", async () => {
    const answer = await send(notice(null, "ping", { type: "ping", message: "x" }));
    expect([answer.status, await stored(), await counted("ping")]).toEqual([200, 0, 1]);
  });

  test("as no JSON, which is kept and parked", async () => {
    const answer = await send('{"id":"notif_1","topic":');
    expect([answer.status, await stored(), await counted("parked")]).toEqual([200, 1, 1]);
    expect(logged.join()).toContain("the body is no JSON");
  });
});

describe("a notification is refused, and nothing stored", () => {
  const body = replyNotice(1);
  const good = signatureOf(Buffer.from(body), "new");
  test.for([
    ["without a signature", body, { signature: null }, 401, "bad_signature"],
    ["with an upper-case signature", body, { signature: good.toUpperCase() }, 401, "bad_signature"],
    ["with a signature one digit short", body, { signature: good.slice(0, -1) }, 401, "bad_signature"],
    [
      "with another algorithm's prefix",
      body,
      { signature: good.replace("sha1", "sha256") },
      401,
      "bad_signature",
    ],
    ["with one byte changed", body.replace("words", "Words"), { signature: good }, 401, "bad_signature"],
    ["with another secret", body, { signature: signatureOf(Buffer.from(body), "x") }, 401, "bad_signature"],
    ["with an empty body and no signature", "", { signature: null, type: null }, 401, "bad_signature"],
    ["as a form", body, { type: "application/x-www-form-urlencoded" }, 415, "unsupported_type"],
    ["as text", body, { type: "text/plain" }, 415, "unsupported_type"],
    ["as JSON in name only", body, { type: "application/jsonp" }, 415, "unsupported_type"],
    ["over the size", "x".repeat(100_001), {}, 413, "too_large"],
    ["for a connection that is not there", body, { connection: "nobody" }, 404, "unknown_connection"],
    ["of another workspace", replyNotice(1, { app_id: "ws2" }), {}, 403, "wrong_workspace"],
  ] as const)("%s", async ([, text, sending, status, result]) => {
    const answer = await send(text, sending);
    expect([answer.status, await stored(), await counted(result)]).toEqual([status, 0, 1]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
    expect(JSON.parse(answer.text)).toMatchObject({ status, requestId: "req-test" });
    expect(answer.text).not.toContain("words");
  });

  test("with 503 and a time to come again when the database is away", async () => {
    for (const connection of ["lost", "broken"]) {
      const answer = await send(replyNotice(1), { connection });
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    }
    expect(await counted("unavailable")).toBe(2);
  });

  test("whatever the bytes, never with 410, 429 or a fault of Baton's", async () => {
    await holds(
      asyncProperty(uint8Array({ maxLength: 300 }), string({ unit: "binary" }), async (bytes, text) => {
        for (const one of [bytes, Buffer.from(text)]) {
          expect([200, 401, 415]).toContain((await send(one)).status);
          expect((await send(one, { signature: "sha1=" })).status).toBe(401);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("a sender that plays with the connection", () => {
  const head = "POST /webhooks/intercom/acme HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
  test("announces too much, and is cut off before it sends", async () => {
    expect(await raw([`${head}Content-Length: 99999999\r\n\r\n`])).toMatch(/^HTTP\/1\.1 413 /);
  });

  test("sends chunks without end, and is cut off at the limit", async () => {
    const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
    expect(
      await raw([`${head}Transfer-Encoding: chunked\r\n\r\n`, ...Array<string>(20).fill(chunk)]),
    ).toMatch(/^HTTP\/1\.1 413 |^$/);
  });

  test("promises more than it sends, and is cut off by time", async () => {
    expect(await raw([`${head}Content-Length: 500\r\n\r\n{`])).toMatch(/408|^$/);
    expect(await stored()).toBe(0);
  });

  test("never ends its headers, and is cut off while others are served", async () => {
    const slow = Promise.all(
      Array.from({ length: 20 }, () => raw(["POST / HTTP/1.1\r\nHost: x\r\nX-Slow: "])),
    );
    expect((await send(replyNotice(1))).status).toBe(200);
    for (const said of await slow) expect(said).toMatch(/408|^$/);
  });

  test("speaks no HTTP", async () => {
    expect(await raw(["hello\r\n\r\n"])).toMatch(/^HTTP\/1\.1 400 /);
  });
});

test("nothing of a body or a secret is logged", async () => {
  await send(replyNotice(1, { app_id: "ws2" }));
  await send('{"my words": 1}');
  await send(replyNotice(2), { connection: "lost" });
  await send(replyNotice(3), { signature: "sha1=x" });
  expect(logged.length).toBeGreaterThan(2);
  expect(logged.join("\n")).not.toMatch(/words|sha1=|"new"|"old"/);
});

describe("a person with a browser", () => {
  test.for([
    ["GET", "/webhooks/intercom/acme", 200, "Enter it in Intercom's Developer Hub"],
    ["HEAD", "/webhooks/intercom/acme", 200, ""],
    ["PUT", "/webhooks/intercom/acme", 405, "Webhooks are sent with POST"],
    ["GET", "/", 200, "<title>Baton</title>"],
    ["GET", "/nowhere", 404, "Nothing is served here"],
    ["GET", "/webhooks/intercom/%E0%A4%A", 400, "Bad"],
    ["GET", "/healthz", 200, '{"ok":true}'],
  ] as const)("%s %s is answered %s", async ([method, path, status, words]) => {
    const answer = await fetch(address(path), { method });
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(words)]);
  });

  test("gets security headers on every page", async () => {
    for (const path of ["/", "/nowhere", "/healthz", "/readyz", "/metrics", "/webhooks/intercom/acme"]) {
      const { headers } = await fetch(address(path));
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-request-id")).toBe("req-test");
    }
  });
});

describe("ready", () => {
  const ready = async () => {
    const answer = await fetch(address("/readyz"));
    return [answer.status, ((await answer.json()) as { missing: string[] }).missing];
  };
  test("when everything is in order", async () => {
    expect(await ready()).toEqual([200, []]);
  });

  test("not, with the names of what is not in order", async () => {
    checks = async () => [
      { name: "database", ok: true, detail: "answers" },
      { name: "engine", ok: false, detail: "stopped" },
    ];
    expect(await ready()).toEqual([503, ["engine"]]);
  });

  test.for([
    ["fail", () => Promise.reject(new Error("x"))],
    ["never end", () => new Promise<readonly ReadinessCheck[]>(() => {})],
  ] as const)("not when the checks %s", async ([, broken]) => {
    checks = broken;
    expect(await ready()).toEqual([503, ["readiness"]]);
  });
});

test("the figures tell results, time to answer, batches and the event loop", async () => {
  await send(replyNotice(1));
  const figures = await (await fetch(address("/metrics"))).text();
  expect(figures).toContain('baton_notifications_total{result="stored"} 1');
  expect(figures).toContain("baton_webhook_ack_seconds_count 1");
  expect(figures).toContain("baton_intake_batch_rows_count 1");
  expect(figures).toContain("nodejs_eventloop_lag_seconds");
});
