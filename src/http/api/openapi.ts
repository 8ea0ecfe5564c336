/** Routes of /api/v1 as operations of the OpenAPI document. */
import { z } from "zod";
import { type Answer, json, type Operation, plain, problem } from "../openapi.ts";
import type { ApiRoute } from "./route.ts";

export const API_PREFIX = "/api/v1";

/** Paths with their operations, in the order of the routes. */
export function apiPaths(
  routes: readonly ApiRoute[],
): Readonly<Record<string, Readonly<Record<string, Operation>>>> {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const path = `${API_PREFIX}${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return paths;
}

function operationOf(route: ApiRoute): Operation {
  const { status, description, schema, type } = route.answer;
  const shape = schemaOf(schema, "output");
  const responses: Record<string, Answer> = {
    [status]: type === undefined ? json(description, shape) : plain(description, type),
    400: problem("The request is not as described here; `faults` says where."),
    401: problem("No token and no session, or one that does not count any more."),
    403: problem(
      route.scope === null
        ? "A write with a session, sent from another site."
        : `The token or role lacks the scope \`${route.scope}\`.`,
    ),
  };
  for (const [code, why] of Object.entries(route.problems ?? {})) responses[code] = problem(why);
  return {
    operationId: route.operationId,
    summary: route.summary,
    security: [{ token: route.scope === null ? [] : [route.scope] }, { session: [] }],
    parameters: [...parametersOf("path", route.params), ...parametersOf("query", route.query)],
    ...(route.body !== undefined && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: schemaOf(route.body, "input") } },
      },
    }),
    ...(route.upload !== undefined && {
      requestBody: {
        required: true,
        content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
      },
    }),
    responses,
  };
}

function parametersOf(place: "path" | "query", schema: z.ZodObject | undefined): readonly object[] {
  return Object.entries(schema?.shape ?? {}).map(([name, shape]) => ({
    name,
    in: place,
    required: place === "path" || !(shape as z.ZodType).safeParse(undefined).success,
    schema: schemaOf(shape as z.ZodType, "input"),
  }));
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}
