/** Empties a database that holds nothing worth keeping: the demo's, at each start. */
import { Client } from "pg";

/** Drops everything in the schemas `public` and `dbos`. There is no way back: only for databases Baton made for a demo. */
export async function emptyDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url, application_name: "baton demo" });
  await client.connect();
  try {
    await client.query(
      "drop schema if exists dbos cascade; drop schema public cascade; create schema public",
    );
  } finally {
    await client.end();
  }
}
