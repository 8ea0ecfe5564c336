/** Reads how it was before Baton: JSON of figures, or a table with one row a conversation. */
import { buffer } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { parse } from "csv-parse/sync";
import { type Baseline, baselineSchema } from "../insights/metrics/baseline.ts";
import { UserError } from "../kernel/failure.ts";
import { openInput, readableIssue } from "./rows.ts";

/** Heads of the column with the minutes, letters and digits only. */
const MINUTES = ["responseminutes", "minutes", "responsetimeminutes", "firstresponseminutes"];

/** Throws a UserError of one line that says what is wrong where. */
export async function readBaseline(path: string, stdin: Readable): Promise<Baseline> {
  const input = await openInput(path, stdin, "name a baseline in JSON or CSV");
  const text = (await buffer(input)).toString("utf8").replace(/^\uFEFF/, "");
  const value = text.trimStart().startsWith("{")
    ? jsonOf(path, text)
    : { responseMinutes: csvOf(path, text) };
  const parsed = baselineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(
    `${path}: ${issue?.path.join(".") ?? ""}: ${readableIssue(issue?.message ?? "does not fit")}`,
  );
}

function jsonOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${path}: is no JSON: ${cause instanceof Error ? cause.message : ""}`, { cause });
  }
}

/** The minutes of each row; an empty cell is a conversation that nobody answered. */
function csvOf(path: string, text: string): readonly (number | null)[] {
  const [head = [], ...rows] = parse(text, {
    relax_column_count: true,
    skip_empty_lines: true,
  }) as string[][];
  const at = head.findIndex((name) => MINUTES.includes(name.toLowerCase().replaceAll(/[^a-z0-9]/g, "")));
  if (at === -1)
    throw new UserError(
      `${path}: no column response_minutes: one row a qualified conversation, minutes to the first human answer, empty where nobody answered.`,
    );
  return rows.map((row, i) => {
    const cell = (row[at] ?? "").trim();
    const minutes = Number(cell);
    if (cell !== "" && !(minutes >= 0))
      throw new UserError(`${path}:${i + 2}: "${cell}" is no number of minutes.`);
    return cell === "" ? null : minutes;
  });
}
