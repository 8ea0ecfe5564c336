/** `@{ref.id}` and `@{ref.records[0].Id}` in the url and the body of later subrequests. */
import { refusal } from "./errors.ts";

const reference = /@\{([A-Za-z0-9_]+)((?:\.[A-Za-z0-9_]+|\[\d+\])+)\}/g;

/** The value with every reference replaced, at any depth. Throws PROCESSING_HALTED for one without a value. */
export function withReferences(value: unknown, bodies: ReadonlyMap<string, unknown>): unknown {
  if (typeof value === "string") return value.includes("@{") ? replaced(value, bodies) : value;
  if (Array.isArray(value)) return value.map((one) => withReferences(one, bodies));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withReferences(one, bodies)]));
}

function replaced(text: string, bodies: ReadonlyMap<string, unknown>): string {
  return text.replace(reference, (whole, name: string, path: string) => {
    const found = valueAt(bodies.get(name), path);
    if (typeof found === "string" || typeof found === "number" || typeof found === "boolean")
      return String(found);
    throw refusal(
      400,
      "PROCESSING_HALTED",
      `Invalid reference specified. No value for ${whole.slice(2, -1)} found in ${name}`,
    );
  });
}

function valueAt(body: unknown, path: string): unknown {
  let at: unknown = body;
  for (const [, name, place] of path.matchAll(/\.([A-Za-z0-9_]+)|\[(\d+)\]/g)) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Record<string, unknown>)[name ?? place ?? ""];
  }
  return at;
}
