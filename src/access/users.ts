/** People: made by an admin, let in by a link that works once, given roles, disabled. */
import { randomBytes } from "node:crypto";
import { UserError } from "../kernel/failure.ts";
import type { EpochMs, Ms } from "../kernel/time.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import type { Actor, Grant } from "./actor.ts";
import { record } from "./audit-log.ts";
import type { OidcSettings } from "./oidc.ts";
import {
  countAdmins,
  countUsers,
  findUser,
  insertInvitation,
  insertUser,
  lockInvitation,
  lockUsers,
  putDisabled,
  putRole,
  type RoleRow,
  type UserRow,
  usePassword,
} from "./people-queries.ts";
import { type Role, scopesOf } from "./roles.ts";
import { judgeToken, mintToken, readToken } from "./token.ts";

const LINK_LIFE_MS: Ms = 7 * 86_400_000;
/** NIST SP 800-63B asks for length and for nothing else; a longer one than this is no password but a load. */
export const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD = 128;

/** The first admin, before anybody has a name. */
const FIRST_ADMIN = "admin@baton.local";

/** A link to set a password, told once. */
export interface Link {
  readonly user: string;
  readonly email: string;
  readonly token: string;
  readonly expiresAt: EpochMs;
}

export interface NewUser {
  readonly email: string;
  readonly name?: string | undefined;
  readonly role: Role;
  /** Null: every environment. */
  readonly environment: string | null;
}

/** A UserError when the address is none or taken. */
export function createUser(db: Db, user: NewUser, actor: string, now: EpochMs): Promise<Link> {
  return inTransaction(db, async (tx) => {
    await lockUsers(tx);
    return makeUser(tx, user, actor, now);
  });
}

/** Before anybody can sign in: a link for the first admin, or the provider with which they will come. */
export type FirstAdmin =
  ({ readonly kind: "link" } & Link) | { readonly kind: "provider"; readonly name: string };

/**
 * Makes the first admin, called FIRST_ADMIN, of every environment; null when there is a user already. Where passwords
 * are off nobody is made: whom the provider knows by which address only they can say.
 */
export function firstAdmin(db: Db, oidc: OidcSettings | null, now: EpochMs): Promise<FirstAdmin | null> {
  return inTransaction(db, async (tx) => {
    await lockUsers(tx);
    if ((await countUsers(tx)) > 0) return null;
    if (oidc?.isOnly === true) return { kind: "provider", name: oidc.name };
    const first = { email: FIRST_ADMIN, name: "First admin", role: "admin", environment: null } as const;
    return { kind: "link", ...(await makeUser(tx, first, "Baton", now)) };
  });
}

async function makeUser(tx: Tx, user: NewUser, actor: string, now: EpochMs): Promise<Link> {
  const email = user.email.trim().toLowerCase();
  if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 254)
    throw new UserError(`${JSON.stringify(user.email)} is no e-mail address`);
  if ((await findUser(tx, email)) !== null)
    throw new UserError(`there is a user ${email} already; \`baton user role\` changes what they may do`);
  const id = randomBytes(12).toString("hex");
  await insertUser(tx, { id, email, name: user.name?.trim() || email });
  await putRole(tx, id, user.environment, user.role);
  const link = await makeLink(tx, { id, email }, actor, now);
  const { environment, role } = user;
  await record(tx, { actor, action: "user.create", subject: email, environment, facts: { role } });
  return link;
}

/** Another link: for a first one that was lost, and for a password that was. A UserError for nobody or a disabled user. */
export function inviteAgain(db: Db, idOrEmail: string, actor: string, now: EpochMs): Promise<Link> {
  return inTransaction(db, async (tx) => {
    const user = await userOf(tx, idOrEmail);
    if (user.disabledAt !== null) throw new UserError(`${user.email} is disabled; enable them first`);
    const link = await makeLink(tx, user, actor, now);
    await record(tx, { actor, action: "user.invite", subject: user.email, environment: null });
    return link;
  });
}

