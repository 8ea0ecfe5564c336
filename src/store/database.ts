/**
 * The words of the store: a connection pool with SQL on it, and a transaction. Rooms write their statements in their
 * own `queries.ts` with Kysely's `sql` tag and the row type beside it; there is no model layer.
 */
import type { Kysely, Transaction } from "kysely";

export type Tables = Record<string, never>;
export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;
