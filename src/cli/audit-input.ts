/** Past conversations out of a file, whichever way it is written: lines as for `baton score`, Intercom's JSON, a table. */
import { Readable } from "node:stream";
import { evidenceOfRow, rowSchema } from "../conversation/row.ts";
import type { Snapshot } from "../conversation/snapshot.ts";
import type { EpochMs } from "../kernel/time.ts";
import type { AuditItem } from "../insights/audit/count.ts";
import { type Column, csvItems } from "./csv-items.ts";
import { jsonItems } from "./json-items.ts";
import { readRows, type RowParser, schemaParser } from "./rows.ts";

export interface AuditInputDeps {
  /** A conversation as Intercom's API writes it; null for anything else. */
  readonly fromIntercom: (value: unknown) => Snapshot | null;
  readonly columns: Partial<Record<Column, string>>;
  readonly now: EpochMs;
}

/** Bytes that are looked at to see how the file is written. */
const HEAD_BYTES = 65_536;

/** Every conversation of the file, and every place that is none. */
export async function* auditItems(input: Readable, deps: AuditInputDeps): AsyncIterable<AuditItem> {
  const { head, whole } = await peeked(input);
  const form = formOf(head);
  const parse = parserFor(deps);
  if (form.kind === "lines") {
    for await (const reading of readRows(whole, parse)) {
      if (reading.kind === "bad") yield reading;
      else yield reading.row;
    }
    return;
  }
  if (form.kind === "document") {
    for await (const item of jsonItems(whole)) {
      if (item.kind === "bad") yield item;
      else yield read(parse, item.line, parsedJson(item.text));
    }
    return;
  }
  for await (const item of csvItems(whole, form.delimiter, deps.columns)) {
    if (item.kind === "bad") yield item;
    else yield read(parse, item.line, item.value);
  }
}

type Form =
  | { readonly kind: "lines" }
  | { readonly kind: "document" }
  | { readonly kind: "table"; readonly delimiter: string };

/** The beginning of a page of Intercom's list that is written without line breaks. */
const PAGE_BEGINS = /^\{[^[]*"(?:conversations|data)"\s*:\s*\[/;

/** How a file is written, by its beginning. */
export function formOf(head: string): Form {
  const text = head.replace(/^\uFEFF/, "").trimStart();
  if (text.startsWith("[")) return { kind: "document" };
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const [first = "", second = ""] = lines;
  if (first.startsWith("{")) {
    const value = parsedJson(first);
    if (value !== undefined) return isPage(value) ? { kind: "document" } : { kind: "lines" };
    if (PAGE_BEGINS.test(first)) return { kind: "document" };
    // A broken first line among lines, or the beginning of an object that spans many.
    return second.startsWith("{") || lines.length === 1 ? { kind: "lines" } : { kind: "document" };
  }
  if (lines.slice(0, 5).some((line) => line.startsWith("{"))) return { kind: "lines" };
  const count = (delimiter: string): number => first.split(delimiter).length;
  const [delimiter = ","] = [",", ";", "\t"].toSorted((a, b) => count(b) - count(a));
  return { kind: "table", delimiter };
}

function isPage(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.entries(value).some(
      ([key, list]) => Array.isArray(list) && (key === "conversations" || key === "data"),
    )
  );
}

/** Undefined for what is no JSON. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Conversation = Extract<AuditItem, { kind: "conversation" }>;

function parserFor({ fromIntercom, now }: AuditInputDeps): RowParser<Conversation> {
  const asRow = schemaParser(rowSchema);
  return (value) => {
    if (value === undefined) return { message: "is no JSON" };
    const snapshot = fromIntercom(value);
    if (snapshot !== null)
      return { row: { kind: "conversation", id: snapshot.conversation, evidence: { snapshot, crm: null } } };
    const parsed = asRow(value);
    if ("message" in parsed) return parsed;
    const evidence = evidenceOfRow(parsed.row, now);
    return { row: { kind: "conversation", id: String(parsed.row.id), evidence } };
  };
}

function read(parse: RowParser<Conversation>, line: number, value: unknown): AuditItem {
  const parsed = parse(value);
  return "row" in parsed ? parsed.row : { kind: "bad", line, message: parsed.message };
}

/** The beginning of a stream as text, and the stream with it. */
async function peeked(input: Readable): Promise<{ readonly head: string; readonly whole: Readable }> {
  const chunks: Buffer[] = [];
  let size = 0;
  const iterator = input[Symbol.asyncIterator]();
  while (size < HEAD_BYTES) {
    const next = await iterator.next();
    if (next.done === true) break;
    const chunk = Buffer.from(next.value as Buffer | string);
    chunks.push(chunk);
    size += chunk.length;
  }
  const start = Buffer.concat(chunks);
  async function* all(): AsyncIterable<Buffer> {
    yield start;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
      yield Buffer.from(next.value as Buffer | string);
  }
  return { head: start.subarray(0, HEAD_BYTES).toString("utf8"), whole: Readable.from(all()) };
}
