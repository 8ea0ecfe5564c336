/**
 * Values that stand for all values. For the rules that ask one field, `standIns` returns finitely many values such that
 * every value of the field's domain gets the same verdicts as one of them. So a set of demands that none of them meets
 * is met by no value at all, and the verdicts are those of the evaluator itself.
 */
import { parseDuration, parseInstant } from "../../kernel/time.ts";
import type { EpochMs } from "../../kernel/time.ts";
import type { FieldValue, Rule, Scalar } from "../condition.ts";
import { foldedText, numberIn } from "../evaluate.ts";
import type { Domain } from "./domain.ts";

/** Letters for private use: no policy writes them, so a text of them equals nothing and contains nothing. */
const OTHER = "\uE000";
const ORDERS = new Set<Rule["operator"]>(["<", "<=", ">", ">="]);
const AGES = new Set<Rule["operator"]>(["within", "olderThan"]);
const PARTS = new Set<Rule["operator"]>([
  "contains",
  "notContains",
  "containsAny",
  "containsAll",
  "containsNone",
]);
/** Beyond these the linter says nothing about a field. */
const MOST_NEEDLES = 8;
const MOST_CLASSES = 6;
const DAY_MS = 86_400_000;
/** A number below is read as seconds, from here on as milliseconds: kernel/time.ts. */
const FIRST_MS = 1e11;

/** The values that stand for the whole domain, or null where the linter cannot tell. */
export function standIns(rules: readonly Rule[], domain: Domain, now: EpochMs): readonly FieldValue[] | null {
  switch (domain.kind) {
    case "never-known":
      return [undefined];
    case "one-of":
      return [undefined, ...domain.values];
    case "fact":
      return [true, false];
    case "between":
      return mixesTimes(rules)
        ? null
        : numbersFor(rules, now, [domain.least, domain.most]).filter(
            (value) => value >= domain.least && value <= domain.most,
          );
    case "some-of": {
      const lists = listsFor(rules);
      const isName = (one: Scalar): boolean =>
        domain.names.some((name) => foldedText(name) === foldedText(one));
      return lists?.map((list) => list.filter((one) => one === OTHER || isName(one))) ?? null;
    }
    case "open":
      return openFor(rules, domain.of, now);
  }
}

function openFor(
  rules: readonly Rule[],
  kind: Extract<Domain, { kind: "open" }>["of"],
  now: EpochMs,
): readonly FieldValue[] | null {
  if (mixesTimes(rules)) return null;
  const numbers = kind === "number" || kind === "instant" || kind === null ? numbersFor(rules, now, []) : [];
  const texts = kind === "text" || kind === null ? textsFor(rules, now) : [];
  const lists = kind === "list" || kind === null ? listsFor(rules) : [];
  const flags = kind === "flag" || kind === null ? [true, false] : [];
  if (texts === null || lists === null) return null;
  return [undefined, null, ...flags, ...numbers, ...texts, ...lists];
}

/** Ages move with the clock, dates stand still: which of the two lies earlier is not known to a linter. */
function mixesTimes(rules: readonly Rule[]): boolean {
  return (
    rules.some(({ operator }) => AGES.has(operator)) &&
    rules.some(({ operator }) => !AGES.has(operator) && operator !== "known" && operator !== "unknown")
  );
}

function asked({ value }: Rule): readonly Scalar[] {
  if (value === undefined) return [];
  return typeof value === "object" ? value : [value];
}

/**
 * The edges at which a verdict can change, what lies between two of them, and what lies beyond. A number is compared as
 * a number, or as an instant in seconds or milliseconds that is rounded to a millisecond.
 */
function numbersFor(rules: readonly Rule[], now: EpochMs, bounds: readonly number[]): readonly number[] {
  const constants = rules
    .flatMap(asked)
    .flatMap((value) => numberIn(value) ?? numberIn(foldedText(value)) ?? []);
  const edges = instantsFor(rules, now).flatMap((instant) =>
    [instant - 0.5, instant, instant + 0.5].flatMap((edge) => [edge, edge / 1_000]),
  );
  return withBetween([...constants, ...edges, ...bounds, 0, FIRST_MS]);
}

