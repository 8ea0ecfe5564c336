/**
 * SOQL text to syntax tree. String literals are cut out before the parser sees the text: their escapes are read
 * here by Salesforce's rules, and queries that differ only in their strings share one parsed tree.
 */
import { parseQuery, type Query } from "@jetstreamapp/soql-parser-js";
import { refusal, type SalesforceError } from "./errors.ts";

export interface ParsedSoql {
  readonly text: string;
  readonly tree: Query;
  /** The raw literals (between the quotes, escapes as written); the tree has `'?0'`, `'?1'`, ... in their places. */
  readonly literals: readonly string[];
}

export interface LikeTest {
  readonly any: (value: string) => boolean;
  /** For values that are in lower case already. */
  readonly folded: (value: string) => boolean;
}

const cache = new Map<string, Query>();
const cacheLimit = 2000;
const plainEscapes: Readonly<Record<string, string>> = {
  n: "\n",
  N: "\n",
  r: "\r",
  R: "\r",
  t: "\t",
  T: "\t",
  b: "\b",
  B: "\b",
  f: "\f",
  F: "\f",
  '"': '"',
  "'": "'",
  "\\": "\\",
};

/** Parses a query. Throws MALFORMED_QUERY. */
export function parseSoql(text: string): ParsedSoql {
  if (text.length > 100_000)
    throw malformedQuery(text, "SOQL statements cannot be longer than 100000 characters.");
  const { skeleton, literals } = withoutStrings(text);
  let tree = cache.get(skeleton);
  if (tree === undefined) {
    try {
      tree = parseQuery(skeleton, { allowApexBindVariables: false });
    } catch (error) {
      const reason = error instanceof Error ? error.message.split("\n")[0] : "unexpected token";
      throw malformedQuery(text, reason ?? "unexpected token");
    }
    if (cache.size >= cacheLimit) cache.clear();
    cache.set(skeleton, tree);
  }
  return { text, tree, literals };
}

/** The raw literal that stands for a value like `'?3'` of the tree. */
export function literalOf(parsed: ParsedSoql, value: string): string {
  return parsed.literals[Number(value.slice(2, -1))] ?? "";
}

/** The text a literal means. Throws MALFORMED_QUERY for an escape SOQL does not have. */
export function unescaped(parsed: ParsedSoql, raw: string): string {
  if (!raw.includes("\\")) return raw;
  return raw.replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (_whole, code: string) => {
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (code === "%" || code === "_") return code;
    const plain = plainEscapes[code];
    if (plain === undefined) throw badEscape(parsed.text, code);
    return plain;
  });
}

/** A test for LIKE: `%` any characters, `_` one character, `\%` and `\_` themselves; case does not count. */
export function likeTest(parsed: ParsedSoql, raw: string): LikeTest {
  let pattern = "";
  for (const [piece] of raw.matchAll(/\\u[0-9a-fA-F]{4}|\\.|[^\\]/gs)) {
    if (piece === "%") pattern += "[\\s\\S]*";
    else if (piece === "_") pattern += "[\\s\\S]";
    else pattern += unescaped(parsed, piece).replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
  }
  const inner = /^%([^%_\\]+)%$/.exec(raw)?.[1]?.toLowerCase();
  if (inner !== undefined) {
    return { any: (value) => value.toLowerCase().includes(inner), folded: (value) => value.includes(inner) };
  }
  const expression = new RegExp(`^${pattern}$`, "i");
  const test = (value: string) => expression.test(value);
  return { any: test, folded: test };
}

/** 400 MALFORMED_QUERY. */
export function malformedQuery(text: string, reason: string): SalesforceError {
  const shown = text.length > 300 ? `${text.slice(0, 300)}...` : text;
  return refusal(400, "MALFORMED_QUERY", `\n${shown}\n^\nERROR at Row:1:Column:1\n${reason}`);
}

function withoutStrings(text: string): { skeleton: string; literals: string[] } {
  const literals: string[] = [];
  let skeleton = "";
  let at = 0;
  for (;;) {
    const open = text.indexOf("'", at);
    if (open < 0) return { skeleton: skeleton + text.slice(at), literals };
    let close = open + 1;
    while (close < text.length && text[close] !== "'") close += text[close] === "\\" ? 2 : 1;
    if (close >= text.length)
      throw malformedQuery(text, "line 1:0 mismatched character '<EOF>' expecting '''");
    skeleton += `${text.slice(at, open)}'?${literals.length}'`;
    literals.push(text.slice(open + 1, close));
    at = close + 1;
  }
}

function badEscape(text: string, code: string): SalesforceError {
  return malformedQuery(
    text,
    `Illegal character sequence '\\${code}' in string literal. Valid escapes are \\n \\r \\t \\b \\f \\" \\' \\\\ \\uXXXX, and \\% \\_ in LIKE.`,
  );
}
