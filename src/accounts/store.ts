/** Connects and disconnects the accounts of an environment. Each change is one transaction with its row in the audit log. */
import { record } from "../access/audit-log.ts";
import { saveEnvironment } from "../decide/queries.ts";
import { UserError } from "../kernel/failure.ts";
import type { Clock, Ms } from "../kernel/time.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import { type ConnectionKind, saveConnection, secretContext } from "../vault/queries.ts";
import type { Vault } from "../vault/vault.ts";
import { publishGiven } from "../versions/publish.ts";
import { listEnvironmentStates } from "../versions/queries.ts";
import { ACCOUNT_KINDS, type Checked, type Finding, marksOf, mergeSecrets, movesSecrets } from "./account.ts";
import {
  accountsOf,
  dropUnused,
  lockPointers,
  lookBack,
  markSecrets,
  noteCheck,
  pointTo,
} from "./queries.ts";

type Given = Readonly<Record<string, unknown>>;

/** Parts what a person wrote of an account into plain settings and secrets; throws a UserError that names every fault. */
export type Split = (
  kind: ConnectionKind,
  id: string,
  given: unknown,
) => { readonly settings: unknown; readonly secret: unknown };

export interface AccountDeps {
  readonly db: Db;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly split: Split;
}

export interface NewEnvironment {
  readonly name: string;
  readonly mode: "shadow" | "live";
  /** By kind, settings and secrets together as a person writes them. */
  readonly accounts: Readonly<Partial<Record<ConnectionKind, unknown>>>;
  /** The policy as YAML; null keeps what is live. */
  readonly document: string | null;
  /** How far back the first sweep looks, where the workspace was never swept. */
  readonly lookBackMs?: Ms;
}

export const accountId = (environment: string, kind: ConnectionKind): string => `${environment}-${kind}`;

/** Stores an environment with just these accounts, and makes the policy live. A repeat replaces both. */
export async function storeEnvironment(
  deps: AccountDeps,
  asked: NewEnvironment,
  actor: string,
): Promise<void> {
  const { db, clock } = deps;
  const { name, mode, accounts, document, lookBackMs = 0 } = asked;
  const named = ACCOUNT_KINDS.filter((kind) => accounts[kind] !== undefined);
  const idOf = (kind: ConnectionKind): string | null => (named.includes(kind) ? accountId(name, kind) : null);
  await inTransaction(db, async (tx) => {
    for (const kind of named)
      await storeOne(deps, tx, { environment: name, kind, given: accounts[kind] as Given }, actor);
    await saveEnvironment(tx, {
      name,
      mode,
      intercomConnection: accountId(name, "intercom"),
      salesforceConnection: idOf("salesforce"),
      slackConnection: idOf("slack"),
      emailConnection: idOf("email"),
      enrichmentConnection: idOf("enrichment"),
    });
    if (lookBackMs > 0) {
      const intercom = (await accountsOf(tx, name)).find(({ kind }) => kind === "intercom");
      const { workspace } = (intercom?.settings ?? {}) as { readonly workspace?: string };
      if (workspace !== undefined) await lookBack(tx, workspace, clock() - lookBackMs);
    }
    const facts = { mode, accounts: named };
    await record(tx, { actor, action: "environment.connect", subject: name, environment: name, facts });
  });
  if (document !== null)
    await publishGiven(db, { environment: name, document, publisher: actor, comment: "" });
}

/** Makes an environment; a UserError when one of this name is there. */
export async function createEnvironment(
  deps: AccountDeps,
  asked: NewEnvironment,
  actor: string,
): Promise<void> {
  const isThere = (await listEnvironmentStates(deps.db)).some(({ name }) => name === asked.name);
  if (isThere) throw new UserError(`there is an environment "${asked.name}" already: choose another name`);
  await storeEnvironment(deps, asked, actor);
}

export interface AccountChange {
  readonly environment: string;
  readonly kind: ConnectionKind;
  /** All its settings, and the secrets that are new; those that are not named stay. */
  readonly given: Given;
}

/** Sets an account of the environment, and from now on works with it. A UserError names what is missing or wrong. */
export function connectAccount(deps: AccountDeps, change: AccountChange, actor: string): Promise<void> {
  const { environment, kind } = change;
  return inTransaction(deps.db, async (tx) => {
    if (!(await lockPointers(tx, environment)))
      throw new UserError(`there is no environment "${environment}"`);
    const facts = await storeOne(deps, tx, change, actor);
    const subject = accountId(environment, kind);
    await pointTo(tx, environment, kind, subject);
    await record(tx, { actor, action: "connection.set", subject, environment, facts });
  });
}

/** Takes an account away; its secrets are forgotten unless another environment works with them. False: there was none. */
export function removeAccount(
  { db }: Pick<AccountDeps, "db">,
  { environment, kind }: Pick<AccountChange, "environment" | "kind">,
  actor: string,
): Promise<boolean> {
  if (kind === "intercom")
    throw new UserError("an environment without Intercom hears nothing: replace the connection instead");
  return inTransaction(db, async (tx) => {
    await lockPointers(tx, environment);
    const account = (await accountsOf(tx, environment)).find((one) => one.kind === kind);
    if (account === undefined) return false;
    await pointTo(tx, environment, kind, null);
    await dropUnused(tx, account.id);
    await record(tx, { actor, action: "connection.remove", subject: account.id, environment });
    return true;
  });
}

/** Keeps what a look at an account found. */
export function storeCheck(
  db: Db,
  account: { readonly id: string; readonly environment: string },
  checked: Checked,
): Promise<void> {
  const { id: subject, environment } = account;
  const count = (level: Finding["level"]): number =>
    checked.findings.filter((finding) => finding.level === level).length;
  const facts = { ok: count("ok"), warning: count("warning"), missing: count("missing") };
  return inTransaction(db, async (tx) => {
    await noteCheck(tx, subject, checked);
    await record(tx, { actor: checked.by, action: "connection.check", subject, environment, facts });
  });
}

/** Stores the row and returns what the audit log may know of it. */
async function storeOne(
  { vault, clock, split }: AccountDeps,
  tx: Tx,
  { environment, kind, given }: AccountChange,
  actor: string,
): Promise<Readonly<Record<string, unknown>>> {
  const id = accountId(environment, kind);
  const before = (await accountsOf(tx, environment)).find((one) => one.kind === kind);
  const sealed = before?.secret ?? null;
  const kept =
    before === undefined || sealed === null
      ? {}
      : (JSON.parse(vault.open(sealed, secretContext(before.id))) as Given);
  const { settings, secret } = split(kind, id, mergeSecrets(kind, kept, given));
  const secrets = (secret ?? {}) as Given;
  if (movesSecrets(before?.settings, settings, { kept, given }))
    throw new UserError(`connection ${id} goes to another address now: enter its secrets again`);
  const marks = marksOf(secrets, { kept, marks: before?.marks ?? {} }, { by: actor, at: clock() });
  const isSecret = secret !== null;
  await saveConnection(tx, {
    id,
    kind,
    settings,
    secret: isSecret ? vault.seal(JSON.stringify(secret), secretContext(id)) : null,
  });
  await markSecrets(tx, id, marks);
  const isNew = Object.keys(secrets).filter((name) => secrets[name] !== kept[name]);
  return { before: before?.settings ?? null, after: settings, secrets: isNew };
}
