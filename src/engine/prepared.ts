/**
 * Prepared statements for the few statements DBOS sends for every step. Planning them anew each time is most of their
 * cost in PostgreSQL. Only lookups by primary key are named: DBOS's claims rely on partial indexes that a plan made
 * once could not use.
 */
import type { Pool, PoolClient } from "pg";

const HOT: readonly RegExp[] = [
  /^SELECT status FROM "dbos"\.workflow_status WHERE workflow_uuid=\$1$/,
  /^SELECT output, error, child_workflow_id, function_name, serialization\s+FROM "dbos"\.operation_outputs/,
  /^SELECT owner_xid FROM "dbos"\.workflow_status WHERE workflow_uuid = \$1 FOR NO KEY UPDATE$/,
  /^INSERT INTO "dbos"\.(operation_outputs|workflow_output)\s/,
  /^UPDATE "dbos"\.workflow_status SET status=\$2, .* WHERE workflow_uuid\s*=\s*\$1/s,
];

/** Whether this is one of the statements of every step, safe to plan once. */
export function isHot(text: string): boolean {
  return HOT.some((pattern) => pattern.test(text.trim()));
}

/** Makes each new connection of this pool prepare the hot statements at their first use. */
export function prepareHotStatements(pool: Pool): void {
  const names = new Map<string, string | null>();
  const nameOf = (text: string): string | null => {
    const known = names.get(text);
    if (known !== undefined) return known;
    const name = isHot(text) ? `baton_${names.size}` : null;
    // The claims carry their limit in the text: do not remember every one of them.
    if (name !== null || names.size < 100) names.set(text, name);
    return name;
  };
  pool.on("connect", (client: PoolClient) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    const prepared = (text: unknown, values: unknown, ...rest: unknown[]): unknown => {
      const name = typeof text === "string" && Array.isArray(values) ? nameOf(text) : null;
      return name === null ? query(text, values, ...rest) : query({ name, text, values }, ...rest);
    };
    client.query = prepared as typeof client.query;
  });
}
