/** The policy's format (JSON Schema, as the service serves it) read for forms: what kind of field a part is. */
import { FIRST_RULE } from "./conditions.ts";
import { type Fields, isFields } from "./tree.ts";

/** The part of JSON Schema that the format uses. */
export interface Shape {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Shape | boolean;
  readonly items?: Shape;
  readonly $ref?: string;
  readonly description?: string;
  readonly default?: unknown;
}

export type Entry =
  | { readonly kind: "condition" | "text" | "number" | "flag" | "words" | "scalar" | "nothing" }
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | { readonly kind: "choices"; readonly values: readonly string[] }
  | { readonly kind: "list"; readonly of: Shape }
  | { readonly kind: "group"; readonly parts: readonly (readonly [string, Shape])[] }
  | { readonly kind: "named"; readonly of: Shape }
  | { readonly kind: "union"; readonly of: readonly Shape[] };

export function entryOf(shape: Shape): Entry {
  if (shape.$ref !== undefined) return { kind: "condition" };
  if (shape.enum !== undefined) return { kind: "choice", values: shape.enum };
  if (typeof shape.const === "string") return { kind: "choice", values: [shape.const] };
  if (shape.anyOf !== undefined)
    return shape.anyOf.every(isWord) ? { kind: "text" } : { kind: "union", of: shape.anyOf };
  switch (shape.type) {
    case "boolean":
      return { kind: "flag" };
    case "number":
    case "integer":
      return { kind: "number" };
    case "array":
      return listEntry(shape.items ?? {});
    case "object":
      return objectEntry(shape);
    case "string":
      return { kind: "text" };
    default:
      return { kind: "scalar" };
  }
}

function isWord({ type, const: constant }: Shape): boolean {
  return type === "string" && constant === undefined;
}

function listEntry(of: Shape): Entry {
  if (of.enum !== undefined) return { kind: "choices", values: of.enum };
  return of.type === "string" ? { kind: "words" } : { kind: "list", of };
}

function objectEntry({ properties, additionalProperties }: Shape): Entry {
  if (typeof additionalProperties === "object") return { kind: "named", of: additionalProperties };
  const parts = Object.entries(properties ?? {});
  return parts.length === 0 ? { kind: "nothing" } : { kind: "group", parts };
}

/** Which of a union's shapes a value has; -1 when none. */
export function branchOf(shapes: readonly Shape[], value: unknown): number {
  return shapes.findIndex((shape) => fits(shape, value));
}

function fits(shape: Shape, value: unknown): boolean {
  const entry = entryOf(shape);
  switch (entry.kind) {
    case "choice":
      return typeof value === "string" && entry.values.includes(value);
    case "number":
      return typeof value === "number";
    case "text":
      return typeof value === "string";
    case "group":
      return isFields(value) && isGroup(shape, value);
    default:
      return false;
  }
}

function isGroup({ properties = {}, required = [] }: Shape, value: Fields): boolean {
  return (
    required.every((name) => Object.hasOwn(value, name)) &&
    Object.keys(value).every((name) => Object.hasOwn(properties, name))
  );
}

/** What people call a shape of a union. */
export function branchName(shape: Shape): string {
  const entry = entryOf(shape);
  if (entry.kind === "choice") return entry.values.map(wordsOf).join(" or ");
  const [only, ...others] = entry.kind === "group" ? entry.parts : [];
  if (only !== undefined && others.length === 0) return wordsOf(only[0]);
  return entry.kind === "number" ? "A number" : "In detail";
}

/** What a new part begins with. */
export function emptyOf(shape: Shape): unknown {
  if (shape.default !== undefined) return shape.default;
  const entry = entryOf(shape);
  switch (entry.kind) {
    case "condition":
      return FIRST_RULE;
    case "choice":
      return entry.values[0];
    case "text":
    case "scalar":
      return "";
    case "number":
      return 0;
    case "flag":
      return false;
    case "words":
    case "choices":
    case "list":
      return [];
    case "named":
    case "nothing":
      return {};
    case "union":
      return emptyOf(entry.of[0] ?? {});
    case "group": {
      const wanted = entry.parts.filter(([name]) => (shape.required ?? []).includes(name));
      return Object.fromEntries(wanted.map(([name, part]) => [name, emptyOf(part)]));
    }
  }
}

/** "perDay" as people say it: "Per day". */
export function wordsOf(name: string): string {
  if (name === "sla" || name === "csm") return name.toUpperCase();
  const words = name.replaceAll(/([a-z])([A-Z])/g, "$1 $2").replaceAll(/[-_.]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

const NAMING = ["label", "name", "id", "user", "tag", "to", "task", "slack", "email", "route", "create"];

/** What a thing of a list is called: by what it says of itself, else by its place. */
export function titleOf(value: unknown, place: number): string {
  if (!isFields(value)) return typeof value === "string" ? value : `No. ${place + 1}`;
  for (const key of NAMING) {
    const name = value[key];
    if (typeof name === "string" && name !== "") return name;
  }
  const [first] = Object.entries(value);
  if (first === undefined || first[0] === "when") return `No. ${place + 1}`;
  return typeof first[1] === "string" ? `${wordsOf(first[0])}: ${first[1]}` : wordsOf(first[0]);
}

/** A sentence of the format without its marks. */
export function plain(description: string | undefined): string | undefined {
  return description?.replaceAll("`", "");
}
