/** The metrics of real handoffs: told, contacted, breached, won; by the command and by the API. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createToken } from "../../src/access/tokens.ts";
import { metricsCommand } from "../../src/cli/metrics.ts";
import { openVault } from "../../src/vault/vault.ts";
import { handoffOf, KEY, openTestHouse, type TestHouse, WORDS, writes } from "../support/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.close());

async function metrics(...args: string[]): Promise<readonly string[]> {
  const out: string[] = [];
  const command = metricsCommand({
    terminal: {
      out: (text) => out.push(text),
      err: () => undefined,
      stdin: Readable.from([]),
      interactive: false,
      clock: house.now,
      env: {},
      exit: () => undefined,
    },
    openStore: async () => ({
      db: house.database.db,
      url: house.database.url,
      vault: openVault({ key: KEY }),
      close: async () => {},
    }),
    user: "kim",
  });
  await command.parseAsync(["--environment", "production", ...args], { from: "user" });
  return out;
}

test("an environment without handoffs says so", async () => {
  expect(await metrics()).toEqual([
    "production handed nothing off in this time; nothing live can be measured yet",
  ]);
});

test("who was told, who was in touch and what leaked comes out of the handoffs themselves", async () => {
  const { conversation } = await writes(house, { who: "ana", text: WORDS.buying });
  await writes(house, { who: "bo", text: WORDS.buying });
  const { id } = await handoffOf(house, conversation);
  const seen = JSON.stringify([{ at: house.now() + 600_000 }]);
  await sql`update follow_ups set seen = ${seen}::jsonb where id = (
    select id from follow_ups where handoff_id = ${id} limit 1)`.execute(house.database.db);
  house.advance(2 * 86_400_000);
  const [json = ""] = await metrics("--json");
  const found = JSON.parse(json);
  expect(found).toMatchObject({
    environment: "production",
    handoffs: 2,
    signalToAlert: { value: { n: 2 } },
    responseTime: { value: { n: 1 } },
    leakage: { value: { k: 1, of: 2 } },
  });
  expect((await metrics()).join("\n")).toContain("leakage            1 of 2, 50.0 %");
});

test("a deal that is won after somebody was in touch counts, with its amount, for who has the handoff", async () => {
  const { db } = house.database;
  const { conversation } = await writes(house, { who: "cem", text: WORDS.buying });
  const { id } = await handoffOf(house, conversation);
  const ids = JSON.stringify({ about: "006000000000001", ids: { record: "006000000000001" } });
  await sql`update effects set result = ${ids}::jsonb where handoff_id = ${id} and kind = 'crm-write'`.execute(
    db,
  );
  await sql`update assignments set closed_at = now(), closed_reason = 'Kim called' where handoff_id = ${id}`.execute(
    db,
  );
  await sql`
    insert into deal_changes (environment, opportunity_id, change_id, stage, is_closed, is_won, amount, changed_at, policy_version, seen_at)
    values ('production', '006000000000001', 'a', 'Closed Won', true, true, 1200, to_timestamp(${house.now() / 1_000}), 1, now())`.execute(
    db,
  );
  const [json = ""] = await metrics("--json");
  const found = JSON.parse(json);
  expect(found.winRate.value.all).toMatchObject({ k: 1, of: 1 });
  expect(found.toOpportunity.value).toMatchObject({ k: 1, of: 3 });
  expect(found.valueByRep.value[0]).toMatchObject({ won: { k: 1 }, wonAmount: 1_200 });
  expect(found.completeness.value).toContainEqual(
    expect.objectContaining({
      object: "Lead",
      field: "Email",
      filled: expect.objectContaining({ k: 3, of: 3 }),
    }),
  );
});

describe("before and after", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "baton-baseline-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };

  test("a table of minutes is compared, and kept for later", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? `${i},` : `${i},${60 + i}`));
    const table = await file("before.csv", ["id,Response minutes", ...rows].join("\n"));
    const out = (await metrics("--baseline", table, "--keep")).join("\n");
    expect(out).toContain("against before Baton");
    expect(out).toMatch(/leakage +25\.0 %/);
    const [json = ""] = await metrics("--json");
    expect(JSON.parse(json).baseline).toMatchObject({ name: "before Baton" });
    const kept = await sql`select actor, action from audit_log where action = 'baseline.keep'`.execute(
      house.database.db,
    );
    expect(kept.rows).toEqual([{ actor: "kim", action: "baseline.keep" }]);
  });

  test("figures in JSON are compared", async () => {
    const figures = await file("before.json", JSON.stringify({ name: "2025", leakage: { k: 60, of: 80 } }));
    const [json = ""] = await metrics("--json", "--baseline", figures);
    expect(JSON.parse(json).baseline).toMatchObject({
      name: "2025",
      comparison: [{ name: "leakage", before: { value: 0.75 }, verdict: "too few" }],
    });
  });

  test.for([
    ["half.json", "{", "is no JSON"],
    ["odd.json", '{"leakage": {"k": 3, "of": 2}}', "leakage: k is more than of"],
    ["unknown.json", '{"wins": 3}', "Unrecognized key"],
    ["other.csv", "id,wait\n1,2", "no column response_minutes"],
    ["words.csv", "minutes\nsoon", 'words.csv:2: "soon" is no number of minutes'],
  ] as const)("%s is refused in one line", async ([name, text, words]) => {
    await expect(metrics("--baseline", await file(name, text))).rejects.toThrow(words);
  });

  test("to keep none is refused", async () => {
    await expect(metrics("--keep")).rejects.toThrow("name its file with --baseline");
  });
});

describe("the API", () => {
  const asked = async (
    query: string,
  ): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> => {
    const response = await fetch(`${house.service.url}/api/v1/environments/production/metrics${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  let token = "";
  beforeAll(async () => {
    const request = {
      holder: "a reader",
      scopes: ["handoffs:read"] as const,
      environments: ["production"],
      lifeMs: 30 * 86_400_000,
    };
    ({ token } = await createToken(house.database.db, { ...request, createdBy: "the test" }, house.now()));
  });

  test("tells the same, for a range", async () => {
    const { status, body } = await asked(`?since=0&within=4h`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ handoffs: 3, within: "4h", baseline: { name: "before Baton" } });
    expect((await asked(`?since=0&until=1000`)).body).toMatchObject({ handoffs: 0 });
  });

  test("refuses a time that is none", async () => {
    expect(await asked("?within=soon")).toMatchObject({ status: 422 });
  });
});

test("a time that is none, and an environment that is not there, are refused in one line", async () => {
  await expect(metrics("--within", "soon")).rejects.toThrow("write a time such as 30m");
  await expect(metrics("--until", "soon")).rejects.toThrow("write a time such as 2026-01-31");
  await expect(metrics("--environment", "nowhere")).rejects.toThrow('there is no environment "nowhere"');
});
