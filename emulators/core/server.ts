/**
 * The HTTP server under every emulator: it reads a request, lets the fault plan strike, runs the handler,
 * writes the ledger, and only then answers.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { sleepReal } from "./clock.ts";
import { controlRoutes, type EmulatorControl } from "./control.ts";
import { faultHeaders, type Fault, type Faults, type FaultVendor } from "./faults.ts";
import { headersWithoutSecrets, type Ledger } from "./ledger.ts";
import { readRequest } from "./read-request.ts";
import { type EmulatorAnswer, type EmulatorRequest, type Handle, type Route, routeFinder } from "./routes.ts";

/** What every emulator gives back when it has started. */
export interface RunningEmulator {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly ledger: Ledger;
  readonly faults: Faults;
  /** Resolves when every commit that a `commit-late` fault holds back has happened. */
  readonly settled: () => Promise<void>;
  /** Closes the server and every open connection. */
  readonly stop: () => Promise<void>;
}

export interface ServerOptions {
  readonly vendor: FaultVendor;
  /** 0 takes a free port. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly routes: readonly Route[];
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly control: EmulatorControl;
  readonly now: () => number;
  /** The vendor's answer for a path it does not know. */
  readonly notFound: Handle;
  /** The vendor's error body for a `status` fault that gives none, and for an error inside a handler. */
  readonly errorBody: (status: number, message?: string) => unknown;
  /** The idempotency keys in a request, for the ledger. */
  readonly keysOf?: (request: EmulatorRequest) => readonly string[];
  /** What the ledger keeps of a body; for emulators whose bodies hold secrets. Default: the body. */
  readonly ledgerBody?: (request: EmulatorRequest) => unknown;
  /** Makes the token that this request uses invalid, for `expire-token`; the handler then answers the vendor's 401. */
  readonly expireToken?: (request: EmulatorRequest, ms: number | undefined) => void;
}

