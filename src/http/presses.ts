/**
 * `POST /webhooks/slack/:connection`: what people press under an alert. Raw bytes, signature, and 200 only after it is
 * stored. Slack waits three seconds and sends nothing again: a refusal shows whoever pressed that they may press again.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { assertNever } from "../kernel/assert-never.ts";
import { RetryableFailure } from "../kernel/failure.ts";
import type { Ms } from "../kernel/time.ts";
import type { Log } from "../store/database.ts";
import type { PressMetrics, PressResult } from "./metrics.ts";
import { sendProblem } from "./problem.ts";
import { asBytes, lookedUp, withinDeadline } from "./webhooks.ts";

/** What became of a press that was signed. */
export type PressTaken =
  | { readonly kind: "stored" | "duplicate" }
  /** Stored and not worked: Baton does not know this kind. */
  | { readonly kind: "ignored"; readonly what: string }
  | { readonly kind: "unreadable" };

/** What the route needs to know of one Slack connection. */
export interface PressDoor {
  /** Whether Slack signed exactly these bytes, lately. */
  readonly isSigned: (
    raw: Uint8Array,
    headers: { readonly signature: string | undefined; readonly timestamp: string | undefined },
  ) => boolean;
  readonly take: (raw: Uint8Array) => Promise<PressTaken>;
}

export interface PressOptions {
  /** The connection with this id; null when there is none, or none with a signing secret. */
  readonly pressesFor: (connection: string) => Promise<PressDoor | null>;
  readonly metrics: PressMetrics;
  readonly log: Log;
}

const LOOKUP_DEADLINE_MS: Ms = 1_000;
const STORE_DEADLINE_MS: Ms = 1_500;
/** A press brings the whole message with it, percent-encoded. */
const BODY_BYTES = 1024 * 1024;
const PATH = "/webhooks/slack/:connection";

interface Params {
  readonly connection: string;
}

export function pressRoutes(options: PressOptions): (server: FastifyInstance) => Promise<void> {
  return async (server) => {
    asBytes(server);
    server.setErrorHandler<FastifyError>((error, request, reply) => failed(options, error, request, reply));
    server.post<{ Params: Params }>(PATH, { bodyLimit: BODY_BYTES }, (request, reply) =>
      receive(options, request, reply),
    );
    server.get(PATH, (_request, reply) =>
      reply
        .type("text/plain; charset=utf-8")
        .send("This is Baton's address for what people press in Slack. `baton slack manifest` enters it.\n"),
    );
  };
}

async function receive(
  { pressesFor, metrics, log }: PressOptions,
  request: FastifyRequest<{ Params: Params }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const refuse = (result: PressResult, status: number, detail: string): FastifyReply => {
    metrics.count(result);
    return sendProblem(request, reply, status, detail);
  };
  const { connection } = request.params;
  const door = await lookedUp(pressesFor(connection), LOOKUP_DEADLINE_MS);
  if (door === null)
    return refuse(
      "unknown_connection",
      404,
      "There is no Slack connection with this id and a signing secret.",
    );
  const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const one = (name: string): string | undefined => {
    const value = request.headers[name];
    return typeof value === "string" ? value : undefined;
  };
  const signed = { signature: one("x-slack-signature"), timestamp: one("x-slack-request-timestamp") };
  if (!door.isSigned(raw, signed))
    return refuse("bad_signature", 401, "X-Slack-Signature does not fit the body, the secret and the time.");
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(one("content-type") ?? ""))
    return refuse("unsupported_type", 415, "Presses are application/x-www-form-urlencoded.");
  const taken = await withinDeadline(door.take(raw), STORE_DEADLINE_MS, "the press was not stored in time");
  switch (taken.kind) {
    case "unreadable":
      return refuse("bad_request", 400, "The form holds no payload of an interaction.");
    case "ignored":
      log("info", "a press of a kind that Baton does not know is kept and not worked", {
        connection,
        what: taken.what,
      });
      break;
    case "stored":
    case "duplicate":
      break;
    default:
      return assertNever(taken);
  }
  metrics.count(taken.kind);
  return reply.code(200).send();
}

function failed(
  { metrics, log }: PressOptions,
  error: FastifyError | RetryableFailure,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = error instanceof RetryableFailure ? 503 : (error.statusCode ?? 500);
  if (status >= 400 && status < 500) {
    metrics.count(status === 413 ? "too_large" : "bad_request");
    return sendProblem(request, reply, status, "The request could not be read.");
  }
  metrics.count("unavailable");
  log("error", "a press was answered with 503", { requestId: request.id, error: error.message });
  return sendProblem(request, reply, 503, "Not stored; press again.");
}
