/** What this server answers, for machines as OpenAPI 3.1 and for people as a page without a script. */
import type { FastifyInstance } from "fastify";
import { apiPaths } from "./api/openapi.ts";
import { authPaths } from "./auth.ts";
import { policyJsonSchema } from "../policy/json-schema.ts";
import type { ApiRoute } from "./api/route.ts";
import { json, type Operation, type Paths, plain, problem } from "./openapi.ts";
import { webPaths } from "./web.ts";

const readiness = { $ref: "#/components/schemas/Readiness" };
const connection = {
  name: "connection",
  in: "path",
  required: true,
  description: "Id of the Intercom connection, as `baton connect` prints it.",
  schema: { type: "string" },
};

/** Every route beside /api/v1, by path and method; `docs.test.ts` holds it against the server. */
const paths: Paths = {
  ...webPaths,
  "/healthz": {
    get: {
      operationId: "alive",
      summary: "Whether the process answers",
      responses: {
        200: json("It does.", {
          type: "object",
          required: ["ok"],
          properties: { ok: { type: "boolean", const: true } },
        }),
      },
    },
  },
  "/readyz": {
    get: {
      operationId: "ready",
      summary: "Whether the database, the migrations and the engine are in order",
      responses: { 200: json("All are.", readiness), 503: json("`missing` names what is not.", readiness) },
    },
  },
  "/metrics": {
    get: {
      operationId: "figures",
      summary: "Counters and durations for Prometheus",
      responses: { 200: plain("Prometheus' text format.", "text/plain") },
    },
  },
  "/openapi.json": {
    get: {
      operationId: "openapi",
      summary: "This description",
      responses: { 200: json("An OpenAPI 3.1 document.", { type: "object" }) },
    },
  },
  "/schemas/baton-policy-1.json": {
    get: {
      operationId: "policySchema",
      summary: "The format of a policy, for editors that complete and check",
      responses: { 200: json("A JSON Schema of draft 2020-12.", { type: "object" }) },
    },
  },
  "/docs": {
    get: {
      operationId: "docs",
      summary: "This description as a page",
      responses: { 200: plain("The page.", "text/html") },
    },
  },
  "/webhooks/intercom/{connection}": {
    get: {
      operationId: "webhookAddress",
      summary: "Says what the address is for",
      parameters: [connection],
      responses: { 200: plain("One sentence.", "text/plain") },
    },
    post: {
      operationId: "takeNotification",
      summary: "Takes a notification of Intercom: 200 once it is stored",
      parameters: [
        connection,
        {
          name: "X-Hub-Signature",
          in: "header",
          required: true,
          description: "sha1= and the HMAC-SHA1 of the raw body under the app's client secret.",
          schema: { type: "string", pattern: "^sha1=[0-9a-f]{40}$" },
        },
      ],
      requestBody: {
        required: true,
        description: "A notification as Intercom sends it.",
        content: { "application/json": { schema: { type: "object" } } },
      },
      responses: {
        200: { description: "Stored, or known already." },
        401: problem("The signature is missing or does not fit."),
        403: problem("It is of another workspace than the connection's."),
        404: problem("There is no such connection."),
        413: problem("The body is too large."),
        415: problem("It is not application/json."),
        503: problem("Not stored; `Retry-After` says when to send it again."),
      },
    },
  },
  "/webhooks/slack/{connection}": {
    get: {
      operationId: "pressAddress",
      summary: "Says what the address is for",
      parameters: [connection],
      responses: { 200: plain("One sentence.", "text/plain") },
    },
    post: {
      operationId: "takePress",
      summary: "Takes what somebody pressed under an alert in Slack: 200 once it is stored",
      parameters: [
        connection,
        {
          name: "X-Slack-Signature",
          in: "header",
          required: true,
          description: "v0= and the HMAC-SHA256 of v0:timestamp:body under the app's signing secret.",
          schema: { type: "string", pattern: "^v0=[0-9a-f]{64}$" },
        },
        {
          name: "X-Slack-Request-Timestamp",
          in: "header",
          required: true,
          description: "Unix seconds, less than five minutes from now.",
          schema: { type: "string" },
        },
      ],
      requestBody: {
        required: true,
        description: "An interaction payload as Slack sends it, in the field `payload`.",
        content: { "application/x-www-form-urlencoded": { schema: { type: "object" } } },
      },
      responses: {
        200: { description: "Stored, or known already." },
        400: problem("The form holds no payload."),
        401: problem("The signature is missing, does not fit, or is too old."),
        404: problem("There is no such connection, or it has no signing secret."),
        413: problem("The body is too large."),
        415: problem("It is no form."),
        503: problem("Not stored; press again."),
      },
    },
  },
};

