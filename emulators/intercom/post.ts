/** Posts signed bodies over kept-alive connections. */
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

export interface Sender {
  /** Never rejects: `httpStatus` 0 = no answer in time, or no connection. */
  readonly post: (
    url: string,
    body: string,
    signature: string,
    timeoutMs: number,
  ) => Promise<{ httpStatus: number; ms: number }>;
  readonly close: () => void;
}

/** A sender with at most `maxSockets` connections to one host. */
export function postSigned(maxSockets: number): Sender {
  const http = new HttpAgent({ keepAlive: true, maxSockets });
  const https = new HttpsAgent({ keepAlive: true, maxSockets });
  return {
    post(url, body, signature, timeoutMs) {
      const startedAt = performance.now();
      const bytes = Buffer.from(body);
      const headers = {
        "User-Agent": "intercom-parrot-service-client/1.0",
        Accept: "application/json",
        "Content-Type": "application/json",
        "Content-Length": bytes.length,
        "X-Hub-Signature": signature,
      };
      return new Promise((resolve) => {
        const finish = (httpStatus: number): void => {
          clearTimeout(deadline);
          resolve({ httpStatus, ms: Math.round((performance.now() - startedAt) * 10) / 10 });
        };
        const outgoing = url.startsWith("https:")
          ? httpsRequest(url, { method: "POST", agent: https, headers })
          : httpRequest(url, { method: "POST", agent: http, headers });
        const deadline = setTimeout(() => outgoing.destroy(), timeoutMs);
        outgoing.on("response", (answer) => {
          answer.resume();
          answer.on("end", () => finish(answer.statusCode ?? 0));
          answer.on("close", () => finish(0));
        });
        outgoing.on("error", () => finish(0));
        outgoing.on("close", () => finish(0));
        outgoing.end(bytes);
      });
    },
    close() {
      http.destroy();
      https.destroy();
    },
  };
}
