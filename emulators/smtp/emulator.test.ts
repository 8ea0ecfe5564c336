/* oxlint-disable unicorn/no-thenable -- the published JSON of a fault plan calls it "then" */
import { createTransport } from "nodemailer";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { smtpAccount, type SmtpEmulator, startSmtpEmulator } from "./emulator.ts";

let smtp: SmtpEmulator;

beforeEach(async () => {
  smtp = await startSmtpEmulator({ now: () => Date.UTC(2026, 0, 2, 3, 4, 5) });
});

afterEach(() => smtp.stop());

const mail = {
  from: "Baton <baton@ourcompany.example>",
  to: "ana@ourcompany.example",
  subject: "Größere Chance: Meridale – 4.200 Leute",
  messageId: "<handoff-1@baton.example>",
  text: "Sie fragen nach SSO.\n=> heute anrufen — bitte.",
  html: "<p>Sie fragen nach <b>SSO</b>.</p>",
};

function send(more: Record<string, unknown> = {}, auth?: { user: string; pass: string }): Promise<unknown> {
  const transport = createTransport({
    host: "127.0.0.1",
    port: smtp.port,
    secure: false,
    socketTimeout: 5_000,
    ...(auth && { auth }),
  });
  return transport.sendMail({ ...mail, ...more });
}

async function control(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${smtp.controlUrl}/__emulator/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function setFault(then: Record<string, unknown>, nth: number[] = [1]): Promise<void> {
  const answer = await control("PUT", "faults", { rules: [{ match: { path: "ana@*" }, nth, then }] });
  expect(answer.status).toBe(200);
}

describe("a mail server that remembers", () => {
  test("a message is stored with its headers and both texts decoded, and stands in the ledger", async () => {
    await send();
    expect(smtp.mails()).toMatchObject([
      {
        from: "baton@ourcompany.example",
        to: ["ana@ourcompany.example"],
        messageId: "<handoff-1@baton.example>",
        headers: { subject: mail.subject },
      },
    ]);
    const [stored] = smtp.mails();
    expect(stored?.text?.trim().replaceAll("\r\n", "\n")).toBe(mail.text);
    expect(stored?.html).toContain(mail.html);
    expect(smtp.ledger.entries()).toMatchObject([
      {
        method: "SMTP",
        path: "ana@ourcompany.example",
        status: 250,
        committed: true,
        keys: ["<handoff-1@baton.example>"],
        body: { headers: { subject: mail.subject } },
      },
    ]);
  });

  test("the same Message-ID is delivered again: SMTP has no idempotency key", async () => {
    await send();
    await send();
    expect(smtp.mails()).toHaveLength(2);
  });

  test("a message to two people is two deliveries", async () => {
    await send({ to: ["ana@ourcompany.example", "ben@ourcompany.example"] });
    expect(smtp.ledger.entries().map(({ path }) => path)).toEqual([
      "ana@ourcompany.example",
      "ben@ourcompany.example",
    ]);
    expect(smtp.mails()).toHaveLength(1);
  });

  test.for<[string, Record<string, unknown>, string]>([
    ["plain text alone", { html: undefined, text: "hi" }, "hi"],
    ["base64", { html: undefined, text: "Grüße 🙂", textEncoding: "base64" }, "Grüße 🙂"],
    ["with an attachment", { text: "hi", attachments: [{ filename: "a.txt", content: "not this" }] }, "hi"],
  ])("the text is read: %s", async ([, more, text]) => {
    await send(more);
    expect(smtp.mails()[0]?.text?.trim()).toBe(text);
  });

  test("login is optional, the right password works, a wrong one answers 535", async () => {
    await send({}, { user: smtpAccount.user, pass: smtpAccount.password });
    await expect(send({}, { user: smtpAccount.user, pass: "wrong" })).rejects.toMatchObject({
      responseCode: 535,
    });
    expect(smtp.mails()).toHaveLength(1);
  });

  test("a seeded unknown recipient answers 550, until the reset", async () => {
    await control("POST", "seed", { unknownRecipients: ["Ana@ourcompany.example"] });
    await expect(send()).rejects.toMatchObject({ responseCode: 550 });
    await control("POST", "reset");
    await send();
    expect((await (await control("GET", "state")).json()) as unknown).toMatchObject({
      mails: [{ messageId: "<handoff-1@baton.example>" }],
    });
    expect((await (await control("GET", "ledger")).json()) as unknown).toHaveLength(1);
  });

  test("a seed that cannot be read says so, and the port holds nothing else", async () => {
    expect((await control("POST", "seed", { unknownRecipients: "all" })).status).toBe(400);
    expect((await fetch(`${smtp.controlUrl}/inbox`)).status).toBe(404);
  });
});

describe("faults", () => {
  test.for([451, 554])(
    "status %i is the reply to DATA, nothing is stored, and the next message goes through",
    async (status) => {
      await setFault({ kind: "status", status });
      await expect(send()).rejects.toMatchObject({ responseCode: status });
      expect(smtp.mails()).toEqual([]);
      expect(smtp.ledger.entries()).toMatchObject([
        { status, committed: false, fault: "status", keys: [mail.messageId] },
      ]);
      await send();
      expect(smtp.mails()).toHaveLength(1);
    },
  );

  test("drop loses the connection before DATA ends: nothing is stored", async () => {
    await setFault({ kind: "drop" });
    await expect(send({ text: "long ".repeat(200_000) })).rejects.toThrow(/closed|reset|EPIPE/i);
    expect(smtp.mails()).toEqual([]);
    expect(smtp.ledger.entries()).toMatchObject([{ status: 0, committed: false, keys: [mail.messageId] }]);
  });

  test.for(["commit-then-drop", "commit-then-cut"])("%s: stored, but no whole 250", async (kind) => {
    await setFault({ kind });
    await expect(send()).rejects.toThrow(/closed|reset|unexpected/i);
    expect(smtp.mails()).toHaveLength(1);
    expect(smtp.ledger.entries()).toMatchObject([{ committed: true, fault: kind }]);
  });

  test("commit-late stores after the connection is gone", async () => {
    await setFault({ kind: "commit-late", ms: 150 });
    await expect(send()).rejects.toThrow(/closed|reset/i);
    expect(smtp.mails()).toEqual([]);
    await smtp.settled();
    expect(smtp.mails()).toHaveLength(1);
    expect(smtp.ledger.entries()).toMatchObject([{ committed: true, status: 250 }]);
  });

  test("delay answers in the end", async () => {
    await setFault({ kind: "delay", ms: 60 });
    await send();
    expect(smtp.ledger.entries()).toMatchObject([{ committed: true, fault: "delay" }]);
  });

  test("hang never answers: the client's own timeout ends it, nothing is stored", async () => {
    await setFault({ kind: "hang" });
    await expect(send()).rejects.toMatchObject({ code: "ETIMEDOUT" });
    expect(smtp.mails()).toEqual([]);
  });

  test("expire-token refuses the message and then the password", async () => {
    await setFault({ kind: "expire-token" });
    await expect(send()).rejects.toMatchObject({ responseCode: 535 });
    const right = { user: smtpAccount.user, pass: smtpAccount.password };
    await expect(send({}, right)).rejects.toMatchObject({ code: "EAUTH" });
  });

  test("a rule for another recipient does not strike", async () => {
    await control("PUT", "faults", { rules: [{ match: { path: "ben@*" }, then: { kind: "drop" } }] });
    await send();
    expect(smtp.mails()).toHaveLength(1);
  });
});
