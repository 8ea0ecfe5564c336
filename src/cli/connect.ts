/**
 * `baton connect`: stores the accounts of one environment from a small YAML file, secrets sealed. A value written
 * `env:NAME` is read from the environment, so that no secret need stand in the file.
 */
import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { parse } from "yaml";
import { z } from "zod";
import { listEnvironments, saveEnvironment } from "../decide/queries.ts";
import { UserError } from "../kernel/failure.ts";
import type { Db } from "../store/database.ts";
import { type ConnectionKind, saveConnection, secretContext } from "../vault/queries.ts";
import type { Vault } from "../vault/vault.ts";
import { publishGiven } from "../versions/publish.ts";
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
  /** Parts what a connection needs into plain settings and secrets; throws a UserError that names what is missing. */
  readonly split: (
    kind: ConnectionKind,
    id: string,
    given: unknown,
  ) => Promise<{ readonly settings: unknown; readonly secret: unknown }>;
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

const KINDS = ["intercom", "salesforce", "slack", "email", "enrichment"] as const;

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
  const named = KINDS.filter((kind) => given[kind] !== undefined);
  const rows = await Promise.all(
    named.map(async (kind) => {
      const id = `${given.environment}-${kind}`;
      return { id, kind, ...(await deps.split(kind, id, given[kind])) };
    }),
  );
  const document = given.policy === undefined ? saasDefault : await readPolicyText(given.policy, terminal);
  const result = {
    environment: given.environment,
    mode: given.mode,
    connections: rows.map((row) => row.id),
    webhook: `/webhooks/intercom/${given.environment}-intercom`,
  };
  if (options.dryRun !== true) await keep(deps, given, rows, document);
  if (options.json === true) return terminal.out(JSON.stringify(result));
  terminal.out(
    `${options.dryRun === true ? "Would store" : "Stored"} environment ${result.environment} (${result.mode}) with ${result.connections.join(", ")}.`,
  );
  terminal.out(
    `Intercom's webhooks go to <public address>${result.webhook}. Next: baton intercom check, baton salesforce check.`,
  );
}

async function keep(
  deps: ConnectDeps,
  given: ConnectFile,
  rows: readonly {
    readonly id: string;
    readonly kind: ConnectionKind;
    readonly settings: unknown;
    readonly secret: unknown;
  }[],
  document: string,
): Promise<void> {
  const { db, vault, close } = await deps.openStore();
  try {
    for (const { id, kind, settings, secret } of rows) {
      const sealed = secret === null ? null : vault.seal(JSON.stringify(secret), secretContext(id));
      await saveConnection(db, { id, kind, settings, secret: sealed });
    }
    const idOf = (kind: ConnectionKind): string | null => rows.find((row) => row.kind === kind)?.id ?? null;
    await saveEnvironment(db, {
      name: given.environment,
      mode: given.mode,
      intercomConnection: `${given.environment}-intercom`,
      salesforceConnection: idOf("salesforce"),
      slackConnection: idOf("slack"),
      emailConnection: idOf("email"),
      enrichmentConnection: idOf("enrichment"),
    });
    const known = (await listEnvironments(db)).find((one) => one.name === given.environment);
    // Connecting again without naming a policy keeps the live one.
    if (given.policy !== undefined || known?.policyVersion == null)
      await publishGiven(db, {
        environment: given.environment,
        document,
        publisher: "baton connect",
        comment: "",
      });
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
  const sections = KINDS.map((kind) => {
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
