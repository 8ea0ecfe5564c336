/** `baton census`: every conversation in exactly one bucket, and whether Salesforce still holds what was written. */
import { Command } from "commander";
import type { Crm } from "../handoff/ports.ts";
import { keepReadBack, lastReadBack, nightsOf, type ReadBack } from "../insights/census/night-queries.ts";
import { census, handedRecords, takeCensus } from "../insights/census/queries.ts";
import { type Difference, differencesIn, type HandedRecord } from "../insights/census/read-back.ts";
import { addsUp, type Night, oddText, sumOf, type Taken } from "../insights/census/taken.ts";
import type { Db } from "../store/database.ts";
import { listEnvironmentStates } from "../versions/queries.ts";
import { columns } from "./columns.ts";
import type { Store } from "./connect.ts";
import { progressOf } from "./progress.ts";
import { requireEnvironment, withStore } from "./stored.ts";
import type { Terminal } from "./terminal.ts";

interface Options {
  readonly environment?: string;
  readonly readBack?: true;
  readonly json?: true;
}

export interface CensusDeps {
  readonly openStore: () => Promise<Store>;
  /** The org of an environment; the caller closes it. */
  readonly crm: (
    store: Store,
    environment: string,
  ) => Promise<Pick<Crm, "owners" | "whereabouts"> & { readonly close: () => void }>;
}

/** Salesforce takes as many ids in one question without a second call. */
const PAGE = 200;

/** So many nights are shown. */
const NIGHTS = 14;

interface Counted extends Taken {
  readonly environment: string;
  /** The sum of the buckets; what came in, where nothing is odd. */
  readonly sum: number;
  /** The newest first. */
  readonly nights: readonly Night[];
  /** As it is now, or when it was last asked for. */
  readonly readBack: ReadBack | null;
}

export function censusCommand(terminal: Terminal, deps: CensusDeps): Command {
  return new Command("census")
    .description("count every conversation in its bucket; in = sum of the buckets, and what is not is named")
    .option("--environment <name>", "one environment; all when absent")
    .option("--read-back", "also ask Salesforce whether each record is still there, with its owner")
    .option("--json", "print one JSON array")
    .action((options: Options) =>
      withStore({ terminal, openStore: deps.openStore }, options.json === true, async (store) => {
        const all = await counted(store, options, { terminal, ...deps });
        if (!all.every(addsUp)) terminal.exit(1);
        return { json: all, lines: all.length === 0 ? [NOTHING] : all.flatMap(linesOf) };
      }),
    );
}

const NOTHING = "there is no environment; make one with `baton connect`";

async function counted(
  store: Store,
  { environment, readBack }: Options,
  deps: CensusDeps & { readonly terminal: Terminal },
): Promise<readonly Counted[]> {
  const { db } = store;
  if (environment !== undefined) await requireEnvironment(db, environment);
  const names = (await listEnvironmentStates(db)).map(({ name }) => name);
  const all: Counted[] = [];
  for (const name of names.filter((one) => environment === undefined || one === environment)) {
    const taken = await takeCensus(db, name);
    const held = readBack === true ? await readFrom(store, name, deps) : await lastReadBack(db, name);
    const nights = await nightsOf(db, name, NIGHTS);
    all.push({ environment: name, ...taken, sum: sumOf(taken), nights, readBack: held });
  }
  return all;
}

async function readFrom(
  store: Store,
  environment: string,
  { crm, terminal }: CensusDeps & { readonly terminal: Terminal },
): Promise<ReadBack> {
  const org = await crm(store, environment);
  try {
    const differences: Difference[] = [];
    let records = 0;
    const progress = progressOf(terminal, await countOf(store.db, environment), "records");
    for await (const page of pagesOf(store.db, environment)) {
      const ids = [...new Set(page.map(({ id }) => id))];
      const [where, owners] = await Promise.all([org.whereabouts(ids), org.owners(ids)]);
      differences.push(...differencesIn(page, where, owners));
      records += page.length;
      progress(records);
    }
    const held = { takenAt: terminal.clock(), records, differences };
    await keepReadBack(store.db, environment, held);
    return held;
  } finally {
    org.close();
  }
}

async function* pagesOf(db: Db, environment: string): AsyncIterable<readonly HandedRecord[]> {
  let after = "";
  for (;;) {
    const page = await handedRecords(db, environment, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last.handoff;
  }
}

async function countOf(db: Db, environment: string): Promise<number> {
  return (await census(db, environment, null)).buckets["handed-off"];
}

function linesOf(counted: Counted): readonly string[] {
  const { environment, in: came, sum, buckets, odd, nights, readBack } = counted;
  const rows = Object.entries(buckets).map(([name, n]) => [name.replaceAll("-", " "), String(n)]);
  return [
    ...columns([environment, "conversations"], [...rows, ["in", String(came)]]),
    addsUp(counted) ? "in = sum of the buckets" : `the buckets hold ${sum}`,
    ...odd.map(oddText),
    ...nightLines(nights),
    ...(readBack === null ? [] : readBackLines(readBack)),
  ];
}

function nightLines(nights: readonly Night[]): readonly string[] {
  if (nights.length === 0) return ["no night has been counted yet; a worker counts each"];
  const rows = nights.map((one) => [
    one.night,
    String(one.in),
    String(sumOf(one)),
    addsUp(one) ? "adds up" : ["does not add up", ...one.odd.slice(0, 1).map(oddText)].join(": "),
  ]);
  return ["", ...columns(["night", "in", "in buckets", "verdict"], rows)];
}

function readBackLines({ takenAt, records, differences }: ReadBack): readonly string[] {
  return [
    `read back from Salesforce: ${records} records, ${differences.length} not as Baton left them (${new Date(takenAt).toISOString()})`,
    ...differences.map((one) => `${one.id} of conversation ${one.conversation}: ${wordsOf(one)}`),
  ];
}

function wordsOf(one: Difference): string {
  switch (one.kind) {
    case "gone":
      return "is gone";
    case "moved":
      return `is ${one.to} now: merged or converted`;
    case "other-owner":
      return `belongs to ${one.owner} now`;
  }
}
