/** What the tests of this emulator share: starting one, driving it with the vendor's client, catching webhooks. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { IntercomClient, IntercomError } from "intercom-client";
import { type IntercomEmulator, type IntercomEmulatorOptions, startIntercomEmulator } from "./start.ts";

export const token = "access-token";

/** The teammate every workspace has. */
export const firstAdmin = "814860";

const stops: (() => Promise<void>)[] = [];

/** Stops everything that was started since the last call. */
export async function stopAll(): Promise<void> {
  await Promise.all(stops.splice(0).map((stop) => stop()));
}

/** An emulator in which a minute of Intercom's time takes a millisecond. */
export async function startEmulator(
  options: Partial<IntercomEmulatorOptions> = {},
): Promise<IntercomEmulator> {
  const emulator = await startIntercomEmulator({
    port: 0,
    workspace: "abc123def",
    token,
    clientSecret: "client-secret",
    scale: 60_000,
    ...options,
  });
  stops.push(emulator.stop);
  return emulator;
}

/** An emulator and the vendor's client for it. */
export async function startWithClient(options: Partial<IntercomEmulatorOptions> = {}) {
  const emulator = await startEmulator(options);
  return { emulator, client: clientOf(emulator) };
}

/** Without retries of its own, since the client repeats writes after a 5xx. */
export function clientOf(
  emulator: IntercomEmulator,
  accessToken = token,
  fetcher?: typeof fetch,
): IntercomClient {
  const options = { token: accessToken, baseUrl: emulator.url, version: "2.14", maxRetries: 0 } as const;
  return new IntercomClient({ ...options, ...(fetcher && { fetch: fetcher }) });
}

/** The vendor's error that a call ends in. */
export async function errorOf(
  call: PromiseLike<unknown>,
): Promise<{ status: number | undefined; code: string; message: string }> {
  const error = await Promise.resolve(call).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof IntercomError)) throw new Error(`expected an IntercomError, got ${String(error)}`);
  const body = error.body as { errors?: { code: string; message: string }[] } | undefined;
  const first = body?.errors?.[0];
  return { status: error.statusCode, code: first?.code ?? "", message: first?.message ?? "" };
}

/** All rows of all pages. */
export async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const rows: T[] = [];
  for await (const row of pages) rows.push(row);
  return rows;
}

export interface Received {
  readonly headers: IncomingMessage["headers"];
  readonly raw: string;
  readonly json: Envelope;
}

interface Envelope {
  readonly id: string | null;
  readonly topic: string;
  readonly delivery_attempts: number;
  readonly data: { readonly item: Item };
}

interface Item {
  readonly contact?: { readonly tags: unknown };
  readonly conversation_parts: { readonly conversation_parts: { readonly body: string }[] };
}

/** An endpoint that answers with `answers` one after the other, then 200; null = no answer at all. */
export async function startReceiver(answers: (number | null)[] = []) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let raw = "";
    request.on("data", (chunk: Buffer) => {
      raw += chunk.toString();
    });
    request.on("end", () => {
      received.push({ headers: request.headers, raw, json: JSON.parse(raw) as Envelope });
      const status = answers.length > 0 ? answers.shift() : 200;
      if (status != null) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  stops.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}

/** A person who has written already, and webhooks that are on only from then. */
export async function conversationWithHooks(
  answers: (number | null)[] = [],
  options: Partial<IntercomEmulatorOptions> = {},
) {
  const hook = await startReceiver(answers);
  const emulator = await startEmulator(options);
  const contact = emulator.addContact({ email: "kim@acme.example", name: "Kim", externalId: "42" });
  const { id, sourceId } = emulator.startConversation({ contactId: contact.id, body: "Hello\nthere" });
  emulator.setWebhooks(hook.url);
  return { emulator, ...hook, contactId: contact.id, conversationId: id, sourceId };
}

/** The topics that came, in alphabetical order: Intercom promises none. */
export function topicsOf(received: readonly Received[]): string[] {
  return received.map(({ json }) => json.topic).toSorted((left, right) => left.localeCompare(right));
}
