/**
 * Baton's configuration: the environment variables, what they mean, and `baton config check`, which reports every
 * fault at once. Everything that changes while Baton runs (connections, policies, users) lives in the database.
 */
import { join } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import { UserError } from "../kernel/failure.ts";
import type { Ms } from "../kernel/time.ts";
import { readKeyFile } from "../vault/key-file.ts";
import { openVault } from "../vault/vault.ts";
import type { Terminal } from "./terminal.ts";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

export interface Config {
  readonly database: { readonly kind: "embedded" } | { readonly kind: "url"; readonly url: string };
  /** The embedded database and the key file lie here; relative to the working directory unless absolute. */
  readonly dataDirectory: string;
  /** 0 lets the operating system choose. */
  readonly port: number;
  readonly host: string;
  /** "made": neither variable is set, so the key lies in a file that the first start makes. */
  readonly secretKey:
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "file"; readonly path: string }
    | { readonly kind: "made"; readonly path: string };
  /** Without a slash at its end; null when not set: then the address it listens on. */
  readonly baseUrl: string | null;
  readonly log: LogLevel;
  /** Runs of one kind that a process does at a time. */
  readonly concurrency: number;
  readonly settleMs: Ms;
  readonly sweepMs: Ms;
  readonly beatMs: Ms;
  readonly allowUnsafeDatabase: boolean;
  /** Whether the examples of signals are compared with what customers write. */
  readonly meaning: boolean;
}

export interface ConfigFault {
  readonly variable: string;
  /** What is wrong, without the value where it is a secret. */
  readonly fault: string;
  readonly expected: string;
}

export type ConfigResult =
  | { readonly kind: "ok"; readonly config: Config }
  | { readonly kind: "faults"; readonly faults: readonly ConfigFault[] };

export type Env = Readonly<Record<string, string | undefined>>;

const VARIABLES = {
  DATABASE_URL: {
    type: "PostgreSQL address",
    expected: "postgres://user:password@host:5432/database",
    meaning:
      "A PostgreSQL 15 or newer of your own. Without it Baton starts the embedded one in BATON_DATA_DIR.",
    default: "the embedded PostgreSQL",
    secret: true,
  },
  BATON_DATA_DIR: {
    type: "folder",
    expected: "the path of a folder",
    meaning: "Where the embedded database and the key file lie.",
    default: "./.baton",
    secret: false,
  },
  BATON_PORT: {
    type: "port",
    expected: "a whole number from 0 to 65535 (0: any free port)",
    meaning: "Port of the admin, the API and the webhooks.",
    default: "8080",
    secret: false,
  },
  BATON_HOST: {
    type: "host",
    expected: "an IP address or a host name of this machine, as in 127.0.0.1 or 0.0.0.0",
    meaning: "Address to listen on. 127.0.0.1 is reachable from this machine only.",
    default: "127.0.0.1",
    secret: false,
  },
  BATON_SECRET_KEY: {
    type: "keys",
    expected: "32 random bytes in base64 or hex, as `openssl rand -base64 32` prints them",
    meaning:
      "Key that encrypts stored secrets. Several, separated by comma: the first encrypts, the others only read.",
    default: "the key file in BATON_DATA_DIR, made at the first start",
    secret: true,
  },
  BATON_SECRET_KEY_FILE: {
    type: "file",
    expected: "the path of a file that holds what BATON_SECRET_KEY would, and no BATON_SECRET_KEY beside it",
    meaning: "A file with the key instead of the variable.",
    default: "none",
    secret: false,
  },
  BATON_BASE_URL: {
    type: "web address",
    expected: "the address under which people and Intercom reach Baton, as in https://baton.example.com",
    meaning: "Used in links in Slack, e-mail, Intercom and Salesforce, and as the webhook address.",
    default: "http://BATON_HOST:BATON_PORT",
    secret: false,
  },
  BATON_LOG: {
    type: "level",
    expected: "debug, info, warn, error or silent",
    meaning: "How much Baton logs.",
    default: "info",
    secret: false,
  },
  BATON_CONCURRENCY: {
    type: "number",
    expected: "a whole number from 1 to 500",
    meaning: "Conversations and handoffs that one process works on at a time, of each.",
    default: "24",
    secret: false,
  },
  BATON_SETTLE_MS: {
    type: "milliseconds",
    expected: "a whole number from 0 to 600000",
    meaning:
      "How long after an unanswered Slack message Baton looks again before it calls the outcome unknown.",
    default: "15000",
    secret: false,
  },
  BATON_SWEEP_MS: {
    type: "milliseconds",
    expected: "a whole number from 500 to 3600000",
    meaning: "Time between two looks into Intercom's own list for conversations that no webhook brought.",
    default: "120000",
    secret: false,
  },
  BATON_HEARTBEAT_MS: {
    type: "milliseconds",
    expected: "a whole number from 200 to 60000",
    meaning:
      "Time between two signs of life of a process; after three missed ones others take over its work.",
    default: "5000",
    secret: false,
  },
  BATON_ALLOW_UNSAFE_DATABASE: {
    type: "yes or no",
    expected: "true or false",
    meaning: "Run on a PostgreSQL that may lose what it has acknowledged (fsync off). Never in production.",
    default: "false",
    secret: false,
  },
  BATON_MEANING: {
    type: "on or off",
    expected: "on or off",
    meaning:
      "Compare the `examples` of signals with what customers write. Takes about 40 ms a sentence on one core and 200 MB while it is at work.",
    default: "off",
    secret: false,
  },
} as const;