/** The instants that the rules compare with. */
function instantsFor(rules: readonly Rule[], now: EpochMs): readonly EpochMs[] {
  return rules.flatMap((rule) => {
    if (ORDERS.has(rule.operator)) return asked(rule).flatMap((value) => parseInstant(value) ?? []);
    if (!AGES.has(rule.operator)) return [];
    return asked(rule).flatMap((value) => {
      const days = numberIn(value);
      const span = days === null ? parseDuration(String(value)) : days * DAY_MS;
      return span === null ? [] : [now - span];
    });
  });
}

function withBetween(edges: readonly number[]): readonly number[] {
  const sorted = [...new Set(edges)].toSorted((left, right) => left - right);
  const between = sorted.slice(1).map((edge, at) => (Number(sorted[at]) + edge) / 2);
  return [Math.min(...sorted) - 1, ...sorted, ...between, Math.max(...sorted) + 1];
}

/**
 * The texts of the rules themselves, each set of the parts they look for, numbers and dates in writing, and a text that
 * is like none of them. Null where a part would have to be looked for in a number or a date.
 */
function textsFor(rules: readonly Rule[], now: EpochMs): readonly string[] | null {
  const needles = [
    ...new Set(
      rules
        .filter(({ operator }) => PARTS.has(operator))
        .flatMap(asked)
        .map(foldedText),
    ),
  ];
  const whole = rules.filter(
    ({ operator }) => operator === "=" || operator === "!=" || operator === "in" || operator === "notIn",
  );
  const isOrdered = rules.some(({ operator }) => ORDERS.has(operator) || AGES.has(operator));
  const isNumeric = whole.some((rule) => asked(rule).some((value) => numberIn(value) !== null));
  if (needles.length > MOST_NEEDLES || (needles.length > 0 && (isOrdered || isNumeric))) return null;
  const texts = [
    "",
    " ",
    ...rules.flatMap((rule) => asked(rule).map(String)),
    ...subsets(needles).map((parts) => [OTHER, ...parts, ""].join(OTHER)),
  ];
  if (!isOrdered && !isNumeric) return texts;
  const instants = withBetween([...instantsFor(rules, now).flatMap((at) => [at - 1, at, at + 1]), 0]);
  return [
    ...texts,
    ...numbersFor(rules, now, []).map(plainText),
    ...instants.flatMap((at) => (Math.abs(at) < LAST_WRITTEN_MS ? [new Date(at).toISOString()] : [])),
  ];
}

/** About the year 9900: later ones are written otherwise. */
const LAST_WRITTEN_MS = 2.5e14;

/** Digits without an exponent, as the evaluator reads them. */
function plainText(value: number): string {
  return value.toFixed(20).replace(/\.?0+$/, "");
}

function subsets<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return items.reduce<readonly (readonly Item[])[]>(
    (sets, item) => [...sets, ...sets.map((set) => [...set, item])],
    [[]],
  );
}

/**
 * Lists by what they have of the constants. Constants that stand in the same rules are alike: a list has none of them,
 * one, or all. Null when there are too many kinds.
 */
function listsFor(rules: readonly Rule[]): readonly (readonly Scalar[])[] | null {
  const classes = new Map<string, Scalar[]>();
  const constants = new Map(rules.flatMap(asked).map((value) => [foldedText(value), value]));
  for (const [folded, value] of constants) {
    const signature = rules.map((rule) => asked(rule).some((one) => foldedText(one) === folded)).join();
    classes.set(signature, [...(classes.get(signature) ?? []), value]);
  }
  if (classes.size > MOST_CLASSES || hasTwins([...constants.values()])) return null;
  let lists: readonly (readonly Scalar[])[] = [[]];
  for (const alike of classes.values()) {
    const some = alike.length > 1 ? [alike.slice(0, 1), alike] : [alike];
    lists = lists.flatMap((list) => [list, ...some.map((more) => [...list, ...more])]);
  }
  return [[], ...lists.map((list) => [...list, OTHER])];
}

/** "10" and "10.0" are equal as numbers and different as texts: nothing is proved about those. */
function hasTwins(constants: readonly Scalar[]): boolean {
  const numbers = constants.flatMap((value) => numberIn(value) ?? []);
  return new Set(numbers).size < numbers.length;
}
