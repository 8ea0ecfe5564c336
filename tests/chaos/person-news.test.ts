/** News taken in at the same time: of a person and of their conversation, or of one conversation by two workers. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { RetryableFailure } from "../../src/kernel/failure.ts";
import { hear, hearPerson, type PersonalHearing } from "../../src/conversation/refresh.ts";
import { loadConversation } from "../../src/conversation/queries.ts";
import { insertEvents } from "../../src/intake/queries.ts";
import { readArrival } from "../../src/intake/storable.ts";
import { NOON, snapshot } from "../support/cases.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(() => database.drop());

async function arrive(id: string, topic: string, item: Readonly<Record<string, unknown>>): Promise<void> {
  const body = {
    type: "notification_event",
    app_id: "w1",
    id,
    topic,
    created_at: NOON / 1_000,
    data: { item },
  };
  const arrived = readArrival(Buffer.from(JSON.stringify(body)), "w1", NOON);
  if (arrived.kind === "event") await insertEvents(database.db, [arrived.row]);
}

const used = () =>
  arrive("n1", "event.created", {
    event_name: "feature_used",
    intercom_user_id: "c1",
    created_at: NOON / 1_000,
  });
const wrote = () =>
  arrive("n2", "conversation.user.created", { type: "conversation", id: "100", user: { id: "c1" } });

function personHeard(wake: PersonalHearing["wake"]): Promise<number> {
  return hearPerson({ db: database.db, workspace: "w1", contact: "c1", wake, changed: async () => {} });
}

function conversationHeard(read = async () => snapshot()): Promise<number | null> {
  return hear({
    db: database.db,
    workspace: "w1",
    conversation: "100",
    reread: false,
    now: NOON,
    read,
    stored: async () => {},
  });
}

test("news whose conversations could not be woken stay untaken, so that a repeat finds them", async () => {
  await wrote();
  await conversationHeard();
  await used();
  await expect(personHeard(() => Promise.reject(new Error("the process died here")))).rejects.toThrow("died");
  const woken: string[] = [];
  expect(await personHeard(async (_tx, conversations) => void woken.push(...conversations))).toBe(1);
  expect(woken).toEqual(["100"]);
});

test("a conversation that is stored while its person's news are taken in waits for them and knows them", async () => {
  await used();
  await wrote();
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const person = personHeard(async (_tx, conversations) => {
    expect(conversations).toEqual([]);
    arrived.resolve();
    await release.promise;
  });
  await arrived.promise;
  const conversation = conversationHeard();
  const first = await Promise.race([
    conversation.then(() => "stored"),
    new Promise((resolve) => setTimeout(() => resolve("waits"), 300)),
  ]);
  release.resolve();
  await Promise.all([person, conversation]);
  expect(first).toBe("waits");
  const stored = await loadConversation(database.db, "w1", "100");
  expect(stored?.state.snapshot.usage).toEqual([{ event: "feature_used", at: NOON }]);
});

test("a worker that was taken for dead and lives on folds nothing twice: its next try finds what the other stored", async () => {
  await wrote();
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<ReturnType<typeof snapshot>>();
  const late = conversationHeard(() => {
    asked.resolve();
    return answer.promise;
  });
  await asked.promise;
  expect(await conversationHeard()).toBe(1);
  answer.resolve(snapshot());
  await expect(late).rejects.toThrow(RetryableFailure);
  expect(await conversationHeard()).toBe(1);
});
