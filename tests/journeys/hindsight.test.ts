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
import { openTestHouse, type TestHouse, writes } from "../support/house.ts";

const DAY_MS = 86_400_000;
const POLICY = `
format: baton/policy@1
name: Hindsight # comments stay
signals:
  sso: { label: SSO, phrases: [SSO], points: 10 }
  quote: { label: Quote, phrases: [quote], points: 10, cap: 20 }
scores:
  buying: { signals: [sso, quote], threshold: 20 }
exclusions:
  - { id: bugs, label: Bugs, when: { field: conversation.tags, operator: contains, value: bug } }
recipes:
  - id: qualified
    name: Qualified
    on: [message, tag]
    score: { name: buying, atLeast: threshold }
    owner: { route: default }
routing:
  routes:
    default: [{ user: ana@ourcompany.example }]
feedback:
  stages:
    - { when: { field: opportunity.isWon, operator: "=", value: true }, tag: Customer }
`;

let house: TestHouse;
let token: string;
let folder: string;
beforeAll(async () => {
  house = await openTestHouse({ policy: POLICY });
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

/** A deal of whoever this is, ended like this, as Salesforce tells it. */
async function deals(who: string, stage: "Closed Won" | "Closed Lost"): Promise<void> {
  const crm = house.emulators.salesforce.state;
  house.advance(2_000);
  const deal = crm.insert("Opportunity", { Name: who, StageName: "Qualification", CloseDate: "2027-01-31" });
  const contact = crm.insert("Contact", { LastName: who, Email: `${who}@${who}.example` });
  crm.insert("OpportunityContactRole", { OpportunityId: deal, ContactId: contact });
  house.advance(2_000);
  crm.update("Opportunity", deal, { StageName: stage });
  house.advance(1_000);
  await house.service.house.pollDeals();
  await house.settle();
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
    for (const who of ["mira", "nils", "pia"]) await deals(who, "Closed Won");
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

/** Copies of what somebody wrote, so many of them won: each a person with a deal. */
async function copied(who: string, won: number, lost: number): Promise<void> {
  await sql`
    with model as (
      select d.*, c.state from decisions d join conversations c on c.workspace = d.workspace and c.id = d.conversation_id
      where c.email = ${`${who}@${who}.example`} order by d.version desc limit 1),
    copies as (select n, ${who} || n as name, n <= ${won} as is_won from generate_series(1, ${won + lost}) n),
    talks as (
      insert into conversations (workspace, id, version, contact_id, state)
      select workspace, name, 1, name, jsonb_set(state, '{snapshot,contact,email}', to_jsonb(name || '@copy.example')) from model, copies),
    decided as (
      insert into decisions (environment, workspace, conversation_id, version, policy_version, kind, inputs, answer, decided_at)
      select environment, workspace, name, 1, policy_version, 'below-threshold', inputs, answer, decided_at from model, copies),
    people as (
      insert into deal_people (environment, opportunity_id, email)
      select 'production', name, name || '@copy.example' from copies)
    insert into deal_changes (environment, opportunity_id, change_id, stage, is_closed, is_won, changed_at, policy_version, seen_at)
    select 'production', name, name, 'Closed', true, is_won, m.decided_at + interval '1 minute', m.policy_version, now() from model m, copies`.execute(
    house.database.db,
  );
}

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
    await copied("sara", 60, 15);
    await copied("quin", 15, 60);
    await copied("paul", 40, 40);
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
