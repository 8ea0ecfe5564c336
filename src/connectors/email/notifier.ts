/** The port Notifier over SMTP. */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Readable } from "node:stream";
import { getSystemErrorName } from "node:util";
import type { createTransport, Transporter } from "nodemailer";
import type { Alert, Notifier, Recipient } from "../../handoff/ports.ts";
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import type { Clock, Ms } from "../../kernel/time.ts";
import { assertPublicHost, publicLookup } from "../http/addresses.ts";
import { redact } from "../http/redact.ts";
import { unreachableWords } from "../http/unreachable.ts";
import type { HttpLog } from "../http/http.ts";
import { mailOf, messageId } from "./message.ts";

/** What an SMTP connection stores; `password` is secret. */
export interface EmailSettings {
  readonly host: string;
  readonly port: number;
  /** True: TLS from the first byte (465). False: STARTTLS where the server offers it. */
  readonly secure: boolean;
  /** Null: the server takes mail without a login. */
  readonly user: string | null;
  readonly password: string | null;
  /** "Baton <baton@acme.example>". */
  readonly from: string;
  readonly allowPrivateAddresses: boolean;
}

export interface ConnectorDeps {
  readonly clock: Clock;
  readonly log: HttpLog;
}

export interface EmailConnection extends Notifier {
  /** Connects and logs in, sends nothing. */
  verify(): Promise<void>;
  close(): void;
}

const CONNECT_MS: Ms = 10_000;
/** Silence of the server that ends the attempt. RFC 5321 allows minutes; a handoff is tried again instead. */
const SILENCE_MS: Ms = 30_000;
const CONNECTIONS = 5;

/** Marks whether the message itself began to leave: from then on only the server knows whether it took it. */
interface Sending {
  stream: Readable | null;
}

/** What nodemailer says of a failed attempt. */
interface SmtpError {
  readonly code?: string;
  readonly responseCode?: number;
  readonly response?: string;
  readonly errno?: number;
  readonly message: string;
}

/** Why no server was reached: nodemailer keeps the number of the socket's error, and the text of what TLS disliked. */
function unreachable({ code = "connection_failed", errno, message }: SmtpError): string {
  if (errno !== undefined) return unreachableWords(getSystemErrorName(errno));
  return `${unreachableWords(code)}: ${quotable(message)}`;
}

function quotable(text: string): string {
  return redact(text).replaceAll(/\s+/g, " ").trim().slice(0, 200);
}

function failureOf(error: unknown, sending: Sending, host: string): RetryableFailure | PermanentFailure {
  const { code = "connection_failed", responseCode: status, message: said } = error as SmtpError;
  const facts = { target: "email", code, ...(status === undefined ? {} : { status }), cause: error } as const;
  const quoted = quotable(said);
  if (code === "private_address") {
    const message = `The mail server ${host} was not called: its address is inside a private network. Allow private addresses for this connection, if that is meant.`;
    return new PermanentFailure({ ...facts, message });
  }
  if (status !== undefined && status >= 500) {
    const isSignIn = code === "EAUTH";
    const next = isSignIn ? "Check the user and password of the connection." : "Check the address.";
    return new PermanentFailure({
      ...facts,
      ...(isSignIn && { isSignIn }),
      message: `The mail server ${host} refused the message: ${quoted} ${next}`,
    });
  }
  if (status !== undefined) {
    const message = `The mail server ${host} does not take the message now: ${quoted} It is tried again.`;
    return new RetryableFailure({ ...facts, message }, "not-executed");
  }
  if (sending.stream?.readableDidRead === true) {
    const message = `The connection to the mail server ${host} was lost (${code}). It may have been sent; it is not sent again by itself.`;
    return new RetryableFailure({ ...facts, message }, "unknown");
  }
  const message = `The mail server ${host} could not be reached: ${unreachable(error as SmtpError)}. Nothing was sent; it is tried again.`;
  return new RetryableFailure({ ...facts, message }, "not-executed");
}

