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
