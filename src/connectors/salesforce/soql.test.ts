import { array, assert, constantFrom, property, string } from "fast-check";
import { parseQuery } from "@jetstreamapp/soql-parser-js";
import { describe, expect, test } from "vitest";
import { contains, instant, isSalesforceId, names, soql } from "./soql.ts";

test.for([
  ["a text", soql`SELECT Id FROM Lead WHERE Email = ${"ana@b.example"}`, "Email = 'ana@b.example'"],
  ["a quote", soql`WHERE Name = ${"O'Neil"}`, String.raw`Name = 'O\'Neil'`],
  [
    "a backslash before a quote",
    soql`WHERE Name = ${"x\\' OR Name != '"}`,
    String.raw`Name = 'x\\\' OR Name != \''`,
  ],
  ["a line break", soql`WHERE Name = ${"a\nb"}`, String.raw`Name = 'a\nb'`],
  ["a number", soql`LIMIT ${20}`, "LIMIT 20"],
  ["a boolean", soql`WHERE IsActive = ${true}`, "IsActive = true"],
  ["a list", soql`WHERE Id IN ${["a", "b"]}`, "Id IN ('a', 'b')"],
  ["a pattern", soql`WHERE Website LIKE ${contains("a_b%")}`, String.raw`LIKE '%a\_b\%%'`],
  [
    "an instant",
    soql`WHERE SystemModstamp > ${instant(Date.UTC(2026, 0, 2, 3, 4, 5))}`,
    "> 2026-01-02T03:04:05Z",
  ],
  ["names", soql`SELECT ${names("Id", "Owner.Name")} FROM Lead`, "SELECT Id, Owner.Name FROM"],
  ["a piece", soql`SELECT Id FROM Lead ${soql`WHERE Email = ${"x"}`}`, "FROM Lead WHERE Email = 'x'"],
] as const)("%s is written as SOQL", ([, query, part]) => {
  expect(query.text).toContain(part);
});

describe("what would widen a query stops it", () => {
  test.for([
    ["undefined", () => soql`WHERE Email = ${undefined as unknown as string}`],
    ["null", () => soql`WHERE Email = ${null as unknown as string}`],
    ["an empty list", () => soql`WHERE Id IN ${[]}`],
    ["a list with a hole", () => soql`WHERE Id IN ${[undefined as unknown as string]}`],
    ["not a number", () => soql`LIMIT ${Number.NaN}`],
    ["an empty pattern", () => soql`WHERE Website LIKE ${contains("")}`],
    ["a name with a blank", () => names("Id FROM Lead --")],
  ] as const)("%s", ([, write]) => {
    expect(write).toThrow(TypeError);
  });
});

test("ids have 15 or 18 letters and digits", () => {
  expect(["00Q000000000001", "00Q000000000001AAA", "00Q' OR Id != '", "00Q"].map(isSalesforceId)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("no text, however chosen, changes the shape of a query or what it asks for", () => {
  const nasty = array(constantFrom("'", '"', "\\", "%", "_", "\n", "\t", ")", "(", " OR ", "x", "é", "--"));
  assert(
    property(nasty, string(), (pieces, tail) => {
      const text = pieces.join("") + tail;
      const query = parseQuery(soql`SELECT Id FROM Lead WHERE Email = ${text} AND Status = ${"Open"}`.text);
      expect(query.where).toMatchObject({
        left: { field: "Email", operator: "=", literalType: "STRING" },
        operator: "AND",
        right: { left: { field: "Status", value: "'Open'" } },
      });
      // Undoing the escapes gives the text back: nothing was added or lost but the NUL that SOQL cannot hold.
      const written = (query.where as { left: { value: string } }).left.value.slice(1, -1);
      const back = written.replace(
        /\\(.)/g,
        (_all, c: string) => ({ n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" })[c] ?? c,
      );
      expect(back).toBe(text.replaceAll("\u0000", ""));
    }),
  );
});
