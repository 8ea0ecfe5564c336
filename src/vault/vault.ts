/**
 * Secrets at rest: AES-256-GCM under a key from outside the database, each sealed text bound to its own place, so that
 * a copy of the database gives nothing away and a sealed text moved to another row or environment does not open.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { UserError } from "../kernel/failure.ts";

/** The one place a sealed text belongs to; it opens nowhere else. */
export interface SecretContext {
  readonly table: string;
  readonly row: string;
  readonly column: string;
  readonly environment: string;
}

export interface SealedSecret {
  readonly sealed: string;
  readonly context: SecretContext;
}

export interface Vault {
  /** The key that seals: first 8 hex digits of its SHA-256. */
  readonly currentKeyId: string;
  /** Every key that opens, the current one first. */
  readonly keyIds: readonly string[];
  /** `v1.<key id>.<nonce>.<ciphertext and tag>`, the last two in base64url. */
  seal(plaintext: string, context: SecretContext): string;
  /** The plaintext. Throws a UserError for an unknown key, a changed text or another context. */
  open(sealed: string, context: SecretContext): string;
}

export interface VaultOptions {
  /** What BATON_SECRET_KEY or its file holds: one or more keys, separated by comma or line; the first one seals. */
  readonly key: string;
  /** More keys for reading only. */
  readonly previousKeys?: string;
  /** Where the keys come from, for the messages. Default BATON_SECRET_KEY. */
  readonly source?: string;
}

interface Key {
  readonly id: string;
  readonly bytes: Buffer;
}

const KEY_BYTES = 32;
/** NIST SP 800-38D: 96-bit nonces; drawn at random they are safe for 2^32 seals under one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SHAPE = /^v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/;

/** Opens the vault. Throws a UserError naming the source, never a key, when a key is not 32 bytes in base64 or hex. */
export function openVault(options: VaultOptions): Vault {
  const keys = parseKeys(options);
  const byId = new Map(keys.map((key) => [key.id, key]));
  const [current] = keys;
  const source = options.source ?? "BATON_SECRET_KEY";
  if (current === undefined) throw new UserError(`${source} is empty: ${EXPECTED}`);
  return {
    currentKeyId: current.id,
    keyIds: [...byId.keys()],
    seal: (plaintext, context) => sealWith(current, plaintext, context),
    open: (sealed, context) => {
      const id = keyIdOf(sealed);
      if (id === null)
        throw new UserError(`the secret of ${nameOf(context)} is no sealed text: enter it again`);
      const key = byId.get(id);
      if (key === undefined)
        throw new UserError(missingKey(`the secret of ${nameOf(context)} was`, id, source));
      return openWith(key, sealed, context);
    },
  };
}

/** The id of the key a sealed text needs, or null when it is no sealed text. */
export function keyIdOf(sealed: string): string | null {
  return SHAPE.exec(sealed)?.[1] ?? null;
}

/**
 * Seals anew, under the current key, every secret that an older key sealed; those that need no change are left out.
 * Writes nothing: the caller stores the result. Throws like `open`.
 */
export function rotate(vault: Vault, secrets: readonly SealedSecret[]): readonly SealedSecret[] {
  return secrets
    .filter((secret) => keyIdOf(secret.sealed) !== vault.currentKeyId)
    .map(({ sealed, context }) => ({ sealed: vault.seal(vault.open(sealed, context), context), context }));
}

/** Throws a UserError that names each missing key when a stored secret can't be opened with the keys at hand. */
export function requireKeys(sealedValues: Iterable<string>, vault: Vault, source = "BATON_SECRET_KEY"): void {
  const known = new Set(vault.keyIds);
  const missing = new Map<string, number>();
  for (const sealed of sealedValues) {
    const id = keyIdOf(sealed);
    if (id !== null && !known.has(id)) missing.set(id, (missing.get(id) ?? 0) + 1);
  }
  const lines = [...missing].map(([id, count]) =>
    missingKey(count === 1 ? "1 stored secret was" : `${count} stored secrets were`, id, source),
  );
  if (lines.length > 0) throw new UserError(lines.join("; "));
}

function missingKey(what: string, id: string, source: string): string {
  return `${what} sealed with key ${id}, which is not in ${source}: add the old key after the new one, separated by a comma`;
}

const EXPECTED =
  "expected 32 random bytes in base64 (44 characters) or hex (64 digits), as `openssl rand -base64 32` prints them";

function parseKeys({ key, previousKeys = "", source = "BATON_SECRET_KEY" }: VaultOptions): readonly Key[] {
  return `${key}\n${previousKeys}`
    .split(/[,\n]/)
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .map((text, i) => parseKey(text, `${source}, key ${i + 1}`));
}

function parseKey(text: string, where: string): Key {
  const bytes = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, "hex") : fromBase64(text);
  if (bytes === null) throw new UserError(`${where} is neither base64 nor hex: ${EXPECTED}`);
  if (bytes.length !== KEY_BYTES) throw new UserError(`${where} has ${bytes.length} bytes: ${EXPECTED}`);
  return { id: createHash("sha256").update(bytes).digest("hex").slice(0, 8), bytes };
}

function fromBase64(text: string): Buffer | null {
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : null;
}

function sealWith(key: Key, plaintext: string, context: SecretContext): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aadOf(key.id, context));
  const sealed = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1.${key.id}.${nonce.toString("base64url")}.${sealed.toString("base64url")}`;
}

function openWith(key: Key, sealed: string, context: SecretContext): string {
  const [, , nonce = "", body = ""] = sealed.split(".");
  const bytes = Buffer.from(body, "base64url");
  try {
    // base64url has spare bits at its end; only the one spelling that `seal` writes is accepted.
    if (bytes.toString("base64url") !== body) throw new Error("not as it was written");
    const decipher = createDecipheriv("aes-256-gcm", key.bytes, Buffer.from(nonce, "base64url"), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(aadOf(key.id, context));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString("utf8");
  } catch (error) {
    throw new UserError(
      `the secret of ${nameOf(context)} does not open: it was changed, or it was sealed for another row or environment; enter it again`,
      { cause: error },
    );
  }
}

/** A JSON array, so that no two contexts read the same. */
function aadOf(keyId: string, { table, row, column, environment }: SecretContext): Buffer {
  return Buffer.from(JSON.stringify(["v1", keyId, table, row, column, environment]), "utf8");
}

function nameOf({ table, row, column, environment }: SecretContext): string {
  return `${table} ${row} (${column}, environment ${environment})`;
}
