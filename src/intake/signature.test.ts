import { describe, expect, test } from "vitest";
import { signatureIsValid, signatureOf } from "./signature.ts";

const body = Buffer.from('{"type":"notification_event"}');
const good = signatureOf(body, "secret");

test("the signature is HMAC-SHA1 of RFC 2202, case 2", () => {
  expect(signatureOf(Buffer.from("what do ya want for nothing?"), "Jefe")).toBe(
    "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
  );
});

describe("let in", () => {
  test.for([
    ["signed with the secret", body, good, ["secret"]],
    ["signed with the old secret while a new one is set", body, good, ["new", "secret"]],
    ["an empty body", Buffer.alloc(0), signatureOf(Buffer.alloc(0), "secret"), ["secret"]],
  ] as const)("%s", ([, raw, header, secrets]) => {
    expect(signatureIsValid(raw, header, secrets)).toBe(true);
  });
});

describe("refused", () => {
  test.for([
    ["no header", body, undefined, ["secret"]],
    ["an empty header", body, "", ["secret"]],
    ["upper case", body, good.toUpperCase(), ["secret"]],
    ["upper-case digits", body, `sha1=${good.slice(5).toUpperCase()}`, ["secret"]],
    ["no prefix", body, good.slice(5), ["secret"]],
    ["another algorithm's prefix", body, good.replace("sha1", "sha256"), ["secret"]],
    ["one digit short", body, good.slice(0, -1), ["secret"]],
    ["one digit long", body, `${good}0`, ["secret"]],
    ["a line break behind", body, `${good}\n`, ["secret"]],
    ["one byte of the body changed", Buffer.from('{"type":"notification_evenT"}'), good, ["secret"]],
    ["another secret", body, good, ["Secret"]],
    ["no secret known", body, good, []],
    ["an empty secret", body, signatureOf(body, ""), [""]],
  ] as const)("%s", ([, raw, header, secrets]) => {
    expect(signatureIsValid(raw, header, secrets)).toBe(false);
  });
});
