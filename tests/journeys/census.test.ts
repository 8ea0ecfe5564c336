/** The census: what came in is the sum of the buckets; what is not, and what Salesforce lost since, is named. */
import { Readable } from "node:stream";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createToken } from "../../src/access/tokens.ts";
import { censusCommand } from "../../src/cli/census.ts";
import { nightsOf } from "../../src/insights/census/night-queries.ts";
import { listIssues } from "../../src/issues/queries.ts";
import { crmOf } from "../../src/setup.ts";
import { countNight } from "../../src/upkeep.ts";
import { openVault } from "../../src/vault/vault.ts";
import { KEY, openTestHouse, type TestHouse, WORDS, writes } from "../support/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.close());

async function census(...args: string[]) {
  const out: string[] = [];
  let code = 0;
  const store = {
    db: house.database.db,
    url: house.database.url,
    vault: openVault({ key: KEY }),
    close: async () => {},
  };
  const command = censusCommand(
    {
      out: (text) => out.push(text),
      err: () => undefined,
      stdin: Readable.from([]),
      interactive: false,
      clock: house.now,
      env: {},
      exit: (given) => {
        code = given;
      },
    },
    {
      openStore: async () => store,
      crm: (_, environment) => crmOf(environment, { clock: house.now, openStore: async () => store }),
    },
  );
  await command.parseAsync(args, { from: "user" });
  return { out, code };
}

const crm = () => house.emulators.salesforce.state;

test("in is the sum of the buckets, and Salesforce holds what was written", async () => {
  await writes(house, { who: "ana", text: WORDS.buying });
  await writes(house, { who: "bo", text: WORDS.buying });
  await writes(house, { who: "cem", text: WORDS.buying });
  await writes(house, { who: "dan", text: WORDS.idle });
  const { out, code } = await census("--read-back", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(out[0] ?? "")).toMatchObject([
    {
      environment: "production",
      in: 4,
      sum: 4,
      odd: [],
      buckets: { "handed-off": 3, "below-threshold": 1 },
      readBack: { records: 3, differences: [] },
    },
  ]);
  expect((await census()).out).toContain("in = sum of the buckets");
});

test("a record that is gone, and one that somebody else has now, are named", async () => {
  const leads = crm().rows("Lead");
  crm().delete("Lead", String(leads[0]?.["Id"]));
  const stranger = crm().insert("User", {
    Username: "zoe@x.example",
    Email: "zoe@x.example",
    Name: "Zoe",
    IsActive: true,
  });
  crm().update("Lead", String(leads[1]?.["Id"]), { OwnerId: stranger });
  const { out } = await census("--read-back");
  expect(out.join("\n")).toContain("read back from Salesforce: 3 records, 2 not as Baton left them");
  expect(out.join("\n")).toMatch(/00Q\w+ of conversation \d+: is gone/);
  expect(out.join("\n")).toMatch(/belongs to zoe@x\.example now/);
});

test("a conversation that no bucket holds is named, and the command ends with 1", async () => {
  const { conversation } = await writes(house, { who: "eve", text: WORDS.idle });
  await sql`delete from conversations where id = ${conversation}`.execute(house.database.db);
  const { out, code } = await census("--environment", "production");
  expect(code).toBe(1);
  expect(out).toContain(`conversation ${conversation} stands in no bucket`);
});

test("every night is counted once; one that does not add up is an issue until one does", async () => {
  const { db } = house.database;
  const count = () => countNight({ db, clock: house.now, log: () => {} });
  // The night of the start was counted by then.
  house.advance(86_400_000);
  await count();
  await count();
  const issues = async () =>
    (await listIssues(db, { environment: "production", all: true })).filter(
      ({ code }) => code === "census_off",
    );
  expect(await issues()).toMatchObject([
    { status: "open", times: 1, message: expect.stringMatching(/stands in no bucket$/) },
  ]);
  const night = new Date(house.now()).toISOString().slice(0, 10);
  expect((await census()).out).toContainEqual(
    expect.stringMatching(new RegExp(`^${night} .*does not add up: `)),
  );
  const [lost] = (await nightsOf(db, "production", 1)).flatMap(({ odd }) => odd);
  await sql`delete from events where conversation_id = ${lost?.conversation ?? ""}`.execute(db);
  house.advance(86_400_000);
  await count();
  expect(await issues()).toMatchObject([{ status: "resolved" }]);
  expect(await nightsOf(db, "production", 9)).toMatchObject([
    { in: 4, odd: [] },
    { in: 5, odd: [lost] },
    { in: 0, odd: [] },
  ]);
});

test("the API tells the nights, the census of now, and what Salesforce held when it was last asked", async () => {
  const request = {
    holder: "a reader",
    scopes: ["handoffs:read"] as const,
    environments: ["production"],
    lifeMs: 9 * 86_400_000,
  };
  const { token } = await createToken(house.database.db, { ...request, createdBy: "the test" }, house.now());
  const response = await fetch(`${house.service.url}/api/v1/environments/production/census/nights`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(await response.json()).toMatchObject({
    now: { in: 4, sum: 4, addsUp: true },
    nights: [{ addsUp: true }, { addsUp: false }, { addsUp: true }],
    readBack: { records: 3, differences: [{ kind: "gone" }, { kind: "other-owner" }] },
  });
});

test("an environment that is not there is refused in one line", async () => {
  await expect(census("--environment", "nowhere")).rejects.toThrow('there is no environment "nowhere"');
});
