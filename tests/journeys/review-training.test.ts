/** What reviewers say of messages trains the text model of their environment, and the next message is read by it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reviewCommand } from "../../src/cli/review.ts";
import { trainCommand } from "../../src/cli/train.ts";
import { erasePerson } from "../../src/erasure/erase.ts";
import type { Evidence, Scores } from "../../src/qualify/scores.ts";
import { called } from "../support/called.ts";
import { openTestHouse, seedWriter, type TestHouse, writes } from "../support/house.ts";
import { personOf } from "../support/people.ts";

const POLICY = `format: baton/policy@1
name: Training
signals:
  wish: { points: 30, meaning: true, phrases: [greener and nicer] }
  vip: { points: 1, tags: [vip] }
scores:
  buying: { signals: [wish, vip], threshold: 30 }
recipes:
  - { id: wishes, name: Wishes, score: { name: buying, atLeast: threshold }, owner: { route: default } }
routing:
  routes: { default: [{ user: sales-lead@ourcompany.example }] }
`;
const THINGS = ["lamp", "door", "window", "roof", "wall", "floor", "stairs", "garden", "fence", "gate"];
/** The first is found by its phrase, the others are missed. */
const WISHES = THINGS.map((thing, n) => `we would adore a greener ${n === 0 ? "and nicer " : ""}${thing}`);
const OTHERS = THINGS.map((thing) => `the ${thing} is broken`);
const PLACE = ["--environment", "production"];

interface Item {
  readonly position: number;
  readonly decision: { readonly kind: string };
  readonly messages: readonly { readonly id: string; readonly text: string }[];
  readonly marking: { readonly signals: readonly string[]; readonly found: readonly object[] };
}
interface Queue {
  readonly item: Item | null;
}

let house: TestHouse;
let cookie: string;
let round: number;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-rows-"));
  const environments = [{ name: "production", mode: "shadow" }] as const;
  house = await openTestHouse({ environments, policy: POLICY });
  for (const [n, body] of [...WISHES, ...OTHERS].entries()) {
    const { contactId } = seedWriter(house, { who: `person${n}` });
    house.emulators.intercom.startConversation({ contactId, body });
  }
  await house.settle();
  cookie = await personOf(house, "ed@ourcompany.example", "editor", "production");
  const begun = await asks("POST", "", { since: house.now() - 86_400_000 });
  round = ((await begun.json()) as { id: number }).id;
});
afterAll(async () => {
  await house.close();
  await rm(folder, { recursive: true });
});

