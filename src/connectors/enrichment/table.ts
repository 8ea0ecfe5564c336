/** A CSV table of companies and people as an enrichment provider. Pure. */
import { parse } from "csv-parse/sync";
import type { Enrichment } from "../../handoff/ports.ts";
import { UserError } from "../../kernel/failure.ts";
import { enrichmentOfFields, FIELDS, type FieldValues } from "./fields.ts";

export type Who = { readonly email: string | null; readonly domain: string | null };

/** The column names in lower case without blanks and underscores: "Annual revenue" is annualRevenue. */
const COLUMNS = new Map<string, string>([...FIELDS, "email"].map((field) => [field.toLowerCase(), field]));

function columnOf(header: string): string {
  const bare = header.toLowerCase().replaceAll(/[\s_-]/g, "");
  return COLUMNS.get(bare) ?? bare;
}

/**
 * Reads the table once; the result looks up a person by e-mail address first, then a company by domain. A row names an
 * `email` or a `domain`; a later row of the same name wins. Throws UserError for a text that is no such table.
 */
export function readTable(csv: string): (who: Who) => Enrichment | null {
  let rows: Record<string, string>[];
  try {
    rows = parse(csv, {
      columns: (header: string[]) => header.map(columnOf),
      bom: true,
      skip_empty_lines: true,
      trim: true,
      relax_column_count: true,
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`the enrichment table is no CSV with a header line: ${why}`, { cause });
  }
  const byName = new Map<string, FieldValues>();
  for (const row of rows) {
    const name = (row["email"] || row["domain"] || "").toLowerCase();
    if (name !== "") byName.set(name, row);
  }
  if (rows.length > 0 && byName.size === 0) {
    throw new UserError('the enrichment table needs a column "domain" or "email"');
  }
  return ({ email, domain }) => {
    const found = byName.get(email?.toLowerCase() ?? "") ?? byName.get(domain?.toLowerCase() ?? "");
    return found === undefined ? null : enrichmentOfFields(found, "table");
  };
}
