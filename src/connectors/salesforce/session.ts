/** Signing in to Salesforce: one token at a time, shared by all calls, renewed once when it ends. */
import { createPrivateKey, sign } from "node:crypto";
import type { Connection } from "jsforce/lib/connection.js";
import { PermanentFailure } from "../../kernel/failure.ts";
import type { Clock, EpochMs } from "../../kernel/time.ts";
import { failureOfStatus } from "../http/failures.ts";
import type { Http } from "../http/http.ts";
import { failureOfError } from "./errors.ts";
import { jsforceTransport, Refusal, setTransport } from "./transport.ts";

/** Spring '26: the version that Baton is tested with; jsforce's own default is 50.0. */
export const API_VERSION = "66.0";

/** How Baton signs in. Client credentials need the org's My Domain as `loginUrl`. */
export type SalesforceLogin =
  | { readonly kind: "client-credentials"; readonly clientId: string; readonly clientSecret: string }
  | {
      readonly kind: "jwt";
      readonly clientId: string;
      readonly username: string;
      /** PEM of the RSA key whose certificate the app holds. */
      readonly privateKey: string;
      /** https://login.salesforce.com or https://test.salesforce.com; default: the login address. */
      readonly audience?: string | undefined;
    };

export interface Session {
  readonly connection: Connection;
  readonly instanceUrl: string;
  readonly accessToken: string;
  /** The org and Baton's user in it; null when the sign-in did not say. */
  readonly identity: { readonly organization: string; readonly user: string } | null;
}

export interface Sessions {
  /** The session in use, signing in first when there is none; callers at the same time share one sign-in. */
  current(): Promise<Session>;
  /** Forgets this session, if it is still the one in use. */
  drop(session: Session): void;
}

/** Salesforce accepts assertions up to a few minutes ahead. */
const ASSERTION_SECONDS = 180;

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function privateKeyOf(pem: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const message =
      "The private key of the Salesforce connection cannot be read: it must be an RSA key in PEM form.";
    throw new PermanentFailure({ target: "salesforce", code: "bad_private_key", message, cause });
  }
}

/** A signed JWT (RS256) that names the integration user; RFC 7523 and Salesforce's OAuth 2.0 JWT Bearer Flow. */
export function jwtAssertion(
  login: Extract<SalesforceLogin, { kind: "jwt" }>,
  loginUrl: string,
  now: EpochMs,
): string {
  const claims = {
    iss: login.clientId,
    sub: login.username,
    aud: login.audience ?? new URL(loginUrl).origin,
    exp: Math.floor(now / 1_000) + ASSERTION_SECONDS,
  };
  const unsigned = `${base64url({ alg: "RS256" })}.${base64url(claims)}`;
  return `${unsigned}.${sign("RSA-SHA256", Buffer.from(unsigned), privateKeyOf(login.privateKey)).toString("base64url")}`;
}

/** Prepares signing in; nothing is sent before the first call. */
export function createSessions(settings: {
  readonly loginUrl: string;
  readonly login: SalesforceLogin;
  readonly http: Http;
  readonly clock: Clock;
}): Sessions {
  const { loginUrl, login, http, clock } = settings;
  let pending: Promise<Session> | null = null;
  let session: Session | null = null;

  function grant(): { grant_type: string; [name: string]: string } {
    if (login.kind === "client-credentials") return { grant_type: "client_credentials" };
    const assertion = jwtAssertion(login, loginUrl, clock());
    return { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
  }

  async function signIn(): Promise<Session> {
    // Loaded on the first sign-in: it takes about 35 MB, which a process without Salesforce saves.
    const [jsforce, { OAuth2 }] = await Promise.all([
      import("jsforce/lib/connection.js"),
      import("jsforce/lib/oauth2.js"),
    ]);
    const secret = login.kind === "client-credentials" ? { clientSecret: login.clientSecret } : {};
    const oauth2 = new OAuth2({ loginUrl, clientId: login.clientId, ...secret });
    setTransport(oauth2, jsforceTransport(http, "read"));
    const answer: { access_token?: unknown; instance_url?: unknown; id?: unknown } | undefined = await oauth2
      .requestToken(grant())
      .catch((error: unknown) => {
        throw error instanceof Refusal ? failureOfSignIn(error, loginUrl, clock()) : error;
      });
    if (typeof answer?.access_token !== "string" || typeof answer.instance_url !== "string") {
      const message = `${new URL(loginUrl).host} did not answer like a Salesforce sign-in: check the login address of the connection.`;
      throw new PermanentFailure({ target: "salesforce", code: "odd_token", message });
    }
    // No oauth2 settings on the connection: jsforce would refresh by itself, without bound.
    const connection = new jsforce.Connection({
      instanceUrl: answer.instance_url,
      accessToken: answer.access_token,
      version: API_VERSION,
      callOptions: { client: "Baton" },
    });
    setTransport(connection, jsforceTransport(http, "write"));
    const { access_token: accessToken, instance_url: instanceUrl } = answer;
    return { connection, instanceUrl, accessToken, identity: identityOf(answer.id) };
  }

  return {
    async current() {
      if (session !== null) return session;
      pending ??= signIn()
        .then((fresh) => (session = fresh))
        .finally(() => (pending = null));
      return pending;
    },
    drop(stale) {
      if (session === stale) session = null;
    },
  };
}

/** From the identity URL that comes with a token: ".../id/00D.../005...". */
function identityOf(url: unknown): Session["identity"] {
  const [, organization, user] = /\/id\/(\w+)\/(\w+)$/.exec(String(url)) ?? [];
  return organization === undefined || user === undefined ? null : { organization, user };
}

function failureOfSignIn(refusal: Refusal, loginUrl: string, now: EpochMs): unknown {
  const { status, headers } = refusal;
  const error = refusal.errors.find(({ code }) => code !== "unknown");
  const url = new URL("/services/oauth2/token", loginUrl);
  const call = { method: "POST", url, effect: "read" } as const;
  if (error === undefined) return failureOfStatus("salesforce", call, { status, headers, text: "" }, now);
  return failureOfError(error, { effect: "read", status, rolledBack: true });
}
