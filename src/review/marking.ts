/** What of a conversation reviewers can mark with signals, and what Baton found there. Pure. */
import type { Message } from "../conversation/snapshot.ts";
import type { Policy } from "../policy/schema.ts";
import type { FoundSignal } from "../qualify/scores.ts";
import type { Meant } from "./votes.ts";

export interface Marking {
  /** Names of the signals that words can mean. */
  readonly signals: readonly string[];
  /** Each message that can be marked, with what was found in its words. */
  readonly found: readonly Meant[];
}

/** `policy` null, where today's program does not read it any more: what was found is all that can be marked. */
export function markingOf(
  messages: readonly Message[],
  signals: readonly FoundSignal[],
  policy: Policy | null,
): Marking {
  const found = wordsOfCustomer(messages).map(({ id }) => ({ message: id, signals: foundIn(id, signals) }));
  const known = Object.entries(policy?.signals ?? {}).flatMap(
    ([name, { phrases, hints, examples, meaning }]) =>
      meaning || phrases.length + hints.length + examples.length > 0 ? [name] : [],
  );
  return { signals: [...new Set([...known, ...found.flatMap((one) => one.signals)])], found };
}

/** The messages whose words are there and are the customer's. */
export function wordsOfCustomer(messages: readonly Message[]): readonly Message[] {
  return messages.filter(
    ({ role, redacted, text }) => role === "customer" && !redacted && text.trim() !== "",
  );
}

/** The signals that were found in the words of a message, each once. */
export function foundIn(message: string, signals: readonly FoundSignal[]): readonly string[] {
  return [...new Set(signals.flatMap((one) => (one.message === message ? [one.signal] : [])))];
}

/** Why this cannot be marked, as one sentence; null where it can. */
export function faultIn(meanings: readonly Meant[], { signals, found }: Marking): string | null {
  const places = new Set(found.map(({ message }) => message));
  for (const { message, signals: marked } of meanings) {
    if (!places.delete(message))
      return `message ${message} cannot be marked: each message of the customer's whose words are there can, once`;
    const unknown = marked.find((name) => !signals.includes(name));
    if (unknown !== undefined)
      return `"${unknown}" is no signal that words can mean in the policy of that decision; there are ${signals.join(", ")}`;
  }
  return null;
}
