import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openInput, readRows, schemaParser } from "./rows.ts";
import type { RowReading } from "./rows.ts";

const parse = schemaParser(
  z.object({ n: z.number(), list: z.array(z.object({ a: z.string() })).optional() }),
);

async function read(...chunks: readonly (string | Buffer)[]): Promise<readonly RowReading<{ n: number }>[]> {
  return Array.fromAsync(readRows(Readable.from(chunks), parse));
}

describe("JSON lines", () => {
  test("are numbered from 1, whatever chunks they come in; blank lines, a byte order mark and CRLF are no matter", async () => {
    const rows = await read('\uFEFF{"n"', ":1}\r\n\n  \n{", '"n":2}\n{"n":3}');
    expect(rows).toEqual([
      { kind: "row", line: 1, row: { n: 1 } },
      { kind: "row", line: 4, row: { n: 2 } },
      { kind: "row", line: 5, row: { n: 3 } },
    ]);
  });

  test("that are broken are named, and the rest goes on", async () => {
    const rows = await read('nope\n{"n":"x"}\n{"n":1,"list":[{}]}\n3\n{"n":4}\n');
    expect(rows).toEqual([
      { kind: "bad", line: 1, message: "is no JSON: every line holds one object" },
      { kind: "bad", line: 2, message: "n: expected number, received string" },
      { kind: "bad", line: 3, message: "list[0].a: is missing: expected string" },
      { kind: "bad", line: 4, message: "expected object, received number" },
      { kind: "row", line: 5, row: { n: 4 } },
    ]);
  });

  test("may break a character between two chunks", async () => {
    const bytes = Buffer.from('{"n":1,"t":"é😀"}\n');
    for (let cut = 1; cut < bytes.length; cut += 1) {
      expect(await read(bytes.subarray(0, cut), bytes.subarray(cut))).toHaveLength(1);
    }
  });

  test("that never end are named without being kept", async () => {
    const piece = Buffer.alloc(1024 * 1024, "x");
    const rows = await read('{"n":1}\n', ...Array.from({ length: 40 }, () => piece), '\n{"n":3}');
    expect(rows).toEqual([
      { kind: "row", line: 1, row: { n: 1 } },
      { kind: "bad", line: 2, message: "is longer than 16 MB" },
      { kind: "row", line: 3, row: { n: 3 } },
    ]);
    expect(await read(...Array.from({ length: 20 }, () => piece))).toHaveLength(1);
  });

  test("of an empty input are none", async () => {
    expect(await read()).toEqual([]);
    expect(await read("\uFEFF")).toEqual([]);
  });
});

describe("the input", () => {
  test("is a file, or standard input for -", async () => {
    const folder = await mkdtemp(join(tmpdir(), "baton-rows-"));
    const path = join(folder, "rows.jsonl");
    await writeFile(path, '{"n":1}\n');
    const stdin = Readable.from([]);
    expect(await openInput("-", stdin)).toBe(stdin);
    expect(await Array.fromAsync(readRows(await openInput(path, stdin), parse))).toHaveLength(1);
    await expect(openInput(folder, stdin)).rejects.toThrow("is a directory");
    await rm(folder, { recursive: true });
    await expect(openInput(path, stdin)).rejects.toThrow(
      `${path}: cannot be read (no such file); name a file of JSON lines, or - for standard input.`,
    );
    await expect(openInput("\0", stdin)).rejects.toThrow("cannot be read (ERR_INVALID_ARG_VALUE)");
  });
});
