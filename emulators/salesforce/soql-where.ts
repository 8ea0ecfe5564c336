/** The WHERE clause as a test on records, and the records worth testing when an index knows them. */
import type { Query, WhereClause, Condition, ValueQueryCondition } from "@jetstreamapp/soql-parser-js";
import { refusal } from "./errors.ts";
import { fullId } from "./ids.ts";
import { idsBy, idsLike, type Org, type Row } from "./org.ts";
import type { SchemaObject } from "./schema.ts";
import { conditionTest, type Operand, operandsOf } from "./soql-compare.ts";
import { fieldPath, type FieldPath } from "./soql-path.ts";
import { malformedQuery, type ParsedSoql } from "./soql-text.ts";

type Leaf = Condition | ValueQueryCondition;
type Node =
  | { readonly kind: "all" | "any"; readonly parts: readonly Node[] }
  | { readonly kind: "not"; readonly part: Node }
  | { readonly kind: "leaf"; readonly leaf: Leaf };
type Token = "(" | ")" | "AND" | "OR" | "NOT" | Leaf;

export interface Filter {
  readonly test: (row: Row) => boolean;
  /** Ids among which every match is; undefined = anything could match. */
  readonly candidates: ReadonlySet<string> | undefined;
}

export interface FilterScope {
  readonly org: Org;
  readonly parsed: ParsedSoql;
  readonly object: SchemaObject;
  readonly alias: string | undefined;
  /** Runs the SELECT of a semi-join and gives the values of its one field. */
  readonly select: (query: Query) => ReadonlySet<string>;
}

/** Compiles a WHERE clause. Throws MALFORMED_QUERY, INVALID_FIELD, INVALID_QUERY_FILTER_OPERATOR. */
export function whereFilter(scope: FilterScope, where: WhereClause | undefined): Filter {
  if (where === undefined) return { test: () => true, candidates: undefined };
  const node = nodeOf(scope.parsed, tokensOf(where));
  checkSemiJoins(scope.parsed, node);
  return filterOf(scope, node);
}

function tokensOf(where: WhereClause): Token[] {
  const tokens: Token[] = [];
  for (let clause: WhereClause | undefined = where; clause !== undefined;) {
    const { left } = clause;
    const open = left === null ? 0 : (left.openParen ?? 0);
    for (let count = 0; count < open; count++) tokens.push("(");
    if (left !== null && "operator" in left) {
      tokens.push(left);
      const close = "closeParen" in left ? (left.closeParen ?? 0) : 0;
      for (let count = 0; count < close; count++) tokens.push(")");
    }
    if ("operator" in clause) {
      tokens.push(clause.operator);
      clause = clause.right;
    } else clause = undefined;
  }
  return tokens;
}

/** AND and OR on one level need parentheses in SOQL. */
function nodeOf(parsed: ParsedSoql, tokens: readonly Token[]): Node {
  let at = 0;
  function list(): Node {
    const parts = [single()];
    let joiner: Token | undefined;
    while (tokens[at] === "AND" || tokens[at] === "OR") {
      const next = tokens[at++];
      if (joiner !== undefined && joiner !== next) {
        throw malformedQuery(parsed.text, `unexpected token: ${joiner === "AND" ? "OR" : "AND"}`);
      }
      joiner = next;
      parts.push(single());
    }
    const [only] = parts;
    return parts.length === 1 && only ? only : { kind: joiner === "OR" ? "any" : "all", parts };
  }
  function single(): Node {
    const token = tokens[at++];
    if (token === "NOT") return { kind: "not", part: single() };
    if (token === "(") {
      const inner = list();
      at++;
      return inner;
    }
    if (token === undefined || typeof token === "string") {
      throw malformedQuery(parsed.text, `unexpected token: ${String(token)}`);
    }
    return { kind: "leaf", leaf: token };
  }
  return list();
}

/** Limits of semi-joins (SOQL reference: comparison operators, IN with a subquery). */
function checkSemiJoins(parsed: ParsedSoql, root: Node): void {
  let count = 0;
  function visit(node: Node, underOr: boolean): void {
    if (node.kind === "not") return visit(node.part, underOr);
    if (node.kind !== "leaf")
      return node.parts.forEach((part) => visit(part, underOr || node.kind === "any"));
    if (!("valueQuery" in node.leaf)) return;
    count++;
    if (underOr)
      throw malformedQuery(parsed.text, "Semi join sub-selects are not allowed with the 'OR' operator");
    if (count > 2) throw malformedQuery(parsed.text, "Maximum 2 semi join sub-selects are allowed");
  }
  visit(root, false);
}

