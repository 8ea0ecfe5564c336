/**
 * Differences as sentences: "Points of signal Enterprise intent: 10 -> 15". Every difference has one: what the tables
 * below do not name is told by the words of its own field names.
 */
import { type Difference, diffPolicies, type Step } from "./diff.ts";
import { capital, fieldWords, itemWord, objectText, valueText } from "./diff-values.ts";
import { moves } from "./diff-moves.ts";
import type { Clash } from "./merge.ts";
import type { Policy } from "./schema.ts";
import { conditionSentence } from "./sentence.ts";
import type { Condition } from "./condition.ts";

/** A difference with what it means to people. */
export interface Change {
  readonly kind: Difference["kind"];
  /** Its place in the document: "signals.enterprise.points". */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
  /** One sentence, without its full stop. */
  readonly words: string;
}

/** What turns `before` into `after`, in the order of the document; a list in another order gives a line for each thing that moved. */
export function changesOf(before: Policy, after: Policy): readonly Change[] {
  return diffPolicies(before, after).flatMap((difference) => {
    const { kind, path } = difference;
    const before = "before" in difference ? { before: difference.before } : {};
    const after = "after" in difference ? { after: difference.after } : {};
    return sentencesOf(difference).map((words) => ({ kind, path, ...before, ...after, words }));
  });
}

/** "Points of signal Pricing: was 10, is 12 live, 15 in the draft". */
export function clashText({ steps, isOrder, base, ours, theirs }: Clash): string {
  const { thing, rest } = thingOf(steps);
  const place = placeWords(thing, rest);
  if (isOrder) return `${place}: the live version and the draft put them into different orders`;
  const said = (value: unknown): string => (value === undefined ? "absent" : valueText(value));
  return `${place}: was ${said(base)}, is ${said(theirs)} live, ${said(ours)} in the draft`;
}

function sentencesOf(difference: Difference): readonly string[] {
  const { thing, rest } = thingOf(difference.steps);
  switch (difference.kind) {
    case "added":
      return [appeared(thing, rest, difference.after)];
    case "removed":
      return [vanished(thing, rest, difference.before)];
    case "changed":
      return [changed(thing, rest, difference.before, difference.after)];
    case "reordered":
      return reordered(thing, rest, difference);
  }
}

/** A named thing of the document and how a sentence calls it. Without a thing the words speak of the policy. */
interface Thing {
  /** "signal Enterprise intent"; empty for the policy itself. */
  readonly noun: string;
  /** Its place in the table. */
  readonly kind: string;
  /** What it is matched by, and what people call it; empty for the policy itself. */
  readonly key: string;
  readonly label: string;
}

/** Kinds of things by their place: "*" is any one step. The longest that fits names the thing. */
const THINGS: readonly (readonly [place: string, noun: (names: readonly string[]) => string])[] = [
  ["signals.*", ([signal]) => `signal ${signal}`],
  ["scores.*", ([score]) => `score ${score}`],
  ["scores.*.bonus.*", ([score, bonus]) => `bonus "${bonus}" of score ${score}`],
  ["scores.*.multiply.*", ([score, label]) => `multiplier "${label}" of score ${score}`],
  ["exclusions.*", ([exclusion]) => `exclusion "${exclusion}"`],
  ["recipes.*", ([recipe]) => `recipe "${recipe}"`],
  ["records.*", () => "record rule"],
  ["routing.pools.*", ([pool]) => `pool ${pool}`],
  ["routing.pools.*.members.*", ([pool, member]) => `member ${member} of pool ${pool}`],
  ["routing.territories.*", ([territory]) => `territory ${territory}`],
  ["routing.lists.*", ([list]) => `named list ${list}`],
  ["routing.routes.*", ([route]) => `route ${route}`],
  ["routing.sla", () => "the service level"],
  ["routing.alsoTell.*", () => "second person to tell"],
  ["feedback.stages.*", () => "feedback stage"],
  ["feedback.sequences.*", ([sequence]) => `sequence ${sequence}`],
  ["mapping.*.*", ([object, field]) => `mapping of ${capital(String(object))}.${field}`],
];

function thingOf(steps: readonly Step[]): { readonly thing: Thing; readonly rest: readonly Step[] } {
  for (const [i, step] of [...steps.entries()].toReversed()) {
    const place = steps.slice(0, i + 1);
    const found = THINGS.find(([pattern]) => fits(pattern.split("."), place));
    if (found === undefined) continue;
    const [kind, noun] = found;
    const names = place.filter((_, at) => kind.split(".")[at] === "*").map(({ label }) => label);
    const { key, label } = step;
    return { thing: { noun: noun(names), kind, key, label }, rest: steps.slice(i + 1) };
  }
  return { thing: { noun: "", kind: "", key: "", label: "" }, rest: steps };
}

