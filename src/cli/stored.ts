/** What the commands over the database share: open it, do one thing, tell what came of it, close it. */
import { InvalidArgumentError } from "commander";
import { type Environment, listEnvironments } from "../decide/queries.ts";
import { UserError } from "../kernel/failure.ts";
import type { Db } from "../store/database.ts";
import { listEnvironmentStates } from "../versions/queries.ts";
import type { Store } from "./connect.ts";
import type { Terminal } from "./terminal.ts";

export interface StoredDeps {
  readonly terminal: Terminal;
  readonly openStore: () => Promise<Store>;
}

export interface AuthoredDeps extends StoredDeps {
  /** Who runs the command when `--author` says nothing else. */
  readonly user: string;
}

export interface Told {
  /** What `--json` prints. */
  readonly json: unknown;
  /** The same for people; of a refusal the first line is enough by itself. */
  readonly lines: readonly string[];
  /** Nothing was done: the exit code is 1. */
  readonly isRefused?: boolean;
}

/** Prints one JSON value with `--json`, lines otherwise. Throws a UserError for a refusal that is told in lines. */
export async function withStore(
  { terminal, openStore }: StoredDeps,
  isJson: boolean,
  work: (store: Store) => Promise<Told>,
): Promise<void> {
  const store = await openStore();
  try {
    const { json, lines, isRefused = false } = await work(store);
    if (isRefused && !isJson) throw new UserError(lines.join("\n"));
    if (isJson) terminal.out(JSON.stringify(json));
    else for (const line of lines) terminal.out(line);
    if (isRefused) terminal.exit(1);
  } finally {
    await store.close();
  }
}

/** Throws a UserError when there is no environment of this name: nothing in it is another thing than no such place. */
export async function requireEnvironment(db: Db, name: string): Promise<void> {
  const known = (await listEnvironmentStates(db)).some((one) => one.name === name);
  if (!known) throw noEnvironment(name);
}

/** The environment of this name with what it is connected to, or a UserError. */
export async function environmentNamed(db: Db, name: string): Promise<Environment> {
  const found = (await listEnvironments(db)).find((one) => one.name === name);
  if (found === undefined) throw noEnvironment(name);
  return found;
}

function noEnvironment(name: string): UserError {
  return new UserError(`there is no environment "${name}"; \`baton environment list\` names them`);
}

/** For commander: the number of a version or revision. */
export function whole(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number from 1.");
}

/** A draft or a version as a list shows it. */
export function withoutText<Row extends { readonly document: string }>(row: Row): Omit<Row, "document"> {
  const { document: _, ...rest } = row;
  return rest;
}
