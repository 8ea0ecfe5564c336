/** What was decided is decided again from what was stored, by the command that people use. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { replayCommand } from "../../src/cli/replay.ts";
import { publishGiven } from "../../src/versions/publish.ts";
import { saasDefault } from "../../src/policy/templates/saas-default.ts";
import { openTestHouse, type TestHouse, WORDS, writes } from "../support/house.ts";
import { called } from "../support/called.ts";

let house: TestHouse;
const deps = () => ({
  openStore: async () => ({
    db: house.database.db,
    url: house.database.url,
    vault: house.service.vault,
    close: async () => {},
  }),
  untilStopped: () => new Promise<void>(() => {}),
});
const replayed = (...args: string[]) =>
  called((terminal) => replayCommand(terminal, deps()), args, { clock: house.now });

beforeAll(async () => {
  house = await openTestHouse();
  await writes(house, { who: "una", text: WORDS.buying });
  await writes(house, { who: "cleo", situation: "contact", text: WORDS.integration });
  await writes(house, { who: "cora", situation: "customer-with-csm", text: WORDS.churn });
  await writes(house, { who: "ivo", text: WORDS.idle });
  await writes(house, { who: "bill", text: "a bug, and no more", tags: ["bug"] });
  await writes(house, { who: "zoë", email: null, text: "SSO 🙂 \u202E and pricing for 500 seats, please" });
});
afterAll(() => house.close());

describe("a replay", () => {
  test("of everything comes out the same, under a policy that has been replaced since, too", async () => {
    const document = saasDefault.replace("threshold: 40", "threshold: 12");
    const given = { environment: "production", document, publisher: "rita", comment: "more leads" };
    await publishGiven(house.database.db, given);
    house.advance(5_000);
    await writes(house, { who: "olaf", text: "What does the pricing look like?" });
    const { out, code } = await replayed("--all", "--since", "1d", "--json");
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({ differing: 0, decisions: [] });
    expect(answer.replayed).toBeGreaterThanOrEqual(7);
    expect(code).toBe(0);
  });

  test("of one conversation and of one decision names only those", async () => {
    const { rows } = await sql<{ id: number; conversation: string }>`
      select max(id) as id, conversation_id as conversation from decisions group by 2 order by 1 limit 1`.execute(
      house.database.db,
    );
    const [first] = rows;
    const one = await replayed(String(first?.id));
    expect(one).toMatchObject({ code: 0, out: "1 replayed: every one came out the same" });
    const conversation = await replayed("--conversation", first?.conversation ?? "");
    expect(conversation.out).toMatch(/^\d+ replayed: every one came out the same$/);
  });

  test("whose stored answer, scores or policy no longer agree names every place and exits 1", async () => {
    const { db } = house.database;
    const { rows } = await sql<{ id: number }>`
      select id from decisions where kind = 'handoff' order by id limit 3`.execute(db);
    const [answered, scored, versioned] = rows.map((row) => row.id);
    await sql`update decisions set answer = jsonb_set(answer, '{owner,owner,name}', '"Somebody Else"') where id = ${answered}`.execute(
      db,
    );
    await sql`update decisions set inputs = jsonb_set(inputs::jsonb, '{scores,values,buying,value}', '1.5')::json where id = ${scored}`.execute(
      db,
    );
    await sql`update decisions set policy_version = 4711 where id = ${versioned}`.execute(db);
    const { out, code } = await replayed("--all");
    expect(out).toContain(`decision ${answered} (production`);
    expect(out).toContain('answer.owner.owner.name: stored "Somebody Else", now "');
    expect(out).toContain("scores.values.buying.value: stored 1.5, now ");
    expect(out).toContain("can't be replayed: policy version 4711 is not stored");
    expect(out).toMatch(/\d+ came out the same, 3 differ/);
    expect(code).toBe(1);
  });

  test("that names nothing, too much or what is no id is refused in one line", async () => {
    await expect(replayed()).rejects.toThrow("name one decision by its id");
    await expect(replayed("1", "--all")).rejects.toThrow("name one decision by its id");
    await expect(replayed("abc")).rejects.toThrow("write --conversation abc");
    await expect(replayed("999999")).rejects.toThrow("no decision is stored there");
    await expect(replayed("--all", "--since", "soon")).rejects.toThrow("write a span such as 30d");
  });
});
