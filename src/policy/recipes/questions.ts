/** The three questions of a recipe over a draft: what may be answered, what is chosen, and what is not there yet. */
import { EMPTY, type Filled, type Pattern } from "./pattern.ts";
import { followUpWords, routeWords } from "./says.ts";
import { SEQUENCES, SIGNALS } from "./starters.ts";
import { type Fields, labelOf, textsOf, type View, viewOf } from "./view.ts";

export type Owner =
  | { readonly kind: "route"; readonly route: string }
  /** The pool in turns. */
  | { readonly kind: "pool"; readonly pool: string }
  /** Whoever owns the account, else its CSM. */
  | { readonly kind: "account" }
  /** By their addresses in Salesforce; several take turns. */
  | { readonly kind: "people"; readonly users: readonly string[] };

export interface Answers {
  /** What starts it: names of signals, of the draft's or new ones; at least one. */
  readonly signals: readonly string[];
  readonly owner: Owner;
  /** How long nobody may have been in touch, as in `24h`; null for no follow-up. */
  readonly after: string | null;
}

export interface SignalOption {
  readonly name: string;
  readonly label: string;
  /** What it is found by. */
  readonly says: string;
  /** The draft has none of this name: it would be added. */
  readonly isNew: boolean;
}

export interface Questions {
  readonly signals: readonly SignalOption[];
  readonly owners: readonly { readonly owner: Owner; readonly label: string; readonly says: string }[];
  readonly afters: readonly { readonly after: string | null; readonly says: string }[];
  /** Answers that fit; three times yes is a recipe. */
  readonly chosen: Answers;
  /** What the recipe would need and the draft does not have, question by question; null where all is there. */
  readonly missing: {
    readonly signals: string | null;
    readonly owner: string | null;
    readonly after: string | null;
  };
}

const FOLLOW_UPS = ["4h", "24h", "48h", null] as const;

/** Of a recipe of which only the follow-up is wanted. */
const UNASKED: Omit<Filled, "after"> = { id: "", name: "", on: [], signals: [], score: "", route: "" };

/** The questions of a pattern over a draft. */
export function questionsOf(content: unknown, pattern: Pattern): Questions {
  const view = viewOf(content);
  const found = fitting(view, pattern);
  const wanted = pattern.id === EMPTY ? [Object.keys(view.signals)[0] ?? "enterprise"] : pattern.signals;
  const route = fittingRoute(view, pattern);
  return {
    signals: signalOptions(view),
    owners: ownerOptions(view),
    afters: FOLLOW_UPS.map((after) => ({
      after,
      says: followUpWords(pattern.write({ ...UNASKED, after }).followUp),
    })),
    chosen: {
      signals: found.length > 0 ? found : wanted,
      owner: route === null ? { kind: "account" } : { kind: "route", route },
      after: pattern.after,
    },
    missing: {
      signals:
        found.length > 0 || wanted.every((name) => Object.hasOwn(view.signals, name))
          ? null
          : `This draft has no signal for it yet. What is chosen comes new, with phrases to begin with.`,
      owner: ownerMissing(view),
      after: sequenceMissing(view, pattern),
    },
  };
}

/** The draft's own signals that mean what the pattern means. */
function fitting({ signals }: View, { signals: own, alike }: Pattern): readonly string[] {
  return Object.keys(signals).filter(
    (name) => own.includes(name) || alike.test(name) || alike.test(labelOf(signals, name)),
  );
}

function signalOptions({ signals }: View): readonly SignalOption[] {
  const options = (all: View["signals"], isNew: boolean): readonly SignalOption[] =>
    Object.entries(all).map(([name, signal]) => ({
      name,
      label: labelOf(all, name),
      says: foundBy(signal),
      isNew,
    }));
  const others = options(SIGNALS, true).filter(({ name }) => !Object.hasOwn(signals, name));
  return [...options(signals, false), ...others];
}

const SHOWN = 3;

/** "security review, SOC 2, talk to sales and 8 more". */
function foundBy({ phrases, hints, tags, usage }: Fields): string {
  const words = [...textsOf(phrases), ...textsOf(hints), ...textsOf(tags).map((tag) => `tag ${tag}`)];
  if (usage !== undefined) words.push("use of the product");
  const more = words.length - SHOWN;
  return `${words.slice(0, SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function ownerOptions({ routes, pools }: View): Questions["owners"] {
  return [
    ...Object.entries(routes).map(([route, hops]) => ({
      owner: { kind: "route", route } as const,
      label: `Route ${route}`,
      says: routeWords(hops),
    })),
    ...Object.entries(pools).map(([pool, { members }]) => ({
      owner: { kind: "pool", pool } as const,
      label: `Pool ${pool}`,
      says: `its members in turns: ${usersOf(members).join(", ")}`,
    })),
    { owner: { kind: "account" }, label: "The account's owner", says: "else its CSM" },
    { owner: { kind: "people", users: [] }, label: "People by address", says: "several take turns" },
  ];
}

/** The addresses of a pool's members. */
export function usersOf(members: unknown): readonly string[] {
  return (Array.isArray(members) ? members : []).flatMap((member: Fields | null) =>
    textsOf(member?.["user"]),
  );
}

/** The addresses in a text; null where something else stands in it, or nothing. */
export function peopleIn(text: string): readonly string[] | null {
  const users = [...new Set(text.split(/[\s,;]+/).filter((part) => part !== ""))];
  return users.length > 0 && users.every((user) => /^[^@]+@[^@]+$/.test(user)) ? users : null;
}

/** The route that the pattern was written for, else the one with most of its steps, the first of which count most. */
function fittingRoute({ routes }: View, { route }: Pattern): string | null {
  if (Object.hasOwn(routes, route.name)) return route.name;
  const fit = (hops: readonly Fields[]): number => {
    const kinds = route.hops.filter((kind) => hops.some((hop) => Object.hasOwn(hop, kind)));
    return kinds.reduce((sum, kind) => sum + route.hops.length - route.hops.indexOf(kind), 0);
  };
  const [best] = Object.entries(routes).toSorted(([, left], [, right]) => fit(right) - fit(left));
  return best?.[0] ?? null;
}

function ownerMissing({ routes, pools }: View): string | null {
  if (Object.keys(pools).length > 0) return null;
  const noRoute = Object.keys(routes).length === 0 ? " and no route" : "";
  return `This draft has no pool${noRoute} yet: nobody takes turns. Name people by address, and they become a pool.`;
}

function sequenceMissing({ sequences }: View, { sequence }: Pattern): string | null {
  if (sequence === null || Object.hasOwn(sequences, sequence)) return null;
  return `This draft has no sequence ${sequence} yet: it would come new. In Intercom a Series has to start at the tag ${SEQUENCES[sequence].tag}.`;
}
