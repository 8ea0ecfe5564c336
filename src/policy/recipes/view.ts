/** What a draft has that a recipe can lean on. Its document may be half written: what cannot be read is as if absent. */

export type Fields = Readonly<Record<string, unknown>>;
type Named<T> = Readonly<Record<string, T>>;

export interface View {
  readonly signals: Named<Fields>;
  readonly scores: Named<Fields>;
  readonly recipes: readonly Fields[];
  readonly pools: Named<Fields>;
  /** The steps of each route, as they are written. */
  readonly routes: Named<readonly Fields[]>;
  readonly hasFallback: boolean;
  readonly sequences: Named<Fields>;
}

/** The view of a document as data. */
export function viewOf(content: unknown): View {
  const { signals, scores, recipes, routing, feedback } = fieldsOf(content);
  const { pools, routes, fallback } = fieldsOf(routing);
  return {
    signals: named(signals, fieldsOf),
    scores: named(scores, fieldsOf),
    recipes: listOf(recipes).map(fieldsOf),
    pools: named(pools, fieldsOf),
    routes: named(routes, (hops) => listOf(hops).map(fieldsOf)),
    hasFallback: fallback !== undefined,
    sequences: named(fieldsOf(feedback)["sequences"], fieldsOf),
  };
}

function named<T>(part: unknown, read: (one: unknown) => T): Named<T> {
  return Object.fromEntries(Object.entries(fieldsOf(part)).map(([name, one]) => [name, read(one)]));
}

export function fieldsOf(part: unknown): Fields {
  return typeof part === "object" && part !== null && !Array.isArray(part) ? (part as Fields) : {};
}

export function listOf(part: unknown): readonly unknown[] {
  return Array.isArray(part) ? part : [];
}

/** The texts of a list, or the one text. */
export function textsOf(part: unknown): readonly string[] {
  const list = typeof part === "string" ? [part] : listOf(part);
  return list.filter((one) => typeof one === "string");
}

/** What people call a signal. */
export function labelOf(signals: Named<Fields>, name: string): string {
  const label = signals[name]?.["label"];
  return typeof label === "string" && label !== "" ? label : name;
}
