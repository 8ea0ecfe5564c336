/**
 * Signing in, on better-auth: passwords (scrypt), sessions, one-time codes. Nothing outside this file
 * knows the library; nobody signs up by themselves.
 */
import { randomBytes } from "node:crypto";
import { betterAuth } from "better-auth";
import { APIError } from "better-auth/api";
import { twoFactor } from "better-auth/plugins";
import type { Db, Log } from "../store/database.ts";
import { loadServiceSecret, saveServiceSecret, serviceSecretContext } from "../vault/queries.ts";
import type { Vault } from "../vault/vault.ts";
import { record } from "./audit-log.ts";
import { findUser } from "./people-queries.ts";
import { TABLES, TWO_FACTOR_TABLES } from "./sign-in-tables.ts";
import { actorOf, LONGEST_PASSWORD, SHORTEST_PASSWORD } from "./users.ts";
import type { Admission } from "./tokens.ts";

export interface SignInOptions {
  readonly db: Db;
  readonly secret: string;
  /** Null: whatever address a request came to. */
  readonly baseUrl: string | null;
  readonly log: Log;
}

export interface SignIn {
  /** Answers a request below /api/auth. */
  readonly handle: (request: Request) => Promise<Response>;
  /** Who has the session that the cookies name. */
  readonly admit: (headers: Headers) => Promise<Admission>;
  readonly hash: (password: string) => Promise<string>;
}

export const AUTH_PREFIX = "/api/auth";
const WEEK_S = 7 * 86_400;
const DAY_S = 86_400;
const SECRET = "sign-in";

/** The key that signs cookies and seals one-time-code secrets: made at the first start, kept by the vault. */
export async function signInSecret(db: Db, vault: Vault): Promise<string> {
  const context = serviceSecretContext(SECRET);
  const kept = await loadServiceSecret(db, SECRET);
  if (kept !== null) return vault.open(kept, context);
  const made = vault.seal(randomBytes(32).toString("base64url"), context);
  return vault.open(await saveServiceSecret(db, SECRET, made, { replace: false }), context);
}

export function openSignIn(options: SignInOptions): SignIn {
  const auth = authOf(options);
  return {
    handle: (request) => auth.handler(request),
    hash: async (password) => (await auth.$context).password.hash(password),
    admit: async (headers) => {
      const session = await auth.api.getSession({ headers });
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
  };
}

function authOf({ db, secret, baseUrl, log }: SignInOptions) {
  return betterAuth({
    appName: "Baton",
    ...(baseUrl !== null && { baseURL: baseUrl }),
    basePath: AUTH_PREFIX,
    secret,
    database: { db, type: "postgres" },
    trustedOrigins: (request) => (request === undefined ? [] : [new URL(request.url).origin]),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: SHORTEST_PASSWORD,
      maxPasswordLength: LONGEST_PASSWORD,
    },
    ...TABLES,
    session: { ...TABLES.session, expiresIn: WEEK_S, updateAge: DAY_S },
    advanced: {
      cookiePrefix: "baton",
      useSecureCookies: baseUrl?.startsWith("https:") ?? false,
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax" },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    },
    // Attempts are counted in the database (attempts.ts), where every process sees them.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { log: (level, message) => log(level === "error" ? "warn" : "debug", `sign-in: ${message}`) },
    databaseHooks: {
      session: {
        create: {
          before: (session) => refuseDisabled(db, session.userId),
          after: (session) => noteSession(db, session.userId),
        },
      },
    },
    plugins: [
      twoFactor({
        issuer: "Baton",
        schema: TWO_FACTOR_TABLES,
      }),
    ],
  });
}

/** Where the door tells better-auth the caller's address; set by the door, never by the caller. */
export const ADDRESS_HEADER = "x-baton-address";

async function refuseDisabled(db: Db, id: string): Promise<void> {
  const user = await findUser(db, id);
  if (user === null || user.disabledAt !== null)
    throw new APIError("UNAUTHORIZED", {
      code: "INVALID_EMAIL_OR_PASSWORD",
      message: "Invalid email or password",
    });
}

async function noteSession(db: Db, id: string): Promise<void> {
  const user = await findUser(db, id);
  if (user !== null)
    await record(db, { actor: user.email, action: "session.begin", subject: user.email, environment: null });
}
