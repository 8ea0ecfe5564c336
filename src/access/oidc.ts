/**
 * An OpenID provider: its settings, what it says about itself, and whom Baton takes from it. Sources of the rules:
 * OpenID Connect Discovery 1.0, sections 4.1 to 4.3, and OpenID Connect Core 1.0, section 5.7.
 */
import { z } from "zod";
import type { Ms } from "../kernel/time.ts";
import type { UserRow } from "./people-queries.ts";

export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** How people call it: "Sign in with ...". */
  readonly name: string;
  /** Whether passwords are off. */
  readonly isOnly: boolean;
}

/** The provider's name in addresses and in the accounts table. */
export const PROVIDER = "oidc";
const PATIENCE_MS: Ms = 5_000;

/** What the provider says about itself, as far as signing in rests on it. */
export interface Discovered {
  readonly issuer: string;
  /** Whether it takes the client's secret in the Authorization header, which is the default of the standard. */
  readonly takesBasic: boolean;
}

export type Discovery =
  | { readonly kind: "found"; readonly discovered: Discovered }
  /** One sentence without a period: what is wrong with what was found, or why nothing was. */
  | { readonly kind: "fault"; readonly fault: string };

const documentSchema = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  token_endpoint_auth_methods_supported: z.array(z.string()).default(["client_secret_basic"]),
});

export function discoveryAddress(issuer: string): string {
  return `${withoutSlash(issuer)}/.well-known/openid-configuration`;
}

/** Asks the provider about itself, for five seconds at most. */
export async function discover(issuer: string): Promise<Discovery> {
  const address = discoveryAddress(issuer);
  try {
    const response = await fetch(address, { redirect: "error", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) return fault(`${address} answered ${response.status}`);
    return judgeDocument(issuer, await response.json().catch(() => null));
  } catch (error) {
    return fault(`${address} does not answer (${reasonOf(error)})`);
  }
}

/** Whether the document is the issuer's own: one that names another issuer would let that one sign people in. */
export function judgeDocument(issuer: string, document: unknown): Discovery {
  const read = documentSchema.safeParse(document);
  if (!read.success) {
    const parts = [...new Set(read.error.issues.map(({ path }) => path.join(".") || "everything"))].join(
      ", ",
    );
    return fault(`${discoveryAddress(issuer)} lacks what a sign-in needs: ${parts}`);
  }
  const { issuer: named, token_endpoint_auth_methods_supported: methods } = read.data;
  if (withoutSlash(named) !== withoutSlash(issuer))
    return fault(`${discoveryAddress(issuer)} names another issuer, ${named}`);
  return {
    kind: "found",
    discovered: { issuer: named, takesBasic: methods.includes("client_secret_basic") },
  };
}

/** Why somebody who comes from the provider stays outside. */
export type Refusal =
  /** The provider tells no address, or one that it has not verified. */
  | "unverified"
  /** No admin has added anybody of this address, or they are deactivated. */
  | "unknown"
  /** The sign-in took too long, or was begun in another browser. */
  | "stale"
  /** The provider itself said no. */
  | "denied"
  /** What came is not what the provider would have sent, or not for this sign-in. */
  | "untrusted"
  /** The provider did not answer. */
  | "unreachable";

/** Whether who came is the user that was found for them; null: they are. The address decides each time. */
export function refusalOf(
  told: { readonly email: string | undefined; readonly isVerified: boolean },
  known: Pick<UserRow, "email" | "disabledAt"> | null,
): Refusal | null {
  if (told.email === undefined || !told.isVerified) return "unverified";
  if (known === null || known.email !== told.email.toLowerCase() || known.disabledAt !== null)
    return "unknown";
  return null;
}

/** The library's and the provider's own words for a refusal, as far as they say more than "untrusted". */
const CODES: Readonly<Record<string, Refusal>> = {
  unverified: "unverified",
  unknown: "unknown",
  account_not_linked: "unverified",
  email_not_found: "unverified",
  signup_disabled: "unknown",
  INVALID_EMAIL_OR_PASSWORD: "unknown",
  state_mismatch: "stale",
  state_not_found: "stale",
  state_invalid: "stale",
  access_denied: "denied",
  login_required: "denied",
  consent_required: "denied",
  interaction_required: "denied",
};

export function refusalNamed(code: string): Refusal {
  return CODES[code] ?? "untrusted";
}

function fault(text: string): Discovery {
  return { kind: "fault", fault: text };
}

function withoutSlash(issuer: string): string {
  return issuer.replace(/\/$/, "");
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `nothing within ${PATIENCE_MS / 1_000} s`;
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return "code" in cause ? String(cause.code) : cause.message;
}
