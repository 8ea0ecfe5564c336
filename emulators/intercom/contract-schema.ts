/** Turns operations of Intercom's OpenAPI 3.0 file into validators for what the emulator is asked and answers. */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { parse } from "yaml";

type Json = Record<string, unknown>;

/**
 * Where the file and the vendor's real answers differ (captures of January 2026): fields that are null though the
 * file does not say so, and conversation attributes that are booleans.
 */
const nullInReality: Readonly<Record<string, readonly string[] | "all">> = {
  contact: ["email", "email_domain"],
  company: ["name", "size", "website", "industry", "remote_created_at", "last_request_at"],
  conversation_statistics: "all",
};

/** Objects of which every field the file names must be there, but for those listed. */
const completeObjects: Readonly<Record<string, readonly string[]>> = {
  contact: [],
  company: [],
  conversation: [],
  conversation_source: [],
  conversation_part: [],
  conversation_part_author: [],
  conversation_statistics: [
    "assigned_team_first_response_time",
    "assigned_team_first_response_time_in_office_hours",
    "handling_time",
    "adjusted_handling_time",
  ],
  contact_reference: [],
  tag_basic: [],
  admin: [],
  team: [],
  data_attribute: ["options", "admin_id"],
  note: [],
  message: [],
  cursor_pages: [],
};

export interface Contract {
  /** The path template of the file that fits, such as `/contacts/{contact_id}/tags`; undefined = not in the file. */
  readonly templateOf: (method: string, path: string) => string | undefined;
  /** One line per difference between `body` and the request body of the operation. */
  readonly requestFaults: (method: string, template: string, body: unknown) => string[];
  /** One line per difference between `body` and the operation's answer of this status. */
  readonly answerFaults: (method: string, template: string, status: number, body: unknown) => string[];
}

/** Reads the OpenAPI file's text. */
export function readContract(yaml: string): Contract {
  const file = parse(yaml) as { paths: Record<string, Record<string, Json>>; components: { schemas: Json } };
  for (const [name, schema] of Object.entries(file.components.schemas)) correct(name, schema as Json);
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv, ["uri-reference"]);
  ajv.addFormat("email", /^$|@/);
  for (const format of ["uri", "uuid", "timestamp", "date-time", "date"]) ajv.addFormat(format, true);
  ajv.addSchema({ $id: "openapi", components: jsonSchemaOf(file.components) as Json });
  const templates = Object.keys(file.paths).sort((left, right) => braces(left) - braces(right));
  const compiled = new Map<string, ValidateFunction>();

  function faults(pointer: string, schema: unknown, body: unknown): string[] {
    if (schema === undefined) return body === undefined ? [] : [`${pointer}: a body where the file has none`];
    const validate = compiled.get(pointer) ?? ajv.compile(jsonSchemaOf(schema) as Json);
    compiled.set(pointer, validate);
    return validate(body) ? [] : (validate.errors ?? []).map((error) => lineOf(pointer, error));
  }

  return {
    templateOf: (method, path) =>
      templates.find(
        (template) => fits(template, path) && file.paths[template]?.[method.toLowerCase()] !== undefined,
      ),
    requestFaults(method, template, body) {
      const operation = file.paths[template]?.[method.toLowerCase()];
      return faults(`${method} ${template} request`, schemaIn(operation?.["requestBody"]), body);
    },
    answerFaults(method, template, status, body) {
      const operation = file.paths[template]?.[method.toLowerCase()];
      const answer = (operation?.["responses"] as Json | undefined)?.[String(status)];
      const pointer = `${method} ${template} ${status}`;
      const error = { $ref: "#/components/schemas/error" };
      if (answer === undefined && status >= 400) return faults(pointer, error, body);
      return answer === undefined
        ? [`${pointer}: no such answer in the file`]
        : faults(pointer, schemaIn(answer), body);
    },
  };
}

function schemaIn(carrier: unknown): unknown {
  const content = (carrier as { content?: { "application/json"?: { schema?: unknown } } } | undefined)
    ?.content;
  return content?.["application/json"]?.schema;
}

function braces(template: string): number {
  return template.split("{").length;
}

function fits(template: string, path: string): boolean {
  const wanted = template.split("/");
  const actual = path.split("/");
  return (
    wanted.length === actual.length &&
    wanted.every((piece, index) => piece.startsWith("{") || piece === actual[index])
  );
}

function lineOf(pointer: string, error: ErrorObject): string {
  return `${pointer}: ${error.instancePath || "/"} ${error.message ?? ""} ${JSON.stringify(error.params)}`;
}

function correct(name: string, schema: Json): void {
  const properties = (schema["properties"] ?? {}) as Record<string, Json>;
  const nullable = nullInReality[name] ?? [];
  for (const [property, shape] of Object.entries(properties)) {
    if (nullable === "all" || nullable.includes(property)) shape["nullable"] = true;
  }
  if (name === "custom_attributes") {
    (schema["additionalProperties"] as { anyOf: Json[] }).anyOf.push({ type: "boolean" });
  }
  const optional = completeObjects[name];
  if (optional !== undefined) {
    schema["required"] = Object.keys(properties).filter((property) => !optional.includes(property));
  }
}

/** OpenAPI 3.0 to JSON Schema: `nullable`, and `oneOf` as `anyOf`, since the file's alternatives overlap. */
function jsonSchemaOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(jsonSchemaOf);
  if (typeof schema !== "object" || schema === null) return schema;
  const converted: Json = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === "example" || key === "examples" || key === "nullable") continue;
    if (key === "$ref") converted["$ref"] = `openapi${String(value)}`;
    else converted[key === "oneOf" ? "anyOf" : key] = jsonSchemaOf(value);
  }
  const isNullable = (schema as Json)["nullable"] === true;
  return isNullable ? { anyOf: [{ type: "null" }, converted] } : converted;
}