/** Starts listening. Rejects when the port is taken. */
export async function startServer(options: ServerOptions): Promise<RunningEmulator> {
  const find = routeFinder(options.routes);
  const findControl = routeFinder(
    controlRoutes(options.vendor, options.ledger, options.faults, options.control),
  );
  const late = new Set<Promise<void>>();
  const server = createServer((incoming, outgoing) => {
    void serve(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.keepAliveTimeout = 65_000;

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const read = await readRequest(incoming);
    if (read === undefined) return send(outgoing, { status: 413, body: options.errorBody(413) });
    const isControl = read.path.startsWith("/__emulator/");
    const found = (isControl ? findControl : find)(read.method, read.path);
    const request: EmulatorRequest = { ...read, params: found?.params ?? {} };
    if (isControl) {
      const handle: Handle = found?.handle ?? (() => ({ status: 404, body: { error: "no such control" } }));
      return send(outgoing, await answerOf(handle, request, options));
    }
    const exchange = { request, outgoing, handle: found?.handle ?? options.notFound, options, late };
    await serveUnderFault(exchange, options.faults.strike(request.method, request.path));
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host ?? "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host ?? "127.0.0.1";
  return {
    url: `http://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}`,
    port,
    ledger: options.ledger,
    faults: options.faults,
    settled: async () => {
      while (late.size > 0) await Promise.all(late);
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Exchange {
  readonly request: EmulatorRequest;
  readonly outgoing: ServerResponse;
  readonly handle: Handle;
  readonly options: ServerOptions;
  readonly late: Set<Promise<void>>;
}

async function serveUnderFault(exchange: Exchange, fault: Fault | undefined): Promise<void> {
  const { request, outgoing, options } = exchange;
  const arrivedAt = new Date(options.now()).toISOString();
  if (fault === undefined) return send(outgoing, await handled(exchange, arrivedAt, fault));
  switch (fault.kind) {
    case "delay":
      await sleepReal(fault.ms);
      return send(outgoing, await handled(exchange, arrivedAt, fault));
    case "status": {
      const body = fault.body ?? options.errorBody(fault.status);
      record(exchange, arrivedAt, fault, { status: fault.status });
      const headers = faultHeaders(fault.headers, options.now());
      return send(outgoing, { status: fault.status, headers, body });
    }
    case "drop":
      record(exchange, arrivedAt, fault, { status: 0 });
      outgoing.destroy();
      return;
    case "commit-then-drop":
      await handled(exchange, arrivedAt, fault);
      outgoing.destroy();
      return;
    case "commit-then-cut":
      return sendHalf(outgoing, await handled(exchange, arrivedAt, fault));
    case "commit-late":
      return commitLate(exchange, arrivedAt, fault);
    case "hang":
      record(exchange, arrivedAt, fault, { status: 0 });
      return;
    case "expire-token":
      options.expireToken?.(request, fault.ms);
      return send(outgoing, await handled(exchange, arrivedAt, fault));
    default:
      throw new Error(`no such fault: ${JSON.stringify(fault satisfies never)}`);
  }
}

function commitLate(exchange: Exchange, arrivedAt: string, fault: Fault & { kind: "commit-late" }): void {
  const entry = record(exchange, arrivedAt, fault, { status: 0 });
  exchange.outgoing.destroy();
  const pending = (async () => {
    await sleepReal(fault.ms);
    const answer = await answerOf(exchange.handle, exchange.request, exchange.options);
    entry.status = answer.status;
    entry.committed = answer.committed ?? false;
    entry.keys = [...entry.keys, ...(answer.keys ?? [])];
  })();
  const tracked = pending.finally(() => exchange.late.delete(tracked));
  exchange.late.add(tracked);
}

async function handled(
  exchange: Exchange,
  arrivedAt: string,
  fault: Fault | undefined,
): Promise<EmulatorAnswer> {
  const answer = await answerOf(exchange.handle, exchange.request, exchange.options);
  record(exchange, arrivedAt, fault, answer);
  return answer;
}

/** An error inside a handler is a fault of the emulator: it is shown in the body, so that a test sees it. */
async function answerOf(
  handle: Handle,
  request: EmulatorRequest,
  options: ServerOptions,
): Promise<EmulatorAnswer> {
  try {
    return await handle(request);
  } catch (error) {
    const message = `emulator: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    return { status: 500, body: options.errorBody(500, message) };
  }
}

function record(exchange: Exchange, time: string, fault: Fault | undefined, answer: EmulatorAnswer) {
  const { request, options } = exchange;
  return options.ledger.add({
    time,
    method: request.method,
    path: request.path,
    query: request.query,
    status: answer.status,
    headers: headersWithoutSecrets(request.headers),
    body: (options.ledgerBody ?? ((from) => from.body))(request),
    committed: answer.committed ?? false,
    keys: [...(options.keysOf?.(request) ?? []), ...(answer.keys ?? [])],
    ...(fault && { fault: fault.kind }),
  });
}

function bytesOf(answer: EmulatorAnswer): { bytes: Buffer; headers: Record<string, string> } {
  if (answer.body === undefined) return { bytes: Buffer.alloc(0), headers: { ...answer.headers } };
  const isText = typeof answer.body === "string";
  const bytes = Buffer.from(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
  const contentType = isText ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
  return { bytes, headers: { "content-type": contentType, ...lowerCased(answer.headers) } };
}

function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function send(outgoing: ServerResponse, answer: EmulatorAnswer): void {
  const { bytes, headers } = bytesOf(answer);
  outgoing.writeHead(answer.status, { ...headers, "content-length": String(bytes.length) });
  outgoing.end(bytes);
}

/** Promises the whole body, sends half of it, and destroys the socket. */
function sendHalf(outgoing: ServerResponse, answer: EmulatorAnswer): void {
  const { bytes, headers } = bytesOf(answer);
  const promisedLength = Math.max(bytes.length, 2);
  outgoing.writeHead(answer.status === 204 ? 200 : answer.status, {
    ...headers,
    "content-length": String(promisedLength),
  });
  outgoing.flushHeaders();
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  if (half.length === 0) setImmediate(() => outgoing.destroy());
  else outgoing.write(half, () => outgoing.destroy());
}
