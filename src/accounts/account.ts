/** The accounts that an environment works with: what may be told of their secrets, and what a look at one finds. */
import type { EpochMs } from "../kernel/time.ts";
import type { ConnectionKind } from "../vault/queries.ts";

export const ACCOUNT_KINDS = [
  "intercom",
  "salesforce",
  "slack",
  "email",
  "enrichment",
] as const satisfies readonly ConnectionKind[];

export interface Finding {
  /** "missing": handoffs will fail. "warning": something will be left out, or cannot be checked from here. */
  readonly level: "ok" | "warning" | "missing";
  readonly what: string;
  /** What to do about it; null when all is well. */
  readonly fix: string | null;
}

/** An account that can be looked at. */
export interface CheckedAccount {
  check(): Promise<readonly Finding[]>;
  close(): void;
}

export interface Installed {
  /** How many components the org took. */
  readonly components: number;
  /** One line for each component that was refused; then nothing at all was deployed. */
  readonly problems: readonly string[];
}

/** A Salesforce org, which can also be made ready. */
export interface OrgAccount extends CheckedAccount {
  install(options: { readonly checkOnly: boolean }): Promise<Installed>;
}

/** A connection that is stored for an environment, or one given as settings (then nothing is read from the database). */
export type ConnectionSource =
  | { readonly kind: "environment"; readonly environment: string }
  | { readonly kind: "settings"; readonly settings: unknown };

export interface SecretMark {
  readonly setAt: EpochMs;
  readonly setBy: string;
  /** Its last four characters; null where these would tell too much, or nothing. */
  readonly ends: string | null;
}
export type SecretMarks = Readonly<Record<string, SecretMark>>;

/** What the last look found. */
export interface Checked {
  readonly at: EpochMs;
  readonly by: string;
  readonly findings: readonly Finding[];
}

type Given = Readonly<Record<string, unknown>>;

/** Four characters of a short secret are too many; a key file ends as every other. */
const SHORTEST_TOLD = 16;

/** The secrets with those that were given anew. Intercom signs with the old one until the new one is used everywhere. */
export function mergeSecrets(kind: ConnectionKind, kept: Given, given: Given): Given {
  const old = kept["clientSecret"];
  const isRotated = kind === "intercom" && given["clientSecret"] !== undefined && old !== undefined;
  return {
    ...kept,
    ...(isRotated && given["clientSecret"] !== old && { previousClientSecret: old }),
    ...given,
  };
}

/** Settings that say where an account's secrets are sent. */
const ADDRESSES = ["apiUrl", "loginUrl", "pubsubUrl", "url", "host", "port", "secure"];

/** Whether secrets that nobody gave anew would go elsewhere than before: who may set a secret may not read the old one. */
export function movesSecrets(
  before: unknown,
  after: unknown,
  { kept, given }: { readonly kept: Given; readonly given: Given },
): boolean {
  const isMoved = ADDRESSES.some((name) => (before as Given | undefined)?.[name] !== (after as Given)[name]);
  return isMoved && Object.keys(kept).some((name) => given[name] === undefined);
}

/** Marks of the secrets that are there now: who gave a new one, and what stood of those that stayed. */
export function marksOf(
  secrets: Given,
  { kept, marks }: { readonly kept: Given; readonly marks: SecretMarks },
  set: { readonly by: string; readonly at: EpochMs },
): SecretMarks {
  return Object.fromEntries(
    Object.entries(secrets)
      .filter((entry): entry is [string, string] => typeof entry[1] === "string")
      .map(([name, value]) => {
        const known = kept[name] === value ? marks[name] : undefined;
        return [name, known ?? { setAt: set.at, setBy: set.by, ends: endOf(value) }];
      }),
  );
}

function endOf(secret: string): string | null {
  const text = secret.trim();
  return text.length < SHORTEST_TOLD || text.startsWith("-----BEGIN") ? null : text.slice(-4);
}
