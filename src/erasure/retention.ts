/** How long words are kept, class by class, and the job that lets go of what is older. */
import { emptyState } from "../conversation/fold.ts";
import type { Ms } from "../kernel/time.ts";
import { type Db, inTransaction, type Log } from "../store/database.ts";
import {
  forgetAudits,
  forgetDecisions,
  forgetEffects,
  forgetEvents,
  oldConversations,
  retentionSet,
  scrub,
} from "./queries.ts";

interface RetentionClass {
  readonly days: number;
  readonly holds: string;
}

/** The classes, with the days that hold where nobody set others. */
export const RETENTION = {
  webhooks: { days: 90, holds: "notifications as Intercom sent them" },
  effects: {
    days: 365,
    holds: "what was written to Salesforce, Intercom, Slack and by mail: transcripts, alerts",
  },
  audits: { days: 365, holds: "the words of the samples in reports of leakage audits; their figures stay" },
  decisions: { days: 730, holds: "what decisions rested on; older ones cannot be replayed or backtested" },
  conversations: {
    days: 730,
    holds: "conversations nobody has touched since, with all that was made of them",
  },
} as const satisfies Readonly<Record<string, RetentionClass>>;

export type RetentionName = keyof typeof RETENTION;

export function isRetentionClass(name: string): name is RetentionName {
  return Object.hasOwn(RETENTION, name);
}

const DAY_MS: Ms = 86_400_000;

export interface Kept extends RetentionClass {
  readonly class: RetentionName;
  readonly isDefault: boolean;
}

/** Every class with the days that hold now. */
export async function retentionOf(db: Db): Promise<readonly Kept[]> {
  const set = await retentionSet(db);
  return Object.entries(RETENTION).map(([name, { days, holds }]) => ({
    class: name as RetentionName,
    holds,
    days: set.get(name) ?? days,
    isDefault: !set.has(name),
  }));
}

/** Lets go of everything that is older than its class allows, in small batches; `isOver` ends it between two. */
export async function forgetOld(db: Db, log: Log, isOver: () => boolean): Promise<void> {
  for (const { class: name, days } of await retentionOf(db)) {
    const olderThanMs = days * DAY_MS;
    let rows = 0;
    for (
      let batch = await forget(db, name, olderThanMs);
      batch > 0;
      batch = await forget(db, name, olderThanMs)
    ) {
      rows += batch;
      if (isOver()) break;
    }
    if (rows > 0) log("info", `retention: ${rows} rows of ${name} were older than ${days} days`);
  }
}

function forget(db: Db, name: RetentionName, olderThanMs: Ms): Promise<number> {
  switch (name) {
    case "webhooks":
      return forgetEvents(db, olderThanMs);
    case "effects":
      return forgetEffects(db, olderThanMs);
    case "audits":
      return forgetAudits(db, olderThanMs);
    case "decisions":
      return forgetDecisions(db, olderThanMs);
    case "conversations":
      return forgetConversations(db, olderThanMs);
  }
}

/** As nobody had ever heard of them: when somebody writes again, Intercom is read anew. */
async function forgetConversations(db: Db, olderThanMs: Ms): Promise<number> {
  const old = await oldConversations(db, olderThanMs);
  for (const belongings of old)
    await inTransaction(db, (tx) => scrub(tx, belongings, (id) => emptyState(belongings.workspace, id)));
  return old.reduce((sum, { conversations }) => sum + conversations.length, 0);
}
