/** Missed winners of an environment: reads the past twice, page by page, and writes nothing. */
import type { Environment } from "../../decide/queries.ts";
import type { Db } from "../../store/database.ts";
import { liveSideOf, type Watch } from "../backtest.ts";
import { countConversations, pastConversations } from "../closings/queries.ts";
import type { Window } from "../queries.ts";
import { type MissedWinners, missedWinners, type Read } from "./winners.ts";

/** Null when it was stopped, between two pages. A UserError where no policy is live. */
export async function lookForWinners(
  db: Db,
  environment: Environment,
  window: Window,
  { signal, onProgress }: Watch,
): Promise<MissedWinners | null> {
  const { live } = await liveSideOf(db, environment);
  const all = await countConversations(db, window);
  const read: Read = async function* (people) {
    for await (const page of pastConversations(db, window, people)) {
      if (signal.aborted) return;
      yield page;
    }
  };
  const found = await missedWinners(read, live, (done) => onProgress(done, all));
  return signal.aborted ? null : found;
}
