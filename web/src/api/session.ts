/** Signing in and out. The cookie of a session is the browser's: no script sees it. */
import { hasToken, keepToken, send } from "./client.ts";

/** What a password opened: the door, or the question for a one-time code. */
export type Entered = "in" | "code";

export async function signIn(email: string, password: string): Promise<Entered> {
  keepToken(null);
  const said = await send<{ readonly twoFactorRedirect?: true }>("POST", "/api/auth/sign-in/email", {
    email,
    password,
  });
  return said.twoFactorRedirect === true ? "code" : "in";
}

/** The ways in: by password, with a provider, or both. */
export interface Ways {
  readonly password: boolean;
  readonly provider: { readonly name: string } | null;
}

export function listWays(): Promise<Ways> {
  return send("GET", "/api/auth/ways");
}

/** Where the provider signs people in; the browser has what it needs to come back. */
export async function beginProviderSignIn(): Promise<string> {
  keepToken(null);
  return (await send<{ readonly url: string }>("POST", "/api/auth/sign-in/oidc", {})).url;
}

/** The second half of `signIn`: a code of the app, or one of the backup codes. */
export async function enterCode(kind: "totp" | "backup-code", code: string): Promise<void> {
  await send("POST", `/api/auth/two-factor/verify-${kind}`, { code });
}

/** Sets the password of a one-time link's holder and returns their address. */
export async function acceptInvitation(token: string, password: string): Promise<string> {
  return (await send<{ readonly email: string }>("POST", "/api/auth/invitation", { token, password })).email;
}

/** Forgets the token, or ends the session. */
export async function signOut(): Promise<void> {
  if (hasToken()) keepToken(null);
  else await send("POST", "/api/auth/sign-out");
}

export interface OwnSession {
  readonly token: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly expiresAt: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly isThisOne: boolean;
}

/** One's own sessions, this one first. */
export async function listSessions(): Promise<readonly OwnSession[]> {
  type Listed = Omit<OwnSession, "isThisOne">;
  const [all, here] = await Promise.all([
    send<readonly Listed[]>("GET", "/api/auth/list-sessions"),
    send<{ readonly session: { readonly token: string } } | null>("GET", "/api/auth/get-session"),
  ]);
  return all
    .map((one) => ({ ...one, isThisOne: one.token === here?.session.token }))
    .toSorted((a, b) => Number(b.isThisOne) - Number(a.isThisOne));
}

export async function endSession(token: string): Promise<void> {
  await send("POST", "/api/auth/revoke-session", { token });
}

export async function changePassword(currentPassword: string, newPassword: string): Promise<void> {
  const body = { currentPassword, newPassword, revokeOtherSessions: true };
  await send("POST", "/api/auth/change-password", body);
}

export interface Codes {
  /** What an authenticator app reads. */
  readonly totpURI: string;
  readonly backupCodes: readonly string[];
}

/** Begins one-time codes; they count from the first right code on (`enterCode`). */
export function beginCodes(password: string): Promise<Codes> {
  return send("POST", "/api/auth/two-factor/enable", { password });
}

export async function endCodes(password: string): Promise<void> {
  await send("POST", "/api/auth/two-factor/disable", { password });
}
