/**
 * The door to a policy: text in, a trusted document or a list of faults out, each with its place and line.
 */
import { LineCounter, isMap, isNode, parseDocument } from "yaml";
import type { Document } from "yaml";
import { UserError } from "../kernel/failure.ts";
import { crossFaults, warningsOf } from "./cross-checks.ts";
import { explain } from "./faults.ts";
import type { PathedMessage } from "./faults.ts";
import { policySchema } from "./schema.ts";
import type { Policy } from "./schema.ts";

/** One thing to repair or to look at. */
export interface PolicyFault {
  /** "recipes[2].on[0]"; empty for the document as a whole. */
  readonly path: string;
  /** From 1; absent where the place has no line, as in a document that cannot be read. */
  readonly line?: number;
  readonly message: string;
  /** Which check found it: "format", "contradiction", "unknown-field" and the like. */
  readonly rule: string;
}

/** Where a part of the document stands in its text. */
export type Locate = (path: readonly PropertyKey[]) => { readonly path: string; readonly line: number };

export type PolicyReading =
  | {
      readonly kind: "ok";
      readonly policy: Policy;
      readonly warnings: readonly PolicyFault[];
      readonly locate: Locate;
    }
  | { readonly kind: "faults"; readonly faults: readonly PolicyFault[] };

/** No policy of people is larger; a larger text is a mistake or an attack. */
const LONGEST_POLICY = 2_000_000;
/** One slip of indentation makes many errors: the first ones tell. */
const MOST_SYNTAX_FAULTS = 3;

/**
 * Reads a policy written in YAML or JSON. Never throws. Faults make it unusable; warnings name what is probably a slip
 * (a field nobody knows, a territory without its pool) and leave it usable.
 */
export function readPolicy(text: string): PolicyReading {
  if (text.length > LONGEST_POLICY) return unreadable([{ message: "the policy is larger than 2 MB" }]);
  try {
    return readDocument(text);
  } catch (error) {
    // The parsers recurse and give up on a text of brackets; aliases that would make it huge are refused, too.
    return unreadable([{ message: `cannot be read: ${String(error)}` }]);
  }
}

/** The document as a policy, or a UserError with a line for every fault; `what` names it. */
export function policyOf(document: string, what: string): Policy {
  const reading = readPolicy(document);
  if (reading.kind === "ok") return reading.policy;
  throw new UserError(
    `${what} has faults:\n${reading.faults.map((fault) => `  ${faultText(fault)}`).join("\n")}`,
  );
}

/** "line 12, recipes[2].on[0]: ..." */
export function faultText({ line, path, message }: PolicyFault): string {
  const place = [line === undefined ? "" : `line ${line}`, path].filter((part) => part !== "").join(", ");
  return `${place === "" ? "the file" : place}: ${message}`;
}

function readDocument(text: string): PolicyReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors.slice(0, MOST_SYNTAX_FAULTS);
  if (broken.length > 0) {
    return unreadable(broken.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, message })));
  }
  const content: unknown = document.toJS({ maxAliasCount: 100 });
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    return unreadable([
      { message: "is no policy: a policy is a document that starts with format: baton/policy@1" },
    ]);
  }
  const locate: Locate = (path) => ({ path: pathText(path), line: lineOf(document, path, lines) });
  const place =
    (rule: string) =>
    ({ path, message }: PathedMessage): PolicyFault => ({ ...locate(path), message, rule });
  const parsed = policySchema.safeParse(content);
  if (!parsed.success)
    return faults(parsed.error.issues.flatMap((issue) => explain(issue, content)).map(place("format")));
  const crossed = crossFaults(parsed.data);
  if (crossed.length > 0) return faults(crossed.map(place("contradiction")));
  const warnings = warningsOf(parsed.data).map((slip) => place(slip.rule)(slip));
  return { kind: "ok", policy: parsed.data, warnings, locate };
}

function unreadable(list: readonly Omit<PolicyFault, "path" | "rule">[]): PolicyReading {
  return faults(list.map((fault) => ({ path: "", rule: "format", ...fault })));
}

function faults(list: readonly PolicyFault[]): PolicyReading {
  return { kind: "faults", faults: list };
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, at) => (typeof step === "number" ? `[${step}]` : `${at === 0 ? "" : "."}${String(step)}`))
    .join("");
}

/** The line of the deepest part of `path` that the text has, its key's where it is a field. */
function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): number {
  for (let length = path.length; length > 0; length -= 1) {
    const offset = offsetOf(document, path.slice(0, length));
    if (offset !== null) return lines.linePos(offset).line;
  }
  return 1;
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number | null {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const key = String(path.at(-1));
  if (isMap(parent)) return startOf(parent.items.find((item) => String(item.key) === key)?.key);
  return startOf(document.getIn(path, true));
}

function startOf(node: unknown): number | null {
  return isNode(node) && node.range ? node.range[0] : null;
}
