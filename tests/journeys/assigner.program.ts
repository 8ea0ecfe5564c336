/** One of several processes that give away a pool's leads at the same time. Its one argument is a Job as JSON. */
import { decideUnderLock } from "../../src/decide/ledger.ts";
import { inTransaction, openDatabase } from "../../src/store/database.ts";
import { given } from "../support/pool-leads.ts";

export interface Job {
  readonly databaseUrl: string;
  readonly pool: string;
  readonly members: readonly { readonly user: string; readonly weight: number }[];
  /** Numbers of the leads. */
  readonly leads: readonly number[];
}

const job = JSON.parse(process.argv[2] ?? "{}") as Job;
const database = openDatabase({ url: job.databaseUrl, poolSize: 1, log: () => {} });
for (const lead of job.leads) {
  const question = given(String(lead), job.pool, { members: job.members });
  await inTransaction(database.db, (tx) => decideUnderLock(tx, question));
}
await database.close();
