import { Registry } from "prom-client";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { SCOPES } from "../access/scopes.ts";
import { type ApiRoute, route } from "./api/route.ts";
import { openapiOf } from "./docs.ts";
import { buildServer } from "./server.ts";

const thing: ApiRoute = route({
  method: "POST",
  path: "/things/{thing}",
  operationId: "changeThing",
  summary: "Changes a thing",
  scope: SCOPES[0],
  params: z.object({ thing: z.string() }),
  query: z.object({ dry: z.string(), by: z.string().optional() }),
  body: z.strictObject({ name: z.string().default("none") }),
  answer: { status: 200, description: "As it is now.", schema: z.object({ name: z.string() }) },
  problems: { 404: "There is no such thing." },
  handle: async ({ body }) => ({ body }),
});
const openapi = openapiOf([thing]);

const server = buildServer({
  api: { routes: [thing], admit: async () => ({ kind: "refused", why: "Nobody is let in." }), baseUrl: null },
  auth: {
    baseUrl: null,
    provider: null,
    handle: async () => Response.json(null),
    accept: async () => "nobody",
    beginAttempt: async () => 0,
    endAttempt: async () => {},
  },
  intakeFor: () => null,
  pressesFor: async () => null,
  readiness: async () => [{ name: "database", ok: true, detail: "answers" }],
  metrics: new Registry(),
  log: () => {},
});
afterAll(() => server.close());

describe("the description of the server", () => {
  const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [`${method} ${path}`, method, path, operation] as const,
    ),
  );

  test.for(operations)("%s exists and answers what it says", async ([, method, path, { responses }]) => {
    const answer = await server.inject({
      method: method === "post" ? "POST" : "GET",
      url: path.replace(/\{\w+\}/, "nobody"),
    });
    expect(Object.keys(responses)).toContain(String(answer.statusCode));
    const described = Object.keys(responses[String(answer.statusCode)]?.content ?? {});
    expect(described).toEqual([String(answer.headers["content-type"]).split(";")[0]]);
  });

  test("leaves out no route", () => {
    const tree = server.printRoutes({ commonPrefix: false });
    const routes = [...tree.matchAll(/(\S+) \([A-Z, ]+\)/g)].map(([, path = ""]) =>
      path.replace(/^(?!\/)/, "/").replaceAll(/:(\w+)/g, "{$1}"),
    );
    // The tree prints the admin's pages ("/e/*") without their beginning.
    const whole = (paths: readonly string[]) => paths.filter((path) => !path.endsWith("*")).toSorted();
    expect(whole(routes)).toEqual(whole(Object.keys(openapi.paths)));
  });

  test("says what a route of the API takes: what has a default may be left out", () => {
    const { post } = openapi.paths["/api/v1/things/{thing}"] ?? {};
    expect(post?.security).toEqual([{ token: [SCOPES[0]] }, { session: [] }]);
    expect(post?.parameters).toEqual([
      { name: "thing", in: "path", required: true, schema: { type: "string" } },
      { name: "dry", in: "query", required: true, schema: { type: "string" } },
      { name: "by", in: "query", required: false, schema: { type: "string" } },
    ]);
    expect(JSON.stringify(post?.requestBody)).not.toContain('required":["name');
    expect(Object.keys(post?.responses ?? {})).toEqual(["200", "400", "401", "403", "404"]);
  });

  test("is a document of OpenAPI 3.1, and a page that loads nothing", async () => {
    expect((await server.inject("/openapi.json")).json()).toEqual(JSON.parse(JSON.stringify(openapi)));
    const page = (await server.inject("/docs")).body;
    expect(page).toContain("<code>POST /webhooks/intercom/{connection}</code>");
    expect(page).not.toMatch(/<script|<link|src=|https?:/);
  });
});
