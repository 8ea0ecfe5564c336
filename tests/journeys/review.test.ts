/** People judge a sample of what was decided, each by themselves; their labels say how right the policy is. */
import { Readable } from "node:stream";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { erasePerson } from "../../src/erasure/erase.ts";
import { forgetOld } from "../../src/erasure/retention.ts";
import { mentionsOf, setRetention } from "../../src/erasure/queries.ts";
import { reviewCommand } from "../../src/cli/review.ts";
import { validateCommand } from "../../src/cli/validate.ts";
import { openTestHouse, type TestHouse, WORDS, writes } from "../support/house.ts";
import { personOf } from "../support/people.ts";

const DAY_MS = 86_400_000;
let house: TestHouse;
const cookies: Record<string, string> = {};

beforeAll(async () => {
  house = await openTestHouse({ environments: [{ name: "production", mode: "shadow" }] });
  for (const who of ["ana", "ben", "cleo"]) await writes(house, { who, text: WORDS.buying });
  for (const who of ["dora", "eli", "finn"]) await writes(house, { who, text: WORDS.idle });
  for (const [name, role] of [
    ["vic", "viewer"],
    ["rhea", "reviewer"],
    ["ron", "reviewer"],
    ["ed", "editor"],
  ] as const)
    cookies[name] = await personOf(house, `${name}@ourcompany.example`, role, "production");
});
afterAll(() => house.close());

// The shapes are the API's own; a test reads what it needs.
interface Item {
  readonly position: number;
  readonly conversation: string;
  readonly decision: { readonly kind: string } | null;
  readonly messages: readonly { readonly marks: readonly unknown[] }[];
  readonly summary: readonly string[];
  readonly handedOver: readonly unknown[];
  readonly marking: { readonly found: readonly { readonly message: string }[] } | null;
}
interface Queue {
  readonly item: Item | null;
  readonly progress: Readonly<Record<string, number>>;
  readonly more: number;
  readonly canUndo: boolean;
}

