/**
 * Reads JSONL files of any size line by line: what is broken is named by its line, and the rest goes on.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { z } from "zod";
import { UserError } from "../kernel/failure.ts";

export type RowReading<Row> =
  | { readonly kind: "row"; readonly line: number; readonly row: Row }
  | { readonly kind: "bad"; readonly line: number; readonly message: string };

/** Makes a row of a parsed line, or says in one sentence what is wrong with it. */
export type RowParser<Row> = (value: unknown) => { readonly row: Row } | { readonly message: string };

/** Longer lines are no conversations; they are named and skipped without being kept in memory. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** A parser out of a zod schema; its message names the place of the first fault. */
export function schemaParser<Row>(schema: z.ZodType<Row>): RowParser<Row> {
  return (value) => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return { row: parsed.data };
    const issue = parsed.error.issues[0];
    const place = issue?.path
      .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
      .join("")
      .replace(/^\./, "");
    return { message: `${place ? `${place}: ` : ""}${readableIssue(issue?.message ?? "does not fit")}` };
  };
}

/** What zod says of a value, as people say it: "is missing: expected string" for a key that is not there. */
export function readableIssue(message: string): string {
  return message
    .replace(/^Invalid input: (expected .+), received undefined$/, "is missing: $1")
    .replace(/^Invalid input: /, "")
    .replaceAll(/\b(expected|received) record\b/g, "$1 object");
}

/**
 * Opens `path` ("-" is standard input) as a stream of bytes.
 * Throws a UserError of one line when there is no such file or it is a directory.
 */
export async function openInput(
  path: string,
  stdin: Readable,
  named = "name a file of JSON lines",
): Promise<Readable> {
  if (path === "-") return stdin;
  try {
    if ((await stat(path)).isDirectory())
      throw new UserError(`${path}: is a directory; ${named}, or - for standard input.`);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path}: cannot be read (${codeOf(error)}); ${named}, or - for standard input.`);
  }
  return createReadStream(path);
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return code === "ENOENT" ? "no such file" : code === "EACCES" ? "no permission" : String(code ?? error);
}

/**
 * Yields every line of `input` that is not blank, numbered from 1, in flat memory. A byte order mark and both line
 * ends are tolerated.
 */
export async function* readRows<Row>(input: Readable, parse: RowParser<Row>): AsyncIterable<RowReading<Row>> {
  let number = 0;
  for await (const line of linesOf(input)) {
    number += 1;
    if (line.kind === "too-long")
      yield { kind: "bad", line: number, message: `is longer than ${LONGEST_LINE / 1024 / 1024} MB` };
    else if (line.text.trim() !== "") yield readLine(line.text, number, parse);
  }
}

function readLine<Row>(text: string, line: number, parse: RowParser<Row>): RowReading<Row> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "bad", line, message: "is no JSON: every line holds one object" };
  }
  const parsed = parse(value);
  return "row" in parsed
    ? { kind: "row", line, row: parsed.row }
    : { kind: "bad", line, message: parsed.message };
}

type Line = { readonly kind: "line"; readonly text: string } | { readonly kind: "too-long" };

async function* linesOf(input: Readable): AsyncIterable<Line> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let isTooLong = false;
  let isFirst = true;
  const finish = (text: string): Line => {
    const line: Line = isTooLong ? { kind: "too-long" } : { kind: "line", text };
    isTooLong = false;
    return line;
  };
  for await (const chunk of input) {
    const decoded = typeof chunk === "string" ? chunk : decoder.write(chunk as Buffer);
    const text = isFirst ? decoded.replace(/^\uFEFF/, "") : decoded;
    if (text !== "") isFirst = false;
    const parts = text.split("\n");
    const last = parts.pop() ?? "";
    for (const part of parts) {
      yield finish(rest + part);
      rest = "";
    }
    rest = isTooLong ? "" : rest + last;
    if (rest.length > LONGEST_LINE) {
      isTooLong = true;
      rest = "";
    }
  }
  rest += decoder.end();
  if (rest !== "" || isTooLong) yield finish(rest);
}
