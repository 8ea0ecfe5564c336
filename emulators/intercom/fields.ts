/** Reads request bodies: ids are accepted as string or number, since the vendor's own examples mix them. */
import type { EmulatorRequest } from "../core/routes.ts";
import { badParameter } from "./errors.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** The body as an object; an empty body counts as `{}`. Refuses anything else. */
export function fieldsOf(request: EmulatorRequest): Fields {
  if (request.body === null) return {};
  const fields = asFields(request.body);
  if (fields === undefined) throw badParameter("The request body must be a JSON object");
  return fields;
}

export function asFields(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** An id given as text or number; undefined when absent, null or empty. */
export function idOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))
    ? Number(value)
    : undefined;
}

/** Unix seconds from seconds, milliseconds or ISO 8601 text; undefined when it is none of them. */
export function secondsOf(value: unknown): number | undefined {
  const number = numberOf(value);
  if (number !== undefined) return Math.floor(number > 100_000_000_000 ? number / 1000 : number);
  const parsed = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : Math.floor(parsed / 1000);
}

/** The id in `name`; refuses the request when it is missing. */
export function requiredId(fields: Fields, name: string): string {
  const id = idOf(fields[name]);
  if (id === undefined) throw badParameter(`${name} is required`, "parameter_not_found", name);
  return id;
}
