/** Reads a request to its end. */
import type { IncomingMessage } from "node:http";
import type { EmulatorRequest } from "./routes.ts";

const bodyLimitBytes = 20 * 1024 * 1024;

/** The request without its route; undefined when the body is over 20 MB. Rejects when the client goes away. */
export async function readRequest(
  incoming: IncomingMessage,
): Promise<Omit<EmulatorRequest, "params"> | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= bodyLimitBytes) chunks.push(chunk);
  }
  if (size > bodyLimitBytes) return undefined;
  const [path = "/", search = ""] = (incoming.url ?? "/").split(/\?(.*)/s);
  const headers = headersOf(incoming);
  const rawBody = Buffer.concat(chunks);
  return {
    method: incoming.method ?? "GET",
    path,
    query: Object.fromEntries(new URLSearchParams(search)),
    headers,
    rawBody,
    ...parsedBody(rawBody, headers["content-type"] ?? "", path.startsWith("/__emulator/")),
  };
}

function headersOf(incoming: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}

/** The control plane takes JSON whatever it is called: curl's `-d` and fetch's plain strings name another type. */
function parsedBody(
  raw: Buffer,
  contentType: string,
  isControl: boolean,
): Pick<EmulatorRequest, "body" | "isMalformed"> {
  if (raw.length === 0) return { body: null, isMalformed: false };
  const text = raw.toString("utf8");
  if (!contentType.includes("json") && !isControl) return { body: text, isMalformed: false };
  try {
    return { body: JSON.parse(text) as unknown, isMalformed: false };
  } catch {
    return { body: text, isMalformed: true };
  }
}