function fits(pattern: readonly string[], place: readonly Step[]): boolean {
  return (
    pattern.length === place.length && pattern.every((part, i) => part === "*" || part === place[i]?.key)
  );
}

function keysOf(steps: readonly Step[]): readonly string[] {
  return steps.map(({ key }) => key);
}

/** "Points of signal Pricing"; the thing itself where no step is left. */
function placeWords(thing: Thing, rest: readonly Step[]): string {
  return rest.length === 0 ? capital(thing.noun) : `${capital(fieldWords(keysOf(rest)))}${of(thing)}`;
}

const of = (thing: Thing): string => (thing.noun === "" ? "" : ` of ${thing.noun}`);

function appeared(thing: Thing, rest: readonly Step[], value: unknown): string {
  const last = rest.at(-1);
  if (last === undefined) return `${capital(thing.noun)} added${contents(thing, value)}`;
  if (last.isItem) return `${itemText(rest, value)} added${toward(" to", thing, rest)}`;
  if (isTable(thing, rest)) return `${capital(thing.noun)}: ${last.key} goes to ${valueText(value)}`;
  return `${capital(fieldWords(keysOf(rest)))}${of(thing)}: none -> ${valueText(value)}`;
}

function vanished(thing: Thing, rest: readonly Step[], value: unknown): string {
  const last = rest.at(-1);
  if (last === undefined) {
    if (thing.kind === "exclusions.*") {
      const { when } = value as { readonly when: Condition };
      return `${capital(thing.noun)} no longer excludes what it did: ${conditionSentence(when)}`;
    }
    return `${capital(thing.noun)} removed${isNamed(thing) ? "" : contents(thing, value)}`;
  }
  if (last.isItem) return `${itemText(rest, value)} removed${toward(" from", thing, rest)}`;
  if (isTable(thing, rest))
    return `${capital(thing.noun)}: ${last.key} no longer goes to ${valueText(value)}`;
  return `${capital(fieldWords(keysOf(rest)))}${of(thing)}: ${valueText(value)} -> none`;
}

function changed(thing: Thing, rest: readonly Step[], before: unknown, after: unknown): string {
  const to = `${valueText(before)} -> ${valueText(after)}`;
  if (isTable(thing, rest)) return `${capital(thing.noun)}: ${keysOf(rest).join(".")} goes to ${to}`;
  return `${placeWords(thing, rest)}: ${to}`;
}

function reordered(
  thing: Thing,
  rest: readonly Step[],
  difference: Extract<Difference, { readonly kind: "reordered" }>,
): readonly string[] {
  const { labels } = difference;
  const called = (key: string): string => quoted(String(labels[key]));
  const list = rest.at(-1)?.key;
  const word = list === undefined ? "hop" : itemWord(list);
  return moves(difference.before, difference.after).map(({ key, before }) => {
    const where = before === null ? "to the end" : `before ${called(before)}`;
    return `${capital(word)} ${called(key)}${of(thing)} moved ${where}`;
  });
}

/** Lists that are tables of what goes to whom. */
function isTable(thing: Thing, rest: readonly Step[]): boolean {
  return thing.kind === "routing.lists.*" && rest.length === 1;
}

/** `Phrase "SSO"`, `Hop pool mid-market`: an item of a list by what it is. */
function itemText(rest: readonly Step[], value: unknown): string {
  const list = rest.at(-2)?.key;
  const word = list === undefined ? "hop" : itemWord(list);
  return `${capital(word)} ${typeof value === "string" ? quoted(value) : valueText(value)}`;
}

function toward(preposition: string, thing: Thing, rest: readonly Step[]): string {
  if (thing.noun === "") return `${preposition} the policy`;
  const deeper = rest.slice(0, -2);
  const inner = deeper.length === 0 ? "" : ` ${fieldWords(keysOf(deeper))} of`;
  return `${preposition}${inner} ${thing.noun}`;
}

/** What a thing holds, without repeating what it is called. */
function contents({ key, label }: Thing, value: unknown): string {
  // A thing of the table is a group or, as a route, a list.
  return `: ${Array.isArray(value) ? valueText(value) : objectText(value as object, [key, label])}`;
}

/** False for what is told apart by its content alone. */
function isNamed({ key }: Thing): boolean {
  return !key.startsWith("{");
}

function quoted(text: string): string {
  return `"${text}"`;
}
