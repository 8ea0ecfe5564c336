/**
 * The door of /api/v1. Closed unless a token or a session opens it: one hook asks who calls, each route's scope says whether they
 * may, and only then is the request parsed and answered.
 */
import { Readable } from "node:stream";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { type Actor, may, mayTouch } from "../../access/actor.ts";
import type { Admission } from "../../access/tokens.ts";
import { UserError } from "../../kernel/failure.ts";
import { headersOf, isOwnWrite, ownOrigin } from "../origin.ts";
import { sendProblem } from "../problem.ts";
import { API_PREFIX } from "./openapi.ts";
import { type ApiRoute, type ApiStream, type Call, Refusal, type Upload } from "./route.ts";

export interface ApiOptions {
  readonly routes: readonly ApiRoute[];
  /** Who stands behind an Authorization header, or without one behind the cookies. */
  readonly admit: (authorization: string | undefined, headers: Headers) => Promise<Admission>;
  /** Null: whatever address a request came to. */
  readonly baseUrl: string | null;
}

type Caller = Extract<Admission, { kind: "actor" }>;

/** Adds every route, and answers everything else below /api/v1 only to those who are let in, too. */
export function apiRoutes({
  routes,
  admit,
  baseUrl,
}: ApiOptions): (server: FastifyInstance) => Promise<void> {
  return async (root) => {
    await root.register(
      async (server) => {
        const callers = new WeakMap<FastifyRequest, Caller>();
        const stopping = new AbortController();
        server.addHook("preClose", async () => stopping.abort());
        server.addHook("onRequest", async (request, reply) => {
          const admission = await admit(request.headers.authorization, headersOf(request));
          if (admission.kind === "refused")
            return sendProblem(request, reply.header("www-authenticate", "Bearer"), 401, admission.why);
          if (admission.person !== null && !isOwnWrite(request, baseUrl))
            return sendProblem(request, reply, 403, "With a session, only Baton's own pages may write.");
          callers.set(request, admission);
        });
        server.setNotFoundHandler((request, reply) =>
          sendProblem(request, reply, 404, "Nothing is served here."),
        );
        server.addContentTypeParser(FILE_TYPES, { parseAs: "buffer" }, (_request, bytes, done) =>
          done(null, bytes),
        );
        for (const one of routes) {
          server.route({
            ...(one.upload !== undefined && uploadOptions(one.upload)),
            method: one.method,
            url: one.path.replaceAll(/\{(\w+)\}/g, ":$1"),
            handler: (request, reply) =>
              answer(
                one,
                {
                  caller: callers.get(request),
                  origin: ownOrigin(request, baseUrl),
                  admitAgain: async () => {
                    const admission = await admit(request.headers.authorization, headersOf(request));
                    return admission.kind === "actor" ? admission.actor : null;
                  },
                  signal: AbortSignal.any([stopping.signal, goneSignal(reply)]),
                },
                request,
                reply,
              ),
          });
        }
      },
      { prefix: API_PREFIX },
    );
  };
}

const FILE_TYPES = ["application/octet-stream", "application/gzip"];

/** How large a file may be, and the line that says so. */
function uploadOptions({ mostBytes }: Upload): {
  readonly bodyLimit: number;
  readonly errorHandler: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => void;
} {
  return {
    bodyLimit: mostBytes,
    errorHandler: (error, request, reply) => {
      if (error.statusCode !== 413) throw error;
      const most = Math.floor(mostBytes / 1024 / 1024);
      sendProblem(
        request,
        reply,
        413,
        `The file is larger than ${most} MB: pack it with gzip, or use \`baton audit\`.`,
      );
    },
  };
}

/** Aborted when the connection is over. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  return gone.signal;
}

interface Circumstances extends Pick<Call<never, never, never>, "origin" | "signal"> {
  readonly caller: Caller | undefined;
  readonly admitAgain: () => Promise<Actor | null>;
}

async function answer(
  route: ApiRoute,
  { caller, origin, admitAgain, signal }: Circumstances,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (caller === undefined) throw new Error(`${route.path} was reached by nobody`);
  try {
    refuse(route, caller, request.params);
    const call: Call<unknown, unknown, unknown> = {
      params: parsed("path", route.params, request.params),
      query: parsed("query", route.query ?? z.strictObject({}), request.query),
      body: route.body === undefined ? undefined : parsed("body", route.body, request.body),
      file: route.upload === undefined ? NO_FILE : fileOf(request.body),
      actor: caller.actor,
      person: caller.person,
      origin,
      admitAgain,
      signal,
      header: (name) => {
        const value = request.headers[name];
        return Array.isArray(value) ? value[0] : value;
      },
    };
    const answered = await route.handle(call as Call<never, never, never>);
    if ("chunks" in answered) return sendStream(route, answered, reply);
    const { body, etag } = answered;
    if (etag !== undefined) reply.header("etag", `"${etag}"`);
    return reply.code(route.answer.status).type("application/json; charset=utf-8").send(JSON.stringify(body));
  } catch (error) {
    if (error instanceof Refusal) return sendProblem(request, reply, error.status, error.message, error.more);
    if (error instanceof UserError) return sendProblem(request, reply, 422, error.message);
    throw error;
  }
}

const NO_FILE = new Uint8Array();

function fileOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array && body.length > 0) return body;
  throw new Refusal(400, `Send the bytes of the file as ${FILE_TYPES.join(" or ")}.`);
}

/** A page that Baton wrote: its style stands in it, and nothing else runs. */
const HTML_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

/**
 * Each piece goes out as it comes: a proxy is asked to hold nothing back. The connection ends with it: kept for a next
 * request it would keep a server that stops waiting.
 */
function sendStream(
  { answer: { type } }: ApiRoute,
  { chunks, fileName }: ApiStream,
  reply: FastifyReply,
): FastifyReply {
  if (type === "text/html") reply.header("content-security-policy", HTML_POLICY);
  if (fileName !== undefined) reply.header("content-disposition", `attachment; filename="${fileName}"`);
  return reply
    .type(`${type}; charset=utf-8`)
    .header("x-accel-buffering", "no")
    .header("connection", "close")
    .send(Readable.from(chunks));
}

/** An environment that the caller has no part in does not exist for them; in theirs, the route's scope decides. */
function refuse({ scope, reach }: ApiRoute, { actor, person }: Caller, params: unknown): void {
  const { environment } = params as { readonly environment?: string };
  if (environment !== undefined && !mayTouch(actor, environment))
    throw new Refusal(404, `There is no environment "${environment}".`);
  if (scope === null || may(actor, scope, environment === undefined ? (reach ?? "every") : { environment }))
    return;
  throw new Refusal(
    403,
    person === null ? `This token lacks the scope ${scope}.` : `Your role lacks ${scope} here.`,
  );
}

function parsed(place: string, schema: z.ZodType, value: unknown): unknown {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const faults = read.error.issues.map(({ path, message }) => ({
    at: [place, ...path.map(String)].join("."),
    message,
  }));
  const detail = `The ${place} is not as described: ${faults.map(({ at, message }) => `${at}: ${message}`).join("; ")}.`;
  throw new Refusal(400, detail, { faults });
}
