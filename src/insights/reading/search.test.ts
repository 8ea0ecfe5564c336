import { expect, test } from "vitest";
import { containing, readSearch } from "./search.ts";

test.for([
  ["  ", null],
  ["handoff:production:7:demo:1", { kind: "handoff", id: "handoff:production:7:demo:1" }],
  [" Ana@Acme.example ", { kind: "email", email: "ana@acme.example" }],
  ["215469000000001", { kind: "id", id: "215469000000001", record: "215469000000001AAA" }],
  ["42", { kind: "id", id: "42", record: null }],
  ["00Q5e000001AbCd", { kind: "id", id: "00Q5e000001AbCd", record: "00Q5e000001AbCdEAK" }],
  ["00Q5e000001AbCdEAK", { kind: "id", id: "00Q5e000001AbCdEAK", record: "00Q5e000001AbCdEAK" }],
  ["internationally", { kind: "words", words: "internationally" }],
  ["internationallyABC", { kind: "words", words: "internationallyABC" }],
  ["acme inc", { kind: "words", words: "acme inc" }],
  ["@acme", { kind: "words", words: "@acme" }],
] as const)("%j is taken for what it is", ([text, found]) => {
  expect(readSearch(text)).toEqual(found);
});

test("no sign of the text is a joker of the database", () => {
  expect(containing("100%_a\\b")).toBe("%100\\%\\_a\\\\b%");
});