type Name = keyof typeof VARIABLES;
const NAMES = Object.keys(VARIABLES) as readonly Name[];

const text = z.string().trim().optional();

function wholeNumber(
  name: "BATON_CONCURRENCY" | "BATON_SETTLE_MS" | "BATON_SWEEP_MS" | "BATON_HEARTBEAT_MS",
  least: number,
  most: number,
) {
  return text
    .default(VARIABLES[name].default)
    .refine((value) => /^\d{1,7}$/.test(value) && Number(value) >= least && Number(value) <= most);
}

/** The variables as text; an empty one counts as not set, as compose files pass them. */
const configSchema = z
  .object({
    DATABASE_URL: text.refine(isPostgresUrl),
    BATON_DATA_DIR: text.default(VARIABLES.BATON_DATA_DIR.default),
    BATON_PORT: text
      .default(VARIABLES.BATON_PORT.default)
      .refine((value) => /^\d{1,5}$/.test(value) && Number(value) <= 65_535),
    BATON_HOST: text
      .default(VARIABLES.BATON_HOST.default)
      .refine((value) => /^[A-Za-z0-9.:_-]+$/.test(value)),
    BATON_SECRET_KEY: text.superRefine((value, context) => {
      const fault = value === undefined ? null : keyFault(value, "BATON_SECRET_KEY");
      if (fault !== null) context.addIssue({ code: "custom", message: fault });
    }),
    BATON_SECRET_KEY_FILE: text,
    BATON_BASE_URL: text.refine(isWebAddress),
    BATON_LOG: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
    BATON_CONCURRENCY: wholeNumber("BATON_CONCURRENCY", 1, 500),
    BATON_SETTLE_MS: wholeNumber("BATON_SETTLE_MS", 0, 600_000),
    BATON_SWEEP_MS: wholeNumber("BATON_SWEEP_MS", 500, 3_600_000),
    BATON_HEARTBEAT_MS: wholeNumber("BATON_HEARTBEAT_MS", 200, 60_000),
    BATON_ALLOW_UNSAFE_DATABASE: z.enum(["true", "false"]).default("false"),
    BATON_MEANING: z.enum(["on", "off"]).default("off"),
  })
  .superRefine((values, context) => {
    if (values.BATON_SECRET_KEY === undefined || values.BATON_SECRET_KEY_FILE === undefined) return;
    context.addIssue({
      code: "custom",
      path: ["BATON_SECRET_KEY_FILE"],
      message: "is set beside BATON_SECRET_KEY, and only one of them can count",
    });
  });

/** Reads the configuration from the environment; every fault is reported, none repeats a secret. */
export function readConfig(env: Env): ConfigResult {
  const given = Object.fromEntries(NAMES.map((name) => [name, valueOf(env, name)]));
  const parsed = configSchema.safeParse(given);
  if (parsed.success) return { kind: "ok", config: configOf(parsed.data) };
  return {
    kind: "faults",
    faults: parsed.error.issues.map((issue) => {
      const name = NAMES.find((known) => known === issue.path[0]) ?? "DATABASE_URL";
      const { secret, expected } = VARIABLES[name];
      const fault = secret ? "has another shape" : `is ${JSON.stringify(given[name])}`;
      return { variable: name, fault: isOurs(issue) ? issue.message : fault, expected };
    }),
  };
}

/** The origin of Baton's pages: of the configured address, else where the service listens, as far as that is known. */
export function originOf({ baseUrl, host, port }: Config, listens: string | null = null): string {
  return baseUrl === null ? (listens ?? `http://${host}:${port}`) : new URL(baseUrl).origin;
}

/** Variables that begin with BATON_ and mean nothing to Baton: misspelt, as a rule. */
function unknownVariables(env: Env): readonly string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith("BATON_") && !NAMES.some((known) => known === name))
    .sort();
}

/** One line for a person: variable, fault, what is expected. */
export function describeFault({ variable, fault, expected }: ConfigFault): string {
  return `${variable} ${fault}: expected ${expected}`;
}

/** `baton config check [--json]`: every variable with its type, meaning, value and where the value comes from. */
export function configCommand(terminal: Terminal): Command {
  const command = new Command("config").description("look at the configuration");
  command
    .command("check")
    .description("list every environment variable with its value and report every fault at once")
    .option("--json", "print one JSON object")
    .action(async (options: { json?: boolean }) => {
      const report = await reportOf(terminal.env);
      if (options.json === true) terminal.out(JSON.stringify(report, null, 2));
      else printReport(report, terminal);
      if (!report.ok) terminal.exit(1);
    });
  return command;
}

