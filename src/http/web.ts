/**
 * The web admin, from the folder of its build. Pages are one document, assets are looked up by name; without a build
 * a page says how to make one.
 */
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Paths, plain, problem } from "./openapi.ts";
import { sendProblem } from "./problem.ts";

const gzipped = promisify(gzip);

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/**
 * Scripts come from Baton alone and never stand in a page. Styles may: the component kit writes its colours and
 * measures into style elements.
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** Every address of a page. What stands behind them is decided in web/src/app/router.tsx. */
const PAGES = ["/", "/sign-in", "/welcome", "/start", "/e/*"] as const;

/** Adds the pages and `/assets/{file}`. */
export function webRoutes(folder: string): (server: FastifyInstance) => Promise<void> {
  return async (server) => {
    const packed = new Map<string, Buffer>();
    const page = async (_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      reply.type("text/html; charset=utf-8").header("content-security-policy", PAGE_POLICY);
      return reply.send(await readFile(join(folder, "index.html"), "utf8").catch(() => UNBUILT));
    };
    for (const path of PAGES) server.get(path, page);
    server.get<{ Params: { readonly file: string } }>("/assets/:file", async (request, reply) => {
      const { file } = request.params;
      const type = TYPES[extname(file)];
      const found = type === undefined ? null : (packed.get(file) ?? (await load(folder, file)));
      if (type === undefined || found === null)
        return sendProblem(request, reply, 404, "Nothing is served here.");
      packed.set(file, found);
      // The name holds a hash of the content.
      reply.type(type).header("cache-control", "public, max-age=31536000, immutable");
      return reply.header("content-encoding", "gzip").send(found);
    });
  };
}

/** The asset, gzipped, or null. A name is a name: no part of it leads out of the folder. */
async function load(folder: string, file: string): Promise<Buffer | null> {
  if (!/^[\w-]+(\.[\w-]+)+$/.test(file)) return null;
  const content = await readFile(join(folder, "assets", file)).catch(() => null);
  return content === null ? null : gzipped(content);
}

/** The same addresses for the description. */
export const webPaths: Paths = {
  "/": { get: pageOperation("front", "The web admin") },
  "/sign-in": { get: pageOperation("signInPage", "The page to sign in") },
  "/welcome": { get: pageOperation("welcomePage", "The page of a one-time link, to set a password") },
  "/start": { get: pageOperation("startPage", "The page that makes an environment") },
  "/e/*": { get: pageOperation("page", "A page of the web admin about one environment") },
  "/assets/{file}": {
    get: {
      operationId: "asset",
      summary: "A script or style of the web admin, gzipped",
      parameters: [{ name: "file", in: "path", required: true, schema: { type: "string" } }],
      responses: { 200: plain("The file.", "text/javascript"), 404: problem("There is no such file.") },
    },
  },
};

function pageOperation(operationId: string, summary: string) {
  return { operationId, summary, responses: { 200: plain("The page.", "text/html") } };
}

const UNBUILT = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Baton</title></head>
<body>
<h1>Baton runs</h1>
<p>Its web admin is not built: run <code>npx baton web build</code>, then load this page again.</p>
<ul>
<li><a href="/readyz">Ready?</a> The database, the migrations and the engine.</li>
<li><a href="/metrics">Figures</a> for Prometheus.</li>
<li><a href="/docs">Every address</a>, also as <a href="/openapi.json">OpenAPI</a>.</li>
</ul>
</body>
</html>
`;
