/**
 * A mail server that keeps what it receives, faulty on demand, with the control plane on a second port.
 */
import type { Socket } from "node:net";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { sleepReal } from "../core/clock.ts";
import { SeedError } from "../core/control.ts";
import { createFaults, type Fault, type Faults } from "../core/faults.ts";
import { createLedger, type Ledger } from "../core/ledger.ts";
import { type RunningEmulator, startServer } from "../core/server.ts";
import { endOfHeaders, type ParsedMessage, parseMessage } from "./message.ts";

/** The account that may log in. Published: it opens nothing but an emulator. Without AUTH mail is taken as well. */
export const smtpAccount = { user: "baton", password: "emulated-mail-password" } as const;

export interface SmtpEmulatorOptions {
  /** SMTP; default 0: a free port. */
  readonly port?: number;
  /** HTTP control plane; default 0: a free port. */
  readonly controlPort?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly now?: () => number;
}

export interface StoredMail {
  readonly receivedAt: string;
  /** The envelope, not the headers. */
  readonly from: string;
  readonly to: readonly string[];
  readonly messageId: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string | null;
  readonly html: string | null;
}

/** `url` and `port` are SMTP's; the control plane has its own. */
export interface SmtpEmulator extends RunningEmulator {
  readonly controlUrl: string;
  readonly controlPort: number;
  /** Everything stored, oldest first. */
  readonly mails: () => readonly StoredMail[];
}

interface Post {
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly now: () => number;
  readonly mails: StoredMail[];
  /** Addresses that are refused with 550. */
  readonly unknownRecipients: Set<string>;
  /** Unix milliseconds until which the account's password is refused. */
  refusedUntil: number;
  readonly late: Set<Promise<void>>;
}

/** Starts both ports. Rejects when one is taken. */
export async function startSmtpEmulator(options: SmtpEmulatorOptions = {}): Promise<SmtpEmulator> {
  const host = options.host ?? "127.0.0.1";
  const post: Post = {
    ledger: createLedger(),
    faults: createFaults("smtp"),
    now: options.now ?? Date.now,
    mails: [],
    unknownRecipients: new Set(),
    refusedUntil: 0,
    late: new Set(),
  };
  const control = await startControl(post, host, options.controlPort ?? 0);
  const sockets = new Map<number, Socket>();
  const smtp = createSmtp(post, sockets);
  const port = await listen(smtp, host, options.port ?? 0).catch(async (error: unknown) => {
    await control.stop();
    throw error;
  });
  return {
    url: `smtp://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}`,
    port,
    controlUrl: control.url,
    controlPort: control.port,
    ledger: post.ledger,
    faults: post.faults,
    mails: () => post.mails,
    settled: async () => {
      while (post.late.size > 0) await Promise.all(post.late);
    },
    stop: async () => {
      for (const socket of sockets.values()) socket.destroy();
      await Promise.all([control.stop(), new Promise<void>((resolve) => smtp.close(resolve))]);
    },
  };
}

function startControl(post: Post, host: string, port: number): Promise<RunningEmulator> {
  return startServer({
    vendor: "smtp",
    port,
    host,
    now: post.now,
    ledger: post.ledger,
    // Requests to this port meet no fault: the plan's counters belong to mail alone.
    faults: { ...post.faults, strike: () => undefined },
    routes: [],
    notFound: () => ({
      status: 404,
      body: { error: "this port holds /__emulator/ only; mail has its own port" },
    }),
    errorBody: (status, message) => ({ error: message ?? `status ${status}` }),
    control: {
      state: () => ({ mails: post.mails, unknownRecipients: [...post.unknownRecipients] }),
      reset: () => {
        post.mails.splice(0);
        post.unknownRecipients.clear();
        post.refusedUntil = 0;
      },
      seed: (body) => {
        const { unknownRecipients } = (body ?? {}) as { unknownRecipients?: unknown };
        if (
          !Array.isArray(unknownRecipients) ||
          unknownRecipients.some((entry) => typeof entry !== "string")
        ) {
          throw new SeedError("seed: unknownRecipients: expected a list of addresses");
        }
        for (const address of unknownRecipients as string[])
          post.unknownRecipients.add(address.toLowerCase());
        return { unknownRecipients: post.unknownRecipients.size };
      },
    },
  });
}

function createSmtp(post: Post, sockets: Map<number, Socket>): SMTPServer {
  const smtp = new SMTPServer({
    name: "emulated.mail.example",
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 50,
    size: 10 * 1024 * 1024,
    onAuth(auth, _session, callback) {
      const isRight = auth.username === smtpAccount.user && auth.password === smtpAccount.password;
      if (isRight && post.now() >= post.refusedUntil) callback(null, { user: smtpAccount.user });
      else callback(replyOf(535, "5.7.8 Authentication credentials invalid"));
    },
    onRcptTo({ address }, _session, callback) {
      const isUnknown = post.unknownRecipients.has(address.toLowerCase());
      callback(isUnknown ? replyOf(550, "5.1.1 No such user here") : null);
    },
    onData(stream, session, callback) {
      const socket = sockets.get(session.remotePort);
      void answer(() => receive(post, stream, session, socket), callback, socket);
    },
  });
  // A client that was cut off is what this server is for.
  smtp.on("error", () => {});
  smtp.server.on("connection", (socket: Socket) => {
    const { remotePort } = socket;
    if (remotePort === undefined) return;
    sockets.set(remotePort, socket);
    socket.once("close", () => sockets.delete(remotePort));
  });
  return smtp;
}

