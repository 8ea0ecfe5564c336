/** Conversations in a line or two, and signals in them, for the tests of the summary. */
import type { Message, Role, Snapshot } from "../../src/conversation/snapshot.ts";
import type { FoundSignal } from "../../src/qualify/scores.ts";

export type Turn = readonly [role: Role, text: string, over?: Partial<Message>];

export function conversation(turns: readonly Turn[], over: Partial<Snapshot> = {}): Snapshot {
  const messages = turns.map(([role, text, more], i) => ({
    id: `m${i}`,
    role,
    author: null,
    authorId: null,
    text,
    at: null,
    redacted: false,
    attachments: [],
    ...more,
  }));
  return {
    workspace: "w",
    conversation: "c",
    messages,
    truncated: false,
    contact: null,
    otherContacts: [],
    company: null,
    usage: [],
    tags: [],
    team: null,
    assigneeId: null,
    state: "open",
    deleted: false,
    url: null,
    createdAt: null,
    updatedAt: null,
    ...over,
  };
}

export function signal(snapshot: Snapshot, turn: number, words: string, points = 5): FoundSignal {
  const start = snapshot.messages[turn]?.text.indexOf(words) ?? 0;
  return {
    signal: "s",
    label: "S",
    kind: "phrase",
    text: words,
    points,
    turn,
    message: `m${turn}`,
    start,
    end: start + words.length,
    at: null,
  };
}
