/**
 * Notifications as Intercom sends them, made and signed beforehand, and two ways of sending them over raw keep-alive
 * connections: as fast as answers come, and at a fixed rate whatever the answers do. The sender shares the machine's
 * cores with what it measures.
 */
import { connect, type Socket } from "node:net";
import { signatureOf } from "../src/intake/signature.ts";
import { emulatedAccounts } from "../emulators/all.ts";
import { pause } from "./ground.ts";

const WORKSPACE = emulatedAccounts.intercom.workspaceId;
const SECRET = emulatedAccounts.intercom.clientSecret;
/** Notifications of one conversation on average. */
const PER_CONVERSATION = 5;

const SAYING =
  "The export stopped halfway again this morning and the file has only the first page. We tried two browsers and a private window, with the same result each time; the console shows nothing. Could you have a look?";

/** The body of the `n`-th notification of a series, about 2 kB: a customer's reply that asks for help and no more. */
export function notificationBody(series: string, n: number, createdAt: number): string {
  return JSON.stringify({
    type: "notification_event",
    app_id: WORKSPACE,
    id: `notif_${series}_${n}`,
    topic: "conversation.user.replied",
    delivery_status: "pending",
    delivery_attempts: 1,
    delivered_at: 0,
    first_sent_at: createdAt,
    created_at: createdAt,
    self: null,
    data: { type: "notification_event_data", item: conversationItem(series, n, createdAt) },
  });
}

function conversationItem(series: string, n: number, createdAt: number): Readonly<Record<string, unknown>> {
  const conversation = `${series}-c${Math.floor(n / PER_CONVERSATION)}`;
  const contact = `${series}-p${Math.floor(n / PER_CONVERSATION)}`;
  const author = { type: "user", id: contact, name: "Jo Example", email: `${contact}@example.com` };
  return {
    type: "conversation",
    id: conversation,
    created_at: createdAt - 600,
    updated_at: createdAt,
    state: "open",
    open: true,
    read: false,
    priority: "not_priority",
    admin_assignee_id: null,
    team_assignee_id: null,
    custom_attributes: {},
    tags: { type: "tag.list", tags: [] },
    contacts: { type: "contact.list", contacts: [{ type: "contact", id: contact, external_id: null }] },
    source: {
      type: "conversation",
      id: `${conversation}-source`,
      delivered_as: "customer_initiated",
      subject: "",
      body: `<p>${SAYING}</p>`,
      author,
      attachments: [],
      url: "https://app.example.com/exports",
      redacted: false,
    },
    conversation_parts: {
      type: "conversation_part.list",
      total_count: 1,
      conversation_parts: [partOf(`${series}-m${n}`, n, createdAt, author)],
    },
  };
}

function partOf(id: string, n: number, createdAt: number, author: object): Readonly<Record<string, unknown>> {
  return {
    type: "conversation_part",
    id,
    part_type: "comment",
    body: `<p>${n}. ${SAYING}</p>`,
    created_at: createdAt,
    updated_at: createdAt,
    notified_at: createdAt,
    assigned_to: null,
    author,
    attachments: [],
    external_id: null,
    redacted: false,
  };
}

/** A whole signed request, ready to be written to a socket. */
export function signedRequest(url: string, body: string): Buffer {
  const { host, pathname } = new URL(url);
  const raw = Buffer.from(body);
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `host: ${host}`,
    "content-type: application/json",
    `x-hub-signature: ${signatureOf(raw, SECRET)}`,
    `content-length: ${raw.length}`,
    "\r\n",
  ].join("\r\n");
  return Buffer.concat([Buffer.from(head), raw]);
}

/** `count` requests of a series. */
export function series(url: string, name: string, count: number, now: number): readonly Buffer[] {
  const createdAt = Math.floor(now / 1_000);
  return Array.from({ length: count }, (_, n) => signedRequest(url, notificationBody(name, n, createdAt)));
}

export interface Line {
  /** Sends one request; resolves with the status of its answer. One at a time. */
  readonly send: (request: Buffer) => Promise<number>;
  readonly close: () => void;
}

/** A connection to the service at `url` that stays open. */
export async function openLine(url: string): Promise<Line> {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  let settle: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;
  let received = "";
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    received += chunk;
    const status = wholeAnswer(received);
    if (status === null) return;
    received = "";
    settle?.resolve(status);
  });
  const broken = (error?: Error): void =>
    settle?.reject(error ?? new Error("the service closed the connection"));
  socket.on("error", broken);
  socket.on("close", () => broken());
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

/** The status, once head and body are there. */
function wholeAnswer(text: string): number | null {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, end))?.[1] ?? 0);
  return text.length < end + 4 + length ? null : Number(text.slice(9, 12));
}

export interface Flood {
  readonly sent: number;
  readonly accepted: number;
  readonly seconds: number;
}

/** Sends as fast as `lines` connections get answers, until the requests or the time are used up. */
export async function flood(
  url: string,
  requests: readonly Buffer[],
  lines: number,
  maxMs: number,
): Promise<Flood> {
  const open = await Promise.all(Array.from({ length: lines }, () => openLine(url)));
  let next = 0;
  let accepted = 0;
  const began = performance.now();
  await Promise.all(
    open.map(async (line) => {
      for (;;) {
        const request = requests[next];
        if (request === undefined || performance.now() - began > maxMs) return;
        next += 1;
        if ((await line.send(request)) === 200) accepted += 1;
      }
    }),
  );
  const seconds = (performance.now() - began) / 1_000;
  for (const line of open) line.close();
  return { sent: next, accepted, seconds };
}

/**
 * Sends at a fixed rate, each request on a free connection, and returns for each the time from the moment it was due
 * (not from when it could be sent) to its answer, in milliseconds. Throws when an answer is not 200.
 */
export async function steady(url: string, requests: readonly Buffer[], perSecond: number): Promise<number[]> {
  const free: Line[] = [];
  const open: Line[] = [];
  const times: number[] = [];
  const began = performance.now();
  const answers = requests.map(async (request, n) => {
    const due = began + (n * 1_000) / perSecond;
    await pause(Math.max(0, due - performance.now()));
    let line = free.pop();
    if (line === undefined) open.push((line = await openLine(url)));
    const status = await line.send(request);
    times.push(performance.now() - due);
    free.push(line);
    if (status !== 200) throw new Error(`a notification was answered with ${status}`);
  });
  await Promise.all(answers);
  for (const line of open) line.close();
  return times;
}
