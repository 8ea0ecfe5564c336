/**
 * One request and its whole answer over a kept-alive connection. Knows what was certainly not sent; judges nothing.
 */
import * as http from "node:http";
import * as https from "node:https";
import type { LookupFunction } from "node:net";
import type { Ms } from "../../kernel/time.ts";
import { assertPublicHost, publicLookup } from "./addresses.ts";

export interface HttpRequest {
  readonly method: string;
  readonly url: string | URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** Overrides the deadline of the destination for this call. */
  readonly timeoutMs?: Ms | undefined;
  /** "read": repeating it does no harm, whatever its method. Default: GET, HEAD and OPTIONS read, the rest writes. */
  readonly effect?: "read" | "write" | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated headers joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body as UTF-8 text. */
  readonly text: string;
}

/** The exchange did not end with a whole answer. */
export class ExchangeError extends Error {
  override readonly name = "ExchangeError";
  /** "timeout", "cut", "too_large", "private_address", or Node's code ("ECONNREFUSED"). */
  readonly code: string;
  /** False: no byte of the request reached the destination. */
  readonly sent: boolean;
  /** The connection had been used before: the destination may have closed it just as we wrote. */
  readonly reused: boolean;
  constructor(code: string, sent: boolean, reused: boolean, cause?: unknown) {
    super(code, { cause });
    this.code = code;
    this.sent = sent;
    this.reused = reused;
  }
}

export interface Exchanger {
  send(request: HttpRequest, timeoutMs: Ms): Promise<HttpResponse>;
  close(): void;
}

export interface ExchangerOptions {
  readonly allowPrivateAddresses: boolean;
  readonly maxSockets: number;
  readonly maxBodyBytes: number;
}

/** Free connections are kept this long; Node shortens it when the answer's Keep-Alive header says less. */
const KEEP_ALIVE_MS: Ms = 20_000;

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "connection_failed";
}

function flatHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) flat[name] = typeof value === "string" ? value : value.join(", ");
  }
  return flat;
}

/** Notes on the request when its first byte may have left: a fresh connection is not "sent" until it stands. */
function watchSending(request: http.ClientRequest, secure: boolean, onSent: () => void): void {
  request.once("socket", (socket) => {
    if (request.reusedSocket || !socket.connecting) onSent();
    else socket.once(secure ? "secureConnect" : "connect", onSent);
  });
}

/** Gathers the body; a body that breaks off, or that is longer than allowed, is a failure. */
function collect(
  answer: http.IncomingMessage,
  maxBodyBytes: number,
  done: (response: HttpResponse) => void,
  fail: (code: string, cause?: unknown) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  answer.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) fail("too_large");
    else chunks.push(chunk);
  });
  answer.on("error", (error) => fail("cut", error));
  answer.on("end", () => {
    if (!answer.complete) return fail("cut");
    const text = chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks, bytes).toString("utf8");
    done({ status: answer.statusCode ?? 0, headers: flatHeaders(answer.headers), text });
  });
}

/** Makes the sender for one destination, with its own kept-alive connections. Redirects are answers, never followed. */
export function createExchanger(options: ExchangerOptions): Exchanger {
  const agentOptions = {
    keepAlive: true,
    maxSockets: options.maxSockets,
    scheduling: "lifo",
    timeout: KEEP_ALIVE_MS,
  } as const;
  const plain = new http.Agent(agentOptions);
  const secure = new https.Agent(agentOptions);
  const guarded: { lookup?: LookupFunction } = options.allowPrivateAddresses ? {} : { lookup: publicLookup };

  function exchange(request: HttpRequest, url: URL, timeoutMs: Ms): Promise<HttpResponse> {
    const isSecure = url.protocol === "https:";
    const headers: Record<string, string | number> = { "user-agent": "Baton", ...request.headers };
    if (request.body !== undefined) headers["content-length"] = Buffer.byteLength(request.body);
    const agent = isSecure ? secure : plain;
    return new Promise((resolve, reject) => {
      let sent = false;
      const outgoing = (isSecure ? https : http).request(url, {
        method: request.method,
        headers,
        agent,
        ...guarded,
      });
      const fail = (code: string, cause?: unknown): void => {
        clearTimeout(timer);
        reject(new ExchangeError(code, sent, outgoing.reusedSocket, cause));
        outgoing.destroy();
      };
      const done = (response: HttpResponse): void => {
        clearTimeout(timer);
        resolve(response);
      };
      // The deadline covers everything from connecting to the last byte of the body.
      const timer = setTimeout(() => fail("timeout"), timeoutMs);
      watchSending(outgoing, isSecure, () => (sent = true));
      outgoing.on("response", (answer) => collect(answer, options.maxBodyBytes, done, fail));
      outgoing.on("error", (error) => fail(codeOf(error), error));
      outgoing.end(request.body);
    });
  }

  return {
    async send(request, timeoutMs) {
      const url = typeof request.url === "string" ? new URL(request.url) : request.url;
      if (url.protocol !== "https:" && url.protocol !== "http:")
        throw new ExchangeError("bad_address", false, false);
      try {
        if (!options.allowPrivateAddresses) assertPublicHost(url.hostname);
      } catch (error) {
        throw new ExchangeError(codeOf(error), false, false, error);
      }
      return exchange(request, url, timeoutMs);
    },
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}