function filterOf(scope: FilterScope, node: Node): Filter {
  switch (node.kind) {
    case "leaf":
      return leafFilter(scope, node.leaf);
    case "not": {
      const inner = filterOf(scope, node.part).test;
      return { test: (row) => !inner(row), candidates: undefined };
    }
    case "all": {
      const parts = node.parts.map((part) => filterOf(scope, part));
      const known = parts.flatMap((part) => part.candidates ?? []).sort((a, b) => a.size - b.size);
      return { test: (row) => parts.every((part) => part.test(row)), candidates: known[0] };
    }
    case "any": {
      const parts = node.parts.map((part) => filterOf(scope, part));
      const known = parts.flatMap((part) => part.candidates ?? []);
      const isKnown = known.length === parts.length;
      return {
        test: (row) => parts.some((part) => part.test(row)),
        candidates: isKnown ? new Set(known.flatMap((ids) => [...ids])) : undefined,
      };
    }
    default:
      throw new Error(`no such node: ${JSON.stringify(node satisfies never)}`);
  }
}

function leafFilter(scope: FilterScope, leaf: Leaf): Filter {
  if (!("field" in leaf))
    throw malformedQuery(scope.parsed.text, "functions in WHERE are not modelled by the emulator");
  const path = fieldPath(scope.org, scope.object, leaf.field, scope.alias);
  checkFilterable(path);
  if ("valueQuery" in leaf) return semiJoin(scope, path, leaf);
  const operands = operandsOf(scope.parsed, leaf, path.field, scope.org.now());
  const test = conditionTest(path.field, leaf.operator, operands);
  return {
    test: (row) => test(path.read(row)),
    candidates: leafCandidates(scope, path, leaf.operator, operands),
  };
}

function leafCandidates(
  scope: FilterScope,
  path: FieldPath,
  operator: string,
  operands: readonly Operand[],
): ReadonlySet<string> | undefined {
  if (operator === "=" || operator === "IN") return indexed(scope, path, textsOf(operands));
  const [like] = operands;
  if (operator !== "LIKE" || !path.direct || like?.kind !== "like") return undefined;
  return idsLike(scope.org, scope.object.name, path.field, like.test.folded);
}

function semiJoin(scope: FilterScope, path: FieldPath, leaf: ValueQueryCondition): Filter {
  if (path.field.type !== "id" && path.field.type !== "reference") {
    throw malformedQuery(
      scope.parsed.text,
      `The left operand field in the where expression for outer query should be an id field, cannot use: '${path.field.name}'`,
    );
  }
  if (leaf.valueQuery.sObject?.toLowerCase() === scope.object.name.toLowerCase()) {
    throw malformedQuery(
      scope.parsed.text,
      "The inner and outer selects should not be on the same object type",
    );
  }
  const values = scope.select(leaf.valueQuery);
  if (leaf.operator === "NOT IN") {
    return { test: (row) => !values.has(String(path.read(row))), candidates: undefined };
  }
  return {
    test: (row) => values.has(String(path.read(row))),
    candidates: indexed(scope, path, [...values]),
  };
}

/** Ids by an index of the object, where it has one for this field. */
function indexed(
  scope: FilterScope,
  path: FieldPath,
  values: readonly string[] | undefined,
): ReadonlySet<string> | undefined {
  if (!path.direct || values === undefined) return undefined;
  if (path.field.type === "id") return new Set(values.map(fullId));
  const ids = new Set<string>();
  for (const value of values) {
    const found = idsBy(scope.org, scope.object.name, path.field, value);
    if (found === undefined) return undefined;
    for (const id of found) ids.add(id);
  }
  return ids;
}

function textsOf(operands: readonly Operand[]): string[] | undefined {
  const texts: string[] = [];
  for (const operand of operands) {
    if (operand.kind !== "text") return undefined;
    texts.push(operand.text);
  }
  return texts;
}

function checkFilterable(path: FieldPath): void {
  if (path.field.type !== "longtext" && path.field.type !== "html") return;
  throw refusal(400, "INVALID_FIELD", `field '${path.field.name}' can not be filtered in a query call`);
}
