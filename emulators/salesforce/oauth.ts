/** `/services/oauth2`: tokens, who they belong to, and their end (knowledge: authentication). */
import { createVerify } from "node:crypto";
import type { EmulatorAnswer, EmulatorRequest } from "../core/routes.ts";
import { allRows, type Org, rowOf } from "./org.ts";
import { z } from "zod";

export interface OAuthOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM of the key that signs JWT assertions; without one a well-formed assertion is taken as it is. */
  readonly jwtPublicKey?: string | undefined;
  /** Tokens end after so long. Default: two hours. */
  readonly sessionMs?: number | undefined;
}

export interface Sessions {
  /** A fresh access token of the user. */
  readonly issue: (userId: string) => string;
  /** The user of a token that is still good. */
  readonly userOf: (token: string) => string | undefined;
  readonly expire: (token: string) => void;
  readonly expireAll: () => void;
  readonly refreshTokenOf: (userId: string) => string;
  readonly userOfRefreshToken: (token: string) => string | undefined;
}

/** Access tokens of one org: the org's id, `!`, and a tail. */
export function createSessions(org: Org, sessionMs = 7_200_000): Sessions {
  const sessions = new Map<string, { userId: string; until: number }>();
  let serial = 0;
  return {
    issue(userId) {
      const token = `${org.id.slice(0, 15)}!AQEAQ.Emulator${String(++serial).padStart(6, "0")}.${org.now().toString(36)}`;
      sessions.set(token, { userId, until: org.now() + sessionMs });
      return token;
    },
    userOf(token) {
      const session = sessions.get(token);
      return session !== undefined && session.until > org.now() ? session.userId : undefined;
    },
    expire: (token) => void sessions.delete(token),
    expireAll: () => sessions.clear(),
    refreshTokenOf: (userId) => `5Aep.${userId}`,
    userOfRefreshToken: (token) => (token.startsWith("5Aep.") ? token.slice(5) : undefined),
  };
}

/** `Bearer` and `OAuth` headers. */
export function bearerOf(request: EmulatorRequest): string | undefined {
  return /^(?:Bearer|OAuth)\s+(.+)$/i.exec(request.headers["authorization"] ?? "")?.[1];
}

/** The answer to `POST /services/oauth2/token`. */
export function answerToken(
  org: Org,
  sessions: Sessions,
  options: OAuthOptions,
  request: EmulatorRequest,
  url: string,
): EmulatorAnswer {
  const form = new URLSearchParams(request.rawBody.toString("utf8"));
  const [basicId, basicSecret] = basicCredentials(request);
  const clientId = form.get("client_id") ?? basicId;
  const secret = form.get("client_secret") ?? basicSecret;
  switch (form.get("grant_type")) {
    case "client_credentials":
      if (clientId !== options.clientId) return oauthError("invalid_client_id", "client identifier invalid");
      if (secret !== options.clientSecret) return oauthError("invalid_client", "invalid client credentials");
      if (rowOf(org, "User", org.userId)?.["IsActive"] !== true) {
        return oauthError("invalid_grant", "no client credentials user enabled");
      }
      return tokenAnswer(org, sessions, org.userId, url, false);
    case "refresh_token": {
      if (clientId !== options.clientId) return oauthError("invalid_client_id", "client identifier invalid");
      const userId = sessions.userOfRefreshToken(form.get("refresh_token") ?? "");
      if (userId === undefined || rowOf(org, "User", userId) === undefined) {
        return oauthError("invalid_grant", "expired access/refresh token");
      }
      return tokenAnswer(org, sessions, userId, url, true);
    }
    case "urn:ietf:params:oauth:grant-type:jwt-bearer":
      return jwtAnswer(org, sessions, options, form.get("assertion") ?? "", url);
    case null:
    default:
      return oauthError("unsupported_grant_type", "grant type not supported");
  }
}

/** The answer to `GET /services/oauth2/userinfo` and to `GET /id/ORG/USER`. */
export function userInfo(org: Org, userId: string, url: string): Record<string, unknown> {
  const user = rowOf(org, "User", userId) ?? {};
  return {
    sub: `${url}/id/${org.id}/${userId}`,
    id: `${url}/id/${org.id}/${userId}`,
    user_id: userId,
    organization_id: org.id,
    preferred_username: user["Username"],
    username: user["Username"],
    display_name: user["Name"],
    name: user["Name"],
    email: user["Email"],
    active: user["IsActive"],
    user_type: "STANDARD",
    urls: { rest: `${url}/services/data/v{version}/`, custom_domain: url },
  };
}

const Header = z.object({ alg: z.string() });
const Claims = z.object({ iss: z.string(), sub: z.string(), aud: z.string(), exp: z.number() });

function jwtAnswer(
  org: Org,
  sessions: Sessions,
  options: OAuthOptions,
  assertion: string,
  url: string,
): EmulatorAnswer {
  const [head = "", body = "", signature = ""] = assertion.split(".");
  const header = Header.safeParse(jsonOf(head));
  const claims = Claims.safeParse(jsonOf(body));
  if (!header.success || !claims.success || header.data.alg !== "RS256" || signature === "") {
    return oauthError("invalid_grant", "invalid assertion");
  }
  const { iss, sub, aud, exp } = claims.data;
  if (iss !== options.clientId) return oauthError("invalid_client_id", "client identifier invalid");
  if (options.jwtPublicKey !== undefined) {
    const verifier = createVerify("RSA-SHA256").update(`${head}.${body}`);
    if (!verifier.verify(options.jwtPublicKey, Buffer.from(signature, "base64url"))) {
      return oauthError("invalid_grant", "invalid assertion signature");
    }
  }
  const audiences = ["https://login.salesforce.com", "https://test.salesforce.com", url];
  if (!audiences.includes(aud.replace(/\/$/, ""))) return oauthError("invalid_grant", "audience is invalid");
  // The assertion may live about five minutes.
  if (exp * 1000 <= org.now() || exp * 1000 > org.now() + 330_000) {
    return oauthError("invalid_grant", "expired authorization code");
  }
  const user = [...allRows(org, "User")].find(
    (row) => String(row["Username"]).toLowerCase() === sub.toLowerCase(),
  );
  if (user === undefined) return oauthError("invalid_grant", "user hasn't approved this consumer");
  if (user["IsActive"] !== true) return oauthError("inactive_user", "user is inactive");
  return tokenAnswer(org, sessions, String(user["Id"]), url, false);
}

function tokenAnswer(
  org: Org,
  sessions: Sessions,
  userId: string,
  url: string,
  isRefresh: boolean,
): EmulatorAnswer {
  return {
    status: 200,
    headers: { "cache-control": "no-store" },
    body: {
      access_token: sessions.issue(userId),
      signature: "ZW11bGF0b3I=",
      scope: "api",
      instance_url: url,
      id: `${url}/id/${org.id}/${userId}`,
      token_type: "Bearer",
      issued_at: String(org.now()),
      ...(isRefresh && { refresh_token: sessions.refreshTokenOf(userId) }),
    },
  };
}

function oauthError(error: string, description: string): EmulatorAnswer {
  return { status: 400, body: { error, error_description: description } };
}

function basicCredentials(request: EmulatorRequest): (string | null)[] {
  const encoded = /^Basic\s+(.+)$/i.exec(request.headers["authorization"] ?? "")?.[1];
  if (encoded === undefined) return [null, null];
  return Buffer.from(encoded, "base64").toString("utf8").split(":").map(decodeURIComponent);
}

function jsonOf(base64url: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64url, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}