async function makeLink(
  tx: Tx,
  user: { readonly id: string; readonly email: string },
  actor: string,
  now: EpochMs,
): Promise<Link> {
  const { id, token, sha256 } = mintToken();
  const expiresAt = now + LINK_LIFE_MS;
  await insertInvitation(tx, { id, sha256, user: user.id, createdBy: actor, now, expiresAt });
  return { user: user.id, email: user.email, token, expiresAt };
}

/**
 * Sets the password that the holder of a link chose; returns their address. A UserError when the link does not count
 * any more or the password is too short.
 */
export async function acceptInvitation(
  db: Db,
  asked: { readonly token: string; readonly password: string },
  hash: (password: string) => Promise<string>,
  now: EpochMs,
): Promise<string> {
  const { length } = asked.password;
  if (length < SHORTEST_PASSWORD || length > LONGEST_PASSWORD)
    throw new UserError(`a password has ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters`);
  const given = readToken(asked.token);
  const hashed = await hash(asked.password);
  return inTransaction(db, async (tx) => {
    const row = given === null ? null : await lockInvitation(tx, given.id);
    const state = row === null ? null : { ...row, revokedAt: row.usedAt };
    if (given === null || row === null || judgeToken(state, given.secret, now) !== "valid")
      throw new UserError("this link does not count any more: ask an admin for another one");
    await usePassword(tx, row, { hash: hashed, accountId: randomBytes(12).toString("hex") }, now);
    await record(tx, { actor: row.email, action: "user.password", subject: row.email, environment: null });
    return row.email;
  });
}

/** Gives a role in an environment (null: in all), or takes it away with null. A UserError for the last admin. */
export function setRole(
  db: Db,
  asked: { readonly user: string; readonly environment: string | null; readonly role: Role | null },
  actor: string,
): Promise<UserRow> {
  const { environment, role } = asked;
  return changeUser(db, asked.user, actor, async (tx, user) => {
    const before = user.roles.find((one) => one.environment === environment)?.role ?? null;
    await putRole(tx, user.id, environment, role);
    return { action: "user.role", environment, facts: { from: before, to: role } };
  });
}

/** Ends the person's sessions and lets them in no more, or lets them in again. A UserError for the last admin. */
export function setDisabled(db: Db, user: string, isDisabled: boolean, actor: string): Promise<UserRow> {
  return changeUser(db, user, actor, async (tx, { id }) => {
    await putDisabled(tx, id, isDisabled);
    return { action: isDisabled ? "user.disable" : "user.enable", environment: null, facts: {} };
  });
}

function changeUser(
  db: Db,
  idOrEmail: string,
  actor: string,
  change: (
    tx: Tx,
    user: UserRow,
  ) => Promise<{
    readonly action: string;
    readonly environment: string | null;
    readonly facts: Readonly<Record<string, unknown>>;
  }>,
): Promise<UserRow> {
  return inTransaction(db, async (tx) => {
    await lockUsers(tx);
    const user = await userOf(tx, idOrEmail);
    const admins = await countAdmins(tx);
    const act = await change(tx, user);
    if (admins > 0 && (await countAdmins(tx)) === 0)
      throw new UserError(`${user.email} is the last admin of every environment: make another one first`);
    await record(tx, { actor, subject: user.email, ...act });
    return userOf(tx, user.id);
  });
}

/** The user, or a UserError. */
async function userOf(tx: Tx, idOrEmail: string): Promise<UserRow> {
  const user = await findUser(tx, idOrEmail);
  if (user !== null) return user;
  throw new UserError(`there is no user ${idOrEmail}; \`baton user list\` names them`);
}

/** What a person may do, as an actor. */
export function actorOf(email: string, roles: readonly RoleRow[]): Actor {
  const grants = roles.map(({ environment, role }): Grant => ({ environment, role, scopes: scopesOf(role) }));
  return { name: email, grants };
}
