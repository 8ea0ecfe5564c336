import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { company, message, NOON, person, snapshot } from "../../tests/support/cases.ts";
import { type Notification, parseNotification } from "../intake/notification.ts";
import { absorb, type ConversationState, emptyState, evolve, needsReading, triggersBetween } from "./fold.ts";
import { said } from "./item.ts";

const MINUTE_S = 60;
const START_S = NOON / 1_000;

function part(id: number, body: string | null, over: object = {}) {
  return {
    type: "conversation_part",
    id: String(id),
    part_type: "comment",
    body,
    created_at: START_S + id * MINUTE_S,
    author: { type: "user", id: "c1", name: "Ana", email: "ana@acme.example" },
    attachments: [],
    redacted: false,
    ...over,
  };
}

function item(parts: readonly object[], over: object = {}) {
  return {
    type: "conversation",
    id: "100",
    created_at: START_S,
    updated_at: START_S + 600,
    source: {
      type: "conversation",
      id: "1",
      body: "<p>hello</p>",
      author: { type: "user", id: "c1", name: "Ana", email: "ana@acme.example" },
      attachments: [],
      redacted: false,
    },
    contacts: { type: "contact.list", contacts: [{ type: "contact", id: "c1" }] },
    conversation_parts: {
      type: "conversation_part.list",
      conversation_parts: parts,
      total_count: parts.length,
    },
    ...over,
  };
}

function event(topic: string, body: object, at = 0): Notification {
  return parseNotification({
    type: "notification_event",
    app_id: "w1",
    id: `n${topic}${at}`,
    topic,
    created_at: START_S + at,
    data: { type: "notification_event_data", item: body },
  });
}

const replied = (id: number, body: string, over: object = {}) =>
  event(
    "conversation.user.replied",
    item([part(id, body)], { updated_at: START_S + id * MINUTE_S, ...over }),
    id * MINUTE_S,
  );
const start = emptyState("w1", "100");
const after = (...events: readonly Notification[]): ConversationState => events.reduce(evolve, start);
const texts = (state: ConversationState) => state.snapshot.messages.map((one) => one.text);

describe("folding", () => {
  test("keeps the first message and each reply in Intercom's order", () => {
    const state = after(
      event("conversation.user.created", item([])),
      replied(2, "<p>do you support SSO?</p>"),
    );
    expect(texts(state)).toEqual(["hello", "do you support SSO?"]);
    expect(state.snapshot).toMatchObject({ createdAt: NOON, deleted: false });
    expect(state.contactId).toBe("c1");
  });

  test("ends in the same messages whatever order the events come in, and however often", () => {
    const events = [
      event("conversation.user.created", item([])),
      replied(2, "two"),
      replied(3, "three"),
      replied(14, "fourteen"),
      replied(4, "four"),
    ];
    const expected = texts(after(...events));
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { minLength: 5, maxLength: 12 }), (extra) => {
        expect(texts(after(...extra, ...events.toReversed()))).toEqual(expected);
      }),
    );
  });

  test("two parts of one second stand in the order of their ids", () => {
    const same = { created_at: START_S + 60 };
    const state = after(
      event(
        "conversation.user.replied",
        item([part(11, "b", same), part(9, "a", same), part(10, "ab", same)]),
      ),
    );
    expect(texts(state)).toEqual(["hello", "a", "ab", "b"]);
  });

  test("messages without a time come first", () => {
    const state = after(event("conversation.user.replied", item([part(2, "when?", { created_at: null })])));
    expect(texts(state)[0]).toBe("when?");
  });

  test("parts without words are no messages", () => {
    const state = after(
      event("conversation.admin.assigned", item([part(5, null, { part_type: "assignment" })])),
    );
    expect(texts(state)).toEqual(["hello"]);
    expect(state.toldSinceRead).toEqual(["1", "5"]);
  });

  test("a file without words is a message", () => {
    const attached = part(5, null, { attachments: [{ name: "scim.pdf" }] });
    expect(after(event("conversation.user.replied", item([attached]))).snapshot.messages[1]).toMatchObject({
      text: "",
      attachments: ["scim.pdf"],
    });
  });

  test("a redaction wins over words, before or after them", () => {
    const redacted = event(
      "conversation_part.redacted",
      item([part(2, "<p><i>This message was deleted</i></p>", { redacted: true })]),
      500,
    );
    for (const state of [
      after(replied(2, "my card is"), redacted),
      after(redacted, replied(2, "my card is")),
    ]) {
      expect(state.snapshot.messages.at(-1)).toMatchObject({ text: "", redacted: true });
    }
  });

  test("a deleted conversation loses every word, and stays deleted", () => {
    const deleted = event("conversation.deleted", { type: "conversation", conversation_id: "100" }, 900);
    const state = after(replied(2, "secret"), deleted, replied(3, "late"));
    expect(state.snapshot).toMatchObject({ deleted: true, messages: [], contact: null });
  });

  test("news of a person, a company or nothing at all leave it as it is", () => {
    for (const topic of [
      "contact.user.created",
      "contact.user.tag.created",
      "company.created",
      "event.created",
      "ping",
      "something.new",
    ]) {
      expect(evolve(start, event(topic, { type: "x", id: "c1" }))).toBe(start);
    }
  });
});

