/** A policy's content as plain data, and the places in it. */

export type Path = readonly (string | number)[];
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands at a place; undefined where nothing does. */
export function at(tree: unknown, path: Path): unknown {
  let here = tree;
  for (const step of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}

/** The tree with a value at a place, undefined taking away what stands there. What leads to it is made. */
export function withAt(tree: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === "number") {
    const list: readonly unknown[] = Array.isArray(tree) ? tree : [];
    const part = withAt(list[step], rest, value);
    return part === undefined ? list.toSpliced(step, 1) : list.toSpliced(step, 1, part);
  }
  const { [step]: old, ...others } = isFields(tree) ? tree : ({} as Fields);
  const part = withAt(old, rest, value);
  if (part === undefined) return others;
  return isFields(tree) ? { ...tree, [step]: part } : { [step]: part };
}

/** The list with one thing moved to another place. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const [thing] = list.slice(from, from + 1);
  return thing === undefined ? list : list.toSpliced(from, 1).toSpliced(to, 0, thing);
}

/** The fields with one of them under another name, at its old place. */
export function renamed(fields: Fields, from: string, to: string): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key === from ? to : key, value]));
}

/** As findings name a place: `recipes[2].on[0]`. */
export function pathText(path: Path): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : `${i === 0 ? "" : "."}${step}`))
    .join("");
}

/** Whether a finding's place is this one or below it. */
export function isWithin(place: string, path: Path): boolean {
  const text = pathText(path);
  return place === text || place.startsWith(`${text}.`) || place.startsWith(`${text}[`);
}

/** A new name that is not taken: the wished one, else with a number. */
export function freeName(wished: string, taken: readonly string[]): string {
  for (let i = 1; ; i += 1) {
    const name = i === 1 ? wished : `${wished}-${i}`;
    if (!taken.includes(name)) return name;
  }
}

/** Lines of a text as they are to be added: trimmed, not empty, none that is there already in any case. */
export function newLines(
  text: string,
  known: readonly string[],
): { readonly lines: readonly string[]; readonly repeated: number } {
  const seen = new Set(known.map((one) => one.toLowerCase()));
  const lines: string[] = [];
  let repeated = 0;
  for (const line of text.split(/\r?\n/)) {
    const phrase = line.trim();
    if (phrase === "") continue;
    if (seen.has(phrase.toLowerCase())) repeated += 1;
    else lines.push(phrase);
    seen.add(phrase.toLowerCase());
  }
  return { lines, repeated };
}
