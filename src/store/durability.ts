/**
 * May Baton trust this PostgreSQL? An acknowledged notification must survive a power cut, so a server that does not
 * sync is refused; and every usual reason why a database can't be used at all gets a line a person can act on.
 */
import { Client } from "pg";
import { UserError } from "../kernel/failure.ts";
import { sqlState, type Log } from "./database.ts";

export interface DurabilityOptions {
  /** The explicit opt-out (BATON_ALLOW_UNSAFE_DATABASE): unsafe settings are logged instead of refused. */
  readonly allowUnsafe: boolean;
  readonly log: Log;
  /** How the database is called in the messages: the variable that named it, or the embedded server's directory. */
  readonly name?: string;
}

export interface ServerFacts {
  /** 180004 for 18.4. */
  readonly versionNumber: number;
  /** "fsync=off" and the like; empty when every commit is on disk before it is answered. */
  readonly unsafe: readonly string[];
}

/** The oldest PostgreSQL that Baton is tested on. */
const OLDEST_VERSION = 150_000;

/**
 * Connects to `url` and returns what the server is. Throws a UserError naming DATABASE_URL (never the password) when
 * it can't be reached or entered, is older than 15, is a read-only replica, or acknowledges commits it may lose
 * (fsync, full_page_writes or synchronous_commit off), unless `allowUnsafe`.
 */
export async function checkDurability(url: string, options: DurabilityOptions): Promise<ServerFacts> {
  const name = options.name ?? "DATABASE_URL";
  const client = clientFor(url, name);
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string; setting: string }>(
      `select name, setting from pg_settings
        where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'server_version_num')
       union all select 'replica', pg_is_in_recovery()::text
       union all select 'read_only', current_setting('transaction_read_only')`,
    );
    return judge(new Map(rows.map((row) => [row.name, row.setting])), name, url, options);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(describeConnectError(error, name, url), { cause: error });
  } finally {
    await client.end().catch(() => {});
  }
}

function clientFor(url: string, name: string): Client {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new UserError(
      `${name} is no PostgreSQL address: expected postgres://user:password@host:5432/database`,
    );
  }
  try {
    return new Client({
      connectionString: url,
      connectionTimeoutMillis: 10_000,
      application_name: "baton",
    });
  } catch (error) {
    throw new UserError(`${name} can't be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Judges what a server says of itself (pg_settings, and "replica" and "read_only"); throws as `checkDurability` does.
 */
export function judge(
  settings: ReadonlyMap<string, string>,
  name: string,
  url: string,
  options: DurabilityOptions,
): ServerFacts {
  const where = `${name} (${addressOf(url)})`;
  const versionNumber = Number(settings.get("server_version_num"));
  if (versionNumber < OLDEST_VERSION) {
    throw new UserError(
      `${where} is PostgreSQL ${Math.floor(versionNumber / 10_000)}; Baton needs 15 or newer: upgrade it, or unset DATABASE_URL to use the embedded one`,
    );
  }
  if (settings.get("replica") === "true" || settings.get("read_only") === "on") {
    throw new UserError(
      `${where} is a read-only replica: point DATABASE_URL at the primary, where Baton can write`,
    );
  }
  // synchronous_commit local, remote_write and remote_apply flush to the local disk too (PostgreSQL manual, 19.5.1).
  const unsafe = ["fsync", "full_page_writes", "synchronous_commit"]
    .filter((setting) => settings.get(setting) === "off")
    .map((setting) => `${setting}=off`);
  if (unsafe.length === 0) return { versionNumber, unsafe };
  const loss = `${where} runs with ${unsafe.join(", ")} and may lose what Baton has acknowledged`;
  if (!options.allowUnsafe) {
    throw new UserError(`${loss}: switch it on, or set BATON_ALLOW_UNSAFE_DATABASE=true to accept the loss`);
  }
  options.log("warn", `${loss}; going on because BATON_ALLOW_UNSAFE_DATABASE is set`, { unsafe });
  return { versionNumber, unsafe };
}

/** One readable line for a failed connection: what, where, what to do next. The password never appears in it. */
export function describeConnectError(error: unknown, name: string, url: string): string {
  const { user, database } = partsOf(url);
  const where = `${name} (${addressOf(url)})`;
  switch (sqlState(error) ?? networkCode(error)) {
    case "28P01":
    case "28000":
      return `${where} refused user "${user}": check the user name and the password`;
    case "3D000":
      return `${where} has no database "${database}": create it, or name another one at the end of the address`;
    case "53300":
      return `${where} has no connection left: raise max_connections or stop other programs that use it`;
    case "57P03":
      return `${where} is still starting up or recovering: try again in a moment`;
    case "42501":
      return `${where} gives user "${user}" too few rights: ${textOf(error)}`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `${where} names a host that can't be found: check the host name`;
    case "ECONNREFUSED":
      return `${where} does not answer: nothing listens there; start PostgreSQL or correct host and port`;
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return `${where} does not answer: check host, port and firewall`;
    default:
      return `${where} can't be used: ${textOf(error)}`;
  }
}

function networkCode(error: unknown): string | null {
  if (error instanceof AggregateError) return networkCode(error.errors[0]);
  if (!(error instanceof Error)) return null;
  if (/timeout expired|connection timeout/i.test(error.message)) return "ETIMEDOUT";
  return "code" in error && typeof error.code === "string" ? error.code : null;
}

function textOf(error: unknown): string {
  const text = error instanceof Error && error.message !== "" ? error.message : String(error);
  return text.split("\n")[0] ?? text;
}

function addressOf(url: string): string {
  const { host, database } = partsOf(url);
  return `${host}/${database}`;
}

function partsOf(url: string): { host: string; user: string; database: string } {
  if (!URL.canParse(url)) return { host: "?", user: "?", database: "?" };
  const { host, username, pathname } = new URL(url);
  return {
    host,
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)) || username,
  };
}
