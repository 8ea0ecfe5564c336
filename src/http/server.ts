/** Baton's web server: the webhooks, the API, health and metrics, and the web admin. */
import { join } from "node:path";
import fastify, { type FastifyError, type FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import type { Ms } from "../kernel/time.ts";
import type { Log } from "../store/database.ts";
import { healthRoutes, type ReadinessCheck } from "./health.ts";
import { type ApiOptions, apiRoutes } from "./api/serve.ts";
import { type AuthOptions, authRoutes } from "./auth.ts";
import { docsRoutes } from "./docs.ts";
import { pressMetrics, webhookMetrics } from "./metrics.ts";
import { type PressDoor, pressRoutes } from "./presses.ts";
import { sendProblem } from "./problem.ts";
import { webRoutes } from "./web.ts";
import { type WebhookDoor, type WebhookOptions, webhookRoutes } from "./webhooks.ts";

export interface ServerLimits {
  /** Largest body of a notification. Intercom documents none; a conversation is far smaller. Default 2 MB. */
  readonly bodyBytes?: number;
  /** A request that is not wholly here by then is cut off. Default 10 s. */
  readonly requestMs?: Ms;
  /** The same for its headers. Default 5 s. */
  readonly headersMs?: Ms;
  /** How often such connections are looked for. Default 1 s. */
  readonly checkMs?: Ms;
  /** Connections at one time; more are closed at once. Default 2,000. */
  readonly connections?: number;
  /** A readiness check that answers later counts as failed. Default 3 s. */
  readonly readinessMs?: Ms;
}

export interface ServerOptions {
  readonly intakeFor: (connection: string) => Promise<WebhookDoor | null> | WebhookDoor | null;
  /** Told of what comes to the door of an Intercom connection and is no notification. */
  readonly noteAtDoor?: NonNullable<WebhookOptions["note"]>;
  /** Slack connections by id, where people press; none when absent. */
  readonly pressesFor?: (connection: string) => Promise<PressDoor | null>;
  readonly readiness: () => Promise<readonly ReadinessCheck[]>;
  readonly metrics: Registry;
  readonly log: Log;
  /** The API for screens and scripts; nothing below /api/v1 is served without it. */
  readonly api?: ApiOptions;
  /** Where the web admin is built; web/dist of the repository when absent. */
  readonly webFolder?: string;
  /** Signing in; nothing below /api/auth is served without it. */
  readonly auth?: AuthOptions;
  readonly limits?: ServerLimits;
  /** Names a request in answers and log; Fastify's counter when absent. */
  readonly newRequestId?: () => string;
}

const WEB_FOLDER = join(import.meta.dirname, "..", "..", "web", "dist");
const MEGABYTE = 1024 * 1024;

/** What a route has not set itself: no script, no frame, no other origin. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** Builds the server; the caller listens and closes. Bodies are never logged. */
export function buildServer(options: ServerOptions): FastifyInstance {
  const { limits = {}, log, newRequestId } = options;
  const server = fastify({
    logger: false,
    bodyLimit: limits.bodyBytes ?? 2 * MEGABYTE,
    requestTimeout: limits.requestMs ?? 10_000,
    // The id of a handoff has the names of its environment and its recipe in it.
    routerOptions: { maxParamLength: 500 },
    http: {
      headersTimeout: limits.headersMs ?? 5_000,
      connectionsCheckingInterval: limits.checkMs ?? 1_000,
      maxHeaderSize: 16 * 1024,
    },
    ...(newRequestId === undefined ? {} : { genReqId: newRequestId }),
  });
  server.server.maxConnections = limits.connections ?? 2_000;

  server.addHook("onSend", async (request, reply) => {
    reply.header("x-request-id", request.id);
    for (const [name, value] of Object.entries(SECURITY_HEADERS))
      if (!reply.hasHeader(name)) reply.header(name, value);
  });
  server.setNotFoundHandler((request, reply) => sendProblem(request, reply, 404, "Nothing is served here."));
  server.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return sendProblem(request, reply, status, "The request could not be read.");
    log("error", "a request failed", { requestId: request.id, error: error.message });
    return sendProblem(request, reply, status, "Something failed; the log says what, under this request id.");
  });

  server.register(webRoutes(options.webFolder ?? WEB_FOLDER));
  server.register(docsRoutes(options.api?.routes ?? []));
  if (options.auth !== undefined) server.register(authRoutes(options.auth));
  if (options.api !== undefined) server.register(apiRoutes(options.api));
  server.register(
    healthRoutes({
      readiness: options.readiness,
      metrics: options.metrics,
      readinessDeadlineMs: limits.readinessMs ?? 3_000,
    }),
  );
  server.register(
    webhookRoutes({
      intakeFor: options.intakeFor,
      metrics: webhookMetrics(options.metrics),
      ...(options.noteAtDoor !== undefined && { note: options.noteAtDoor }),
      bodyLimitBytes: limits.bodyBytes ?? 2 * MEGABYTE,
      log,
    }),
  );
  const { pressesFor } = options;
  if (pressesFor !== undefined)
    server.register(pressRoutes({ pressesFor, metrics: pressMetrics(options.metrics), log }));
  return server;
}
