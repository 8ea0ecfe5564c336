import { describe, expect, test } from "vitest";
import { findSecrets, maskSecrets, passesLuhn } from "./secrets.ts";

/** A made-up key, in pieces, so that no scanner takes this file for a leak. */
const fake = (...pieces: readonly string[]): string => pieces.join("_");

describe("what must not travel is masked, with a mark that says what it was", () => {
  test.for([
    [
      "a card in groups",
      "my card is 4242 4242 4242 4242 ok?",
      "my card is [masked card number ending 4242] ok?",
    ],
    ["a card with dashes", "5555-5555-5555-4444", "[masked card number ending 4444]"],
    ["a card in one piece", "378282246310005.", "[masked card number ending 0005]."],
    [
      "a card after another number",
      "order 12 4111 1111 1111 1111",
      "order 12 [masked card number ending 1111]",
    ],
    [
      "two cards",
      "4242424242424242, 4000056655665556",
      "[masked card number ending 4242], [masked card number ending 5556]",
    ],
    ["an AWS key id", "AKIAIOSFODNN7EXAMPLE leaked", "[masked AWS key] leaked"],
    [
      "an AWS secret",
      "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      "aws_secret_access_key = [masked AWS secret key]",
    ],
    [
      "a bearer token",
      "Authorization: Bearer abcdef0123456789ABCDEF",
      "Authorization: Bearer [masked token]",
    ],
    ["a basic header", "authorization: basic dXNlcjpwYXNz", "authorization: basic [masked token]"],
    ["a JSON web token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln", "[masked token]"],
    ["a live key", `use ${fake("sk", "live", "51Habcdefghij")} please`, "use [masked API key] please"],
    ["a repository token", fake("ghp", "abcdefghijklmnopqrstuvwxyz0123456789"), "[masked token]"],
    [
      "a password in an address",
      "postgres://ada:s3cret@db.test/x",
      "postgres://ada:[masked password]@db.test/x",
    ],
    ["a password told", "the password is hunter2hunter2", "the password is [masked password]"],
    [
      "a private key",
      "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- thanks",
      "[masked private key] thanks",
    ],
    ["a private key that was cut", "x -----BEGIN PRIVATE KEY-----\nMIIE", "x [masked private key]"],
  ] as const)("%s", ([, text, masked]) => {
    expect(maskSecrets(text)).toBe(masked);
  });
});

describe("what only looks like one stays", () => {
  test.for([
    ["a card with a wrong digit", "4242 4242 4242 4241"],
    ["an order number of 16 digits with no issuer", "1234 5678 9012 3452"],
    ["a number longer than any card", "42424242424242424242424242"],
    ["a telephone number", "+44 20 7946 0958"],
    ["a date and an amount", "2026-01-10, $1,250.00"],
    ["a password question", "I forgot my password: it does not work"],
    ["an address with a port", "http://localhost:8080/path"],
  ] as const)("%s", ([, text]) => {
    expect(maskSecrets(text)).toBe(text);
  });
});

test("spans are in order and never overlap, also where two patterns see the same secret", () => {
  const key = fake("sk", "live", "1234567890abcdef");
  const text = `password=${key} and 4242424242424242`;
  const spans = findSecrets(text);
  expect(spans.map((span) => text.slice(span.start, span.end))).toEqual([key, "4242424242424242"]);
});

test.for([
  ["79927398713", true],
  ["79927398710", false],
] as const)("the check-sum of %s is %s", ([digits, passes]) => {
  expect(passesLuhn(digits)).toBe(passes);
});
