/**
 * `baton connect`: stores the accounts of one environment from a small YAML file, secrets sealed. A value written
 * `env:NAME` is read from the environment, so that no secret need stand in the file.
 */
import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { parse } from "yaml";
import { z } from "zod";
import { ACCOUNT_KINDS } from "../accounts/account.ts";
import { accountId, type Split, storeEnvironment } from "../accounts/store.ts";
import { listEnvironments } from "../decide/queries.ts";
import { UserError } from "../kernel/failure.ts";
import type { Clock } from "../kernel/time.ts";
import type { Db } from "../store/database.ts";
import type { Vault } from "../vault/vault.ts";
import { saasDefault } from "../policy/templates/saas-default.ts";
import { readPolicyText } from "./policy-file.ts";
import { readableIssue } from "./rows.ts";
import type { Terminal } from "./terminal.ts";

export interface Store {
  readonly db: Db;
  /** Where the database is, with its password. */
  readonly url: string;
  readonly vault: Vault;
  readonly close: () => Promise<void>;
}

export interface ConnectDeps {
  readonly openStore: () => Promise<Store>;
  readonly split: () => Promise<Split>;
  readonly clock: Clock;
  /** Who runs the command. */
  readonly user: string;
}

const account = z.record(z.string(), z.unknown()).optional();
const fileSchema = z.strictObject({
  environment: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "must be lower-case letters, digits and hyphens"),
  mode: z.enum(["shadow", "live"]).default("shadow"),
  policy: z.string().optional(),
  intercom: z.record(z.string(), z.unknown()),
  salesforce: account,
  slack: account,
  email: account,
  enrichment: account,
});
type ConnectFile = z.infer<typeof fileSchema>;

export function connectCommand(terminal: Terminal, deps: ConnectDeps): Command {
  return new Command("connect")
    .description("store the accounts of an environment: Intercom, Salesforce, Slack, mail, enrichment")
    .argument(
      "[file]",
      "YAML file with environment, mode, policy and one section an account; - for standard input",
      "-",
    )
    .option("--dry-run", "check the file and store nothing")
    .option("--json", "print one JSON object")
    .action((file: string, options: { readonly dryRun?: true; readonly json?: true }) =>
      connect(terminal, deps, file, options),
    );
}

async function connect(
  terminal: Terminal,
  deps: ConnectDeps,
  file: string,
  options: { readonly dryRun?: true; readonly json?: true },
): Promise<void> {
  const given = withEnvironment(await readGiven(terminal, file), terminal.env);
  const split = await deps.split();
  const named = ACCOUNT_KINDS.filter((kind) => given[kind] !== undefined);
  for (const kind of named) split(kind, accountId(given.environment, kind), given[kind]);
  const document = given.policy === undefined ? null : await readPolicyText(given.policy, terminal);
  const result = {
    environment: given.environment,
    mode: given.mode,
    connections: named.map((kind) => accountId(given.environment, kind)),
    webhook: `/webhooks/intercom/${given.environment}-intercom`,
  };
  if (options.dryRun !== true) await keep(deps, split, given, document);
  if (options.json === true) return terminal.out(JSON.stringify(result));
  terminal.out(
    `${options.dryRun === true ? "Would store" : "Stored"} environment ${result.environment} (${result.mode}) with ${result.connections.join(", ")}.`,
  );
  terminal.out(
    `Intercom's webhooks go to <public address>${result.webhook}. Next: baton intercom check, baton salesforce check.`,
  );
}

async function keep(
  { openStore, clock, user }: ConnectDeps,
  split: Split,
  given: ConnectFile,
  document: string | null,
): Promise<void> {
  const { db, vault, close } = await openStore();
  try {
    const { environment: name, mode, policy: _, ...accounts } = given;
    const known = (await listEnvironments(db)).find((one) => one.name === name);
    // Connecting again without naming a policy keeps the live one.
    const start = known?.policyVersion == null ? saasDefault : null;
    const asked = { name, mode, accounts, document: document ?? start };
    await storeEnvironment({ db, vault, clock, split }, asked, user);
  } finally {
    await close();
  }
}

async function readGiven(terminal: Terminal, file: string): Promise<ConnectFile> {
  const name = file === "-" ? "standard input" : file;
  const text = file === "-" ? await textOf(terminal) : await readFile(file, "utf8").catch(() => null);
  if (text === null)
    throw new UserError(`connect: ${file} can't be read: name a YAML file, or - for standard input`);
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new UserError(
      `connect: ${name} is no YAML: ${error instanceof Error ? (error.message.split(":\n")[0] ?? "") : String(error)}`,
      { cause: error },
    );
  }
  const parsed = fileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError(
    `connect: ${name} has faults:\n${parsed.error.issues.map((issue) => `  ${issue.path.join(".") || "the file"}: ${readableIssue(issue.message)}`).join("\n")}`,
  );
}

async function textOf(terminal: Terminal): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of terminal.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString("utf8");
}

function withEnvironment(given: ConnectFile, env: Terminal["env"]): ConnectFile {
  const resolved = (value: unknown): unknown => {
    if (typeof value !== "string" || !value.startsWith("env:")) return value;
    const name = value.slice("env:".length);
    const found = env[name];
    if (found === undefined || found === "")
      throw new UserError(`connect: the file asks for the variable ${name}, which is not set`);
    return found;
  };
  const sections = ACCOUNT_KINDS.map((kind) => {
    const section = given[kind];
    return [
      kind,
      section === undefined
        ? undefined
        : Object.fromEntries(Object.entries(section).map(([key, value]) => [key, resolved(value)])),
    ] as const;
  });
  return { ...given, ...Object.fromEntries(sections) } as ConnectFile;
}
