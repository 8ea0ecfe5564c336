/**
 * The web admin's client as TypeScript, from the OpenAPI document: for each operation of /api/v1 its method, its path below that,
 * what it takes and what it answers. `npm run docs` writes it; tests/policy/docs.test.ts says when it is stale.
 */
import { openapiOf } from "../../src/http/docs.ts";
import { API_PREFIX } from "../../src/http/api/openapi.ts";
import { routesAsData } from "./api-routes.ts";

export const CLIENT_PATH = "web/src/api/operations.ts";

interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: Schema;
}
interface Described {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

/** The text of `web/src/api/operations.ts`: a line for each operation. */
export function clientText(): string {
  const parts = described();
  const types = parts.map(
    ({ operation: one }) => `  /** ${one.summary}. */
  ${one.operationId}: { path: ${parametersOf(one, "path")}; query: ${parametersOf(one, "query")}; body: ${one.requestBody === undefined ? "undefined" : typeOf(jsonOf(one.requestBody.content))}; answer: ${typeOf(jsonOf(one.responses["200"]?.content ?? one.responses["201"]?.content ?? {}))} };`,
  );
  const places = parts.map(
    ({ operation, method, path }) =>
      `  ${operation.operationId}: ["${method.toUpperCase()}", "${path.slice(API_PREFIX.length)}"],`,
  );
  return `// Written by \`npm run docs\` from the OpenAPI document of the service.\n\n/** No parameter at all. */\ntype Nothing = Readonly<Record<string, never>>;\n\nexport interface Operations {\n${types.join("\n")}\n}\n\nexport const OPERATIONS = {\n${places.join("\n")}\n} as const satisfies Record<keyof Operations, readonly [method: string, path: string]>;\n`;
}

function described() {
  return Object.entries(openapiOf(routesAsData()).paths)
    .filter(([path]) => path.startsWith(`${API_PREFIX}/`))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        path,
        method,
        operation: operation as unknown as Described,
      })),
    );
}

function jsonOf(content: Readonly<Record<string, { readonly schema: Schema }>>): Schema {
  return content["application/json"]?.schema ?? {};
}

function parametersOf({ parameters = [] }: Described, place: string): string {
  const fields = parameters
    .filter((one) => one.in === place)
    .map(({ name, required, schema }) => `${name}${required ? "" : "?"}: ${typeOf(schema)}`);
  return fields.length === 0 ? "Nothing" : `{ ${fields.join("; ")} }`;
}

function typeOf(schema: Schema): string {
  const { const: constant, enum: values, anyOf, oneOf, type, items, additionalProperties } = schema;
  if (constant !== undefined) return JSON.stringify(constant);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(" | ");
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return choices.map((one) => `(${typeOf(one)})`).join(" | ");
  if (typeof type === "object") return type.map((one) => typeOf({ ...schema, type: one })).join(" | ");
  switch (type) {
    case "string":
    case "boolean":
    case "null":
      return type;
    case "integer":
    case "number":
      return "number";
    case "array":
      return `(${typeOf(items ?? {})})[]`;
    case "object":
      return objectOf(schema, additionalProperties);
    default:
      return "unknown";
  }
}

function objectOf({ properties, required = [] }: Schema, rest: Schema | boolean | undefined): string {
  if (properties === undefined)
    return `Record<string, ${typeof rest === "object" ? typeOf(rest) : "unknown"}>`;
  const fields = Object.entries(properties).map(
    ([name, schema]) => `${JSON.stringify(name)}${required.includes(name) ? "" : "?"}: ${typeOf(schema)}`,
  );
  return `{ ${fields.join("; ")} }`;
}
