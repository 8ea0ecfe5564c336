/**
 * What the linter says. A fault is a part that provably does nothing or cannot be used, a warning is probably not
 * meant, a note is worth knowing.
 */
import type { PolicyFault, PolicyReading } from "../read.ts";

export type Severity = "fault" | "warning" | "note";
export type Path = readonly PropertyKey[];

/** A finding at its place in the document as data. */
export interface Remark {
  readonly severity: Severity;
  /** The rule that found it, lower-case with hyphens. */
  readonly rule: string;
  readonly path: Path;
  /** What is wrong, in a sentence without its end. */
  readonly message: string;
  /** Why that is so; null where the message says it all. */
  readonly proof: string | null;
  /** What to do about it; null where the message says it all. */
  readonly next: string | null;
}

/** A finding at its place in the text. */
export interface Finding extends Omit<Remark, "path"> {
  /** "recipes[2].when"; empty for the document as a whole. */
  readonly path: string;
  /** From 1; absent where the text has no line for it. */
  readonly line?: number;
}

/** Everything known about a reading: its faults, or its slips and then `remarks` by their lines. */
export function findingsOf(reading: PolicyReading, remarks: readonly Remark[]): readonly Finding[] {
  const plain = (severity: Severity, { rule, ...fault }: PolicyFault): Finding => ({
    severity,
    rule,
    ...fault,
    proof: null,
    next: null,
  });
  if (reading.kind === "faults") return reading.faults.map((fault) => plain("fault", fault));
  const found = remarks.map(({ path, ...remark }): Finding => ({ ...remark, ...reading.locate(path) }));
  return [...reading.warnings.map((slip) => plain("warning", slip)), ...found].toSorted(
    (left, right) => Number(left.line) - Number(right.line),
  );
}
