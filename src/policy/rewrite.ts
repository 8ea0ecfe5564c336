/** Writes a changed tree into the YAML text it came from, so that comments and the way it is written stay. */
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  parse,
  parseDocument,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { nameOf } from "./diff.ts";
import { isSameTree } from "./same.ts";

/** What a text says as data; null where it is no document of fields. */
export function treeOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const tree: unknown = parse(text);
    return typeof tree === "object" && tree !== null && !Array.isArray(tree) ? { ...tree } : null;
  } catch {
    return null;
  }
}

/** The text of `tree`, with as much of `text` as says the same. `text` must be readable YAML or JSON. */
export function rewritten(text: string, tree: unknown): string {
  try {
    const document = parseDocument(text);
    document.contents = nodeFor(document, document.contents, tree) as typeof document.contents;
    const written = document.toString({ lineWidth: 0 });
    if (isSameTree(parse(written), tree)) return written;
  } catch {
    // An alias whose anchor is gone cannot be written.
  }
  // An anchor that changed changes its aliases, too: then the plain text of the tree is the honest one.
  return stringify(tree);
}

/** The node with what differs changed in place, or a new one. */
function nodeFor(document: Document, node: unknown, value: unknown): unknown {
  if (isSameTree(plain(document, node), value)) return node;
  if (isMap(node) && typeof value === "object" && value !== null && !Array.isArray(value)) {
    fillMap(document, node, value as Readonly<Record<string, unknown>>);
    return node;
  }
  if (isSeq(node) && Array.isArray(value)) {
    fillList(document, node, value);
    return node;
  }
  if (isScalar(node) && (typeof value !== "object" || value === null)) {
    node.value = value;
    return node;
  }
  return document.createNode(value);
}

function fillMap(document: Document, map: YAMLMap, value: Readonly<Record<string, unknown>>): void {
  map.items = map.items.filter(({ key }) => Object.hasOwn(value, String(key)));
  for (const [key, part] of Object.entries(value)) {
    const pair = map.items.find((one) => String(one.key) === key);
    if (pair === undefined) map.items.push(document.createPair(key, part));
    else pair.value = nodeFor(document, pair.value, part);
  }
}

function fillList(document: Document, list: YAMLSeq, values: readonly unknown[]): void {
  const free = new Set(list.items);
  const take = (fits: (item: unknown) => boolean): unknown => {
    const found = [...free].find((node) => fits(plain(document, node)));
    if (found !== undefined) free.delete(found);
    return found;
  };
  const same = values.map((value) => take((item) => isSameTree(item, value)));
  list.items = values.map((value, i) => {
    const name = nameOf(value);
    const node = same[i] ?? (name === null ? undefined : take((item) => nameOf(item) === name));
    return nodeFor(document, node, value);
  });
}

/** What a node says; undefined for none. */
function plain(document: Document, node: unknown): unknown {
  if (typeof node !== "object" || node === null) return node;
  return (node as { toJS(document: Document): unknown }).toJS(document);
}
