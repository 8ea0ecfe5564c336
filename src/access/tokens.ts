/** Makes tokens and lets their holders in. */
import { UserError } from "../kernel/failure.ts";
import type { EpochMs, Ms } from "../kernel/time.ts";
import { type Db, inTransaction } from "../store/database.ts";
import type { Actor } from "./actor.ts";
import { record } from "./audit-log.ts";
import { insertToken, loadToken, noteUse, revokeToken } from "./queries.ts";
import type { Scope } from "./scopes.ts";
import { judgeToken, mintToken, readToken } from "./token.ts";

const LONGEST_MS: Ms = 366 * 86_400_000;

export interface TokenRequest {
  readonly holder: string;
  readonly scopes: readonly Scope[];
  readonly environments: readonly string[] | null;
  readonly lifeMs: Ms;
  readonly createdBy: string;
}

/** The token in full, this once. A UserError when it would live longer than a year or could do nothing. */
export async function createToken(
  db: Db,
  request: TokenRequest,
  now: EpochMs,
): Promise<{ readonly id: string; readonly token: string; readonly expiresAt: EpochMs }> {
  const { lifeMs, holder, scopes, environments, createdBy } = request;
  if (holder.trim() === "") throw new UserError("a token needs a holder: the name beside what it changes");
  if (scopes.length === 0) throw new UserError("a token without a scope can do nothing: name at least one");
  if (lifeMs <= 0 || lifeMs > LONGEST_MS)
    throw new UserError("a token lives between a moment and a year: name a shorter time, as in 90d");
  const { id, token, sha256 } = mintToken();
  const expiresAt = now + lifeMs;
  await inTransaction(db, async (tx) => {
    await insertToken(tx, { id, sha256, holder, scopes, environments, createdBy, createdAt: now, expiresAt });
    const facts = { holder, scopes, environments, expiresAt };
    await record(tx, { actor: createdBy, action: "token.create", subject: id, environment: null, facts });
  });
  return { id, token, expiresAt };
}

/** Makes a token useless from now on; false when there is none of this id. */
export function endToken(db: Db, id: string, actor: string, now: EpochMs): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    const isThere = await revokeToken(tx, id, now);
    if (isThere) await record(tx, { actor, action: "token.revoke", subject: id, environment: null });
    return isThere;
  });
}

/** Who signed in. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  /** Whether they confirm with a one-time code. */
  readonly twoFactor: boolean;
}

export type Admission =
  | {
      readonly kind: "actor";
      readonly actor: Actor;
      /** Null: a token, behind which no person sits. */
      readonly person: Person | null;
    }
  | { readonly kind: "refused"; readonly why: string };

/** Who stands behind an Authorization header; a refusal is one sentence for the caller. */
export async function admit(db: Db, authorization: string | undefined, now: EpochMs): Promise<Admission> {
  const [, text] = /^Bearer +(\S+)$/i.exec(authorization ?? "") ?? [];
  if (text === undefined)
    return refused("Send an API token as `Authorization: Bearer ...`; `baton token create` makes one.");
  const given = readToken(text);
  const row = given === null ? null : await loadToken(db, given.id);
  const verdict = given === null ? "unknown" : judgeToken(row, given.secret, now);
  if (row === null || verdict === "unknown") return refused("No such API token.");
  if (verdict !== "valid") return refused(`This API token is ${verdict}; make another one.`);
  await noteUse(db, row.id, now);
  const { holder: name, scopes, environments } = row;
  const grants = (environments ?? [null]).map((environment) => ({ environment, scopes, role: null }));
  return { kind: "actor", actor: { name, grants }, person: null };
}

function refused(why: string): Admission {
  return { kind: "refused", why };
}
