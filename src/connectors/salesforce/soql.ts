/**
 * SOQL as a tagged template: every value is checked and written by kind, so that no text of an outsider can change a
 * query. Escapes: developer.salesforce.com, SOQL reserved characters and quoted string escape sequences.
 */

/** A finished query or a piece of one; only this module makes it. */
export interface Soql {
  readonly kind: "soql";
  readonly text: string;
}

/** A condition's LIKE pattern, made by `contains` or `startsWith`. */
interface LikePattern {
  readonly kind: "like";
  readonly text: string;
}

/** A date or datetime literal, made by `instant` or `day`. */
interface DateLiteral {
  readonly kind: "date";
  readonly text: string;
}

type Scalar = string | number | boolean | DateLiteral;
export type SoqlValue = Scalar | LikePattern | Soql | readonly Scalar[];

const ID = /^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/;
const FIELD_PATH = /^[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*$/;

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\b": "\\b",
  "\f": "\\f",
};

function escaped(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text
    .replace(/[\\'"\n\r\t\b\f]/g, (character) => ESCAPES[character] ?? character)
    .replaceAll("\u0000", "");
}

function quoted(text: string): string {
  return `'${escaped(text)}'`;
}

/** True for a Salesforce id of 15 or 18 characters. */
export function isSalesforceId(text: string): boolean {
  return ID.test(text);
}

/** The pattern of `LIKE` that matches texts with `part` anywhere in them; wildcards in `part` stand for themselves. */
export function contains(part: string): SoqlValue {
  return { kind: "like", text: `'%${likeText(part)}%'` };
}

/** The pattern of `LIKE` that matches texts that begin with `part`. */
export function startsWith(part: string): SoqlValue {
  return { kind: "like", text: `'${likeText(part)}%'` };
}

function likeText(part: string): string {
  if (part === "") throw new TypeError("a LIKE pattern needs some text");
  return escaped(part).replace(/[%_]/g, "\\$&");
}

/** A datetime literal for an instant in milliseconds, whole seconds, UTC. */
export function instant(at: number): SoqlValue {
  return { kind: "date", text: `${new Date(at).toISOString().slice(0, 19)}Z` };
}

/** The names of fields, relationships or objects: checked, not quoted. */
export function names(...paths: readonly string[]): Soql {
  for (const path of paths) {
    if (!FIELD_PATH.test(path))
      throw new TypeError(`${JSON.stringify(path)} is no name of a Salesforce field`);
  }
  return { kind: "soql", text: paths.join(", ") };
}

function scalar(value: Scalar | LikePattern | Soql): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "object") return value.text;
  if (typeof value === "number" && !Number.isFinite(value))
    throw new TypeError(`${value} is no number that SOQL knows`);
  return String(value);
}

function isList(value: SoqlValue): value is readonly Scalar[] {
  return Array.isArray(value);
}

function written(value: SoqlValue): string {
  // A value from JavaScript's untyped side (undefined, null) must stop the query, not widen it.
  if (value === undefined || value === null) throw new TypeError("a SOQL value is missing");
  if (!isList(value)) return scalar(value);
  if (value.length === 0) throw new TypeError("a SOQL list is empty");
  return `(${value.map((one) => written(one)).join(", ")})`;
}

/**
 * Writes a query: soql`SELECT Id FROM Lead WHERE Email = ${email}`. Texts are quoted and escaped, lists become
 * ('a', 'b'), pieces made by `soql`, `names`, `contains` and `instant` are taken over. Throws TypeError for undefined,
 * null, an empty list or a number that is not finite.
 */
export function soql(parts: TemplateStringsArray, ...values: readonly SoqlValue[]): Soql {
  let text = parts[0] ?? "";
  values.forEach((value, i) => (text += written(value) + (parts[i + 1] ?? "")));
  return { kind: "soql", text: text.replace(/\s*\n\s*/g, " ").trim() };
}
