import { Registry } from "prom-client";
import { afterAll, describe, expect, test } from "vitest";
import { openapi } from "./docs.ts";
import { buildServer } from "./server.ts";

const server = buildServer({
  intakeFor: () => null,
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
      url: path.replace("{connection}", "nobody"),
    });
    expect(Object.keys(responses)).toContain(String(answer.statusCode));
    const described = Object.keys(responses[String(answer.statusCode)]?.content ?? {});
    expect(described).toEqual([String(answer.headers["content-type"]).split(";")[0]]);
  });

  test("leaves out no route", () => {
    const tree = server.printRoutes({ commonPrefix: false });
    const routes = [...tree.matchAll(/(\S+) \([A-Z, ]+\)/g)].map(([, path = ""]) =>
      path.replace(/^(?!\/)/, "/").replace(":connection", "{connection}"),
    );
    expect(routes.toSorted()).toEqual(Object.keys(openapi.paths).toSorted());
  });

  test("is a document of OpenAPI 3.1, and a page that loads nothing", async () => {
    expect((await server.inject("/openapi.json")).json()).toEqual(JSON.parse(JSON.stringify(openapi)));
    const page = (await server.inject("/docs")).body;
    expect(page).toContain("<code>POST /webhooks/intercom/{connection}</code>");
    expect(page).not.toMatch(/<script|<link|src=|https?:/);
  });
});
