import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { keyIdOf, openVault, requireKeys, rotate, type SecretContext } from "./vault.ts";

const OLD = Buffer.alloc(32, 1);
const NEW = Buffer.alloc(32, 2);
const idOf = (key: Buffer) => createHash("sha256").update(key).digest("hex").slice(0, 8);
const vault = openVault({ key: NEW.toString("base64") });
const context: SecretContext = {
  table: "connections",
  row: "intercom-1",
  column: "token",
  environment: "production",
};

describe("a secret", () => {
  test.for([["xoxb-token"], [""], ["Schlüssel 🔑\n"], ["x".repeat(100_000)]])(
    "opens as it was sealed",
    ([text = ""]) => {
      expect(vault.open(vault.seal(text, context), context)).toBe(text);
    },
  );

  test("is sealed as version, key id, nonce, and ciphertext with tag", () => {
    const parts = vault.seal("abc", context).split(".");
    expect(parts.slice(0, 2)).toEqual(["v1", idOf(NEW)]);
    expect(Buffer.from(parts[2] ?? "", "base64url")).toHaveLength(12);
    expect(Buffer.from(parts[3] ?? "", "base64url")).toHaveLength(3 + 16);
  });

  test("never looks the same twice", () => {
    expect(vault.seal("abc", context)).not.toBe(vault.seal("abc", context));
  });

  test.for([
    ["another table", { table: "users" }],
    ["another row", { row: "intercom-2" }],
    ["another column", { column: "secret" }],
    ["another environment", { environment: "sandbox" }],
    ["parts that join to the same letters", { table: "connection", row: "sintercom-1" }],
  ] as const)("does not open in %s", ([, change]) => {
    const sealed = vault.seal("abc", context);
    expect(() => vault.open(sealed, { ...context, ...change })).toThrow(
      "sealed for another row or environment",
    );
  });

  test("does not open with any single character changed", () => {
    const sealed = vault.seal("abcd", context);
    for (let i = 0; i < sealed.length; i += 1) {
      const other = sealed[i] === "A" ? "B" : "A";
      const changed = `${sealed.slice(0, i)}${other}${sealed.slice(i + 1)}`;
      expect(() => vault.open(changed, context), `character ${i}`).toThrow(
        "the secret of connections intercom-1",
      );
    }
  });

  test.for([
    ["plain text"],
    [""],
    ["v2.00000000.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAA"],
    ["v1.00000000.AAAA.AAAA"],
  ])("%j is no sealed text, and the message does not repeat it", ([text = ""]) => {
    expect(() => vault.open(text, context)).toThrow(
      "the secret of connections intercom-1 (token, environment production) is no sealed text: enter it again",
    );
    expect(keyIdOf(text)).toBeNull();
  });
});

describe("a key", () => {
  test.for([
    ["base64", NEW.toString("base64")],
    ["base64 without padding", NEW.toString("base64").replace("=", "")],
    ["base64url", NEW.toString("base64url")],
    ["hex", NEW.toString("hex")],
    ["hex in capitals", NEW.toString("hex").toUpperCase()],
    ["text of a file", `  ${NEW.toString("base64")}\r\n`],
  ])("may be %s", ([, key = ""]) => {
    expect(openVault({ key }).currentKeyId).toBe(idOf(NEW));
  });

  test.for([
    ["nothing", "  \n", "BATON_SECRET_KEY is empty"],
    ["too short", Buffer.alloc(16, 7).toString("base64"), "BATON_SECRET_KEY, key 1 has 16 bytes"],
    ["too long", Buffer.alloc(33, 7).toString("base64"), "BATON_SECRET_KEY, key 1 has 33 bytes"],
    ["odd hex, which reads as base64", NEW.toString("hex").slice(1), "BATON_SECRET_KEY, key 1 has 47 bytes"],
    ["a pass phrase", "correct horse battery staple!", "BATON_SECRET_KEY, key 1 is neither base64 nor hex"],
    ["a bad second one", `${NEW.toString("hex")},abcdef`, "BATON_SECRET_KEY, key 2 has 4 bytes"],
  ])("of the wrong shape is told without printing it: %s", ([, key = "", message = ""]) => {
    expect(() => openVault({ key })).toThrow(message);
    expect(() => openVault({ key })).toThrow("as `openssl rand -base64 32` prints them");
    const printed = catchError(() => openVault({ key }));
    const parts = key.split(",").filter((part) => part.trim() !== "");
    expect(parts.filter((part) => printed.includes(part))).toEqual([]);
  });
});

describe("rotation", () => {
  const before = openVault({ key: OLD.toString("base64") });
  const during = openVault({ key: `${NEW.toString("base64")},${OLD.toString("hex")}` });
  const after = vault;
  const secrets = ["one", "two"].map((text, i) => {
    const place = { ...context, row: `row-${i}` };
    return { sealed: before.seal(text, place), context: place };
  });

  test("reads with the old key and writes with the new one", () => {
    expect(during.keyIds).toEqual([idOf(NEW), idOf(OLD)]);
    expect(during.open(before.seal("abc", context), context)).toBe("abc");
    expect(keyIdOf(during.seal("abc", context))).toBe(idOf(NEW));
    expect(openVault({ key: NEW.toString("hex"), previousKeys: OLD.toString("hex") }).keyIds).toEqual(
      during.keyIds,
    );
  });

  test("seals every old secret anew, after which the old key can go", () => {
    const rotated = rotate(during, secrets);
    expect(rotated.map((secret) => after.open(secret.sealed, secret.context))).toEqual(["one", "two"]);
    expect(rotate(during, rotated)).toEqual([]);
  });

  test("without the old key names the key and the cure", () => {
    expect(() => rotate(after, secrets)).toThrow(
      `the secret of connections row-0 (token, environment production) was sealed with key ${idOf(OLD)}, which is not in BATON_SECRET_KEY: add the old key after the new one, separated by a comma`,
    );
  });

  test("refuses to start when a stored secret needs a key that is gone", () => {
    const stored = [...secrets.map((secret) => secret.sealed), after.seal("new", context)];
    expect(() => requireKeys(stored, after)).toThrow(`2 stored secrets were sealed with key ${idOf(OLD)}`);
    expect(() => requireKeys(stored.slice(1), after)).toThrow(
      `1 stored secret was sealed with key ${idOf(OLD)}`,
    );
    expect(() => requireKeys(stored, during)).not.toThrow();
    expect(() => requireKeys([], after)).not.toThrow();
  });
});

function catchError(body: () => unknown): string {
  try {
    body();
    return "";
  } catch (error) {
    return String(error);
  }
}
