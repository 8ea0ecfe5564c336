/**
 * The one way out of Baton: every connector calls its vendor through this. A deadline to the last byte, a gate per
 * destination, no redirects, no private addresses, and failures in two classes.
 */
import { RetryableFailure, type PermanentFailure, type Target } from "../../kernel/failure.ts";
import type { Clock, Ms } from "../../kernel/time.ts";
import {
  createExchanger,
  ExchangeError,
  type Exchanger,
  type HttpRequest,
  type HttpResponse,
} from "./exchange.ts";
import {
  callForPeople,
  effectOf,
  failureOfExchange,
  failureOfStatus,
  TARGET_NAMES,
  type Effect,
} from "./failures.ts";
import { createGate, GateShut } from "./gate.ts";
import { waitAsked } from "./pace.ts";

export type { HttpRequest, HttpResponse } from "./exchange.ts";

/** Where calls are noted; pino's logger fits. Lines hold method, host, path, status and time, never a body or a query. */
export interface HttpLog {
  debug(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

export interface HttpOptions {
  readonly target: Target;
  readonly clock: Clock;
  readonly log: HttpLog;
  readonly concurrency: number;
  readonly ratePerSecond?: number | undefined;
  /** From connecting to the last byte of the body; waiting in front of the gate is not counted. */
  readonly timeoutMs: Ms;
  /** True only for connections that say so: emulators, a vendor's proxy inside the network. */
  readonly allowPrivateAddresses: boolean;
  readonly sleep?: ((ms: Ms) => Promise<void>) | undefined;
  /** Longest wait in front of a shut gate before the call fails as not executed; default 10 s. */
  readonly patienceMs?: Ms | undefined;
  /** Default 32 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Says what a call of an SDK does, where the method does not tell (Slack reads with POST). */
  readonly effect?: ((request: HttpRequest) => Effect) | undefined;
}

export interface Http {
  /**
   * Sends once and resolves with the answer, whatever its status. Throws RetryableFailure when there was no whole
   * answer, PermanentFailure when the address must not be called. A read over a connection that the destination had
   * just closed is repeated once on a fresh one.
   */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** The failure of an answer that is not 2xx, by its status alone. */
  failureOf(request: HttpRequest, response: HttpResponse): RetryableFailure | PermanentFailure;
  /** The same door for SDKs that take a `fetch`: text and byte bodies, no streams; rejects with Baton's failures. */
  readonly fetch: typeof fetch;
  /** Closes the kept-alive connections. */
  close(): void;
}

const DEFAULT_PATIENCE_MS: Ms = 10_000;
const DEFAULT_MAX_BODY_BYTES = 32 * 1024 * 1024;

function realSleep(ms: Ms): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function gateFailure(target: Target, error: unknown): unknown {
  if (!(error instanceof GateShut)) return error;
  const message = `${TARGET_NAMES[target]} asked for a pause that is not over; nothing was sent. It is tried again after it.`;
  return new RetryableFailure(
    { target, code: "paused", message, cause: error },
    "not-executed",
    error.waitMs,
  );
}

async function sendTwiceIfStale(
  exchanger: Exchanger,
  request: HttpRequest,
  timeoutMs: Ms,
): Promise<HttpResponse> {
  try {
    return await exchanger.send(request, timeoutMs);
  } catch (error) {
    const stale =
      error instanceof ExchangeError && error.reused && error.code !== "timeout" && error.code !== "cut";
    if (!stale || effectOf(request) === "write") throw error;
    return exchanger.send(request, timeoutMs);
  }
}

/** Opens the way to one destination of one connection. */
export function createHttp(options: HttpOptions): Http {
  const { target, clock, log } = options;
  const gate = createGate({
    clock,
    sleep: options.sleep ?? realSleep,
    concurrency: options.concurrency,
    ratePerSecond: options.ratePerSecond,
    patienceMs: options.patienceMs ?? DEFAULT_PATIENCE_MS,
  });
  const exchanger = createExchanger({
    allowPrivateAddresses: options.allowPrivateAddresses,
    maxSockets: options.concurrency,
    maxBodyBytes: options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
  });

  async function request(wanted: HttpRequest): Promise<HttpResponse> {
    const call =
      wanted.effect === undefined && options.effect ? { ...wanted, effect: options.effect(wanted) } : wanted;
    try {
      await gate.enter();
    } catch (error) {
      throw gateFailure(target, error);
    }
    const startedAt = clock();
    try {
      const response = await sendTwiceIfStale(exchanger, call, call.timeoutMs ?? options.timeoutMs);
      const now = clock();
      const waitMs = waitAsked(response.status, response.headers, now);
      if (waitMs !== null) gate.shutFor(waitMs);
      log.debug(
        { target, call: callForPeople(call), status: response.status, ms: now - startedAt },
        "called",
      );
      return response;
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
      const failure = failureOfExchange(target, call, error);
      log.warn(
        { target, call: callForPeople(call), code: error.code, ms: clock() - startedAt },
        failure.message,
      );
      throw failure;
    } finally {
      gate.leave();
    }
  }

  return {
    request,
    failureOf: (call, response) => failureOfStatus(target, call, response, clock()),
    fetch: (input, init) => request(requestOfFetch(input, init)).then(responseForFetch),
    close: () => exchanger.close(),
  };
}

function requestOfFetch(input: string | URL | Request, init: RequestInit = {}): HttpRequest {
  if (input instanceof Request)
    throw new TypeError("this fetch takes an address and its options, no Request object");
  const headers: Record<string, string> = {};
  new Headers(init.headers).forEach((value, name) => (headers[name] = value));
  const { body } = init;
  const isPlain =
    body === undefined || body === null || typeof body === "string" || body instanceof Uint8Array;
  if (!isPlain && !(body instanceof URLSearchParams))
    throw new TypeError("this fetch sends text and bytes only");
  const sent =
    body instanceof URLSearchParams ? body.toString() : (body as string | Uint8Array | null | undefined);
  return { method: init.method ?? "GET", url: input, headers, body: sent ?? undefined };
}

function responseForFetch(response: HttpResponse): Response {
  const isBodyless = response.status === 204 || response.status === 205 || response.status === 304;
  return new Response(isBodyless ? null : response.text, {
    status: response.status,
    headers: response.headers,
  });
}
