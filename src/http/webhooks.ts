/**
 * `POST /webhooks/intercom/:connection`: raw bytes, signature, and 200 only after the commit. Never 410 (Intercom would
 * switch the subscription off) and never 429 (it would hold everything back for up to two hours); 503 when the
 * database is away, so that Intercom sends it once more after a minute.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { assertNever } from "../kernel/assert-never.ts";
import { RetryableFailure } from "../kernel/failure.ts";
import type { Ms } from "../kernel/time.ts";
import type { Taken } from "../intake/intake.ts";
import { signatureIsValid } from "../intake/signature.ts";
import type { Log } from "../store/database.ts";
import type { NotificationResult, WebhookMetrics } from "./metrics.ts";
import { sendProblem } from "./problem.ts";

/** What the webhook needs to know of one Intercom connection. */
export interface WebhookDoor {
  /** Client secrets, the current one first; two while one is being replaced. */
  readonly secrets: readonly string[];
  /** Intercom's workspace id; null before the connection was checked. */
  readonly workspace: string | null;
  readonly take: (raw: Uint8Array, workspace: string | null) => Promise<Taken>;
}

export interface WebhookOptions {
  /** The connection with this id, or null when there is none. */
  readonly intakeFor: (connection: string) => Promise<WebhookDoor | null> | WebhookDoor | null;
  readonly metrics: WebhookMetrics;
  /** Told of pings and of what is turned away at a connection that exists. */
  readonly note?: (connection: string, result: NotificationResult) => void;
  readonly bodyLimitBytes: number;
  readonly log: Log;
}

/** Intercom waits 5 s (developers.intercom.com, webhook models); an answer later than that is for nobody. */
const LOOKUP_DEADLINE_MS: Ms = 4_000;
const RETRY_AFTER_MS: Ms = 5_000;
const PATH = "/webhooks/intercom/:connection";

interface Params {
  readonly connection: string;
}

/** A route plug-in of its own, so that only here every body is taken as bytes. */
export function webhookRoutes(options: WebhookOptions): (server: FastifyInstance) => Promise<void> {
  return async (server) => {
    asBytes(server);
    server.setErrorHandler<FastifyError>((error, request, reply) => failed(options, error, request, reply));

    server.post<{ Params: Params }>(PATH, { bodyLimit: options.bodyLimitBytes }, (request, reply) =>
      receive(options, request, reply),
    );
    server.get(PATH, (_request, reply) =>
      reply
        .type("text/plain; charset=utf-8")
        .send("This is Baton's address for Intercom's webhooks. Enter it in Intercom's Developer Hub.\n"),
    );
    server.route({
      method: ["PUT", "PATCH", "DELETE", "OPTIONS"],
      url: PATH,
      handler: (request, reply) =>
        sendProblem(request, reply.header("allow", "GET, HEAD, POST"), 405, "Webhooks are sent with POST."),
    });
  };
}

/** Signatures are over bytes: within this plug-in every body is taken as such. */
export function asBytes(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}

async function receive(
  options: WebhookOptions,
  request: FastifyRequest<{ Params: Params }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { metrics } = options;
  const refuse = (result: NotificationResult, status: number, detail: string): FastifyReply => {
    metrics.count(result);
    return sendProblem(request, reply, status, detail);
  };
  const door = await lookedUp(options.intakeFor(request.params.connection), LOOKUP_DEADLINE_MS);
  if (door === null) return refuse("unknown_connection", 404, "There is no connection with this id.");
  const turnAway: typeof refuse = (result, status, detail) => {
    options.note?.(request.params.connection, result);
    return refuse(result, status, detail);
  };
  const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const signature = request.headers["x-hub-signature"];
  if (!signatureIsValid(raw, typeof signature === "string" ? signature : undefined, door.secrets)) {
    return turnAway("bad_signature", 401, "X-Hub-Signature does not fit the body and the client secret.");
  }
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(request.headers["content-type"] ?? "")) {
    return turnAway("unsupported_type", 415, "Notifications are application/json.");
  }
  const taken = await door.take(raw, door.workspace);
  const answer = answerTo(taken, options, request, reply);
  metrics.acknowledged(reply.elapsedTime / 1_000);
  return answer;
}

/** The connection is asked of the database; a database that stands still must not keep the sender waiting. */
export async function lookedUp<Door>(
  asked: Promise<Door | null> | Door | null,
  deadlineMs: Ms,
): Promise<Door | null> {
  try {
    return await withinDeadline(asked, deadlineMs, "the connection could not be looked up in time");
  } catch (error) {
    if (error instanceof RetryableFailure) throw error;
    throw unavailable("the connection could not be looked up", error);
  }
}

/** What was asked, or a RetryableFailure with `late` when it takes longer. */
export async function withinDeadline<T>(asked: Promise<T> | T, deadlineMs: Ms, late: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unavailable(late)), deadlineMs);
  });
  try {
    return await Promise.race([asked, over]);
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(message: string, cause?: unknown): RetryableFailure {
  return new RetryableFailure(
    { target: "database", code: "unavailable", message, cause },
    "not-executed",
    RETRY_AFTER_MS,
  );
}

function answerTo(
  taken: Taken,
  { metrics, log, note }: WebhookOptions,
  request: FastifyRequest<{ Params: Params }>,
  reply: FastifyReply,
): FastifyReply {
  const { connection } = request.params;
  switch (taken.kind) {
    case "stored":
    case "duplicate":
    case "ping":
      if (taken.kind === "ping") note?.(connection, taken.kind);
      metrics.count(taken.kind);
      return reply.code(200).send();
    case "parked":
      metrics.count("parked");
      log("debug", "a notification was stored and wakes no run", { connection, reason: taken.reason });
      return reply.code(200).send();
    case "foreign":
      metrics.count("wrong_workspace");
      note?.(connection, "wrong_workspace");
      log("warn", "a notification of another workspace was refused: is the right app connected?", {
        connection,
        workspace: taken.workspace.slice(0, 100),
      });
      return sendProblem(
        request,
        reply,
        403,
        "The notification is of another workspace than the connection.",
      );
    default:
      return assertNever(taken);
  }
}

const STATUS_RESULTS: Readonly<Record<number, NotificationResult>> = {
  413: "too_large",
  415: "unsupported_type",
};

function failed(
  { metrics, log }: WebhookOptions,
  error: FastifyError | RetryableFailure,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof RetryableFailure) {
    metrics.count("unavailable");
    log("error", "a notification was answered with 503", { requestId: request.id, error: error.message });
    const seconds = Math.ceil((error.retryAfterMs ?? RETRY_AFTER_MS) / 1_000);
    return sendProblem(request, reply.header("retry-after", seconds), 503, "Not stored; send it again.");
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) {
    metrics.count(STATUS_RESULTS[status] ?? "bad_request");
    return sendProblem(request, reply, status, "The request could not be read.");
  }
  metrics.count("unavailable");
  log("error", "a notification failed inside Baton", { requestId: request.id, error: error.message });
  return sendProblem(
    request,
    reply.header("retry-after", RETRY_AFTER_MS / 1_000),
    503,
    "Not stored; send it again.",
  );
}
