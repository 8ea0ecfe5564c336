/** SOSL, as much as a search for a person needs: FIND {x} IN ... FIELDS RETURNING A(f, g WHERE ... LIMIT n), B(...). */
import type { ApiCall } from "./api.ts";
import { refusal } from "./errors.ts";
import { allRows, findObject, type Org, type Row } from "./org.ts";
import { runSoql } from "./soql.ts";

const shape =
  /^\s*FIND\s*\{((?:\\.|[^}\\])+)\}\s*(?:IN\s+(ALL|NAME|EMAIL|PHONE|SIDEBAR)\s+FIELDS\s*)?RETURNING\s+(.+?)(?:\s+LIMIT\s+(\d+))?\s*$/is;

/** The records found. Unlike the real index this one never lags. Throws MALFORMED_SEARCH. */
export function searchRecords(org: Org, call: ApiCall): unknown[] {
  const parts = shape.exec(call.query["q"] ?? "");
  if (parts === null)
    throw refusal(
      400,
      "MALFORMED_SEARCH",
      "No search term found. The search term must be enclosed in braces.",
    );
  const [, rawTerm = "", group = "ALL", returning = "", limit] = parts;
  const term = rawTerm.replace(/\\(.)/g, "$1").replace(/^"|"$/g, "").replace(/\*$/, "").toLowerCase();
  if (term.length < 2) return [];
  const records = targetsOf(returning).flatMap(({ object: name, fields, rest }) => {
    const object = findObject(org, name);
    if (object === undefined) throw refusal(400, "INVALID_TYPE", `sObject type '${name}' is not supported.`);
    const ids: string[] = [];
    for (const row of allRows(org, object.name)) {
      if (row["IsDeleted"] !== true && isMatch(row, group.toUpperCase(), term)) ids.push(String(row["Id"]));
    }
    if (ids.length === 0) return [];
    const where = `Id IN (${ids.map((id) => `'${id}'`).join(",")})`;
    const clause = /^WHERE\s/i.test(rest)
      ? rest.replace(/^WHERE\s/i, `WHERE ${where} AND `)
      : `WHERE ${where} ${rest}`;
    return runSoql(org, `SELECT ${fields} FROM ${object.name} ${clause}`, {
      version: call.version,
      all: false,
    }).records;
  });
  return records.slice(0, Number(limit ?? 2000));
}

function targetsOf(returning: string): { object: string; fields: string; rest: string }[] {
  return [...returning.matchAll(/([A-Za-z0-9_]+)\s*(?:\(((?:'(?:\\.|[^'\\])*'|[^()'])*)\))?/g)].map(
    ([, object = "", inner]) => {
      const [, fields = "Id", rest = ""] =
        /^\s*(.*?)\s*((?:WHERE|ORDER BY|LIMIT)\s.*)?$/is.exec(inner ?? "Id") ?? [];
      return { object, fields, rest };
    },
  );
}

function isMatch(row: Row, group: string, term: string): boolean {
  const isIn = (name: string) => typeof row[name] === "string" && row[name].toLowerCase().includes(term);
  if (group === "EMAIL") return isIn("Email");
  if (group === "PHONE") return isIn("Phone") || isIn("MobilePhone");
  if (group === "NAME") return isIn("Name");
  return Object.values(row).some((value) => typeof value === "string" && value.toLowerCase().includes(term));
}
