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
import { discover, type OidcSettings } from "../access/oidc.ts";
import type { Terminal } from "./terminal.ts";
import { VARIABLES } from "./variables.ts";

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
  /** The OpenID provider with which people sign in; null: by password alone. */
  readonly oidc: OidcSettings | null;
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
    BATON_OIDC_ISSUER: text.refine(isIssuer),
    BATON_OIDC_CLIENT_ID: text,
    BATON_OIDC_CLIENT_SECRET: text,
    BATON_OIDC_NAME: text.refine((value) => value === undefined || value.length <= 40),
    BATON_OIDC_ONLY: z.enum(["true", "false"]).default("false"),
  })
  .superRefine((values, context) => {
    const refuse = (name: Name, message: string): void =>
      context.addIssue({ code: "custom", path: [name], message });
    if (values.BATON_SECRET_KEY !== undefined && values.BATON_SECRET_KEY_FILE !== undefined)
      refuse("BATON_SECRET_KEY_FILE", "is set beside BATON_SECRET_KEY, and only one of them can count");
    const { BATON_OIDC_ISSUER: issuer, BATON_OIDC_ONLY: only, BATON_OIDC_NAME: label } = values;
    for (const name of ["BATON_OIDC_CLIENT_ID", "BATON_OIDC_CLIENT_SECRET"] as const) {
      if (issuer !== undefined && values[name] === undefined)
        refuse(name, "is missing beside BATON_OIDC_ISSUER");
      if (issuer === undefined && values[name] !== undefined)
        refuse(name, "is set without BATON_OIDC_ISSUER");
    }
    if (issuer !== undefined) return;
    if (only === "true") refuse("BATON_OIDC_ONLY", "is true without BATON_OIDC_ISSUER: nobody could sign in");
    if (label !== undefined) refuse("BATON_OIDC_NAME", "is set without BATON_OIDC_ISSUER");
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
  const faults =
    result.kind === "ok"
      ? [...(await keyFileFaults(env)), ...(await providerFaults(result.config))]
      : [...result.faults, ...(await keyFileFaults(env))];
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

/** The provider is asked here only, as the service asks it when it starts. */
async function providerFaults({ oidc }: Config): Promise<readonly ConfigFault[]> {
  const found = oidc === null ? null : await discover(oidc.issuer);
  const { expected } = VARIABLES.BATON_OIDC_ISSUER;
  return found?.kind === "fault"
    ? [{ variable: "BATON_OIDC_ISSUER", fault: `leads nowhere: ${found.fault}`, expected }]
    : [];
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
    oidc: oidcOf(values),
  };
}

function oidcOf(values: z.output<typeof configSchema>): OidcSettings | null {
  const {
    BATON_OIDC_ISSUER: issuer,
    BATON_OIDC_CLIENT_ID: clientId,
    BATON_OIDC_CLIENT_SECRET: clientSecret,
    BATON_OIDC_NAME: name,
    BATON_OIDC_ONLY: only,
  } = values;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return null;
  return { issuer, clientId, clientSecret, name: name ?? new URL(issuer).hostname, isOnly: only === "true" };
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

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** Who signs people in is asked over https; over http on this machine alone. */
function isIssuer(value: string | undefined): boolean {
  if (value === undefined) return true;
  if (!isWebAddress(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === "https:" || LOOPBACK.includes(hostname);
}
