/** better-auth, as Baton uses it: passwords (scrypt), sessions, one-time codes, and a provider. Nothing else knows it. */
import { betterAuth } from "better-auth";
import { APIError } from "better-auth/api";
import { genericOAuth } from "better-auth/plugins/generic-oauth";
import { twoFactor } from "better-auth/plugins/two-factor";
import type { Db, Log } from "../store/database.ts";
import { record } from "./audit-log.ts";
import { type Discovered, discoveryAddress, type OidcSettings, PROVIDER, refusalOf } from "./oidc.ts";
import { findUser } from "./people-queries.ts";
import { ADDRESS_HEADER, AUTH_PREFIX } from "./sign-in-address.ts";
import { TABLES, TWO_FACTOR_TABLES } from "./sign-in-tables.ts";
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from "./users.ts";

export interface LibraryOptions {
  readonly db: Db;
  readonly secret: string;
  /** Null: whatever address a request came to. */
  readonly baseUrl: string | null;
  readonly log: Log;
}

/** The provider whose answers are taken, with what it says about itself. */
export interface Provider {
  readonly settings: OidcSettings;
  readonly discovered: Discovered;
}

const WEEK_S = 7 * 86_400;
const DAY_S = 86_400;

export function authOf({ db, secret, baseUrl, log }: LibraryOptions, provider: Provider | null) {
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
    user: {
      ...TABLES.user,
      validateUserInfo: async ({ user }) => {
        const known = user.id === undefined ? null : await findUser(db, user.id);
        const refusal = refusalOf({ email: user.email, isVerified: user.emailVerified === true }, known);
        return refusal === null ? undefined : { error: refusal };
      },
    },
    // What a sign-in must remember until the provider answers stands sealed in a cookie: nobody fills a table by asking.
    account: { ...TABLES.account, storeStateStrategy: "cookie", updateAccountOnSignIn: false },
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
      account: { create: { before: async () => ({ data: NO_TOKENS }) } },
      session: {
        create: {
          before: (session) => refuseDisabled(db, session.userId),
          after: (session, context) => noteSession(db, session.userId, context?.path),
        },
      },
    },
    plugins: [codes(), ...(provider === null ? [] : [from(provider)])],
  });
}

/** Baton asks the provider who somebody is, once, and calls nothing in their name. */
const NO_TOKENS = { accessToken: null, refreshToken: null, idToken: null };

/** One-time codes are asked for after a password, and after the provider, too: whoever turned them on meant both. */
function codes() {
  const plugin = twoFactor({ issuer: "Baton", schema: TWO_FACTOR_TABLES });
  const after = plugin.hooks.after.map((hook) => ({
    ...hook,
    matcher: (context: Parameters<typeof hook.matcher>[0]) =>
      context.path === "/callback/:id" || hook.matcher(context),
  }));
  return { ...plugin, hooks: { ...plugin.hooks, after } };
}

function from({ settings, discovered }: Provider) {
  const { issuer, clientId, clientSecret, name } = settings;
  return genericOAuth({
    config: [
      {
        providerId: PROVIDER,
        name,
        discoveryUrl: discoveryAddress(issuer),
        requireIdTokenVerification: true,
        clientId,
        clientSecret,
        authentication: discovered.takesBasic ? "basic" : "post",
        scopes: ["openid", "email", "profile"],
        pkce: true,
        disableSignUp: true,
        // The address stands in it: who they are is decided by it each time. Without an ID token nothing was proved.
        accountSubject: ({ tokens, profile }) => {
          if (tokens.idToken === undefined) throw new Error("the provider sent no ID token");
          return [discovered.issuer, profile.sub, profile.email].join(" ");
        },
      },
    ],
  });
}

async function refuseDisabled(db: Db, id: string): Promise<void> {
  const user = await findUser(db, id);
  if (user === null || user.disabledAt !== null)
    throw new APIError("UNAUTHORIZED", {
      code: "INVALID_EMAIL_OR_PASSWORD",
      message: "Invalid email or password",
    });
}

async function noteSession(db: Db, id: string, path: string | undefined): Promise<void> {
  const user = await findUser(db, id);
  if (user === null) return;
  const act = { actor: user.email, action: "session.begin", subject: user.email, environment: null };
  await record(db, { ...act, ...(path === "/callback/:id" && { facts: { by: PROVIDER } }) });
}
