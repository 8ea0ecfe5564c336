/** docs/policy.md and the published JSON Schema, made from the policy's schema: nothing in them is written twice. */
import { CLIENT_PATH, clientText } from "./api-client.ts";
import { format, resolveConfig } from "prettier";
import { fields } from "../../src/policy/fields.ts";
import { policyJsonSchema } from "../../src/policy/json-schema.ts";
import { policyParts } from "./policy-parts.ts";

/** What of JSON Schema the policy's schema uses. */
export interface Schema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** One line of a table. */
export interface FieldRow {
  /** "<name>.usage.event", "[].when": the place below its part. */
  readonly place: string;
  readonly type: string;
  /** "required", or what counts without it. */
  readonly absent: string;
  readonly about: string | null;
}

/** Every field below a part, in the order of the schema. */
export function fieldsOf(schema: Schema, place: string): readonly FieldRow[] {
  const below = [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
      const inside = place === "" ? key : `${place}.${key}`;
      const isRequired = schema.required?.includes(key) === true;
      return [rowOf(inside, field, isRequired), ...fieldsOf(field, inside)];
    }),
    ...(schema.items === undefined ? [] : fieldsOf(schema.items, `${place}[]`)),
    ...(schema.additionalProperties === undefined || schema.additionalProperties === false
      ? []
      : fieldsOf(schema.additionalProperties, place === "" ? "<name>" : `${place}.<name>`)),
    ...alternativesOf(schema, place),
  ];
  return below.filter((row, at) => below.findIndex(({ place: other }) => other === row.place) === at);
}

/** Of several groups one is written, and they may share a field. */
function alternativesOf({ anyOf = [] }: Schema, place: string): readonly FieldRow[] {
  const groups = anyOf.filter(({ properties }) => properties !== undefined);
  return anyOf.flatMap((one) =>
    fieldsOf(one, place).map((row) =>
      groups.length > 1 && row.absent === "required" ? { ...row, absent: "another instead" } : row,
    ),
  );
}

function rowOf(place: string, schema: Schema, isRequired: boolean): FieldRow {
  return {
    place,
    type: typeOf(schema),
    absent: isRequired ? "required" : defaultOf(schema.default),
    about: schema.description ?? null,
  };
}

function defaultOf(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return "–";
  return typeof value === "object" ? "–" : code(value);
}

function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return "[condition](#conditions)";
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(", ");
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(" or ");
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  if (schema.additionalProperties !== undefined && schema.additionalProperties !== false)
    return `by name: ${typeOf(schema.additionalProperties)}`;
  return [schema.type ?? "any"]
    .flat()
    .map((one) => TYPES[one] ?? one)
    .join(" or ");
}

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  integer: "whole number",
  boolean: "`true`, `false`",
  object: "group",
};

function tableOf(rows: readonly FieldRow[]): string {
  if (rows.length === 0) return "";
  const lines = rows.map(
    ({ place, type, absent, about }) => `| \`${place}\` | ${type} | ${absent} | ${about ?? ""} |`,
  );
  return ["| field | holds | when absent | says |", "| --- | --- | --- | --- |", ...lines, ""].join("\n");
}

function sectionOf(part: string, schema: Schema): string {
  const given = policyParts[part];
  if (given === undefined) throw new Error(`tests/support/policy-parts.ts says nothing about ${part}`);
  const lead = `${schema.description} ${given.about}`;
  return [`## ${part}`, lead, tableOf(fieldsOf(schema, "")), `\`\`\`yaml\n${given.example}\n\`\`\``].join(
    "\n\n",
  );
}

function conditionsOf(condition: Schema): string {
  const known = fields.map(({ name, kind, about }) => `| \`${name}\` | ${kind} | ${about} |`);
  return [
    "## Conditions",
    condition.description,
    tableOf(fieldsOf(condition, "")),
    '```yaml\n{ combinator: and, rules: [{ field: company.employees, operator: ">=", value: 50 }, { field: contact.tags, operator: contains, value: trial }] }\n```',
    "The fields, beside `score.<name>`, `contact.attributes.<name>` and `company.attributes.<name>`:",
    ["| field | holds | is |", "| --- | --- | --- |", ...known].join("\n"),
  ].join("\n\n");
}

const HEAD = `# The policy, field by field

<!-- Written by \`npm run docs\` from src/policy: change it there. -->

How a policy works is told in [the guide](guide/policy.md); this page lists everything it can say. The same as JSON Schema: [baton-policy-1.schema.json](baton-policy-1.schema.json), \`baton policy schema\`, or \`/schemas/baton-policy-1.json\` of a running Baton. Durations are a number and \`ms\`, \`s\`, \`m\`, \`h\`, \`d\`, \`w\` or \`y\`. The examples of this page put together are a policy. \`<name>\` stands for names that you give, \`[]\` for each item of a list.`;

const SCHEMA_PATH = "docs/baton-policy-1.schema.json";

/** The generated files by path, formatted as the repository is. */
export async function generatedDocs(): Promise<Readonly<Record<string, string>>> {
  const schema = policyJsonSchema() as Schema;
  const sections = Object.entries(schema.properties ?? {}).map(([part, one]) => sectionOf(part, one));
  const page = [HEAD, ...sections, conditionsOf(schema.$defs?.["condition"] ?? {})].join("\n\n");
  return {
    "docs/policy.md": await formatted("docs/policy.md", page),
    [SCHEMA_PATH]: await formatted(SCHEMA_PATH, JSON.stringify(schema)),
    [CLIENT_PATH]: clientText(),
  };
}

async function formatted(path: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}
