/**
 * The sample of a review round. What was decided is cut into strata, so that what was missed is looked for, too; how many
 * conversations each stratum holds and how many were drawn is kept, so that labels speak for all of them. Pure.
 */

/** What was decided about one conversation, as far as drawing needs to know. */
export interface Candidate {
  readonly decision: number;
  readonly kind: "handoff" | "held" | "excluded" | "below-threshold";
  readonly recipe: string | null;
  /** The highest score as a share of its threshold; null where nothing is scored. */
  readonly strength: number | null;
}

export interface Stratum {
  readonly name: string;
  /** Whether Baton let through what is in it. */
  readonly isQualified: boolean;
  readonly size: number;
  readonly drawn: number;
}

export interface Drawn {
  readonly decision: number;
  readonly stratum: string;
}

export interface Sample {
  /** Those that hold something, what qualified first. */
  readonly strata: readonly Stratum[];
  /** In the order in which reviewers see them: strata mixed, so that the place tells nothing. */
  readonly items: readonly Drawn[];
}

/** The stratum of a conversation: its recipe where it qualified; else whether it was excluded, or how near it came. */
export function stratumOf({ kind, recipe, strength }: Candidate): string {
  switch (kind) {
    case "handoff":
      return `handed off by ${recipe ?? "no recipe"}`;
    case "held":
      return `held for ${recipe ?? "no recipe"}`;
    case "excluded":
      return "excluded";
    case "below-threshold":
      return `below: ${bandOf(strength ?? 0)}`;
  }
}

function bandOf(strength: number): string {
  if (strength >= 1) return "threshold reached, no recipe applied";
  if (strength >= 0.5) return "half of the threshold and more";
  return strength > 0 ? "less than half of the threshold" : "no points";
}

/** The same sample for the same candidates, size and seed. */
export function drawSample(candidates: readonly Candidate[], size: number, seed: number): Sample {
  const random = seeded(seed);
  const groups = [...Map.groupBy(candidates, stratumOf)]
    .map(([name, members]) => ({
      name,
      members: members.toSorted((a, b) => a.decision - b.decision),
      isQualified: members.some(({ kind }) => kind === "handoff" || kind === "held"),
    }))
    .toSorted((a, b) => Number(b.isQualified) - Number(a.isQualified) || a.name.localeCompare(b.name));
  const shared = shareOut(
    groups.map((one) => ({ ...one, size: one.members.length })),
    size,
  );
  const strata = shared.map(({ name, isQualified, size: of, drawn }) => ({
    name,
    isQualified,
    size: of,
    drawn,
  }));
  const items = shared.flatMap(({ name, members, drawn }) =>
    mixed(members, random)
      .slice(0, drawn)
      .map(({ decision }) => ({ decision, stratum: name })),
  );
  return { strata, items: mixed(items, random) };
}

/** So many of each stratum first, where it has them. */
const LEAST = 2;

/**
 * How many of each stratum are drawn. Half of them from what qualified and half from the rest, and in each half by the
 * square root of the sizes, so that small strata are not lost in large ones (M. D. Bankier, Power allocations, The
 * American Statistician 42, 1988); each goes to the stratum that is furthest behind its part.
 */
function shareOut<G extends { readonly size: number; readonly isQualified: boolean }>(
  groups: readonly G[],
  size: number,
): readonly (G & { readonly drawn: number })[] {
  const weigh = (isQualified: boolean): number =>
    groups.reduce((sum, one) => sum + (one.isQualified === isQualified ? Math.sqrt(one.size) : 0), 0);
  const halves = { yes: weigh(true), no: weigh(false) };
  const shared = groups.map((one) => ({
    ...one,
    drawn: 0,
    part: Math.sqrt(one.size) / (one.isQualified ? halves.yes : halves.no),
  }));
  for (let left = size; left > 0; left -= 1) {
    const open = shared.filter((one) => one.drawn < one.size);
    const [next] = open.toSorted((a, b) => needOf(b) - needOf(a));
    if (next === undefined) break;
    next.drawn += 1;
  }
  return shared;
}

function needOf({ drawn, part }: { readonly drawn: number; readonly part: number }): number {
  return drawn < LEAST ? Number.MAX_SAFE_INTEGER - drawn : part / (drawn + 0.5);
}

function mixed<T>(list: readonly T[], random: () => number): readonly T[] {
  return list
    .map((one) => ({ one, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

/** Mulberry32, a public-domain generator of numbers in [0, 1): the same sequence for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
}