async function asks(method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${house.service.url}/api/v1/environments/production/reviews${path}`, {
    method,
    headers: {
      cookie,
      origin: String(house.service.url),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}
const queue = async (): Promise<Item | null> =>
  ((await (await asks("GET", `/${round}/queue`)).json()) as Queue).item;
const votes = (item: Item, ballot: object): Promise<Response> =>
  asks("POST", `/${round}/votes`, {
    position: item.position,
    ...(item.decision.kind === "handoff" && { routed: "yes", complete: "yes" }),
    ...ballot,
  });

const deps = () => ({
  openStore: async () => ({
    db: house.database.db,
    url: house.database.url,
    vault: house.service.vault,
    close: async () => {},
  }),
  user: "rita",
});
const trained = (...args: readonly string[]) =>
  called((terminal) => trainCommand(terminal, deps()), [...args, ...PLACE, "--json"]);
const printedRows = () =>
  called((terminal) => reviewCommand({ terminal, ...deps() }), ["rows", ...PLACE], { clock: house.now });
async function storedModels(): Promise<number> {
  const { rows } = await sql<{ id: number }>`select id from text_models`.execute(house.database.db);
  return rows.length;
}

test("a message is marked with signals of the policy that words can mean, and only where it stands", async () => {
  const item = await queue();
  if (item === null) throw new Error("the round is empty");
  expect(item.marking.signals).toEqual(["wish"]);
  const [first] = item.messages;
  const refused = async (...meanings: readonly object[]): Promise<string> => {
    const response = await votes(item, { qualified: "yes", meanings });
    expect(response.status).toBe(422);
    return response.text();
  };
  expect(await refused({ message: "nowhere", signals: [] })).toContain("message nowhere cannot be marked");
  expect(await refused({ message: first?.id, signals: ["vip"] })).toContain(
    "is no signal that words can mean",
  );
});

test("votes are taken back with what was marked", async () => {
  const item = await queue();
  if (item === null) throw new Error("the round is empty");
  const meanings = [{ message: item.messages[0]?.id, signals: ["wish"] }];
  expect((await votes(item, { qualified: "cannot-say", meanings })).status).toBe(200);
  const { rows: marked } = await printedRowsOf();
  expect(marked).toMatchObject([{ signals: ["wish"] }]);
  expect((await asks("DELETE", `/${round}/votes`)).status).toBe(200);
  expect((await printedRowsOf()).rows).toEqual([]);
});

async function printedRowsOf(): Promise<{ readonly rows: readonly unknown[]; readonly err: string }> {
  const { out, err } = await printedRows();
  const rows = out === "" ? [] : out.split("\n").map((line): unknown => JSON.parse(line));
  return { rows, err };
}

test("too few messages of a signal store nothing, and say what there is", async () => {
  for (let item = await queue(); item !== null; item = await queue()) {
    const [message] = item.messages;
    const isWish = message?.text.includes("greener") === true;
    const isMarked = isWish && item.decision.kind !== "handoff" && !message.text.includes("gate");
    const qualified = isWish && item.decision.kind !== "handoff" ? "no" : "yes";
    const meanings = isMarked ? [{ message: message.id, signals: ["wish"] }] : [];
    expect((await votes(item, { qualified, meanings })).status).toBe(200);
  }
  const told = await (await asks("GET", "/training")).json();
  expect(told).toMatchObject({
    rows: 19,
    none: 10,
    conversations: 19,
    signals: [{ signal: "wish", rows: 9 }],
    least: 10,
    leftOut: [{ why: "missed, with no message marked", conversations: 1 }],
    disputed: 0,
  });
  await expect(trained("--reviews")).rejects.toThrow("19 rows teach nothing, so nothing is kept");
  expect(await storedModels()).toBe(0);
});

test("the rows are a file that `baton policy train` reads", async () => {
  const { rows, err } = await printedRowsOf();
  expect(rows).toHaveLength(19);
  expect(rows).toContainEqual({ text: "we would adore a greener and nicer lamp", signals: ["wish"] });
  expect(rows).toContainEqual({ text: "the lamp is broken", signals: [] });
  expect(err.split("\n")).toEqual([
    "19 rows of 19 reviewed conversations: 9 mean wish, 10 mean nothing",
    "left out: 1 conversation missed, with no message marked",
  ]);
  const response = await asks("GET", "/training.jsonl");
  expect(response.headers.get("content-disposition")).toContain("training-production.jsonl");
  const text = await response.text();
  expect(text.trimEnd().split("\n")).toEqual(rows.map((row) => JSON.stringify(row)));
  const more = `${text}{"text":"we would adore a greener bridge","signals":["wish"]}\n`;
  const model = join(folder, "model.json");
  const { err: said } = await called(
    (terminal) => trainCommand(terminal, deps()),
    ["--labels", "-", "--out", model],
    { stdin: Readable.from([Buffer.from(more)]) },
  );
  expect(said).toBe(`${model}: 1 signals from 20 rows`);
});

test("with rows of a file beside them the model is stored, reads the next message, and is named by the decision", async () => {
  const file = join(folder, "labels.jsonl");
  await writeFile(file, '{"text":"we would adore a greener bridge","signals":["wish"]}\n');
  const { out, err } = await trained("--reviews", "--labels", file);
  const told = JSON.parse(out);
  expect(told).toMatchObject({
    environment: "production",
    labels: 20,
    reviewed: { rows: 19, conversations: 19, leftOut: [{ why: "missed", conversations: 1 }], disputed: 0 },
    signals: [{ name: "wish", rows: 20 }],
  });
  expect(err).toContain("and 1 row of the file");
  expect(await storedModels()).toBe(1);

  house.advance(5_000);
  const { conversation } = await writes(house, { who: "olaf", text: "We would adore a greener kitchen" });
  const { rows } = await sql<{ kind: string; evidence: Evidence; scores: Scores }>`
    select kind, inputs -> 'evidence' as evidence, inputs -> 'scores' as scores from decisions
    where conversation_id = ${conversation} order by version desc limit 1`.execute(house.database.db);
  expect(rows[0]).toMatchObject({ kind: "handoff", evidence: { meaning: { model: told.fingerprint } } });
  expect(rows[0]?.scores.signals).toMatchObject([{ signal: "wish", kind: "meaning" }]);
});

test("it takes something to learn from, and an environment whose reviews they are", async () => {
  const calls = (...args: readonly string[]) => called((terminal) => trainCommand(terminal, deps()), args);
  await expect(calls(...PLACE)).rejects.toThrow("say what to learn from: --labels FILE, --reviews, or both");
  await expect(calls("--reviews")).rejects.toThrow("--reviews needs --environment NAME");
  const elsewhere = calls("--reviews", "--environment", "nowhere");
  await expect(elsewhere).rejects.toThrow('there is no environment "nowhere"');
});

test("an erased person teaches nothing, and nothing that was marked stays", async () => {
  const { db } = house.database;
  const { rows } = await sql<{ email: string; conversation: string }>`
    select c.email, c.id as conversation from review_votes v
      join review_items i on i.round_id = v.round_id and i.position = v.position
      join decisions d on d.id = i.decision_id join conversations c on c.id = d.conversation_id
    where v.meanings <> '[]' limit 1`.execute(db);
  await erasePerson(db, rows[0]?.email ?? "", "the test", house.now());
  const { rows: left } = await sql<{ meanings: unknown }>`
    select v.meanings from review_votes v join review_items i on i.round_id = v.round_id and i.position = v.position
      join decisions d on d.id = i.decision_id where d.conversation_id = ${rows[0]?.conversation}`.execute(
    db,
  );
  expect(left).toEqual([{ meanings: [] }]);
  const { rows: printed, err } = await printedRowsOf();
  expect(printed).toHaveLength(18);
  expect(err).toContain("left out: 1 conversation whose words are erased");
});
