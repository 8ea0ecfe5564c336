/** Where found signals stand in the words of a conversation, for whoever shows both. Pure. */
import type { Message } from "../../conversation/snapshot.ts";
import type { FoundSignal } from "../../qualify/scores.ts";

/** A stretch of one message's text, in UTF-16 units, and the position of the signal that was found there. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly signal: number;
}

/**
 * The marks of each message, in the order of the messages and, in one, of their places; they may overlap. A signal
 * whose message is gone, or no longer says at that place what it said, has none.
 */
export function marksOf(
  messages: readonly Pick<Message, "id" | "text">[],
  signals: readonly FoundSignal[],
): readonly (readonly Mark[])[] {
  return messages.map(({ id, text }) =>
    signals
      .flatMap(({ message, start, end, text: said }, signal): readonly Mark[] => {
        const isHere = message === id && start !== undefined && end !== undefined;
        return isHere && text.slice(start, end) === said ? [{ start, end, signal }] : [];
      })
      .toSorted((a, b) => a.start - b.start || a.end - b.end || a.signal - b.signal),
  );
}
