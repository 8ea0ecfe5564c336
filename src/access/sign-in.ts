/** Signing in: by password, by the provider where there is one, and whose a session is. Nobody signs up by themselves. */
import { randomBytes } from "node:crypto";
import type { Db } from "../store/database.ts";
import { loadServiceSecret, saveServiceSecret, serviceSecretContext } from "../vault/queries.ts";
import type { Vault } from "../vault/vault.ts";
import type { LibraryOptions } from "./auth-library.ts";
import type { OidcSettings } from "./oidc.ts";
import { openProviderDoor, type ProviderDoor } from "./provider-door.ts";
import { findUser } from "./people-queries.ts";
import { AUTH_PREFIX } from "./sign-in-address.ts";
import { actorOf } from "./users.ts";
import type { Admission } from "./tokens.ts";

export interface SignInOptions extends LibraryOptions {
  /** Null: people sign in by password alone. */
  readonly oidc: OidcSettings | null;
}

export interface SignIn {
  /** Answers a request below /api/auth. */
  readonly handle: (request: Request) => Promise<Response>;
  /** Who has the session that the cookies name. */
  readonly admit: (headers: Headers) => Promise<Admission>;
  readonly hash: (password: string) => Promise<string>;
  /** Null: there is no provider. */
  readonly provider: ProviderDoor | null;
}

const SECRET = "sign-in";

/** The key that signs cookies and seals one-time-code secrets: made at the first start, kept by the vault. */
export async function signInSecret(db: Db, vault: Vault): Promise<string> {
  const context = serviceSecretContext(SECRET);
  const kept = await loadServiceSecret(db, SECRET);
  if (kept !== null) return vault.open(kept, context);
  const made = vault.seal(randomBytes(32).toString("base64url"), context);
  return vault.open(await saveServiceSecret(db, SECRET, made, { replace: false }), context);
}

/** better-auth takes 30 MB: a process that nobody signs in to, such as a worker, does without. */
const library = () => import("./auth-library.ts");

export function openSignIn({ oidc, ...options }: SignInOptions): SignIn {
  let opened: Promise<ReturnType<Awaited<ReturnType<typeof library>>["authOf"]>> | null = null;
  // Passwords stand alone: nothing that the provider does or fails to do reaches them.
  const passwords = () => (opened ??= library().then(({ authOf }) => authOf(options, null)));
  return {
    handle: async (request) => (await passwords()).handler(request),
    hash: async (password) => (await (await passwords()).$context).password.hash(password),
    admit: async (headers) => {
      const session = await (await passwords()).api.getSession({ headers });
      const user = session === null ? null : await findUser(options.db, session.user.id);
      if (user === null || user.disabledAt !== null)
        return { kind: "refused", why: "Sign in, or send an API token as `Authorization: Bearer ...`." };
      const { id, email, name, twoFactor: hasTwoFactor } = user;
      return {
        kind: "actor",
        actor: actorOf(email, user.roles),
        person: { id, email, name, twoFactor: hasTwoFactor },
      };
    },
    provider:
      oidc === null
        ? null
        : openProviderDoor(oidc, {
            log: options.log,
            prefix: AUTH_PREFIX,
            open: async (discovered) => {
              const { authOf } = await library();
              const withProvider = authOf(options, { settings: oidc, discovered });
              const { socialProviders } = await withProvider.$context;
              return socialProviders.length === 0 ? null : withProvider.handler;
            },
          }),
  };
}