/** An error is a refusal, a text the acceptance; undefined: the socket is gone, or nobody shall hear an answer. */
type Reply = Error | string | undefined;

async function answer(
  take: () => Promise<Reply>,
  callback: (error?: Error | null, message?: string) => void,
  socket: Socket | undefined,
): Promise<void> {
  try {
    const reply = await take();
    if (reply instanceof Error) callback(reply);
    else if (reply !== undefined) callback(null, reply);
  } catch {
    // The client went away in the middle of DATA: there is nobody to answer.
    socket?.destroy();
  }
}

/** Takes one message under the fault that strikes it; the reply, or undefined for none. */
async function receive(
  post: Post,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  socket: Socket | undefined,
): Promise<Reply> {
  const recipients = session.envelope.rcptTo.map(({ address }) => address.toLowerCase());
  const fault = post.faults.strike("SMTP", recipients[0] ?? "");
  const raw = await readMessage(stream, fault?.kind === "drop");
  const delivery: Delivery = {
    at: new Date(post.now()).toISOString(),
    from: session.envelope.mailFrom ? session.envelope.mailFrom.address : "",
    recipients,
    mail: parseMessage(raw),
    fault,
  };
  return replyUnder(post, delivery, socket);
}

interface Delivery {
  readonly at: string;
  readonly from: string;
  readonly recipients: readonly string[];
  readonly mail: ParsedMessage;
  readonly fault: Fault | undefined;
}

const accepted = "2.0.0 OK: queued";

async function replyUnder(post: Post, delivery: Delivery, socket: Socket | undefined): Promise<Reply> {
  const { fault } = delivery;
  switch (fault?.kind) {
    case undefined:
      store(post, delivery);
      return accepted;
    case "delay":
      await sleepReal(fault.ms);
      store(post, delivery);
      return accepted;
    case "status": {
      record(post, delivery, fault.status, false);
      const text = typeof fault.body === "string" ? fault.body : defaultText(fault.status);
      return fault.status < 400 ? text : replyOf(fault.status, text);
    }
    case "drop":
      record(post, delivery, 0, false);
      socket?.destroy();
      return undefined;
    case "commit-then-drop":
      store(post, delivery);
      socket?.destroy();
      return undefined;
    case "commit-then-cut":
      store(post, delivery);
      socket?.write("250 2.0", () => socket.destroy());
      return undefined;
    case "commit-late":
      socket?.destroy();
      storeLate(post, delivery, fault.ms);
      return undefined;
    case "hang":
      record(post, delivery, 0, false);
      return undefined;
    case "expire-token":
      post.refusedUntil = fault.ms === undefined ? Infinity : post.now() + fault.ms;
      record(post, delivery, 535, false);
      return replyOf(535, "5.7.8 Authentication credentials expired");
    default:
      throw new Error(`no such fault: ${JSON.stringify(fault satisfies never)}`);
  }
}

function store(post: Post, delivery: Delivery): void {
  keep(post, delivery);
  record(post, delivery, 250, true);
}

function storeLate(post: Post, delivery: Delivery, ms: number): void {
  const entries = record(post, delivery, 0, false);
  const pending = (async () => {
    await sleepReal(ms);
    keep(post, delivery);
    for (const entry of entries) Object.assign(entry, { status: 250, committed: true });
  })();
  const tracked = pending.finally(() => post.late.delete(tracked));
  post.late.add(tracked);
}

function keep(post: Post, { from, recipients, mail }: Delivery): void {
  const receivedAt = new Date(post.now()).toISOString();
  post.mails.push({
    receivedAt,
    from,
    to: recipients,
    messageId: mail.headers["message-id"] ?? null,
    ...mail,
  });
}

/** One entry for each recipient: a message to two people is two deliveries. */
function record(post: Post, delivery: Delivery, status: number, committed: boolean) {
  const messageId = delivery.mail.headers["message-id"];
  return delivery.recipients.map((recipient) =>
    post.ledger.add({
      time: delivery.at,
      method: "SMTP",
      path: recipient,
      query: {},
      status,
      headers: { "mail-from": delivery.from },
      body: delivery.mail,
      committed,
      keys: messageId === undefined ? [] : [messageId],
      ...(delivery.fault && { fault: delivery.fault.kind }),
    }),
  );
}

/** The whole message; with `headersOnly` it stops as soon as the headers are there, before DATA ends. */
async function readMessage(stream: SMTPServerDataStream, headersOnly: boolean): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    if (!headersOnly) continue;
    const soFar = Buffer.concat(chunks);
    const end = endOfHeaders(soFar);
    if (end !== -1) return soFar.subarray(0, end + 4);
  }
  return Buffer.concat(chunks);
}

/** An error whose code and text smtp-server sends as the reply. */
function replyOf(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

function defaultText(status: number): string {
  if (status === 451) return "4.3.0 Temporary failure, please try again later";
  if (status === 421) return "4.3.2 Service shutting down";
  return status >= 500 ? "5.7.1 Message refused" : "4.2.0 Not now";
}

function listen(smtp: SMTPServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    smtp.server.once("error", reject);
    smtp.listen(port, host, () => {
      smtp.server.off("error", reject);
      const address = smtp.server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
