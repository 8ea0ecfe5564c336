import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterEach, describe, expect, test } from "vitest";
import type { Alert } from "../../handoff/ports.ts";
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import { headerText, mailOf, messageId } from "./message.ts";
import { connectEmail, type EmailConnection, type EmailSettings } from "./notifier.ts";

const deps = { clock: () => 0, log: { debug: () => undefined, warn: () => undefined } };
const ALERT: Alert = {
  key: "h1-email-owner",
  title: "Churn risk",
  headline: "Ana of Acme needs you",
  facts: [{ label: "Company", value: "<Acme>" }],
  reasons: ["+25 Cancellation: \u201ccancel\u201d"],
  summary: ["Ana says: <script>alert(1)</script>"],
  links: [
    { label: "Open in Salesforce", url: "https://acme.my.salesforce.com/00Q" },
    { label: "Bad", url: "javascript:alert(1)" },
  ],
  transcriptHtml: "<p>Ana: hello</p>",
};
const ANA = { kind: "email", email: "ana@x.example" } as const;

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

interface Received {
  readonly raw: string;
}

/** A mail server; `onData` may refuse, `onRcpt` too. */
async function mailServer(refuse: { data?: number; rcpt?: number } = {}) {
  const received: Received[] = [];
  const reply = (code: number) => Object.assign(new Error("said so"), { responseCode: code });
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    onAuth: (_auth, _session, done) => done(reply(535)),
    onRcptTo: (_address, _session, done) => done(refuse.rcpt === undefined ? null : reply(refuse.rcpt)),
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (refuse.data !== undefined) return done(reply(refuse.data));
        received.push({ raw: Buffer.concat(chunks).toString() });
        done(null);
      });
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => server.close());
  return { port: (server.server.address() as AddressInfo).port, received };
}

