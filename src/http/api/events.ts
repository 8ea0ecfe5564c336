/** /api/v1/events: which things have changed, told while a screen is open (server-sent events, WHATWG HTML 9.2). */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type Actor, may, mayTouch } from "../../access/actor.ts";
import { type Changed, changedSince, databaseNow, type Topic } from "../../insights/news/queries.ts";
import type { EpochMs, Ms } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";
import { environmentOf } from "./environments.ts";
import { type ApiRoute, type Call, Refusal, streamRoute } from "./route.ts";

const LOOK_EVERY_MS: Ms = 2_000;
/** A sign of life, and a look whether the caller may still listen, every so many looks: within 15 s. */
const LOOKS_PER_BEAT = 5;
/** A change is stamped when its transaction begins, and seen when it has ended. */
const LATE_MS: Ms = 10_000;
/** Who was away for longer is told that anything may have changed. */
const REMEMBERED_MS: Ms = 600_000;
const RETRY_MS: Ms = 3_000;

const SCOPES = {
  handoffs: "handoffs:read",
  conversations: "conversations:read",
  issues: "issues:read",
} as const satisfies Record<Topic, string>;

export function eventRoutes(db: Db): readonly ApiRoute[] {
  return [
    streamRoute({
      path: "/events",
      operationId: "listenToEvents",
      summary:
        "What changes in an environment, as server-sent events `{topic, id}`; goes on after `Last-Event-ID`",
      scope: null,
      params: z.object({}),
      query: z.object({ environment: z.string() }),
      answer: {
        description:
          "Topics that the caller may read: handoffs, conversations, issues; `everything` after a long absence. Ends when the caller may not listen any more.",
        type: "text/event-stream",
      },
      problems: { 404: "There is no such environment." },
      handle: async ({ query: { environment }, actor, header, ...call }) => {
        if (!mayTouch(actor, environment))
          throw new Refusal(404, `There is no environment "${environment}".`);
        await environmentOf(db, environment);
        const last = Number(header("last-event-id") ?? Number.NaN);
        return { chunks: news(db, environment, { actor, last, ...call }) };
      },
    }),
  ];
}

interface Listener extends Pick<Call<never, never, never>, "admitAgain" | "signal"> {
  readonly actor: Actor;
  /** The mark of the last event that was heard; NaN: none. */
  readonly last: number;
}

async function* news(db: Db, environment: string, listener: Listener): AsyncIterable<string> {
  const { last, admitAgain, signal } = listener;
  const now = await databaseNow(db);
  const isKnown = last > now - REMEMBERED_MS && last <= now;
  yield `retry: ${RETRY_MS}\n\n`;
  if (!Number.isNaN(last) && !isKnown) yield eventText({ topic: "everything", id: "*", at: now });

  let actor: Actor | null = listener.actor;
  let mark = isKnown ? last : now;
  let told: readonly Changed[] = isKnown ? [] : await changedSince(db, environment, mark - LATE_MS);
  for (let looks = 1; !signal.aborted; looks += 1) {
    const found = await changedSince(db, environment, mark - LATE_MS);
    const fresh = found.filter((one) => !told.some((known) => isSame(known, one)));
    for (const one of fresh)
      if (may(actor, SCOPES[one.topic], { environment }))
        yield eventText({ ...one, at: Math.max(one.at, mark) });
    mark = fresh.reduce((latest, { at }) => Math.max(latest, at), mark);
    told = found;
    if (looks % LOOKS_PER_BEAT === 0) {
      actor = await admitAgain();
      if (actor === null || !mayTouch(actor, environment)) return;
      yield ": still here\n\n";
    }
    // Woken by the signal: there is nobody left to tell.
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

function isSame(a: Changed, b: Changed): boolean {
  return a.topic === b.topic && a.id === b.id && a.at === b.at;
}

function eventText({
  topic,
  id,
  at,
}: {
  readonly topic: string;
  readonly id: string;
  readonly at: EpochMs;
}): string {
  return `id: ${at}\ndata: ${JSON.stringify({ topic, id })}\n\n`;
}
