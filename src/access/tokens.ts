/** Makes tokens and lets their holders in. */
import { UserError } from "../kernel/failure.ts";
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { Db } from "../store/database.ts";
import type { Actor, Scope } from "./actor.ts";
import { insertToken, loadToken, noteUse } from "./queries.ts";
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
  await insertToken(db, { id, sha256, holder, scopes, environments, createdBy, createdAt: now, expiresAt });
  return { id, token, expiresAt };
}

export type Admission =
  { readonly kind: "actor"; readonly actor: Actor } | { readonly kind: "refused"; readonly why: string };

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
  return { kind: "actor", actor: { name, scopes, environments } };
}

function refused(why: string): Admission {
  return { kind: "refused", why };
}