/** A server that speaks a script and drops the connection after the named command ("" at once). */
async function droppingServer(after: "" | "EHLO" | "RCPT" | "DATA" | "."): Promise<number> {
  const server = createServer((socket: Socket) => {
    socket.on("error", () => undefined);
    if (after === "") return void socket.destroy();
    socket.write("220 hello\r\n");
    let inData = false;
    socket.on("data", (chunk: Buffer) => {
      for (const line of chunk.toString().split("\r\n")) {
        const verb = inData ? (line === "." ? "." : "") : (line.split(" ")[0] ?? "");
        if (verb === after) return void socket.destroy();
        if (inData || verb === "") continue;
        inData = verb === "DATA";
        socket.write(inData ? "354 go\r\n" : "250 fine\r\n");
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function connect(port: number, settings: Partial<EmailSettings> = {}): EmailConnection {
  const connection = connectEmail(
    {
      host: "127.0.0.1",
      port,
      secure: false,
      user: null,
      password: null,
      from: "Baton <baton@acme.example>",
      allowPrivateAddresses: true,
      ...settings,
    },
    deps,
  );
  stops.push(() => connection.close());
  return connection;
}

async function failureOf(promise: Promise<unknown>): Promise<RetryableFailure | PermanentFailure> {
  const reason: unknown = await promise.then(
    () => new Error("nothing failed"),
    (error: unknown) => error,
  );
  if (reason instanceof RetryableFailure || reason instanceof PermanentFailure) return reason;
  throw reason;
}

describe("an alert as e-mail", () => {
  test("escapes what people wrote and keeps only web links", () => {
    const { subject, html, text } = mailOf(ALERT);
    expect(subject).toBe("Churn risk: Ana of Acme needs you");
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).not.toContain("javascript:");
    expect(html).toContain("<hr><p>Ana: hello</p>");
    expect(text).toContain("Open in Salesforce: https://acme.my.salesforce.com/00Q");
    expect(text).not.toContain("javascript:");
  });

  test("has a subject of one line, however the title is written", () => {
    expect(headerText("a\r\nBcc: evil@x.example\u2028b")).toBe("a Bcc: evil@x.example b");
    expect(headerText("é".repeat(400))).toHaveLength(150);
  });

  test("has an id that follows from its key", () => {
    expect(messageId("h1-email-owner", "Baton <baton@acme.example>")).toBe("<h1-email-owner@acme.example>");
    expect(messageId("a:b c>\r\n", "baton@acme.example")).toBe("<a.58b.32c.62.13.10@acme.example>");
    expect(messageId("k", "nonsense")).toBe("<k@baton.invalid>");
  });

  test("leaves out what is empty", () => {
    const { html } = mailOf({
      ...ALERT,
      facts: [],
      reasons: [],
      summary: [],
      links: [],
      transcriptHtml: null,
    });
    expect(html).not.toMatch(/<table|<ul|<hr|<a /);
  });
});

describe("sending", () => {
  test("delivers text and HTML under the id of the key", async () => {
    const { port, received } = await mailServer();
    expect(await connect(port).send(ANA, ALERT)).toEqual({ id: "<h1-email-owner@acme.example>" });
    expect(received).toHaveLength(1);
    expect(received[0]?.raw).toMatch(/^Message-ID: <h1-email-owner@acme\.example>\r$/m);
    expect(received[0]?.raw).toMatch(/^To: ana@x\.example\r$/m);
    expect(received[0]?.raw).toContain("multipart/alternative");
  });

  test("cannot be made to write another header", async () => {
    const { port, received } = await mailServer();
    await connect(port).send(ANA, { ...ALERT, title: "x\r\nBcc: evil@x.example", key: "k\r\nX-Evil: 1" });
    const head = received[0]?.raw.split("\r\n\r\n")[0];
    expect(head).toMatch(/^Subject: x Bcc: evil/m);
    expect(head).not.toMatch(/^(Bcc|X-Evil):/m);
  });

  test.for([
    ["a domain with an umlaut", "ana@b\u00fccher.example", "ana@xn--bcher-kva.example"],
    ["a plus and dots", "a.na+x@x.example", "a.na+x@x.example"],
    ["an apostrophe", "o'hara@x.example", "o'hara@x.example"],
  ] as const)("reaches %s", async ([, email, onTheWire]) => {
    const { port, received } = await mailServer();
    await connect(port).send({ kind: "email", email }, ALERT);
    expect(received[0]?.raw.split("\r\n").find((line) => line.startsWith("To:"))).toBe(`To: ${onTheWire}`);
  });

  test("takes a quoted address, which might hide a second one, for none and says where to correct it", async () => {
    const email = '"ana,evil@x.example"@y.example';
    const failure = await failureOf(connect(1).send({ kind: "email", email }, ALERT));
    expect(failure.message).toContain("is no e-mail address: correct it in the policy or in Salesforce.");
  });

  test.for([
    "ana@x.example, evil@x.example",
    "a b@x.example",
    "Ana <ana@x.example>",
    "ana@x.example\r\nBcc: e@x.example",
    "ana",
  ])("%j is no address", async (email) => {
    const failure = await failureOf(connect(1).send({ kind: "email", email }, ALERT));
    expect(failure).toMatchObject({ name: "PermanentFailure", facts: { code: "bad_address" } });
  });

  test("to Slack is not its business", async () => {
    const failure = await failureOf(connect(1).send({ kind: "slack-channel", channel: "#a" }, ALERT));
    expect(failure).toMatchObject({ name: "PermanentFailure", facts: { code: "not_served" } });
  });
});

describe("the ladder of failures", () => {
  test("nobody listens: not executed", async () => {
    const failure = await failureOf(connect(1).send(ANA, ALERT));
    expect(failure).toMatchObject({ outcome: "not-executed" });
    expect(failure.message).toMatch(
      /^The mail server 127\.0\.0\.1 could not be reached: nobody takes connections there; .*Nothing was sent; it is tried again\.$/,
    );
  });

  test("a name that does not exist is told as such, not as a wrong password", async () => {
    const mail = connect(25, { host: "nobody.invalid", user: "me", password: "hunter2" });
    const failure = await failureOf(mail.send(ANA, ALERT));
    expect(failure.message).toContain("nobody.invalid could not be reached: its name cannot be looked up");
    expect(failure.facts.isSignIn).toBeUndefined();
  });

  test("a server that speaks no TLS is told as such", async () => {
    const { port } = await mailServer();
    const failure = await failureOf(connect(port, { secure: true }).send(ANA, ALERT));
    expect(failure).toMatchObject({ outcome: "not-executed" });
    expect(failure.message).toMatch(/could not be reached: .*wrong version number/);
  });

  test.for([
    ["a full mailbox for now", { data: 451 }, "RetryableFailure", 451],
    ["greylisting at the recipient", { rcpt: 450 }, "RetryableFailure", 450],
    ["an unknown recipient", { rcpt: 550 }, "PermanentFailure", 550],
    ["refused content", { data: 554 }, "PermanentFailure", 554],
  ] as const)("%s", async ([, refuse, name, status]) => {
    const { port } = await mailServer(refuse);
    const failure = await failureOf(connect(port).send(ANA, ALERT));
    expect(failure).toMatchObject({ name, facts: { status, target: "email" } });
    expect("outcome" in failure ? failure.outcome : "not-executed").toBe("not-executed");
  });

  test("a wrong password is for a person to correct", async () => {
    const { port } = await mailServer();
    const failure = await failureOf(connect(port, { user: "me", password: "hunter2" }).send(ANA, ALERT));
    expect(failure).toMatchObject({ name: "PermanentFailure", facts: { code: "EAUTH" } });
    expect(failure.message).not.toContain("hunter2");
  });

  test.for([
    ["", "not-executed"],
    ["EHLO", "not-executed"],
    ["RCPT", "not-executed"],
    ["DATA", "not-executed"],
    [".", "unknown"],
  ] as const)("a connection lost at %j: %s", async ([after, outcome]) => {
    const port = await droppingServer(after);
    expect(await failureOf(connect(port).send(ANA, ALERT))).toMatchObject({
      name: "RetryableFailure",
      outcome,
    });
  });

  test("a private address is not called unless the connection allows it", async () => {
    const { port, received } = await mailServer();
    const failure = await failureOf(connect(port, { allowPrivateAddresses: false }).send(ANA, ALERT));
    expect(failure).toMatchObject({ name: "PermanentFailure", facts: { code: "private_address" } });
    const named = await failureOf(
      connect(port, { allowPrivateAddresses: false, host: "localhost" }).send(ANA, ALERT),
    );
    expect(named).toMatchObject({ name: "PermanentFailure", facts: { code: "private_address" } });
    expect(received).toHaveLength(0);
  });
});

test("nobody can tell what became of a message", async () => {
  expect(await connect(1).find(ANA, "k")).toEqual({ kind: "cannot-tell" });
});

test("the connection can be checked without sending", async () => {
  const { port } = await mailServer();
  await expect(connect(port).verify()).resolves.toBeUndefined();
  expect(await failureOf(connect(1).verify())).toMatchObject({ outcome: "not-executed" });
});
