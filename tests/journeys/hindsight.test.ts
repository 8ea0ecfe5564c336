/** What won and lost deals say afterwards: whom the policy missed, and how its points should stand. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createToken } from "../../src/access/tokens.ts";
import { suggestCommand } from "../../src/cli/suggest.ts";
import type { WatchedDeps } from "../../src/cli/watched.ts";
import { winnersCommand } from "../../src/cli/winners.ts";
import { erasePerson } from "../../src/erasure/erase.ts";
import { called } from "../support/called.ts";
import { copied, deals, HINDSIGHT_POLICY } from "../support/deals.ts";
import { openTestHouse, type TestHouse, writes } from "../support/house.ts";

const DAY_MS = 86_400_000;
let house: TestHouse;
let token: string;
let folder: string;
beforeAll(async () => {
  house = await openTestHouse({ policy: HINDSIGHT_POLICY });
  await house.service.house.pollDeals();
  folder = await mkdtemp(join(tmpdir(), "baton-hindsight-"));
  const request = {
    holder: "nora",
    scopes: ["policy:read", "conversations:read"],
    environments: null,
    lifeMs: 30 * DAY_MS,
    createdBy: "the test",
  } as const;
  ({ token } = await createToken(house.database.db, request, house.now()));
});
afterAll(async () => {
  await house.close();
  await rm(folder, { recursive: true, force: true });
});

function run(make: (deps: WatchedDeps) => Command, args: readonly string[], stopped = false) {
  const deps = {
    openStore: async () => ({
      db: house.database.db,
      url: house.database.url,
      vault: house.service.vault,
      close: async () => {},
    }),
    untilStopped: () => (stopped ? Promise.resolve() : new Promise<void>(() => {})),
  };
  return called((terminal) => make({ ...deps, terminal }), ["--environment", "production", ...args], {
    clock: house.now,
  });
}

/** The answer of the API, asked until it is there. */
async function waited(path: string): Promise<unknown> {
  for (;;) {
    const response = await fetch(`${house.service.url}/api/v1/environments/production${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const body = (await response.json()) as { readonly kind?: string; readonly report?: unknown };
    if (body.kind !== "running") return body.kind === "done" ? body.report : body;
  }
}

describe("missed winners", () => {
  test("are none before anybody bought", async () => {
    expect((await run(winnersCommand, [])).out).toContain("has won a deal since");
  });

  test("are who bought unqualified; their phrases stand beside the noise", async () => {
    await writes(house, { who: "mira", text: "Our lawyers ask for a data processing agreement" });
    await writes(house, { who: "nils", text: "Who signs the data processing agreement?", tags: ["bug"] });
    await writes(house, { who: "otto", text: "Where is the data export?" });
    await writes(house, { who: "pia", text: "SSO and a quote" });
    for (const who of ["mira", "nils", "pia"]) await deals(house, who, "Closed Won");
    const { out } = await run(winnersCommand, ["--json"]);
    const found = JSON.parse(out);
    expect(found).toMatchObject({
      conversations: 4,
      missed: { k: 2, of: 3 },
      exclusions: [{ exclusion: "bugs", winners: 1 }],
      others: 1,
    });
    expect(found.phrases[0]).toMatchObject({
      phrase: "data processing agreement",
      caught: 2,
      noise: { k: 0, of: 1 },
      points: 20,
      excluded: 1,
    });
    expect(found.phrases).toContainEqual(
      expect.objectContaining({ phrase: "data", noise: expect.objectContaining({ k: 1 }) }),
    );
    expect((await run(winnersCommand, [])).out).toContain("exclusion bugs kept 1 of them out");
    expect(await waited("/winners?days=90")).toEqual(found);
  });

  test("can be stopped, and are asked of an environment that is there", async () => {
    expect(await run(winnersCommand, [], true)).toMatchObject({
      code: 130,
      err: expect.stringContaining("stopped"),
    });
    await expect(
      called(
        (terminal) =>
          winnersCommand({
            terminal,
            openStore: async () => ({
              db: house.database.db,
              url: "",
              vault: house.service.vault,
              close: async () => {},
            }),
            untilStopped: () => new Promise(() => {}),
          }),
        ["--environment", "nowhere"],
      ),
    ).rejects.toThrow('there is no environment "nowhere"');
  });

  const left = () =>
    sql<{ people: number; effects: number }>`select
      (select count(*) from deal_people where email like 'nils%')::int as people,
      (select count(*) from feedback_effects where request::text like '%nils%')::int as effects`.execute(
      house.database.db,
    );

  test("are known no more once they are erased", async () => {
    const { rows: before } = await left();
    expect(before[0]).toEqual({ people: 1, effects: 1 });
    await erasePerson(house.database.db, "nils@nils.example", "ada", house.now());
    const { rows: after } = await left();
    expect(after[0]).toEqual({ people: 0, effects: 0 });
    expect(JSON.parse((await run(winnersCommand, ["--json"])).out).missed).toMatchObject({ k: 1, of: 2 });
  });
});

describe("a suggestion", () => {
  test("is none of few deals, and says how many are needed", async () => {
    const { out } = await run(suggestCommand, []);
    expect(out).toContain("20 of each are needed");
    expect(await waited("/policy/suggestion")).toMatchObject({
      document: null,
      backtest: null,
      won: 2,
      lost: 0,
    });
    await expect(run(suggestCommand, ["--score", "fame"])).rejects.toThrow('no score "fame"; it has buying');
  });

  test("weighs points anew, with what they would have done, and leaves the policy as it is", async () => {
    await writes(house, { who: "sara", text: "We need SSO" });
    await writes(house, { who: "quin", text: "A quote, please" });
    await writes(house, { who: "paul", text: "Hello there" });
    await copied(house, "sara", 60, 15);
    await copied(house, "quin", 15, 60);
    await copied(house, "paul", 40, 40);
    const out = join(folder, "suggested.yaml");
    const found = JSON.parse((await run(suggestCommand, ["--json", "--out", out])).out);
    expect(found).toMatchObject({ score: "buying", why: null, unreadable: 0, lost: 115 });
    const [sso, quote] = found.weights;
    expect(sso).toMatchObject({ id: "sso", seen: 76, fitted: { low: expect.any(Number) } });
    expect(quote.suggested).toBeLessThan(0);
    expect(found.backtest).toMatchObject({ against: "live", movements: { enters: expect.any(Number) } });
    const text = await readFile(out, "utf8");
    expect(text).toContain("# comments stay");
    expect(text).toContain(`points: ${quote.suggested}`);
    const told = await waited("/policy/suggestion?score=buying&days=365");
    expect(told).toMatchObject({ document: text });
    expect((await run(suggestCommand, [])).out).toContain("nothing was changed");
    await expect(run(suggestCommand, ["--out", folder])).rejects.toThrow("cannot be written");
  });
});
