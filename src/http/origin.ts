/** Where a request was sent from: with cookies, only Baton's own pages may write (ASVS 3.5.1). */
import type { FastifyRequest } from "fastify";
import { ADDRESS_HEADER } from "../access/sign-in-address.ts";

const READING = new Set(["GET", "HEAD", "OPTIONS"]);

/** The origin under which a browser knows this server: the configured one, else what the request was sent to. */
export function ownOrigin(request: FastifyRequest, baseUrl: string | null): string {
  return baseUrl === null ? `${request.protocol}://${request.host}` : new URL(baseUrl).origin;
}

/** Whether a request changes nothing or comes from a page of this server; browsers name the page with every write. */
export function isOwnWrite(request: FastifyRequest, baseUrl: string | null): boolean {
  return READING.has(request.method) || request.headers.origin === ownOrigin(request, baseUrl);
}

/** A request's headers as the web's own type; several of one name become one line. */
export function headersOf(request: FastifyRequest): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  return headers;
}

/** The request for the library of signing in, with what was read of its body, and the address it came from. */
export function forwarded(request: FastifyRequest, baseUrl: string | null, body: unknown): Request {
  const headers = headersOf(request);
  headers.set(ADDRESS_HEADER, request.ip);
  headers.delete("content-length");
  const address = `${ownOrigin(request, baseUrl)}${request.url}`;
  if (request.method === "GET") return new Request(address, { headers });
  headers.set("content-type", "application/json");
  return new Request(address, { method: request.method, headers, body: JSON.stringify(body ?? {}) });
}