/** The OpenAPI document of this server. Paths are relative: Baton does not know under which address it is reached. */
export function openapiOf(routes: readonly ApiRoute[]) {
  return { ...FRAME, paths: { ...paths, ...authPaths(), ...apiPaths(routes) } };
}

const FRAME = {
  openapi: "3.1.0",
  info: {
    title: "Baton",
    version: "0.1.0",
    description: "Carries buying and churn signals from Intercom to the right person in Salesforce.",
    license: { name: "MIT", identifier: "MIT" },
  },
  servers: [{ url: "/" }],
  components: {
    securitySchemes: {
      token: { type: "http", scheme: "bearer", description: "Made by `baton token create`." },
      session: {
        type: "apiKey",
        in: "cookie",
        name: "baton.session_token",
        description: "Set by signing in; `__Secure-` stands before its name where BATON_BASE_URL is https.",
      },
    },
    schemas: {
      Problem: {
        type: "object",
        description: "RFC 9457",
        required: ["type", "title", "status", "detail", "requestId"],
        properties: {
          type: { type: "string" },
          title: { type: "string" },
          status: { type: "integer" },
          detail: { type: "string" },
          requestId: { type: "string", description: "Stands in the log beside what happened." },
        },
      },
      Readiness: {
        type: "object",
        required: ["ready", "missing", "checks"],
        properties: {
          ready: { type: "boolean" },
          missing: { type: "array", items: { type: "string" } },
          checks: {
            type: "array",
            items: {
              type: "object",
              required: ["name", "ok", "detail"],
              properties: {
                name: { type: "string" },
                ok: { type: "boolean" },
                detail: { type: "string" },
                isNeeded: { type: "boolean", const: false, description: "Work is taken without it, too." },
              },
            },
          },
        },
      },
    },
  },
};

/** Adds `/openapi.json`, `/docs` and `/schemas/baton-policy-1.json`. */
export function docsRoutes(routes: readonly ApiRoute[]): (server: FastifyInstance) => Promise<void> {
  return async (server) => {
    const document = openapiOf(routes);
    const page = pageOf(document.paths);
    const policySchema = policyJsonSchema();
    server.get("/openapi.json", (_request, reply) => reply.send(document));
    server.get("/schemas/baton-policy-1.json", (_request, reply) => reply.send(policySchema));
    server.get("/docs", (_request, reply) => reply.type("text/html; charset=utf-8").send(page));
  };
}

function row(path: string, method: string, { summary, responses }: Operation): string {
  const answers = Object.entries(responses).map(
    ([status, { description }]) => `<li><b>${status}</b> ${asCode(description)}</li>`,
  );
  return `<h2><code>${method.toUpperCase()} ${path}</code></h2>\n<p>${asCode(summary)}.</p>\n<ul>\n${answers.join("\n")}\n</ul>`;
}

function asCode(text: string): string {
  return text.replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

function pageOf(paths: Paths): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Baton: addresses</title></head>
<body>
<h1>What Baton answers</h1>
<p>The same for machines: <a href="/openapi.json">openapi.json</a>.</p>
${Object.entries(paths)
  .flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => row(path, method, operation)),
  )
  .join("\n")}
</body>
</html>
`;
}