async function asks(who: string, method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${house.service.url}/api/v1/environments/production/reviews${path}`, {
    method,
    headers: {
      cookie: cookies[who] ?? "",
      origin: String(house.service.url),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}
async function does<T = Queue>(who: string, method: string, path: string, body?: object): Promise<T> {
  const response = await asks(who, method, path, body);
  const said = (await response.json()) as T;
  expect([path, response.status, said]).toEqual([path, response.status < 300 ? response.status : 200, said]);
  return said;
}
const begins = (body: object) => does<{ readonly id: number }>("ed", "POST", "", body);
const since = () => house.now() - DAY_MS;

/** Votes on everything that is left, as `says` has it. */
async function judges(who: string, round: number, says: (item: Item) => "yes" | "no"): Promise<Queue> {
  let queue = await does(who, "GET", `/${round}/queue`);
  while (queue.item !== null) {
    const { position, decision } = queue.item;
    const isHandoff = decision?.kind === "handoff";
    queue = await does(who, "POST", `/${round}/votes`, {
      position,
      qualified: says(queue.item),
      ...(isHandoff && { routed: "yes", complete: "no" }),
    });
  }
  return queue;
}

describe("a round", () => {
  test("is begun by an editor, of what was handed off and what was not", async () => {
    expect((await asks("rhea", "POST", "", { since: since() })).status).toBe(403);
    const round = await does<{
      id: number;
      strata: { name: string; isQualified: boolean; size: number; drawn: number }[];
      conversations: number;
    }>("ed", "POST", "", { since: since(), size: 60 });
    expect(round).toMatchObject({ conversations: 6 });
    expect(round.strata.map(({ isQualified, size, drawn }) => [isQualified, size, drawn])).toEqual([
      [true, 3, 3],
      [false, 3, 3],
    ]);
    expect(await does<object[]>("rhea", "GET", "")).toMatchObject([
      { id: round.id, madeBy: "ed@ourcompany.example" },
    ]);
    expect((await asks("vic", "GET", "")).status).toBe(403);
    const { rows } = await sql<{
      facts: string;
    }>`select facts::text as facts from audit_log where action = 'review.begin'`.execute(house.database.db);
    expect(rows.map(({ facts }) => JSON.parse(facts))).toMatchObject([{ conversations: 6, of: 6 }]);
  });

  test("of a time in which nothing was decided is refused in a sentence", async () => {
    const response = await asks("ed", "POST", "", { since: 0, until: 1_000 });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain("take a longer time");
  });

  test("draws the same for the same seed", async () => {
    const drawn = async (seed: number): Promise<string> => {
      const { id } = await begins({ since: since(), size: 3, seed });
      const { rows } = await sql<{ all: string }>`
        select string_agg(decision_id::text, ',' order by position) as all from review_items where round_id = ${id}`.execute(
        house.database.db,
      );
      return rows[0]?.all ?? "";
    };
    expect(await drawn(5)).toBe(await drawn(5));
  });
});

describe("a reviewer", () => {
  let round: number;
  beforeAll(async () => {
    round = (await begins({ since: since() })).id;
  });

  test("is shown a conversation with what was decided and what went along", async () => {
    const queue = await does("rhea", "GET", `/${round}/queue`);
    expect(queue).toMatchObject({ progress: { conversations: 6, mine: 0 }, canUndo: false, more: 381 });
    await judgeUntil(round, "handoff");
    const { item } = await does("rhea", "GET", `/${round}/queue`);
    expect(item?.summary).toHaveLength(3);
    expect(item?.handedOver.length).toBeGreaterThan(0);
    expect(item?.messages.flatMap(({ marks }) => marks).length).toBeGreaterThan(0);
    while ((await asks("rhea", "DELETE", `/${round}/votes`)).ok);
  });

  /** Goes on until a conversation of this kind is next. */
  async function judgeUntil(id: number, kind: string): Promise<Item> {
    for (;;) {
      const { item } = await does("rhea", "GET", `/${id}/queue`);
      if (item === null) throw new Error(`the round has no ${kind}`);
      if (item.decision?.kind === kind) return item;
      const all = item.decision?.kind === "handoff" ? { routed: "yes", complete: "yes" } : {};
      await does("rhea", "POST", `/${id}/votes`, { position: item.position, qualified: "yes", ...all });
    }
  }

  test("answers what is asked of the conversation, not less and not more", async () => {
    const handoff = await judgeUntil(round, "handoff");
    const short = await asks("rhea", "POST", `/${round}/votes`, {
      position: handoff.position,
      qualified: "yes",
    });
    expect(short.status).toBe(422);
    const other = await judgeUntil(round, "handoff");
    expect(other.position).toBe(handoff.position);
    const nobody = (await asks("vic", "POST", `/${round}/votes`, { position: 1, qualified: "yes" })).status;
    expect(nobody).toBe(403);
    expect((await asks("rhea", "POST", `/${round}/votes`, { position: 99, qualified: "yes" })).status).toBe(
      422,
    );
    expect((await asks("rhea", "POST", "/99/votes", { position: 1, qualified: "yes" })).status).toBe(404);
    while ((await asks("rhea", "DELETE", `/${round}/votes`)).ok);
  });

  test("sets aside, and takes back what they did last", async () => {
    const first = (await does("rhea", "GET", `/${round}/queue`)).item;
    const skipped = await does("rhea", "POST", `/${round}/skips`, { position: first?.position });
    expect(skipped).toMatchObject({ progress: { setAside: 1, mine: 0 }, canUndo: true });
    expect(skipped.item?.position).not.toBe(first?.position);
    const back = await does("rhea", "DELETE", `/${round}/votes`);
    expect(back).toMatchObject({ item: { position: first?.position }, canUndo: false });
    expect((await asks("rhea", "DELETE", `/${round}/votes`)).status).toBe(422);
    await does("rhea", "POST", `/${round}/skips`, { position: first?.position });
    const seen: number[] = [];
    const end = await judges("rhea", round, ({ position }) => (seen.push(position), "yes"));
    expect(seen.at(-1)).toBe(first?.position);
    expect(end).toMatchObject({ item: null, progress: { mine: 6, voted: 6, setAside: 0 } });
  });

  test("does not see what another one said before they have voted themselves", async () => {
    const before = await does<object>("ron", "GET", `/${round}/queue`);
    expect(before).toMatchObject({ progress: { mine: 0, voted: 6 } });
    expect(JSON.stringify(before)).not.toContain("rhea");
    await judges("ron", round, ({ decision }) => (decision?.kind === "handoff" ? "no" : "yes"));
    const results = await does<{ disputed: { votes: object[] }[]; hidden: number; agreement: object[] }>(
      "ron",
      "GET",
      `/${round}/results`,
    );
    expect(results).toMatchObject({ hidden: 0 });
    expect(results.disputed).toHaveLength(3);
    expect(results.agreement).toMatchObject([
      {
        question: "qualified",
        same: { k: 3, of: 6 },
        kappa: null,
        why: expect.stringContaining("too few") as string,
      },
      { question: "routed" },
      { question: "complete" },
    ]);
    const others = await does<{ disputed: object[]; hidden: number }>("ed", "GET", `/${round}/results`);
    expect([others.disputed, others.hidden]).toEqual([[], 3]);
  });
});

describe("a blind round", () => {
  test("tells nothing of what was decided before the reviewer said what they would do", async () => {
    const { id } = await begins({ since: since(), isBlind: true });
    const shut = (await does("rhea", "GET", `/${id}/queue`)).item;
    expect(shut).toMatchObject({ decision: null, guess: null, summary: [], handedOver: [], marking: null });
    expect(shut?.messages.flatMap(({ marks }) => marks)).toEqual([]);
    const position = shut?.position;
    const early = await asks("rhea", "POST", `/${id}/votes`, { position, qualified: "yes" });
    expect(early.status).toBe(422);
    const open = await does("rhea", "POST", `/${id}/guesses`, { position, guess: "hand-off" });
    expect(open.item).toMatchObject({ position, guess: "hand-off" });
    expect(open.item?.decision).not.toBeNull();
    expect(open.item?.marking?.found).toHaveLength(1);
    const again = await does("rhea", "POST", `/${id}/guesses`, { position, guess: "leave" });
    expect(again.item).toMatchObject({ guess: "hand-off" });
  });
});

describe("the labels", () => {
  let round: number;
  beforeAll(async () => {
    round = (await begins({ since: since() })).id;
    let isFirst = true;
    await judges("rhea", round, ({ decision }) => {
      if (decision?.kind !== "handoff") return "yes";
      const vote = isFirst ? "no" : "yes";
      isFirst = false;
      return vote;
    });
  });

  test("say how right the policy is, with intervals", async () => {
    const found = await does<object>("rhea", "GET", `/${round}/results`);
    expect(found).toMatchObject({
      labels: 6,
      verdict: { precision: { value: 2 / 3, labels: 3 }, recall: { value: 1, labels: 6 } },
      routed: { value: 1, labels: 3 },
      complete: { value: 0, labels: 3 },
      recipes: [{ right: { value: 2 / 3 } }],
      score: "buying",
      afterwards: { moved: { of: 0 } },
    });
  });

  test("are a file that `baton validate` reads, with the same outcome", async () => {
    const response = await asks("ed", "GET", `/${round}/labels.jsonl`);
    expect(response.headers.get("content-type")).toContain("application/x-ndjson");
    expect(response.headers.get("content-disposition")).toContain(`labels-production-${round}.jsonl`);
    const text = await response.text();
    expect(await run(validateCommand, ["-", "--json"], text)).toMatchObject({
      labels: 6,
      verdict: { precision: { value: 2 / 3, labels: 3 }, recall: { value: 1 } },
    });
    expect((await asks("rhea", "GET", `/${round}/labels.jsonl`)).status).toBe(403);
  });

  test("are there on the command line, too, where a round can be begun", async () => {
    const place = ["--environment", "production"];
    const deps = (terminal: Terminal) => reviewCommand({ terminal, openStore, user: "root" });
    const begun = (await run(deps, ["begin", ...place, "--size", "4", "--blind", "--json"])) as {
      id: number;
    };
    const [newest] = (await run(deps, ["list", ...place, "--json"])) as object[];
    expect(newest).toMatchObject({ id: begun.id, isBlind: true, conversations: 4 });
    expect(String(await run(deps, ["results", ...place, String(begun.id)]))).toContain("nobody has judged");
    const said = String(await run(deps, ["results", ...place, String(round)]));
    expect(said).toContain("precision 66.7 %");
    expect(said).toContain("told all they need");
    expect(String(await run(deps, ["labels", ...place, String(round)])).split("\n")).toHaveLength(6);
    await expect(run(deps, ["results", ...place, "999"])).rejects.toThrow(/no review round 999/);
  });
});

type Terminal = Parameters<typeof validateCommand>[0];
const openStore = async () => ({
  db: house.database.db,
  url: house.database.url,
  vault: house.service.vault,
  close: async () => {},
});

/** What a command prints: parsed where it is JSON that was asked for. */
async function run(
  make: (terminal: Terminal) => ReturnType<typeof validateCommand>,
  args: readonly string[],
  input = "",
): Promise<unknown> {
  const out: string[] = [];
  const terminal: Terminal = {
    out: (text) => out.push(text),
    err: () => {},
    stdin: Readable.from([Buffer.from(input)]),
    interactive: false,
    clock: house.now,
    env: {},
    exit: () => {},
  };
  await make(terminal).parseAsync([...args], { from: "user" });
  return args.includes("--json") ? (JSON.parse(out.join("")) as unknown) : out.join("\n");
}

// The last of the file: what is forgotten here is judged nowhere else.
describe("words that are erased", () => {
  test("take the notes about them along, and leave the votes", async () => {
    const { id } = await begins({ since: since() });
    let noted = "";
    await judges("rhea", id, ({ conversation, decision }) => {
      if (decision?.kind === "handoff") noted = conversation;
      return "yes";
    });
    const { db } = house.database;
    await sql`
      update review_votes v set note = 'quokka said so' from review_items i join decisions d on d.id = i.decision_id
      where v.round_id = ${id} and i.round_id = v.round_id and i.position = v.position and d.conversation_id = ${noted}`.execute(
      db,
    );
    const { rows } = await sql<{
      email: string;
    }>`select email from conversations where id = ${noted}`.execute(db);
    await erasePerson(db, rows[0]?.email ?? "", "the test", house.now());
    expect(await mentionsOf(db, "quokka")).toEqual([]);
    expect(await does<object>("rhea", "GET", `/${id}/results`)).toMatchObject({ labels: 6 });
    const file = await (await asks("ed", "GET", `/${id}/labels.jsonl`)).text();
    expect(file.trimEnd().split("\n")).toHaveLength(5);
    const fresh = await begins({ since: since() });
    expect(fresh).toMatchObject({ conversations: 5 });
  });

  test("because they are old do the same", async () => {
    const { id } = await begins({ since: since() });
    const { item } = await does("rhea", "GET", `/${id}/queue`);
    const isHandoff = item?.decision?.kind === "handoff";
    await does("rhea", "POST", `/${id}/votes`, {
      position: item?.position,
      qualified: "yes",
      ...(isHandoff && { routed: "yes", complete: "yes" }),
      note: "wombat said so",
      meanings: [{ message: item?.marking?.found[0]?.message, signals: [] }],
    });
    const { db } = house.database;
    expect(await mentionsOf(db, "wombat")).toHaveLength(1);
    const marked = sql`select 1 from review_votes where meanings <> '[]'`;
    expect((await marked.execute(db)).rows).toHaveLength(1);
    await setRetention(db, "decisions", 3, "the test", house.now());
    await sql`update decisions set decided_at = decided_at - interval '4 days'`.execute(db);
    await sql`update follow_ups set state = 'skipped' where state = 'armed'`.execute(db);
    await forgetOld(
      db,
      () => {},
      () => false,
    );
    expect(await mentionsOf(db, "wombat")).toEqual([]);
    expect((await marked.execute(db)).rows).toEqual([]);
    expect(await does("rhea", "GET", `/${id}/queue`)).toMatchObject({
      item: null,
      progress: { conversations: 1, mine: 1 },
    });
    expect(await does<object>("rhea", "GET", `/${id}/results`)).toMatchObject({ labels: 1, sweep: [] });
  });
});