describe("state, tags, team and people follow the newest word", () => {
  test("an older notification that comes late changes none of them", () => {
    const newer = replied(9, "new", {
      state: "closed",
      tags: { tags: [{ id: "1", name: "bug" }] },
      team_assignee_id: 7,
      contacts: { contacts: [{ id: "c2" }, { id: "c3" }] },
    });
    const older = replied(2, "old", { state: "open", tags: { tags: [] }, team_assignee_id: 8 });
    const state = after(newer, older);
    expect(state.snapshot).toMatchObject({ state: "closed", tags: ["bug"], otherContacts: ["c3"] });
    expect(state).toMatchObject({ teamId: "7", contactId: "c2" });
  });

  test("the shape before 2.5 only says which tags were added", () => {
    const first = replied(2, "a", { tags: { tags: [{ name: "bug" }] } });
    const added = event(
      "conversation_part.tag.created",
      item([], { tags_added: { tags: [{ name: "trial" }] }, updated_at: START_S + 3_000 }),
    );
    expect(after(first, added).snapshot.tags).toEqual(["bug", "trial"]);
  });

  test("what a notification does not say stays as it was", () => {
    const full = replied(2, "a", { state: "open", admin_assignee_id: 5, team_assignee_id: 7 });
    const bare = replied(3, "b", { contacts: undefined });
    const state = after(full, bare);
    expect(state.snapshot).toMatchObject({ state: "open", assigneeId: "5" });
    expect(state).toMatchObject({ teamId: "7", contactId: "c1" });
  });

  test("an item without any time is weighed by its notification's", () => {
    const newer = replied(9, "new", { state: "closed" });
    const older = event("conversation.user.replied", { ...item([]), updated_at: null, state: "open" }, 60);
    expect(after(newer, older).snapshot.state).toBe("closed");
  });

  test("an item without any time counts from its notification", () => {
    const state = after(
      event("conversation.user.replied", { ...item([]), updated_at: null, created_at: null }, 60),
    );
    expect(state.snapshot).toMatchObject({ updatedAt: NOON + 60_000, createdAt: null });
  });
});

