import { describe, expect, test } from "vitest";
import { mayTouch, operator } from "./actor.ts";
import { SCOPES } from "./scopes.ts";
import { judgeToken, mintToken, readToken } from "./token.ts";

const NOW = Date.UTC(2026, 10, 27);

function secretOf(token: string): string {
  const read = readToken(token);
  if (read === null) throw new Error("no token");
  return read.secret;
}

describe("a token", () => {
  const { id, token, sha256 } = mintToken();
  const row = { sha256, expiresAt: NOW + 1, revokedAt: null };

  test("carries its id and its secret, and never the hash", () => {
    expect(readToken(token)).toEqual({ id, secret: secretOf(token) });
    expect(token).not.toContain(sha256);
  });

  test.for([
    ["valid", row, NOW],
    ["expired", row, NOW + 1],
    ["revoked", { ...row, revokedAt: NOW - 1 }, NOW],
    ["unknown", null, NOW],
    ["unknown", { ...row, sha256: mintToken().sha256 }, NOW],
  ] as const)("is %s", ([verdict, state, now]) => {
    expect(judgeToken(state, secretOf(token), now)).toBe(verdict);
  });

  test("with another secret is unknown, also when the row is revoked", () => {
    expect(judgeToken({ ...row, revokedAt: 1 }, secretOf(mintToken().token), NOW)).toBe("unknown");
  });

  test.for(["", "baton_", "Bearer x", `baton_${"0".repeat(12)}_short`, `x${mintToken().token}`])(
    "is not %j",
    (text) => {
      expect(readToken(text)).toBeNull();
    },
  );
});

describe("an actor", () => {
  test("of the machine may touch every environment, one with a list only those", () => {
    expect(mayTouch(operator("nora"), "production")).toBe(true);
    const bound = { name: "ci", grants: [{ environment: "sandbox", scopes: SCOPES, role: null }] };
    expect(mayTouch(bound, "sandbox")).toBe(true);
    expect(mayTouch(bound, "production")).toBe(false);
  });
});
