/** Errors as RFC 9457 problem documents. Never echoes what was sent. */
import type { FastifyReply, FastifyRequest } from "fastify";

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not authenticated",
  403: "Refused",
  404: "Not found",
  405: "Method not allowed",
  408: "Request took too long",
  409: "Conflict",
  412: "Changed meanwhile",
  413: "Body too large",
  415: "Unsupported content type",
  422: "Cannot be done",
  428: "Precondition missing",
  429: "Too many attempts",
  500: "Internal error",
  502: "Another system did not answer",
  503: "Not available",
};

/**
 * Sends `application/problem+json` with the request's id, so that a person can find it in the log. `more` are members
 * of its own that the problem carries.
 */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  detail: string,
  more: Readonly<Record<string, unknown>> = {},
): FastifyReply {
  return reply
    .code(status)
    .header("content-type", "application/problem+json; charset=utf-8")
    .send(
      JSON.stringify({
        ...more,
        type: "about:blank",
        title: TITLES[status] ?? "Error",
        status,
        detail,
        requestId: request.id,
      }),
    );
}
