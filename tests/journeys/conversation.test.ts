/** What a conversation goes through in Intercom, and what Baton makes of it: order, people, deletions, outages. */
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Flavour } from "../../emulators/intercom/workspace.ts";
import { emulatedAccounts } from "../../emulators/all.ts";
import type { Snapshot } from "../../src/conversation/snapshot.ts";
import {
  clearFaults,
  decisionsOf,
  faultOn,
  handoffOf,
  handoffsOf,
  openTestHouse,
  recordsOf,
  seedWriter,
  standingsOf,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";

const DAY_MS = 86_400_000;
/** Not enough by itself: 20 points for two phrases, one for the message, five for today, times 1.25. */
const ALMOST = "Could you send me pricing? And do you do SSO?";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterEach(() => {
  clearFaults(house);
  speak("2.5-2.14");
});
afterAll(() => house.close());

const intercom = () => house.emulators.intercom;

/** The webhook version of the app from now on. */
function speak(flavour: Flavour): void {
  Object.assign(intercom().workspace, { flavour });
}

async function snapshotOf(conversation: string): Promise<Snapshot> {
  const { rows } = await sql<{ snapshot: Snapshot }>`
    select state -> 'snapshot' as snapshot from conversations where id = ${conversation}`.execute(
    house.database.db,
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`conversation ${conversation} is not stored`);
  return row.snapshot;
}

async function ask(method: string, path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${intercom().url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${emulatedAccounts.intercom.token}`,
      "content-type": "application/json",
      "intercom-version": "2.14",
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

function uses(contactId: string, event: string, times: number): void {
  for (let i = 0; i < times; i += 1)
    intercom().trackEvent({ contactId, name: event, at: Math.floor(house.now() / 1_000) - i });
}

describe("webhooks", () => {
  test.for(["<2.5", "2.5-2.14", ">=2.15"] as const)(
    "of version %s end in the same decision",
    async (flavour) => {
      speak(flavour);
      const who = `flavour${flavour.replaceAll(/\W/g, "")}`;
      const { conversation } = await writes(house, { who, text: WORDS.buying });
      intercom().customerReplies({ conversationId: conversation, body: "We are 60 people." });
      await house.settle();
      const handoff = await handoffOf(house, conversation);
      expect(handoff).toMatchObject({ recipe: "qualified", status: "done" });
      expect(recordsOf(house, handoff).map((record) => record.object)).toEqual([
        "Lead",
        "Baton_Conversation__c",
        "Task",
      ]);
      const { messages } = await snapshotOf(conversation);
      expect(messages.map(({ role, text }) => [role, text])).toEqual([
        ["customer", WORDS.buying],
        ["customer", "We are 60 people."],
      ]);
    },
  );

  test("out of order and each twice end in one handoff with the messages in order", async () => {
    intercom().faults.set({
      seed: 3,
      rules: [],
      webhooks: { drop: 0, duplicate: 1, shuffle: true },
    });
    const { contactId } = seedWriter(house, { who: "mixed" });
    const { id: conversation } = intercom().startConversation({ contactId, body: "Hello there" });
    const said = [
      "We need SSO and SAML.",
      "Our security review comes up.",
      "Please send pricing.",
      "And a quote.",
    ];
    for (const body of said) intercom().customerReplies({ conversationId: conversation, body });
    await house.settle();
    expect((await handoffOf(house, conversation)).status).toBe("done");
    expect((await snapshotOf(conversation)).messages.map(({ text }) => text)).toEqual([
      "Hello there",
      ...said,
    ]);
  });

  test("that are all lost but one still bring the whole conversation", async () => {
    const { contactId } = seedWriter(house, { who: "lossy" });
    intercom().setWebhooks(undefined);
    const { id: conversation } = intercom().startConversation({ contactId, body: WORDS.buying });
    intercom().customerReplies({ conversationId: conversation, body: "Anybody there?" });
    await intercom().flush();
    intercom().setWebhooks(house.webhooks);
    intercom().customerReplies({ conversationId: conversation, body: "Hello?" });
    await house.settle();
    expect((await snapshotOf(conversation)).messages.length).toBe(3);
    expect((await handoffOf(house, conversation)).status).toBe("done");
  });
});

describe("words", () => {
  test("of bots and teammates are no evidence, and stand in the conversation", async () => {
    const { conversation } = await writes(house, { who: "quiet", text: "Hello, a question about my rota" });
    intercom().botReplies({ conversationId: conversation, body: WORDS.buying });
    intercom().teammateReplies({ conversationId: conversation, body: WORDS.upgrade });
    intercom().teammateReplies({ conversationId: conversation, body: WORDS.buying, isNote: true });
    intercom().customerReplies({ conversationId: conversation, body: WORDS.idle });
    await house.settle();
    expect(await standingsOf(house, conversation)).toEqual({ production: "below-threshold" });
    const { messages } = await snapshotOf(conversation);
    expect(messages.map(({ role }) => role)).toEqual(["customer", "bot", "teammate", "note", "customer"]);
  });

  test("that were redacted are gone and come back with no reading", async () => {
    const { conversation } = await writes(house, { who: "redact", text: "Hello" });
    const { partId } = intercom().customerReplies({
      conversationId: conversation,
      body: "my password is hunter2-hunter2",
    });
    await house.settle();
    intercom().redactPart({ conversationId: conversation, partId });
    intercom().customerReplies({ conversationId: conversation, body: "sorry" });
    await house.settle();
    const { messages } = await snapshotOf(conversation);
    expect(messages.map(({ text, redacted }) => [text, redacted])).toEqual([
      ["Hello", false],
      ["", true],
      ["sorry", false],
    ]);
  });

  test("are gone with a deleted conversation, whose standing says so", async () => {
    const { conversation } = await writes(house, { who: "deleted", text: "A secret plan: SSO?" });
    intercom().deleteConversation({ conversationId: conversation });
    await house.settle();
    expect(await standingsOf(house, conversation)).toEqual({ production: "excluded" });
    expect((await decisionsOf(house, conversation)).at(-1)?.kind).toBe("gone");
    const kept = await snapshotOf(conversation);
    expect(kept).toMatchObject({ deleted: true, messages: [], contact: null, company: null });
  });

  test("of a deleted conversation that was handed off are gone too; it stays handed off", async () => {
    const { conversation } = await writes(house, { who: "deletedlater", text: WORDS.buying });
    intercom().deleteConversation({ conversationId: conversation });
    await house.settle();
    expect(await standingsOf(house, conversation)).toEqual({ production: "handed-off" });
    expect((await snapshotOf(conversation)).messages).toEqual([]);
  });
});

describe("after a handoff", () => {
  test("another recipe of the same conversation may still fire", async () => {
    const { conversation } = await writes(house, {
      who: "moody",
      situation: "customer-with-csm",
      text: WORDS.buying,
    });
    intercom().customerReplies({ conversationId: conversation, body: WORDS.churn });
    await house.settle();
    const handoffs = await handoffsOf(house, conversation);
    expect(handoffs.map(({ recipe }) => recipe).toSorted()).toEqual(["churn-risk", "qualified"]);
  });
});

describe("a person", () => {
  test("whose use of the product makes the difference is handed off by it, without another word", async () => {
    const { conversation, contactId } = await writes(house, { who: "user", text: ALMOST });
    expect(await standingsOf(house, conversation)).toEqual({ production: "below-threshold" });
    uses(contactId, "feature_used", 10);
    await house.settle();
    const handoff = await handoffOf(house, conversation);
    expect(handoff).toMatchObject({ recipe: "qualified", status: "done" });
  });

  test("who was merged into another takes their conversation and use along", async () => {
    speak(">=2.15");
    const { conversation, contactId } = await writes(house, { who: "merged", text: ALMOST });
    uses(contactId, "feature_used", 5);
    await house.settle();
    expect(await handoffsOf(house, conversation)).toEqual([]);
    const survivor = intercom().addContact({
      email: "survivor@merged.example",
      name: "Sue Survivor",
      role: "user",
    });
    intercom().mergeContacts({ fromId: contactId, intoId: survivor.id });
    await house.settle();
    uses(survivor.id, "feature_used", 5);
    await house.settle();
    const handoff = await handoffOf(house, conversation);
    expect(handoff).toMatchObject({ recipe: "qualified", status: "done" });
    expect(recordsOf(house, handoff)[0]).toMatchObject({ Email: "survivor@merged.example" });
    const { rows } = await sql`
      select old_id, current_id from contact_aliases where old_id = ${contactId}`.execute(house.database.db);
    expect(rows).toEqual([{ old_id: contactId, current_id: survivor.id }]);
  });

  test("who says their e-mail address later is known by it from then on", async () => {
    const { id: contactId } = intercom().addContact({ role: "lead", name: "Lia Later" });
    const { id: conversation } = intercom().startConversation({ contactId, body: "Hello" });
    await house.settle();
    expect((await snapshotOf(conversation)).contact?.email).toBeNull();
    await ask("PUT", `/contacts/${contactId}`, { email: "lia@later.example" });
    await house.settle();
    expect((await snapshotOf(conversation)).contact?.email).toBe("lia@later.example");
    intercom().customerReplies({ conversationId: conversation, body: WORDS.buying });
    await house.settle();
    const [lead] = recordsOf(house, await handoffOf(house, conversation));
    expect(lead).toMatchObject({ Email: "lia@later.example", Company: "later.example" });
  });

  test("nobody knows anything of becomes a Lead all the same", async () => {
    const { conversation } = await writes(house, {
      who: "ghost",
      email: null,
      company: null,
      text: WORDS.buying,
    });
    const [lead] = recordsOf(house, await handoffOf(house, conversation));
    expect(lead).toMatchObject({ LastName: "Nguyen", Company: "[not provided]", Email: null });
  });
});

test("an outage of Intercom's API while a conversation is read delays it and loses nothing", async () => {
  intercom().faults.set({
    rules: [faultOn("GET", "/conversations/*", { kind: "status", status: 503 }, [1, 2, 3, 4, 5])],
  });
  const { conversation } = await writes(house, { who: "outage", text: WORDS.buying });
  expect((await handoffOf(house, conversation)).status).toBe("done");
  const struck = intercom()
    .ledger.entries()
    .filter((entry) => entry.fault === "status" && entry.path === `/conversations/${conversation}`);
  expect(struck.length).toBe(5);
});

// Last: from here on the clock is a month ahead of the database, which keeps the time of handoffs.
test("after a handoff a further reply hands nothing off until the cool-down is over; then a new episode opens", async () => {
  const { conversation } = await writes(house, { who: "again", text: WORDS.buying });
  intercom().customerReplies({ conversationId: conversation, body: WORDS.buying });
  await house.settle();
  expect((await handoffsOf(house, conversation)).length).toBe(1);
  expect((await decisionsOf(house, conversation)).at(-1)?.kind).toBe("already-handed-off");

  house.advance(31 * DAY_MS);
  intercom().customerReplies({ conversationId: conversation, body: WORDS.buying });
  await house.settle();
  const handoffs = await handoffsOf(house, conversation);
  expect(handoffs.map(({ episode, status }) => [episode, status])).toEqual([
    [1, "done"],
    [2, "done"],
  ]);
  expect(handoffs[1]?.answer.record.kind).toBe("update-lead");
});