describe("what one notification says of the whole", () => {
  test.for([
    ["open by its flag", { open: true }, { state: "open" }],
    ["closed by its flag", { open: false }, { state: "closed" }],
    ["snoozed", { state: "snoozed" }, { state: "snoozed" }],
    ["a state from the future is no state", { state: "merged" }, { state: undefined }],
    ["unassigned as 0", { team_assignee_id: 0, admin_assignee_id: "0" }, { teamId: null, assigneeId: null }],
    ["unassigned as null", { team_assignee_id: null }, { teamId: null }],
    ["the person of the old shape", { contacts: undefined, user: { id: 5 } }, { contacts: ["5"] }],
    [
      "odd entries are left out",
      { contacts: { contacts: [null, { id: "c9" }, 3] }, tags: { tags: [{ name: "a" }, 7] } },
      { contacts: ["c9"], tags: ["a"] },
    ],
    ["nothing said", {}, { tags: undefined, contacts: [], counted: undefined }],
  ] as const)("%s", ([, given, expected]) => {
    expect(said(given)).toMatchObject(expected);
  });
  test("an item that is no object says nothing", () => {
    expect(said("x")).toMatchObject({ state: undefined, contacts: [], updatedAt: null });
  });
});

describe("reading the whole conversation", () => {
  const read = snapshot({
    workspace: "",
    conversation: "",
    messages: [
      message({ id: "1", text: "hello" }),
      message({ id: "2", text: "from the API", at: NOON + 120_000 }),
    ],
    team: "Sales",
  });
  const counted = (n: number) => ({ statistics: { count_conversation_parts: n } });

  test("is needed the first time", () => {
    expect(needsReading(after(replied(2, "a")))).toBe(true);
  });

  test("brings names and people, and keeps usage and older messages", () => {
    const known = after(replied(9, "older than the 500 newest"));
    const state = absorb(
      { ...known, snapshot: { ...known.snapshot, usage: [{ event: "x", at: NOON }] } },
      read,
      NOON,
    );
    expect(texts(state)).toEqual(["hello", "from the API", "older than the 500 newest"]);
    expect(state.snapshot).toMatchObject({
      workspace: "w1",
      conversation: "100",
      team: "Sales",
      usage: [{ event: "x" }],
    });
    expect(state.contactId).toBe("c1");
    expect(needsReading(state)).toBe(false);
  });

  test("keeps the person's id when the API gives none", () => {
    expect(absorb(after(replied(2, "a")), { ...read, contact: null }, NOON).contactId).toBe("c1");
  });

  test("is not needed for replies whose parts all came", () => {
    const state = evolve(absorb(after(replied(2, "a", counted(2))), read, NOON), replied(3, "b", counted(3)));
    expect(needsReading(state)).toBe(false);
  });

  test.for([
    ["a part is missing by Intercom's count", counted(5)],
    ["somebody else writes", { contacts: { contacts: [{ id: "c7" }] } }],
    ["another team has it, and only its id is known", { team_assignee_id: 7 }],
  ] as const)("is needed when %s", ([, over]) => {
    const state = absorb(
      after(replied(2, "a", counted(2))),
      { ...read, contact: person(), company: company() },
      NOON,
    );
    expect(needsReading(evolve(state, replied(3, "b", { ...counted(3), ...over })))).toBe(true);
  });

  test("is not needed for what was deleted", () => {
    expect(needsReading({ ...start, snapshot: { ...start.snapshot, deleted: true } })).toBe(false);
  });
});

describe("what is new", () => {
  const before = { ...start, snapshot: snapshot({ messages: [message({ id: "1" })], contact: null }) };
  test.for([
    ["a customer's message", { messages: [message({ id: "1" }), message({ id: "2" })] }, ["message"]],
    [
      "a teammate's message is none of a customer",
      { messages: [message({ id: "1" }), message({ id: "2", role: "teammate" as const })] },
      [],
    ],
    ["a tag on the conversation", { tags: ["bug"] }, ["tag"]],
    ["a tag on the person", { contact: person({ tags: ["trial"] }) }, ["tag"]],
    ["a use of the product", { usage: [{ event: "x", at: NOON }] }, ["usage"]],
    ["its deletion", { deleted: true }, ["deletion"]],
    ["nothing", {}, []],
  ] as const)("%s", ([, over, triggers]) => {
    expect(triggersBetween(before, { ...before, snapshot: { ...before.snapshot, ...over } })).toEqual(
      triggers,
    );
  });
});
