/**
 * The walk: what happens to a conversation from the event that Intercom sends to the person who gets it. Each line
 * calls one room; how it is done stands there. Intake comes before (an event is stored, then this run is started),
 * the handoff's own run comes after (handoff/run.ts).
 */
import type { Engine, RetryPolicy, RunKind } from "./engine/engine.ts";
import { stepOrLater, waitBefore } from "./engine/patience.ts";
import { hear, hearPerson, type Heard } from "./conversation/refresh.ts";
import type { Trigger } from "./conversation/fold.ts";
import type { Desk } from "./desk.ts";

/** News of a conversation, or of a person (then `conversation` is null and theirs are woken). */
export type News = {
  readonly workspace: string;
  readonly conversation: string | null;
  readonly contact: string | null;
  /** What the person's news adds to the conversation's own triggers. */
  readonly triggers: readonly Trigger[];
  readonly reread: boolean;
  /** Unique per start; `turn` counts the later starts of the same news. */
  readonly id: string;
  readonly turn: number;
};

const PATIENCE: RetryPolicy = { attempts: 4, firstDelayMs: 200, maxDelayMs: 4_000 };

/** The run of one conversation's news; one at a time per conversation, in the order of Intercom's time. */
export function conversationRun(desk: Desk, engine: () => Engine): RunKind<News> {
  const kind: RunKind<News> = {
    name: "conversation",
    queue: "conversation",
    body: async (steps, news) => {
      const { workspace, conversation } = news;
      if (conversation === null) {
        await steps.step("hear person", () => wakeConversations(desk, engine(), kind, news), PATIENCE);
        return;
      }
      const later = async (reason: string, triggers: readonly Trigger[]): Promise<void> => {
        const next = { ...news, triggers: [...triggers], reread: true, turn: news.turn + 1 };
        await steps.step("later", () =>
          start(engine(), kind, next, waitBefore(news.turn)).then(() => reason),
        );
      };

      // event -> conversation
      const heard = await stepOrLater(steps, "hear", () => listen(desk, news, conversation), PATIENCE);
      if (heard.kind === "later") return later(heard.reason, news.triggers);
      const { version, triggers, environments } = heard.value;
      if (version === null) return;

      // conversation -> score -> decision -> handoff, once for each environment this workspace feeds
      for (const environment of environments) {
        const subject = { environment, workspace, conversation, version, triggers };
        const decided = await stepOrLater(
          steps,
          `decide for ${environment}`,
          () => desk.decideAbout(subject),
          PATIENCE,
        );
        if (decided.kind === "later") return later(decided.reason, triggers);
      }
    },
  };
  return kind;
}

type Listened = { version: number | null; triggers: Trigger[]; environments: string[] };

async function listen(desk: Desk, news: News, conversation: string): Promise<Listened> {
  const { db, clock } = desk;
  const environments = [...(await desk.environmentsOf(news.workspace))];
  // A workspace that feeds no environment yet keeps its events; the sweep finds them when one is made.
  if (environments.length === 0) return { version: null, triggers: [], environments };
  const read = await desk.readerOf(news.workspace);
  const heard: Heard = await hear({
    db,
    workspace: news.workspace,
    conversation,
    reread: news.reread,
    now: clock(),
    read,
  });
  const triggers = [...new Set([...heard.triggers, ...news.triggers])];
  return { version: heard.version, triggers, environments };
}

async function wakeConversations(
  desk: Desk,
  engine: Engine,
  kind: RunKind<News>,
  news: News,
): Promise<number> {
  const { conversations, triggers } = await hearPerson(desk.db, news.workspace, news.contact ?? "");
  const woken = conversations.map((conversation) => ({
    ...news,
    conversation,
    triggers: [...triggers],
    reread: true,
    id: `${news.id}:${conversation}`,
  }));
  for (const one of woken) await start(engine, kind, one);
  return woken.length;
}

/** Starts the run of some news; the same news again changes nothing. */
export async function start(
  engine: Engine,
  kind: RunKind<News>,
  news: News,
  delayMs?: number,
): Promise<void> {
  const id = `news:${news.workspace}:${news.id}${news.turn === 1 ? "" : `~${news.turn}`}`;
  const partition = `${news.workspace}:${news.conversation ?? `person ${news.contact}`}`;
  await engine.start(kind, news, delayMs === undefined ? { id, partition } : { id, partition, delayMs });
}
