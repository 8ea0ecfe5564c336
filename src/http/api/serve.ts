/**
 * The door of /api/v1. Closed unless a token opens it: one hook asks who calls, each route's scope says whether they
 * may, and only then is the request parsed and answered.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { type Actor, mayTouch } from "../../access/actor.ts";
import type { Admission } from "../../access/tokens.ts";
import { UserError } from "../../kernel/failure.ts";
import { sendProblem } from "../problem.ts";
import { API_PREFIX } from "./openapi.ts";
import { type ApiRoute, type Call, Refusal } from "./route.ts";

export interface ApiOptions {
  readonly routes: readonly ApiRoute[];
  /** Who stands behind an Authorization header. */
  readonly admit: (authorization: string | undefined) => Promise<Admission>;
}

/** Adds every route, and answers everything else below /api/v1 only to those who are let in, too. */
export function apiRoutes({ routes, admit }: ApiOptions): (server: FastifyInstance) => Promise<void> {
  return async (root) => {
    await root.register(
      async (server) => {
        const actors = new WeakMap<FastifyRequest, Actor>();
        server.addHook("onRequest", async (request, reply) => {
          const admission = await admit(request.headers.authorization);
          if (admission.kind === "actor") actors.set(request, admission.actor);
          else return sendProblem(request, reply.header("www-authenticate", "Bearer"), 401, admission.why);
        });
        server.setNotFoundHandler((request, reply) =>
          sendProblem(request, reply, 404, "Nothing is served here."),
        );
        for (const one of routes) {
          server.route({
            method: one.method,
            url: one.path.replaceAll(/\{(\w+)\}/g, ":$1"),
            handler: (request, reply) => answer(one, actors.get(request), request, reply),
          });
        }
      },
      { prefix: API_PREFIX },
    );
  };
}

async function answer(
  route: ApiRoute,
  actor: Actor | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (actor === undefined) throw new Error(`${route.path} was reached without a token`);
  if (!actor.scopes.includes(route.scope))
    return sendProblem(request, reply, 403, `This token lacks the scope ${route.scope}.`);
  try {
    const call: Call<unknown, unknown, unknown> = {
      params: parsed("path", route.params, request.params),
      query: parsed("query", route.query ?? z.strictObject({}), request.query),
      body: route.body === undefined ? undefined : parsed("body", route.body, request.body),
      actor,
      header: (name) => {
        const value = request.headers[name];
        return Array.isArray(value) ? value[0] : value;
      },
    };
    refuseForeign(actor, call.params);
    const { body, etag } = await route.handle(call as Call<never, never, never>);
    if (etag !== undefined) reply.header("etag", `"${etag}"`);
    return reply.code(route.answer.status).type("application/json; charset=utf-8").send(JSON.stringify(body));
  } catch (error) {
    if (error instanceof Refusal) return sendProblem(request, reply, error.status, error.message, error.more);
    if (error instanceof UserError) return sendProblem(request, reply, 422, error.message);
    throw error;
  }
}

/** An environment that the token is not for does not exist for its holder. */
function refuseForeign(actor: Actor, params: unknown): void {
  const { environment } = params as { readonly environment?: string };
  if (environment !== undefined && !mayTouch(actor, environment))
    throw new Refusal(404, `There is no environment "${environment}".`);
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
