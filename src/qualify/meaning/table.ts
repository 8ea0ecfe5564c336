/**
 * Where a feature's weights begin: a table of typed arrays with open addressing. Features are numbers beyond 2^31, which
 * a Map keeps as objects; looking them up there, and in a Set of those met, took half the time of scoring.
 */

/** Places of weights by feature, and a note of those met in the sentence being read. */
export interface FeatureTable {
  readonly size: number;
  readonly features: Float64Array;
  readonly rows: Int32Array;
  /** The round in which a place was last met. */
  readonly met: Uint32Array;
  round: number;
}

/** What has no row, or was met in this round already. */
export const noRow = -1;
const EMPTY = -1;
/** The table is at least as many times larger than what it holds, so that few features share a place. */
const ROOM = 2;
const MOST_ROUNDS = 0xff_ff_ff_ff;

/** Lays out `rows`: features, integers from 0, with the place of their weights. */
export function tableOf(rows: ReadonlyMap<number, number>): FeatureTable {
  let length = 2;
  while (length < rows.size * ROOM) length *= 2;
  const table: FeatureTable = {
    size: rows.size,
    features: new Float64Array(length).fill(EMPTY),
    rows: new Int32Array(length).fill(noRow),
    met: new Uint32Array(length),
    round: 0,
  };
  for (const [feature, row] of rows) {
    const at = placeOf(table, feature);
    table.features[at] = feature;
    table.rows[at] = row;
  }
  return table;
}

/** Begins a new round, in which nothing has been met. */
export function beginRound(table: FeatureTable): void {
  if (table.round === MOST_ROUNDS) {
    table.met.fill(0);
    table.round = 0;
  }
  table.round += 1;
}

/** The row of a feature at its first look-up of the round; `noRow` for any other, and where it has none. */
export function rowOnce(table: FeatureTable, feature: number): number {
  const at = placeOf(table, feature);
  if (table.met[at] === table.round) return noRow;
  table.met[at] = table.round;
  return Number(table.rows[at]);
}

function placeOf({ features }: FeatureTable, feature: number): number {
  const mask = features.length - 1;
  const hash =
    Math.imul(feature | 0, 0x9e_37_79_b1) ^ Math.imul((feature / 0x1_00_00_00_00) | 0, 0x85_eb_ca_6b);
  let at = (hash ^ (hash >>> 15)) & mask;
  while (features[at] !== feature && features[at] !== EMPTY) at = (at + 1) & mask;
  return at;
}
