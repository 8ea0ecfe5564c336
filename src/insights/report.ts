/** Sums of a backtest: movements with examples, standings, recipes, exclusions, load and scores, before and after. */
import type { Outcome, Standing } from "./outcome.ts";
import { type Movement, movementOf, type Part, type Side } from "./compare.ts";

/** How many before and how many after. */
export interface BeforeAfter {
  readonly before: number;
  readonly after: number;
}

export interface Example {
  readonly conversation: string;
  readonly link: string | null;
  /** "held by qualified", "excluded by late-stage", "qualified: new Lead for ana@x". */
  readonly before: string;
  readonly after: string;
}

/** Conversations of one score in steps of `width` points; the last step holds all above it. */
export interface Distribution {
  readonly width: number;
  readonly thresholdBefore: number | null;
  readonly thresholdAfter: number | null;
  readonly bins: readonly (BeforeAfter & { readonly from: number })[];
}

export interface Movements {
  readonly same: number;
  readonly enters: number;
  readonly leaves: number;
  readonly changes: number;
  /** Of those that change: how many change this part; one can change several. */
  readonly changed: Readonly<Record<Part, number>>;
  /** Not told without asking Salesforce about people it was never asked about. */
  readonly unsure: number;
}

export interface Comparison {
  readonly movements: Movements;
  readonly examples: Readonly<Record<"enters" | "leaves" | "changes" | "unsure", readonly Example[]>>;
  readonly standings: Readonly<Record<Standing, BeforeAfter>>;
  readonly recipes: Readonly<Record<string, BeforeAfter>>;
  readonly exclusions: Readonly<Record<string, BeforeAfter>>;
  readonly scores: Readonly<Record<string, Distribution>>;
}

/** One conversation with what two policies made of it. */
export interface Compared {
  readonly conversation: string;
  readonly link: string | null;
  readonly before: Side;
  readonly after: Side;
}

export type Thresholds = Readonly<Record<string, number>>;

/** Goes through the conversations once; keeps `examples` of each movement. */
export function compareAll(
  conversations: Iterable<Compared>,
  examples: number,
  thresholds: { readonly before: Thresholds; readonly after: Thresholds },
): Comparison {
  const movements = { same: 0, enters: 0, leaves: 0, changes: 0, unsure: 0 };
  const changed: Record<Part, number> = { standing: 0, recipe: 0, record: 0, owner: 0 };
  const shown: Record<keyof Comparison["examples"], Example[]> = {
    enters: [],
    leaves: [],
    changes: [],
    unsure: [],
  };
  const standings = emptyStandings();
  const recipes = new Map<string, Pair>();
  const exclusions = new Map<string, Pair>();
  const scores = new Map<string, Bins>();
  for (const compared of conversations) {
    const movement = movementOf(compared.before, compared.after);
    movements[movement.kind] += 1;
    for (const part of partsOf(movement)) changed[part] += 1;
    if (movement.kind !== "same" && shown[movement.kind].length < examples)
      shown[movement.kind].push(exampleOf(compared));
    for (const when of ["before", "after"] as const) {
      const side = compared[when];
      standings[side.standing][when] += 1;
      for (const { recipe } of side.plans) pairOf(recipes, recipe)[when] += 1;
      if (side.standing === "excluded" && side.reason !== null) pairOf(exclusions, side.reason)[when] += 1;
      for (const [name, value] of Object.entries(side.scores)) binOf(scores, name, value)[when] += 1;
    }
  }
  return {
    movements: { ...movements, changed },
    examples: shown,
    standings,
    recipes: Object.fromEntries(recipes),
    exclusions: Object.fromEntries(exclusions),
    scores: distributions(scores, thresholds),
  };
}

type Pair = { -readonly [Key in keyof BeforeAfter]: BeforeAfter[Key] };

const STANDINGS: readonly Standing[] = [
  "handoff",
  "held",
  "needs-salesforce",
  "already-handed-off",
  "excluded",
  "below-threshold",
  "gone",
];

function emptyStandings(): Record<Standing, Pair> {
  const entries = STANDINGS.map((standing) => [standing, { before: 0, after: 0 }] as const);
  return Object.fromEntries(entries) as Record<Standing, Pair>;
}

function pairOf<Key>(pairs: Map<Key, Pair>, key: Key): Pair {
  const pair = pairs.get(key) ?? { before: 0, after: 0 };
  pairs.set(key, pair);
  return pair;
}

/** Score name -> first value of the step -> conversations. */
type Bins = Map<number, Pair>;

const WIDTH = 5;
/** From here on everything is far above any threshold people set. */
const LAST = 100;

function binOf(scores: Map<string, Bins>, name: string, value: number): Pair {
  const bins = scores.get(name) ?? new Map<number, Pair>();
  scores.set(name, bins);
  return pairOf(bins, Math.min(LAST, Math.floor(value / WIDTH) * WIDTH));
}

function distributions(
  scores: Map<string, Bins>,
  thresholds: { readonly before: Thresholds; readonly after: Thresholds },
): Readonly<Record<string, Distribution>> {
  const entries = [...scores].map(([name, bins]): [string, Distribution] => [
    name,
    {
      width: WIDTH,
      thresholdBefore: thresholds.before[name] ?? null,
      thresholdAfter: thresholds.after[name] ?? null,
      bins: Array.from({ length: LAST / WIDTH + 1 }, (_, i) => ({
        from: i * WIDTH,
        ...(bins.get(i * WIDTH) ?? { before: 0, after: 0 }),
      })),
    },
  ]);
  return Object.fromEntries(entries);
}

function partsOf(movement: Movement): readonly Part[] {
  return movement.kind === "changes" ? movement.parts : [];
}

function exampleOf({ conversation, link, before, after }: Compared): Example {
  return { conversation, link, before: sideText(before), after: sideText(after) };
}

/** What became of a conversation, in a few words. */
export function sideText({ standing, reason, plans }: Side): string {
  switch (standing) {
    case "handoff":
      return plans
        .map(
          ({ recipe, record, owner }) =>
            `${recipe}: ${record ?? "held"}${owner === null ? "" : ` for ${owner}`}`,
        )
        .join("; ");
    case "held":
      return `held by ${reason}`;
    case "needs-salesforce":
      return `${reason}, would need Salesforce`;
    case "already-handed-off":
      return `handed off before by ${reason}`;
    case "excluded":
      return `excluded by ${reason}`;
    case "below-threshold":
      return "no recipe applies";
    case "gone":
      return "deleted in Intercom";
  }
}

/** Handoffs of each owner, the most after first. */
export interface Load extends BeforeAfter {
  readonly owner: string;
}

/** Counts a handoff for its owner; anything else leaves the loads as they are. */
export function noteLoad(loads: Map<string, number>, outcome: Outcome): void {
  if (outcome.kind !== "handoff") return;
  const owner = outcome.plan.owner ?? "nobody";
  loads.set(owner, (loads.get(owner) ?? 0) + 1);
}

export function loadsOf(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): readonly Load[] {
  const owners = [...new Set([...before.keys(), ...after.keys()])];
  return owners
    .map((owner) => ({ owner, before: before.get(owner) ?? 0, after: after.get(owner) ?? 0 }))
    .toSorted((a, b) => b.after - a.after || b.before - a.before || (a.owner < b.owner ? -1 : 1));
}
