/** Errors as RFC 9457 problem documents. Never echoes what was sent. */
import type { FastifyReply, FastifyRequest } from "fastify";

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Signature missing or wrong",
  403: "Refused",
  404: "Not found",
  405: "Method not allowed",
  408: "Request took too long",
  413: "Body too large",
  415: "Unsupported content type",
  500: "Internal error",
  503: "Not available",
};

/** Sends `application/problem+json` with the request's id, so that a person can find it in the log. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  detail: string,
): FastifyReply {
  return reply
    .code(status)
    .header("content-type", "application/problem+json; charset=utf-8")
    .send(
      JSON.stringify({
        type: "about:blank",
        title: TITLES[status] ?? "Error",
        status,
        detail,
        requestId: request.id,
      }),
    );
}