/** Opens the socket through the resolver that refuses private addresses. */
function publicSocket(settings: EmailSettings, done: (error: Error | null, socket?: object) => void): void {
  const { host, port, secure } = settings;
  try {
    assertPublicHost(host);
  } catch (error) {
    return done(error as Error);
  }
  const options = { host, port, lookup: publicLookup };
  const servername = isIP(host) === 0 ? host : "";
  const socket: Socket = secure ? connectTls({ ...options, servername }) : connectTcp(options);
  const failed = (error: Error): void => done(error);
  socket.once("error", failed);
  socket.once(secure ? "secureConnect" : "connect", () => {
    socket.off("error", failed);
    done(null, { connection: socket, secured: secure });
  });
}

async function createMailer(settings: EmailSettings, { log }: ConnectorDeps): Promise<Transporter> {
  const { host, port, secure, user, password } = settings;
  // Loaded on first use: it takes about 20 MB, which a process without e-mail saves.
  const nodemailer = await import("nodemailer");
  const transporter = nodemailer.createTransport({
    pool: true,
    maxConnections: CONNECTIONS,
    host,
    port,
    secure,
    ...(user === null ? {} : { auth: { user, pass: password ?? "" } }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    // A message never reads files or addresses of its own.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(settings.allowPrivateAddresses
      ? {}
      : {
          getSocket: (_options: unknown, done: Parameters<typeof publicSocket>[1]) =>
            publicSocket(settings, done),
        }),
  } as Parameters<typeof createTransport>[0]);
  transporter.use("stream", (mail, done) => {
    const { message, data } = mail;
    const sending = (data as { sending?: Sending }).sending;
    const read = message.createReadStream.bind(message);
    message.createReadStream = (options) => {
      const stream = read(options);
      if (sending !== undefined) sending.stream = stream as Readable;
      return stream;
    };
    done();
  });
  transporter.on("error", (error: unknown) => {
    log.warn(
      { target: "email", code: (error as SmtpError).code },
      "an idle connection to the mail server ended",
    );
  });
  return transporter;
}

function addressOf(recipient: Recipient): string {
  if (recipient.kind !== "email") {
    const message = `E-mail does not serve recipients of the kind "${recipient.kind}".`;
    throw new PermanentFailure({ target: "email", code: "not_served", message });
  }
  const { email } = recipient;
  // One plain address: no list, no display name, no line break.
  if (/^[^\s,;:<>()[\]"\\@]+@[^\s,;:<>()[\]"\\@]+$/.test(email)) return email;
  const message = `${JSON.stringify(email)} is no e-mail address: correct it in the policy or in Salesforce.`;
  throw new PermanentFailure({ target: "email", code: "bad_address", message });
}

async function send(
  mailer: Transporter,
  settings: EmailSettings,
  recipient: Recipient,
  alert: Alert,
): Promise<{ readonly id: string }> {
  const to = addressOf(recipient);
  const id = messageId(alert.key, settings.from);
  const sending: Sending = { stream: null };
  const mail = { from: settings.from, to, messageId: id, ...mailOf(alert), sending };
  try {
    await mailer.sendMail(mail);
    return { id };
  } catch (error) {
    throw failureOf(error, sending, settings.host);
  }
}

/** Opens a connection; nothing is sent before the first call. */
export function connectEmail(settings: EmailSettings, deps: ConnectorDeps): EmailConnection {
  let opening: Promise<Transporter> | null = null;
  const mailer = (): Promise<Transporter> => (opening ??= createMailer(settings, deps));
  return {
    send: async (recipient, alert) => send(await mailer(), settings, recipient, alert),
    // SMTP gives no way to ask what became of a message.
    find: async () => ({ kind: "cannot-tell" }),
    async verify() {
      const open = await mailer();
      try {
        await open.verify();
      } catch (error) {
        throw failureOf(error, { stream: null }, settings.host);
      }
    },
    close: () => void opening?.then((open) => open.close()),
  };
}
