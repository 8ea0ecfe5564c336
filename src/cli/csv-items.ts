/** Conversations out of a table: one row a conversation, or one row a message; columns are found by their names. */
import type { Readable } from "node:stream";
import { parse } from "csv-parse";
import { UserError } from "../kernel/failure.ts";

/** What a column may hold, and how its head is usually called (letters and digits only). */
const HEADS = {
  id: ["conversationid", "conversation", "id", "ticketid"],
  text: [
    "text",
    "message",
    "body",
    "content",
    "messagebody",
    "firstmessage",
    "initialmessage",
    "transcript",
    "conversationtext",
    "subject",
  ],
  role: ["role", "authortype", "sendertype", "author", "sender", "from"],
  at: [
    "at",
    "createdat",
    "created",
    "date",
    "time",
    "timestamp",
    "startedat",
    "conversationcreatedat",
    "messagecreatedat",
    "createdatutc",
  ],
  email: ["email", "useremail", "contactemail", "customeremail"],
  name: ["name", "username", "contactname", "customername", "user", "contact"],
  company: ["company", "companyname", "account"],
  employees: ["employees", "companysize", "companyemployees"],
  plan: ["plan", "tier", "companyplan"],
  tags: ["tags", "tag", "conversationtags"],
  url: ["url", "link", "conversationurl"],
} as const;

export type Column = keyof typeof HEADS;
const COLUMNS = Object.keys(HEADS) as readonly Column[];

export type CsvItem =
  | { readonly kind: "row"; readonly line: number; readonly value: unknown }
  | { readonly kind: "bad"; readonly line: number; readonly message: string };

/** "text=Body,id=Ref" as columns by what they hold. Throws a UserError for another word. */
export function namedColumns(option: string | undefined): Partial<Record<Column, string>> {
  const named: Partial<Record<Column, string>> = {};
  for (const pair of option === undefined ? [] : option.split(",")) {
    const [what = "", ...head] = pair.split("=");
    const column = COLUMNS.find((one) => one === what.trim());
    if (column === undefined || head.length === 0)
      throw new UserError(
        `audit: --columns ${pair}: write what=head, such as text=Body; what is one of ${COLUMNS.join(", ")}.`,
      );
    named[column] = head.join("=").trim();
  }
  return named;
}

/** Which head holds what. Throws a UserError that lists the heads when none holds the words. */
export function placesOf(
  heads: readonly string[],
  named: Partial<Record<Column, string>>,
): Partial<Record<Column, string>> {
  const places: Partial<Record<Column, string>> = {};
  for (const column of COLUMNS) {
    const wanted = named[column];
    if (wanted !== undefined && !heads.includes(wanted))
      throw new UserError(
        `audit: --columns ${column}=${wanted}: there is no such column; there are ${heads.join(", ")}.`,
      );
    const known: readonly string[] = HEADS[column];
    const found =
      wanted ??
      known.map((head) => heads.find((one) => plain(one) === head)).find((head) => head !== undefined);
    if (found !== undefined) places[column] = found;
  }
  if (places.text === undefined)
    throw new UserError(
      `audit: no column holds what people wrote (columns: ${heads.join(", ")}); name it with --columns text=HEAD.`,
    );
  return places;
}

function plain(head: string): string {
  return head.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/** Yields one value for `rowSchema` a conversation; rows of the same id that follow one another are its messages. */
export async function* csvItems(
  input: Readable,
  delimiter: string,
  named: Partial<Record<Column, string>>,
): AsyncIterable<CsvItem> {
  const skipped: Extract<CsvItem, { kind: "bad" }>[] = [];
  const parser = parse({
    bom: true,
    columns: true,
    delimiter,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      skipped.push({ kind: "bad", line: lineOf(error), message: "is no row of this table" });
      return undefined;
    },
  });
  input.on("error", (error) => parser.destroy(error));
  input.pipe(parser);
  let places: Partial<Record<Column, string>> | null = null;
  /** The conversation whose rows may go on; at most one. */
  const open: Gathered[] = [];
  for await (const chunk of parser) {
    const { record, info } = chunk as Parsed;
    yield* skipped.splice(0);
    places ??= placesOf(Object.keys(record), named);
    const cell = (column: Column): string | undefined => {
      const head = places?.[column];
      const value = head === undefined ? undefined : record[head]?.trim();
      return value === "" ? undefined : value;
    };
    const id = cell("id") ?? `line ${info.lines}`;
    const turn: Turn = { role: cell("role") ?? "customer", text: cell("text") ?? "", at: cell("at") };
    if (open.at(-1)?.id === id) open.at(-1)?.turns.push(turn);
    else {
      yield* open.splice(0).map(closed);
      open.push({ id, line: info.lines, turns: [turn], rest: restOf(cell) });
    }
  }
  yield* skipped.splice(0);
  yield* open.map(closed);
}

function lineOf(fault: unknown): number {
  return typeof fault === "object" && fault !== null && "lines" in fault ? Number(fault.lines) : 0;
}

interface Turn {
  readonly role: string;
  readonly text: string;
  readonly at: string | undefined;
}

interface Parsed {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

interface Gathered {
  readonly id: string;
  readonly line: number;
  readonly turns: Turn[];
  readonly rest: Readonly<Record<string, unknown>>;
}

function restOf(cell: (column: Column) => string | undefined): Readonly<Record<string, unknown>> {
  const company = { name: cell("company"), employees: numberOr(cell("employees")), plan: cell("plan") };
  return {
    contact: { email: cell("email"), name: cell("name"), plan: cell("plan") },
    ...(company.name !== undefined && { company }),
    tags: cell("tags")
      ?.split(/[,;|]/)
      .map((tag) => tag.trim()),
    url: cell("url"),
  };
}

function numberOr(text: string | undefined): string | undefined {
  const digits = text?.replaceAll(/[ ,']/g, "");
  return digits !== undefined && /^\d+$/.test(digits) ? digits : undefined;
}

function closed({ id, line, turns, rest }: Gathered): CsvItem {
  return { kind: "row", line, value: { id, turns, ...rest } };
}
