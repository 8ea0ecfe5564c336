/** `baton token create|list|revoke`: who may call the API. */
import { Command, Option } from "commander";
import { listTokens, type TokenRow } from "../access/queries.ts";
import { type Scope, SCOPES } from "../access/scopes.ts";
import { createToken, endToken } from "../access/tokens.ts";
import { UserError } from "../kernel/failure.ts";
import { type EpochMs, parseDuration } from "../kernel/time.ts";
import type { Db } from "../store/database.ts";
import type { Store } from "./connect.ts";
import type { Terminal } from "./terminal.ts";

interface CreateOptions {
  readonly holder: string;
  readonly scope: readonly Scope[];
  readonly environment?: readonly string[];
  readonly expires: string;
  readonly author: string;
  readonly json?: true;
}

/** `user` is who runs the command when `--author` says nothing else. */
export function tokenCommand(
  terminal: Terminal,
  deps: { readonly openStore: () => Promise<Store>; readonly user: string },
): Command {
  const command = new Command("token").description("API tokens: stored hashed, scoped, expiring");
  const withStore = async (work: (db: Db) => Promise<void>): Promise<void> => {
    const store = await deps.openStore();
    try {
      await work(store.db);
    } finally {
      await store.close();
    }
  };
  command
    .command("create")
    .description("make a token and print it, this once")
    .requiredOption("--holder <name>", "who will use it: the name beside what it changes")
    .addOption(new Option("--scope <scopes...>", "what it may do").choices(SCOPES).makeOptionMandatory(true))
    .option("--environment <names...>", "the only environments it may touch")
    .option("--expires <time>", "how long it lives, as in 90d; a year at most", "90d")
    .option("--author <name>", "who makes it", deps.user)
    .option("--json", "print one JSON object")
    .action((options: CreateOptions) => withStore((db) => create(db, options, terminal)));
  command
    .command("list")
    .description("say which tokens there are, without the tokens themselves")
    .option("--json", "print one JSON array")
    .action((options: { readonly json?: true }) =>
      withStore(async (db) => {
        const rows = (await listTokens(db)).map((row) => shown(row, terminal.clock()));
        if (options.json === true) return terminal.out(JSON.stringify(rows));
        if (rows.length === 0) terminal.out("there is no token; make one with `baton token create`");
        for (const row of rows)
          terminal.out(
            `${row.id}  ${row.state}  ${row.holder}  ${row.scopes.join(" ")}  ${row.environments?.join(" ") ?? "every environment"}  expires ${row.expiresAt}  ${row.lastUsedAt === null ? "never used" : `used ${row.lastUsedAt}`}`,
          );
      }),
    );
  command
    .command("revoke")
    .description("make a token useless from now on")
    .argument("<id>", "its id, as `baton token list` prints it")
    .option("--json", "print one JSON object")
    .action((id: string, options: { readonly json?: true }) =>
      withStore(async (db) => {
        if (!(await endToken(db, id, deps.user, terminal.clock())))
          throw new UserError(`there is no token ${id}; \`baton token list\` names them`);
        terminal.out(
          options.json === true ? JSON.stringify({ id, revoked: true }) : `Token ${id} is revoked.`,
        );
      }),
    );
  return command;
}

async function create(db: Db, options: CreateOptions, terminal: Terminal): Promise<void> {
  const lifeMs = parseDuration(options.expires);
  if (lifeMs === null)
    throw new UserError(`--expires ${options.expires} is no time: write a number and h, d or w, as in 90d`);
  const made = await createToken(
    db,
    {
      holder: options.holder,
      scopes: options.scope,
      environments: options.environment ?? null,
      lifeMs,
      createdBy: options.author,
    },
    terminal.clock(),
  );
  const expiresAt = timeText(made.expiresAt);
  if (options.json === true) return terminal.out(JSON.stringify({ ...made, expiresAt }));
  terminal.out(made.token);
  terminal.err(`Token ${made.id} for ${options.holder} expires ${expiresAt}. It is not shown again.`);
}

function shown(row: TokenRow, now: EpochMs) {
  const { sha256: _, ...rest } = row;
  return {
    ...rest,
    state: row.revokedAt !== null ? "revoked" : row.expiresAt <= now ? "expired" : "valid",
    createdAt: timeText(row.createdAt),
    expiresAt: timeText(row.expiresAt),
    revokedAt: row.revokedAt === null ? null : timeText(row.revokedAt),
    lastUsedAt: row.lastUsedAt === null ? null : timeText(row.lastUsedAt),
  };
}

function timeText(at: EpochMs): string {
  return new Date(at).toISOString();
}
