/**
 * Prepared statements: PostgreSQL plans a statement once per connection instead of at every call, which for Baton's
 * small statements is most of their cost.
 */
import type { Pool, PoolClient } from "pg";

/** More different texts than the queries.ts files hold means that somebody builds SQL by hand: those are not prepared. */
const MOST_TEXTS = 300;

/** Makes each new connection of this pool prepare, at its first use, every parametrised statement that `isWorth` accepts. */
export function prepareStatements(pool: Pool, isWorth: (text: string) => boolean): void {
  const names = new Map<string, string | null>();
  const nameOf = (text: string): string | null => {
    const known = names.get(text);
    if (known !== undefined) return known;
    if (names.size >= MOST_TEXTS) return null;
    const name = isWorth(text) ? `baton_${names.size}` : null;
    names.set(text, name);
    return name;
  };
  pool.on("connect", (client: PoolClient) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    const prepared = (text: unknown, values: unknown, ...rest: unknown[]): unknown => {
      const name =
        typeof text === "string" && Array.isArray(values) && values.length > 0 ? nameOf(text) : null;
      return name === null ? query(text, values, ...rest) : query({ name, text, values }, ...rest);
    };
    client.query = prepared as typeof client.query;
  });
}