interface Report {
  readonly ok: boolean;
  readonly variables: readonly {
    readonly name: string;
    readonly type: string;
    readonly meaning: string;
    readonly source: "environment" | "default";
    /** Null where the value is a secret or a fault. */
    readonly value: string | null;
    readonly default: string;
  }[];
  readonly faults: readonly ConfigFault[];
  readonly unknown: readonly string[];
}

async function reportOf(env: Env): Promise<Report> {
  const result = readConfig(env);
  const faults = [...(result.kind === "faults" ? result.faults : []), ...(await keyFileFaults(env))];
  const variables = NAMES.map((name) => {
    const { type, meaning, secret, default: standard } = VARIABLES[name];
    const value = valueOf(env, name);
    const source = value === undefined ? ("default" as const) : ("environment" as const);
    return { name, type, meaning, source, value: secret ? null : (value ?? standard), default: standard };
  });
  return { ok: faults.length === 0, variables, faults, unknown: unknownVariables(env) };
}

/** The file itself is looked at here only: `readConfig` touches nothing. */
async function keyFileFaults(env: Env): Promise<readonly ConfigFault[]> {
  const path = valueOf(env, "BATON_SECRET_KEY_FILE");
  if (path === undefined || valueOf(env, "BATON_SECRET_KEY") !== undefined) return [];
  const fault = await readKeyFile(path).then(
    (content) => keyFault(content, path),
    (error: unknown) =>
      `names ${path}, which can't be used (${error instanceof Error ? error.message : "unreadable"})`,
  );
  const { expected } = VARIABLES.BATON_SECRET_KEY_FILE;
  return fault === null ? [] : [{ variable: "BATON_SECRET_KEY_FILE", fault, expected }];
}

function printReport(report: Report, terminal: Terminal): void {
  for (const { name, type, meaning, source, value } of report.variables) {
    const shown = value ?? (source === "environment" ? "set, not shown" : VARIABLES[name as Name].default);
    terminal.out(`${name} = ${shown} (${source})\n  ${type}. ${meaning}`);
  }
  for (const name of report.unknown)
    terminal.err(`${name} is unknown to Baton and has no effect: is it misspelt?`);
  for (const fault of report.faults) terminal.err(describeFault(fault));
  if (report.ok) terminal.out("The configuration is fine.");
}

function configOf(values: z.output<typeof configSchema>): Config {
  const {
    DATABASE_URL: url,
    BATON_SECRET_KEY: key,
    BATON_SECRET_KEY_FILE: file,
    BATON_DATA_DIR: folder,
  } = values;
  return {
    database: url === undefined ? { kind: "embedded" } : { kind: "url", url },
    dataDirectory: folder,
    port: Number(values.BATON_PORT),
    host: values.BATON_HOST,
    secretKey: secretKeyOf(key, file, folder),
    baseUrl: values.BATON_BASE_URL?.replace(/\/+$/, "") ?? null,
    log: values.BATON_LOG,
    concurrency: Number(values.BATON_CONCURRENCY),
    settleMs: Number(values.BATON_SETTLE_MS),
    sweepMs: Number(values.BATON_SWEEP_MS),
    beatMs: Number(values.BATON_HEARTBEAT_MS),
    allowUnsafeDatabase: values.BATON_ALLOW_UNSAFE_DATABASE === "true",
    meaning: values.BATON_MEANING === "on",
  };
}

function secretKeyOf(key: string | undefined, file: string | undefined, folder: string): Config["secretKey"] {
  if (key !== undefined) return { kind: "text", text: key };
  return file === undefined
    ? { kind: "made", path: join(folder, "secret.key") }
    : { kind: "file", path: file };
}

function valueOf(env: Env, name: Name): string | undefined {
  const value = env[name]?.trim();
  return value === "" ? undefined : value;
}

/** Only faults that a check of ours worded say more than "another shape". */
function isOurs(issue: z.core.$ZodIssue): boolean {
  return issue.code === "custom" && issue.message !== "Invalid input";
}

function keyFault(value: string, source: string): string | null {
  try {
    openVault({ key: value, source });
    return null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [fault = ""] = error.message.split(": expected");
    return source === "BATON_SECRET_KEY" ? fault.replace(/^BATON_SECRET_KEY,? /, "") : `names ${fault}`;
  }
}

function isPostgresUrl(value: string | undefined): boolean {
  if (value === undefined) return true;
  if (!/^postgres(ql)?:\/\//.test(value) || !URL.canParse(value)) return false;
  return new URL(value).hostname !== "" || value.includes("host=");
}

function isWebAddress(value: string | undefined): boolean {
  if (value === undefined) return true;
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return false;
  const { search, hash, username } = new URL(value);
  return `${search}${hash}${username}` === "";
}
