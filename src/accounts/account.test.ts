import { expect, test } from "vitest";
import { marksOf, mergeSecrets, movesSecrets } from "./account.ts";

const ANA = { by: "ana@ourcompany.example", at: 2 };

test("a secret that stays keeps its mark, and a new one tells who set it and how it ends", () => {
  const kept = { token: "a token of many letters f3a9", clientSecret: "x" };
  const marks = { token: { setAt: 1, setBy: "ben", ends: "f3a9" } };
  const secrets = { ...kept, clientSecret: "a client secret that ends 77aa" };
  expect(marksOf(secrets, { kept, marks }, ANA)).toEqual({
    token: { setAt: 1, setBy: "ben", ends: "f3a9" },
    clientSecret: { setAt: 2, setBy: ANA.by, ends: "77aa" },
  });
});

test("nothing is told of a short secret, of a key file, or of one that is none", () => {
  const secrets = { password: "short", privateKey: `-----BEGIN ${"x".repeat(40)}`, other: null };
  expect(marksOf(secrets, { kept: {}, marks: {} }, ANA)).toEqual({
    password: { setAt: 2, setBy: ANA.by, ends: null },
    privateKey: { setAt: 2, setBy: ANA.by, ends: null },
  });
});

test("Intercom's client secret that is replaced counts on beside the new one", () => {
  const kept = { token: "t", clientSecret: "old" };
  expect(mergeSecrets("intercom", kept, { clientSecret: "new" })).toEqual({
    token: "t",
    clientSecret: "new",
    previousClientSecret: "old",
  });
  expect(mergeSecrets("intercom", kept, { clientSecret: "old" })).toEqual(kept);
  expect(mergeSecrets("intercom", {}, { clientSecret: "new" })).toEqual({ clientSecret: "new" });
  expect(mergeSecrets("salesforce", kept, { clientSecret: "new" })).toEqual({
    token: "t",
    clientSecret: "new",
  });
});

test("a secret that nobody gave anew goes nowhere else", () => {
  const kept = { token: "t" };
  const [here, there] = [{ apiUrl: "https://here.example" }, { apiUrl: "https://there.example" }];
  expect(movesSecrets(here, there, { kept, given: {} })).toBe(true);
  expect(movesSecrets(here, there, { kept, given: { token: "new" } })).toBe(false);
  expect(movesSecrets(here, here, { kept, given: {} })).toBe(false);
  expect(movesSecrets(undefined, there, { kept: {}, given: {} })).toBe(false);
});
