import { expect, test } from "vitest";
import { addressForPeople, redact } from "./redact.ts";

test.for([
  ["a bearer token", "Authorization: Bearer dG9rOjEyMzQ1Njc4", "dG9r"],
  ["a Slack token", "token xoxb-12-34-abcdef was revoked", "xoxb-12"],
  ["a Salesforce session", "sid 00D000000000001!AQEAQ.abc", "AQEAQ"],
  ["a signed assertion", "assertion=eyJhbGciOi.eyJpc3Mi.c2ln", "eyJpc3Mi"],
  ["a form secret", "grant_type=x&client_secret=hunter2&y=1", "hunter2"],
  ["a JSON secret", '{"access_token":"hunter2","y":1}', "hunter2"],
  ["a password in an address", "https://me:hunter2@host/path", "hunter2"],
  ["a private key", "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "MIIE"],
] as const)("%s is removed", ([, text, secret]) => {
  expect(text).toContain(secret);
  expect(redact(text)).not.toContain(secret);
  expect(redact(text)).toContain("[redacted]");
});

test("ordinary words stay", () => {
  expect(redact("the tokens of the trade: a secretary passed")).toBe(
    "the tokens of the trade: a secretary passed",
  );
});

test("an address is shown without its query, which may hold an e-mail address", () => {
  expect(addressForPeople(new URL("https://a.example/v2/find?email=ana@b.example"))).toBe(
    "https://a.example/v2/find",
  );
});
