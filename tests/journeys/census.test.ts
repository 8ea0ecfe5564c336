/** The census: what came in is the sum of the buckets; what is not, and what Salesforce lost since, is named. */
import { Readable } from "node:stream";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { censusCommand } from "../../src/cli/census.ts";
import { crmOf } from "../../src/setup.ts";
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
  expect(out).toContain("read back from Salesforce: 3 records, 2 not as Baton left them");
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

test("an environment that is not there is refused in one line", async () => {
  await expect(census("--environment", "nowhere")).rejects.toThrow('there is no environment "nowhere"');
});
