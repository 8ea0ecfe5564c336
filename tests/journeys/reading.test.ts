/** Lists and details of the API, over conversations that were really heard, decided and handed off. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Scope, SCOPES } from "../../src/access/scopes.ts";
import { createToken } from "../../src/access/tokens.ts";
import { BUCKETS } from "../../src/decide/bucket.ts";
import {
  clearFaults,
  faultOn,
  handoffOf,
  openTestHouse,
  seedWriter,
  type ShownHandoff,
  type Talk,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";

const DAY_MS = 86_400_000;
let house: TestHouse;
let ada: Talk;
let idle: Talk;
let broken: Talk;
let handoff: ShownHandoff;

beforeAll(async () => {
  house = await openTestHouse({ settleMs: 200 });
  ada = await writes(house, { who: "ada", text: WORDS.buying });
  idle = await writes(house, { who: "idle", text: WORDS.idle });
  house.emulators.slack.faults.set({
    rules: [
      faultOn("POST", "/api/chat.postMessage", {
        kind: "status",
        status: 200,
        body: { ok: false, error: "is_archived" },
      }),
    ],
  });
  broken = await writes(house, { who: "=cmd", email: "cmd@broken.example", text: WORDS.buying });
  clearFaults(house);
  handoff = await handoffOf(house, ada.conversation);
});
afterAll(() => house.close());

async function get(
  path: string,
  scopes: readonly Scope[] = SCOPES,
  body: object | null = null,
): Promise<Response> {
  const { token } = await createToken(
    house.database.db,
    { holder: "reader", scopes, environments: null, lifeMs: DAY_MS, createdBy: "the test" },
    house.now(),
  );
  return fetch(`${house.service.url}/api/v1/environments/production${path}`, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== null && { "content-type": "application/json" }),
    },
    ...(body !== null && { method: "POST", body: JSON.stringify(body) }),
  });
}

// The shapes are the API's own; a test reads what it needs.
type Body = Readonly<Record<string, unknown>>;
async function read(path: string): Promise<Body> {
  const response = await get(path);
  expect([path, response.status]).toEqual([path, 200]);
  return (await response.json()) as Body;
}
const idsOf = ({ rows }: Body): readonly string[] => (rows as readonly { id: string }[]).map(({ id }) => id);

describe("the list of handoffs", () => {
  test("has each with its person, owner, score and state, and how many there are", async () => {
    const { rows, total, choices } = await read("/handoffs");
    expect(total).toBe(2);
    expect((rows as readonly unknown[])[1]).toMatchObject({
      id: handoff.id,
      conversation: ada.conversation,
      person: "Ada Nguyen",
      email: "ada@ada.example",
      company: "ada works",
      status: "done",
      mode: "live",
      owner: { isQueue: expect.any(Boolean) as boolean },
      scores: { buying: { threshold: expect.any(Number) as number } },
    });
    expect(choices).toMatchObject({ recipes: [handoff.recipe] });
  });

  test("is cut into pages, and put in order", async () => {
    const first = await read("/handoffs?limit=1&order=oldest");
    const second = await read("/handoffs?limit=1&order=oldest&page=2");
    expect([first["total"], idsOf(first), idsOf(second).length]).toEqual([2, [handoff.id], 1]);
    for (const order of ["newest", "person", "owner", "recipe", "state"])
      expect(idsOf(await read(`/handoffs?order=${order}`))).toHaveLength(2);
  });

  test("finds one by address, company, conversation, handoff and the record in Salesforce", async () => {
    const [write] = handoff.effects;
    const record = Object.values(write?.result?.ids ?? {})[0] ?? "";
    expect(record).not.toBe("");
    for (const q of ["ADA@ada.example", "ada wo", ada.conversation, handoff.id, record, record.slice(0, 15)])
      expect([q, idsOf(await read(`/handoffs?q=${encodeURIComponent(q)}`))]).toEqual([q, [handoff.id]]);
    expect(idsOf(await read("/handoffs?q=%25"))).toEqual([]);
  });

  test("keeps to state, recipe, owner, window, and to whom nobody has contacted", async () => {
    const { rows } = (await read("/handoffs?state=failed")) as {
      rows: { conversation: string }[];
    };
    expect(rows.map(({ conversation }) => conversation)).toEqual([broken.conversation]);
    expect(idsOf(await read(`/handoffs?recipe=${handoff.recipe}`))).toHaveLength(2);
    expect(idsOf(await read("/handoffs?recipe=none"))).toEqual([]);
    expect(idsOf(await read(`/handoffs?since=${house.now() + DAY_MS}`))).toEqual([]);
    expect(idsOf(await read(`/handoffs?until=${house.now() + DAY_MS}`))).toHaveLength(2);
    const { owners } = (await read("/handoffs"))["choices"] as { owners: { id: string }[] };
    const each = await Promise.all(
      owners.map(({ id }) => read(`/handoffs?owner=${encodeURIComponent(id)}`).then(idsOf)),
    );
    expect(each.flat()).toHaveLength(2);
    expect(idsOf(await read("/handoffs?uncontacted=true"))).toHaveLength(2);
    const { db } = house.database;
    await sql`update assignments set closed_at = now(), closed_reason = 'called' where handoff_id = ${handoff.id}`.execute(
      db,
    );
    expect(idsOf(await read("/handoffs?uncontacted=true"))).not.toContain(handoff.id);
  });

  test("goes into a spreadsheet whole, without a formula", async () => {
    const response = await get("/handoffs.csv");
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("content-disposition")).toContain("handoffs-production.csv");
    const lines = (await response.text()).split("\r\n");
    expect(lines).toHaveLength(4);
    expect(lines[1]).toContain("'=cmd Nguyen");
    expect((await (await get("/handoffs.csv?q=ada%40ada.example")).text()).split("\r\n")).toHaveLength(3);
  });
});

describe("one handoff", () => {
  test("shows how the points add up, why no other recipe, and who was passed over", async () => {
    const { decision, links } = await read(`/handoffs/${encodeURIComponent(handoff.id)}`);
    const { scores, signals, recipes, owners, words } = decision as {
      scores: { name: string; value: number; rows: { sum: number; signals: number[] }[] }[];
      signals: { message: string | null }[];
      recipes: { id: string; verdict: string; steps: { verdict: string }[] }[];
      owners: { receipts: { kind: string }[] }[];
      words: string;
    };
    const buying = scores.find(({ name }) => name === "buying");
    expect(buying?.rows.at(-1)?.sum).toBe(buying?.value);
    const rests = (buying?.rows ?? []).flatMap((row) => row.signals);
    expect(rests.length).toBeGreaterThan(0);
    expect(rests.every((place) => signals[place] !== undefined)).toBe(true);
    expect(recipes.filter(({ verdict }) => verdict === "taken").map(({ id }) => id)).toEqual([
      handoff.recipe,
    ]);
    for (const { verdict, steps } of recipes)
      expect(steps.some((step) => step.verdict !== "yes")).toBe(verdict === "missing");
    expect(owners[0]?.receipts.some(({ kind }) => kind === "assigned")).toBe(true);
    expect(words).toContain(handoff.recipe);
    expect(links).toEqual([
      { label: "Open in Intercom", url: expect.stringContaining(ada.conversation) as string },
      {
        label: "Open in Salesforce",
        url: expect.stringContaining(handoff.effects[0]?.result?.about ?? "?") as string,
      },
    ]);
  });

  test("shows each effect with its attempts, its error, and the issue by which it is tried again", async () => {
    const { id } = await handoffOf(house, broken.conversation);
    const { effects, timers } = (await read(`/handoffs/${encodeURIComponent(id)}`)) as {
      effects: {
        kind: string;
        state: string;
        attempts: number;
        issue: string | null;
        error: { code: string } | null;
        words: string;
        records: { url: string }[];
      }[];
      timers: { kind: string; state: string }[];
    };
    expect(effects.find(({ kind }) => kind === "crm-write")).toMatchObject({
      state: "done",
      issue: null,
      words: expect.stringContaining("create Lead") as string,
    });
    const failed = effects.find(({ state }) => state === "failed");
    expect(failed).toMatchObject({ kind: "notify", error: { code: "is_archived" } });
    const issue = (await (await get(`/issues/${failed?.issue}`)).json()) as { code: string };
    expect(issue.code).toBe("is_archived");
    expect(timers.every(({ state }) => state === "armed")).toBe(true);
  });

  test.for(["then", "live"] as const)(
    "is decided again by the policy of %s, and nothing is written",
    async (policy) => {
      const { decision } = await read(`/handoffs/${encodeURIComponent(handoff.id)}`);
      const path = `/decisions/${(decision as { id: number }).id}/replay`;
      const { db } = house.database;
      const counted = async () =>
        (
          await sql`select (select count(*) from decisions) as d, (select count(*) from effects) as e`.execute(
            db,
          )
        ).rows;
      const before = await counted();
      const again = (await (await get(path, SCOPES, { policy })).json()) as Body;
      expect(again).toMatchObject({ kind: "same", policy: 1, differences: [] });
      expect(again["after"]).toEqual(again["before"]);
      expect(await counted()).toEqual(before);
      expect((await get("/decisions/999999/replay", SCOPES, { policy })).status).toBe(404);
    },
  );

  test("is nowhere but in its environment", async () => {
    expect((await get("/handoffs/handoff:production:none:x:1")).status).toBe(404);
    expect(
      (await get(`/handoffs/${encodeURIComponent(handoff.id.replace("production", "other"))}`)).status,
    ).toBe(404);
  });
});

describe("a conversation", () => {
  test("is told word by word, with the places of what was found in it", async () => {
    const { messages, decision, decisions, bucket, url } = await read(`/conversations/${ada.conversation}`);
    const [{ text, marks }] = messages as [
      { text: string; marks: { start: number; end: number; signal: number }[] },
    ];
    const { signals } = decision as { signals: { text: string }[] };
    expect(marks.length).toBeGreaterThan(2);
    for (const { start, end, signal } of marks) expect(text.slice(start, end)).toBe(signals[signal]?.text);
    expect([bucket, url]).toEqual(["handed-off", expect.stringContaining(ada.conversation)]);
    expect((decisions as { handoff: string | null }[]).some((one) => one.handoff === handoff.id)).toBe(true);
  });

  test("that was not handed off says what was missing", async () => {
    const { bucket, decision } = await read(`/conversations/${idle.conversation}`);
    expect(bucket).toBe("below-threshold");
    const { recipes } = decision as { recipes: { verdict: string }[] };
    expect(new Set(recipes.map(({ verdict }) => verdict))).toEqual(new Set(["missing"]));
  });

  test("answers another's decision with 404, and is closed to who may read handoffs only", async () => {
    const { decision } = await read(`/conversations/${idle.conversation}`);
    const { id } = decision as { id: number };
    expect((await get(`/conversations/${ada.conversation}?decision=${id}`)).status).toBe(404);
    expect((await get("/conversations/none")).status).toBe(404);
    for (const path of ["/conversations", "/conversations.csv", `/conversations/${ada.conversation}`])
      expect([path, (await get(path, ["handoffs:read"])).status]).toEqual([path, 403]);
  });

  test("whose words are erased still says that it was decided", async () => {
    const gone = await writes(house, { who: "gone", text: WORDS.idle });
    const { db } = house.database;
    await sql`update decisions set inputs = '{}', brief = null, answer = '{"erased": true}', erased_at = now()
      where conversation_id = ${gone.conversation}`.execute(db);
    const { decision } = await read(`/conversations/${gone.conversation}`);
    expect(decision).toMatchObject({ kind: "below-threshold", isErased: true, recipes: [], scores: [] });
    const path = `/decisions/${(decision as { id: number }).id}/replay`;
    expect((await get(path, SCOPES, { policy: "then" })).status).toBe(422);
  });
});

describe("the census", () => {
  test("puts each conversation in exactly one bucket, whatever became of its events", async () => {
    const { db } = house.database;
    // Heard before the environment decided, not folded yet, and never to be folded.
    const { contactId } = seedWriter(house, { who: "early" });
    const insert = async (conversation: string, taken: boolean, parked: string | null): Promise<void> => {
      await sql`insert into events (workspace, notification_id, topic, conversation_id, contact_id, created_at, taken_at, parked_reason)
        select workspace, ${`made ${conversation}`}, 'conversation.user.created', ${conversation}, ${contactId}, now(),
          ${taken ? sql`now()` : sql`null`}, ${parked} from conversations limit 1`.execute(db);
    };
    await insert("unfolded", true, "could not be folded: a test");
    await insert("waiting", false, null);
    await sql`delete from standings where conversation_id = ${idle.conversation}`.execute(db);
    const { rows: known } = await sql<{ id: string }>`
      select id from conversations union select conversation_id from events where conversation_id is not null order by 1`.execute(
      db,
    );

    const { heard, buckets } = await read("/census");
    expect(heard).toBe(known.length);
    const inBuckets: string[] = [];
    for (const bucket of BUCKETS) {
      const page = await read(`/conversations?bucket=${bucket}&limit=200`);
      expect([bucket, page["total"]]).toEqual([bucket, (buckets as Record<string, number>)[bucket]]);
      inBuckets.push(...idsOf(page));
    }
    expect(inBuckets.toSorted()).toEqual(known.map(({ id }) => id).toSorted());
    const standing = async (id: string) => (await read(`/conversations?q=${id}`))["rows"];
    expect(await standing(idle.conversation)).toMatchObject([{ bucket: "new" }]);
    expect((await read("/conversations/waiting"))["bucket"]).toBe("new");
    expect((await read("/conversations/unfolded"))["bucket"]).toBe("failed");
    expect(await standing(broken.conversation)).toMatchObject([{ bucket: "failed", person: "=cmd Nguyen" }]);
    await sql`delete from events where conversation_id in ('unfolded', 'waiting')`.execute(db);
  });

  test("counts what was heard since a time, and the list agrees", async () => {
    expect((await read(`/census?since=${house.now() + DAY_MS}`))["heard"]).toBe(0);
    expect((await read(`/conversations?since=${house.now() + DAY_MS}`))["total"]).toBe(0);
  });

  test("is found by name, address and handoff, and goes into a spreadsheet", async () => {
    for (const q of ["ada@ada.example", "ada works", "Ada Ng", handoff.id])
      expect([q, idsOf(await read(`/conversations?q=${encodeURIComponent(q)}`))]).toEqual([
        q,
        [ada.conversation],
      ]);
    const text = await (await get("/conversations.csv?bucket=failed")).text();
    expect(text.split("\r\n")).toHaveLength(3);
    expect(text).toContain("'=cmd Nguyen");
  });
});
