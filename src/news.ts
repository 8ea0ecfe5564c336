/** News: what wakes the walk. Of a conversation, or of a person whose conversations it wakes in turn. */
import type { Trigger } from "./conversation/fold.ts";
import { hearPerson, type PersonalHearing } from "./conversation/refresh.ts";
import type { Engine, RunKind } from "./engine/engine.ts";
import type { Ms } from "./kernel/time.ts";
import type { Db, Tx } from "./store/database.ts";

export type News = {
  readonly workspace: string;
  /** Null: news of a person. */
  readonly conversation: string | null;
  readonly contact: string | null;
  /** What the person's news adds to the conversation's own triggers. */
  readonly triggers: readonly Trigger[];
  /** Read the conversation through the API even if its payloads look complete. */
  readonly reread: boolean;
  /** Unique per start; `turn` counts the later starts of the same news, from 1. */
  readonly id: string;
  readonly turn: number;
};

/** The news that a stored event is. */
export function newsOf(event: {
  readonly workspace: string;
  /** The newest of its events. */
  readonly seq: number | string;
  readonly conversation: string | null;
  readonly contact: string | null;
}): News {
  const { workspace, conversation, contact } = event;
  return { workspace, conversation, contact, triggers: [], reread: false, id: `e${event.seq}`, turn: 1 };
}

/** Where the run of some news starts: the same news again is the same run, and one conversation's runs go one by one. */
export function runOf(news: News): { readonly input: News; readonly id: string; readonly partition: string } {
  const id = `news:${news.workspace}:${news.id}${news.turn === 1 ? "" : `~${news.turn}`}`;
  return { input: news, id, partition: `${news.workspace}:${news.conversation ?? `person ${news.contact}`}` };
}

/** Starts the run of some news, later or in a transaction where told; the same news again changes nothing. */
export async function start(
  engine: Engine,
  kind: RunKind<News>,
  news: News,
  how: { readonly delayMs?: Ms; readonly tx?: Tx } = {},
): Promise<void> {
  const { input, id, partition } = runOf(news);
  await engine.start(kind, input, { id, partition, ...how });
}

/** Takes in what is new about a person and starts runs for the conversations it may change; returns how many. */
export async function wakeConversations(
  db: Db,
  engine: Engine,
  kind: RunKind<News>,
  news: News,
  changed: PersonalHearing["changed"],
): Promise<number> {
  const { workspace, contact } = news;
  const wake: PersonalHearing["wake"] = async (tx, conversations, triggers) => {
    for (const conversation of conversations) {
      const id = `${news.id}:${conversation}`;
      const woken = { ...news, conversation, triggers: [...triggers], reread: true, id };
      await start(engine, kind, woken, { tx });
    }
  };
  return hearPerson({ db, workspace, contact: contact ?? "", wake, changed });
}
