/** The metrics of real handoffs: told, contacted, breached, won. */
import { Readable } from "node:stream";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
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

test("a time that is none, and an environment that is not there, are refused in one line", async () => {
  await expect(metrics("--within", "soon")).rejects.toThrow("write a time such as 30m");
  await expect(metrics("--environment", "nowhere")).rejects.toThrow('there is no environment "nowhere"');
});
