/** Takes a JSON document of any size apart into its objects, one by one, in flat memory. */
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

export type JsonItem =
  | { readonly kind: "item"; readonly line: number; readonly text: string }
  | { readonly kind: "bad"; readonly line: number; readonly message: string };

/** A longer object is no conversation. */
const LONGEST = 16 * 1024 * 1024;

const QUOTE = 34;
const BACKSLASH = 92;
const LINE_FEED = 10;
const OPEN = new Map([
  [123, "{"],
  [91, "["],
]);
const CLOSE = new Set([125, 93]);

/**
 * Yields the text of each object in the top-level array, and of each in an array that the top-level object names, as the
 * pages of Intercom's lists do (`{"type": "conversation.list", "conversations": [...]}`). Pages may follow one another.
 */
export async function* jsonItems(input: Readable): AsyncIterable<JsonItem> {
  const scan = scanner();
  const decoder = new StringDecoder("utf8");
  for await (const chunk of input)
    yield* scan.take(typeof chunk === "string" ? chunk : decoder.write(chunk as Buffer));
  yield* scan.end();
}

interface Scanner {
  readonly take: (text: string) => Iterable<JsonItem>;
  readonly end: () => Iterable<JsonItem>;
}

function scanner(): Scanner {
  const stack: string[] = [];
  let line = 1;
  let inText = false;
  let escaped = false;
  /** Text of the object that is open, but for what this chunk adds. */
  let held = "";
  let item: { readonly line: number; readonly depth: number } | null = null;

  /** Whether an object that opens here is an item of its own. */
  const isPlace = (): boolean =>
    (stack.length === 1 && stack[0] === "[") || (stack.length === 2 && stack[0] === "{" && stack[1] === "[");

  function* take(text: string): Iterable<JsonItem> {
    let start = 0;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code === LINE_FEED) line += 1;
      if (inText) {
        if (escaped) escaped = false;
        else if (code === BACKSLASH) escaped = true;
        else if (code === QUOTE) inText = false;
        continue;
      }
      if (code === QUOTE) inText = true;
      else if (OPEN.has(code)) {
        if (item === null && code === 123 && isPlace()) {
          item = { line, depth: stack.length };
          start = i;
          held = "";
        }
        stack.push(OPEN.get(code) ?? "");
      } else if (CLOSE.has(code)) {
        stack.pop();
        if (item !== null && stack.length === item.depth) {
          yield { kind: "item", line: item.line, text: held + text.slice(start, i + 1) };
          item = null;
          held = "";
        }
      }
    }
    if (item === null) return;
    held += text.slice(start);
    if (held.length > LONGEST) {
      yield { kind: "bad", line: item.line, message: `is longer than ${LONGEST / 1024 / 1024} MB` };
      held = "";
    }
  }

  function* end(): Iterable<JsonItem> {
    if (item !== null) yield { kind: "bad", line: item.line, message: "is cut off: the file ends within it" };
    else if (stack.length > 0)
      yield { kind: "bad", line, message: "the file ends before its list does: it may have been cut off" };
  }

  return { take, end };
}
