/** A tiny server on 127.0.0.1 for the tests of connectors; the service itself never imports it. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface LocalServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
}

/** How a test answers one request: data, or a function that misuses the socket. */
export type Answer =
  | {
      readonly status?: number;
      readonly headers?: Record<string, string>;
      readonly json?: unknown;
      readonly text?: string;
    }
  | ((request: IncomingMessage, response: ServerResponse) => void);

/** Says 1000 bytes, sends some, and breaks the connection. */
export const cutBody: Answer = (_request, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"some":');
  setImmediate(() => response.socket?.destroy());
};

/** Takes the request and breaks the connection without a word. */
export const reset: Answer = (request) => {
  request.socket.destroy();
};

/** Takes the request and never answers. */
export const hang: Answer = () => undefined;

/** Starts a server that answers with what `answer` returns; close it with `await using`. */
export async function localServer(answer: (request: SeenRequest) => Answer): Promise<LocalServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://local");
      const body = Buffer.concat(chunks).toString("utf8");
      const one = {
        method: request.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body,
      };
      seen.push(one);
      const reply = answer(one);
      if (typeof reply === "function") return reply(request, response);
      const text = reply.json === undefined ? (reply.text ?? "") : JSON.stringify(reply.json);
      const type = reply.json === undefined ? {} : { "content-type": "application/json; charset=utf-8" };
      response.writeHead(reply.status ?? 200, { ...type, ...reply.headers });
      response.end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
