/** Names and ids of tags or teams, which differ per workspace: listed once, listed again when something is not in it. */
import type { Clock, EpochMs, Ms } from "../../kernel/time.ts";

export interface NamedThing {
  readonly id: string;
  readonly name: string;
}

export interface Names {
  /** The id of a name, without heed to case; null when the workspace does not have it. */
  idOf(name: string): Promise<string | null>;
  nameOf(id: string): Promise<string | null>;
  /** Adds what was just made. */
  add(thing: NamedThing): void;
  /** Forgets the list: something in it turned out to be gone. */
  forget(): void;
}

/**
 * A miss asks the vendor again, because a tag may be a second old; for one name or id not more often than this: what
 * nobody has must not cost a call each time.
 */
const MISS_MS: Ms = 10_000;
/** Misses that are remembered; beyond them all are asked for anew. */
const MOST_MISSES = 1_000;

/** Keeps what `list` returns; callers at the same time share one call. */
export function createNames(list: () => Promise<readonly NamedThing[]>, clock: Clock): Names {
  let things: Promise<NamedThing[]> | null = null;
  const missedAt = new Map<string, EpochMs>();

  function listed(): Promise<NamedThing[]> {
    if (things !== null) return things;
    const asked = list().then((all) => [...all]);
    things = asked;
    // A failed listing is not kept.
    asked.catch(() => {
      if (things === asked) things = null;
    });
    return asked;
  }

  async function search(key: string, matches: (thing: NamedThing) => boolean): Promise<NamedThing | null> {
    const isFresh = things === null;
    const known = (await listed()).find(matches);
    if (known !== undefined) return known;
    const missed = missedAt.get(key);
    if (missed !== undefined && clock() - missed < MISS_MS) return null;
    if (missedAt.size >= MOST_MISSES) missedAt.clear();
    missedAt.set(key, clock());
    if (isFresh) return null;
    things = null;
    return (await listed()).find(matches) ?? null;
  }

  return {
    async idOf(name) {
      const wanted = name.toLowerCase();
      return (await search(`name ${wanted}`, (thing) => thing.name.toLowerCase() === wanted))?.id ?? null;
    },
    nameOf: async (id) => (await search(`id ${id}`, (thing) => thing.id === id))?.name ?? null,
    add(thing) {
      const before = things ?? Promise.resolve([]);
      things = before.then((all) => [...all, thing]);
    },
    forget() {
      things = null;
      missedAt.clear();
    },
  };
}
