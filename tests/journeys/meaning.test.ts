/** Meaning from the message to the stored decision: by examples, and by a model learnt from reviewed rows. */
import { Readable } from "node:stream";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replayCommand } from "../../src/cli/replay.ts";
import { trainCommand } from "../../src/cli/train.ts";
import type { Evidence, Scores } from "../../src/qualify/scores.ts";
import { openTestHouse, type TestHouse, writes } from "../support/house.ts";
import { called } from "../support/called.ts";

const POLICY = `format: baton/policy@1
name: Meaning
signals:
  demo: { points: 20, examples: [Can we talk to someone in sales?] }
  wish: { points: 30, meaning: true }
scores:
  buying: { signals: [demo, wish], threshold: 90 }
`;

let house: TestHouse;
const deps = () => ({
  openStore: async () => ({
    db: house.database.db,
    url: house.database.url,
    vault: house.service.vault,
    close: async () => {},
  }),
  untilStopped: () => new Promise<void>(() => {}),
  user: "rita",
});
const trained = (environment: string, rows: readonly unknown[]) =>
  called(
    (terminal) => trainCommand(terminal, deps()),
    ["--labels", "-", "--json", "--environment", environment],
    { stdin: Readable.from([Buffer.from(rows.map((row) => JSON.stringify(row)).join("\n"))]) },
  );
const replayed = () =>
  called((terminal) => replayCommand(terminal, deps()), ["--all", "--json"], { clock: house.now });

async function storedOf(conversation: string) {
  const { rows } = await sql<{ evidence: Evidence; scores: Scores }>`
    select inputs -> 'evidence' as evidence, inputs -> 'scores' as scores from decisions
    where conversation_id = ${conversation} order by version desc limit 1`.execute(house.database.db);
  const [row] = rows;
  if (row === undefined) throw new Error("nothing was decided");
  return row;
}

beforeAll(async () => {
  house = await openTestHouse({ policy: POLICY, config: { meaning: true } });
});
afterAll(() => house.close());

test("a sentence close to an example is stored with the decision, quoted exactly, and replays", async () => {
  const text = "Hi! Can someone from sales call me? Thanks";
  const { conversation } = await writes(house, { who: "una", text });
  const { evidence, scores } = await storedOf(conversation);
  expect(evidence.meaning).toMatchObject({
    examples: "on",
    likenesses: [{ signal: "demo", turn: 0, start: 4, end: 34 }],
  });
  expect(scores.signals).toMatchObject([
    { signal: "demo", kind: "meaning", text: "Can someone from sales call me", points: 20 },
  ]);
  expect(JSON.parse((await replayed()).out)).toMatchObject({ differing: 0 });
});

test("an environment reads with the model learnt from its reviewed rows; what was decided before replays", async () => {
  const wish = "We would adore a greener kitchen";
  const before = await writes(house, { who: "ivo", text: wish });
  const first = await storedOf(before.conversation);
  expect(first.scores.signals).toEqual([]);

  const things = ["lamp", "door", "window", "roof", "wall", "floor", "stairs", "garden", "fence", "gate"];
  const rows = things.flatMap((thing) => [
    { text: `we would adore a greener ${thing}`, signals: ["wish"] },
    { text: `the ${thing} is broken`, signals: [] },
  ]);
  const { out } = await trained("production", rows);
  const told = JSON.parse(out);
  expect(told).toMatchObject({ environment: "production", labels: 20, unread: [] });
  expect(told.signals).toMatchObject([{ name: "wish", rows: 20 }]);
  const { rows: stored } = await sql`
    select environment, labels, figures, trained_by, trained_at is not null as "isDated" from text_models`.execute(
    house.database.db,
  );
  expect(stored).toMatchObject([
    {
      environment: "production",
      labels: 20,
      trained_by: "rita",
      isDated: true,
      figures: [{ name: "wish", crossValidated: { rows: 20 } }],
    },
  ]);

  house.advance(5_000);
  const after = await writes(house, { who: "olaf", text: wish });
  const second = await storedOf(after.conversation);
  expect(second.scores.signals).toMatchObject([{ signal: "wish", kind: "meaning", points: 30 }]);
  expect(second.evidence.meaning?.model).toBe(told.fingerprint);
  expect(first.evidence.meaning?.model).not.toBe(told.fingerprint);
  expect(JSON.parse((await replayed()).out)).toMatchObject({ differing: 0 });
});

test("too few rows, or an environment that is not there, store nothing and say so", async () => {
  await expect(trained("production", [{ text: "a wish", signals: ["wish"] }])).rejects.toThrow(
    "1 rows teach nothing, so nothing is kept",
  );
  const rows = Array.from({ length: 12 }, (_, at) => [
    { text: `we would adore number ${at}`, signals: ["wish"] },
    { text: `number ${at} is broken`, signals: [] },
  ]).flat();
  await expect(trained("nowhere", rows)).rejects.toThrow(
    'there is no environment "nowhere"; `baton environment list` names them',
  );
  const { rows: stored } = await sql`select id from text_models`.execute(house.database.db);
  expect(stored).toHaveLength(1);
});
