/**
 * The walk: what happens to a conversation from the event that Intercom sends to the person who gets it. Each line
 * calls one room; how it is done stands there. Intake comes before (an event is stored, then this run is started),
 * the handoff's own run comes after (handoff/run.ts).
 */
import type { Attempt, Engine, RetryPolicy, RunKind } from "./engine/engine.ts";
import { stepOrLater, waitBefore } from "./engine/patience.ts";
import { hear } from "./conversation/refresh.ts";
import type { Trigger } from "./conversation/fold.ts";
import { notePending, pendingOf } from "./decide/queries.ts";
import { letWait } from "./handoff/pause-queries.ts";
import type { Db, Tx } from "./store/database.ts";
import type { Desk } from "./desk.ts";
import { type News, runOf, start, wakeConversations } from "./news.ts";

const PATIENCE: RetryPolicy = { attempts: 4, firstDelayMs: 200, maxDelayMs: 4_000 };

/** The run of one conversation's news; one at a time per conversation, in the order of Intercom's time. */
export function walk(desk: Desk, engine: () => Engine): RunKind<News> {
  const kind: RunKind<News> = {
    name: "conversation",
    queue: "conversation",
    body: async (steps, news) => {
      const { workspace, conversation } = news;
      if (conversation === null) {
        const changed = desk.personChanged(news);
        const wake = () => wakeConversations(desk.db, engine(), kind, news, changed);
        await steps.step("hear person", wake, PATIENCE);
        return;
      }
      const later = async (reason: string): Promise<void> => {
        const next = { ...news, reread: true, turn: news.turn + 1 };
        await steps.step("later", () =>
          start(engine(), kind, next, { delayMs: waitBefore(news.turn) }).then(() => reason),
        );
      };

      // event -> conversation
      const heard = await stepOrLater(steps, "hear", () => listen(desk, news, conversation), PATIENCE);
      if (heard.kind === "later") return later(heard.reason);
      const { version, waiting } = heard.value;

      // conversation -> score -> decision -> handoff, once for each environment this workspace feeds
      for (const { environment, triggers } of waiting) {
        const subject = { environment, workspace, conversation, version, triggers };
        const decide = (attempt: Attempt) => desk.decideAbout(subject, attempt.number);
        const decided = await stepOrLater(steps, `decide for ${environment}`, decide, PATIENCE);
        if (decided.kind === "later") return later(decided.reason);
        if (decided.value === "paused")
          await steps.step(`wait for ${environment}`, () => letNewsWait(desk.db, environment, news));
      }
    },
  };
  return kind;
}

/** The conversation is read again and decided when Salesforce is resumed. */
async function letNewsWait(db: Db, environment: string, news: News): Promise<string> {
  const id = `${news.id.split("@")[0] ?? ""}@${environment}`;
  const next = { ...news, id, reread: true, turn: news.turn + 1 };
  const { input, id: runId, partition } = runOf(next);
  const subject = news.conversation ?? "";
  const destinations = ["salesforce"];
  await letWait(db, { runId, kind: "conversation", subject, environment, destinations, partition, input });
  return "waits for salesforce";
}

type Listened = { version: number; waiting: { environment: string; triggers: Trigger[] }[] };

/** Hears what is new; returns what waits for a decision, of this news or left over from a process that died. */
async function listen(desk: Desk, news: News, conversation: string): Promise<Listened> {
  const { db, clock } = desk;
  const { workspace, reread } = news;
  const environments = await desk.environmentsOf(workspace);
  // A workspace that feeds no environment yet keeps its events; the sweep finds them when one is made.
  if (environments.length === 0) return { version: 0, waiting: [] };
  const read = await desk.readerOf(workspace);
  const place = { workspace, conversation };
  const stored = (tx: Tx, triggers: readonly Trigger[]) =>
    notePending(tx, place, environments, [...new Set([...triggers, ...news.triggers])]);
  const version = await hear({ db, ...place, reread, now: clock(), read, stored });
  const waiting = version === null ? [] : await pendingOf(db, place);
  return { version: version ?? 0, waiting: waiting.map((one) => ({ ...one, triggers: [...one.triggers] })) };
}
