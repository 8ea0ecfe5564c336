/** What a draft would do to conversations that Baton has dealt with, against truth counted by hand. */
import { writeFile } from "node:fs/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "kysely";
import { backtestCommand } from "../../src/cli/backtest.ts";
import { environmentNamed } from "../../src/cli/stored.ts";
import { type Backtest, backtest, liveSideOf } from "../../src/insights/backtest.ts";
import { called } from "../support/called.ts";
import { openTestHouse, type TestHouse, writes } from "../support/house.ts";

/** One phrase is 10 points; nothing else counts. Twenty are needed. */
const POLICY = `
format: baton/policy@1
name: Backtest
signals:
  sso: { label: SSO, phrases: [SSO], points: 10 }
  audit: { label: Audit log, phrases: [audit log], points: 10 }
  seats: { label: Seats, phrases: [seats], points: 10 }
scores:
  buying: { signals: [sso, audit, seats], threshold: 20 }
exclusions:
  - { id: bugs, label: Bugs, when: { field: conversation.tags, operator: contains, value: bug } }
recipes:
  - id: qualified
    name: Qualified
    on: [message, tag]
    score: { name: buying, atLeast: threshold }
    owner: { route: default }
routing:
  pools:
    inbound:
      members: [{ user: ana@ourcompany.example }, { user: ben@ourcompany.example }]
  routes:
    default: [{ pool: inbound }]
`;

let house: TestHouse;
const ids: Record<string, string> = {};
const folder = mkdtempSync(join(tmpdir(), "baton-backtest-"));

beforeAll(async () => {
  house = await openTestHouse({ policy: POLICY });
  const talks = {
    one: "We need SSO",
    two: "We need SSO and the audit log",
    three: "SSO, the audit log and 50 seats",
    two2: "SSO for 20 seats, please",
    none: "Hello there",
  };
  for (const [who, text] of Object.entries(talks))
    ids[who] = (await writes(house, { who, text })).conversation;
  ids["bug"] = (
    await writes(house, { who: "bug", text: "SSO and the audit log and seats", tags: ["bug"] })
  ).conversation;
});
afterAll(async () => {
  await house.close();
  rmSync(folder, { recursive: true, force: true });
});

const stopped: { now: () => Promise<void> } = { now: () => new Promise<void>(() => {}) };
const deps = () => ({
  openStore: async () => ({
    db: house.database.db,
    url: house.database.url,
    vault: house.service.vault,
    close: async () => {},
  }),
  untilStopped: () => stopped.now(),
});

async function drafted(draft: string, ...args: readonly string[]) {
  const file = join(folder, "draft.yaml");
  await writeFile(file, draft);
  return called((terminal) => backtestCommand(terminal, deps()), ["--policy", file, ...args], {
    clock: () => house.now() + 1_000,
  });
}
async function reported(draft: string, ...args: readonly string[]): Promise<Backtest> {
  return JSON.parse((await drafted(draft, "--json", ...args)).out) as Backtest;
}
const named = (examples: readonly { readonly conversation: string }[]) =>
  examples.map(({ conversation }) => conversation).toSorted();
const idsOf = (...who: readonly string[]) => who.map((one) => ids[one] ?? "").toSorted();

describe("a draft", () => {
  test("that says the same changes nothing, and the pool comes to the same owners", async () => {
    const report = await reported(POLICY);
    expect(report.movements).toMatchObject({ same: 6, enters: 0, leaves: 0, changes: 0, unsure: 0 });
    expect(report.standings).toMatchObject({
      handoff: { before: 3, after: 3 },
      excluded: { before: 1, after: 1 },
    });
    expect(report.loads.every(({ before, after }) => before === after)).toBe(true);
    expect(report.unreadable).toEqual({ decisions: 0, why: null });
  });

  test("with a higher threshold lets those go who have two phrases, and keeps the one with three", async () => {
    const report = await reported(POLICY.replace("threshold: 20", "threshold: 25"));
    expect(named(report.examples.leaves)).toEqual(idsOf("two", "two2"));
    expect(report.movements).toMatchObject({ leaves: 2, enters: 0, unsure: 0 });
    expect(report.recipes).toEqual({ qualified: { before: 3, after: 1 } });
    const { bins, ...thresholds } = report.scores["buying"] ?? { bins: [] };
    expect(thresholds).toMatchObject({ thresholdBefore: 20, thresholdAfter: 25 });
    expect(bins.filter(({ after }) => after > 0).map(({ from, after }) => [from, after])).toEqual([
      [0, 1],
      [10, 1],
      [20, 2],
      [30, 2],
    ]);
  });

  test("with a lower threshold would want somebody about whom Salesforce was never asked, and says so", async () => {
    const report = await reported(POLICY.replace("threshold: 20", "threshold: 10"));
    expect(report.movements).toMatchObject({ enters: 0, leaves: 0, unsure: 1 });
    expect(report.examples.unsure).toMatchObject([
      { conversation: ids["one"], before: "no recipe applies", after: "qualified, would need Salesforce" },
    ]);
  });

  test("without the exclusion would need Salesforce for the bug, with another one loses all", async () => {
    const without = await reported(POLICY.replace("value: bug", "value: other"));
    expect(named(without.examples.unsure)).toEqual(idsOf("bug"));
    expect(without.exclusions).toEqual({ bugs: { before: 1, after: 0 } });
    const everybody = POLICY.replace(
      "operator: contains, value: bug",
      "operator: notContains, value: nothing",
    );
    const all = await reported(everybody);
    expect(named(all.examples.leaves)).toEqual(idsOf("two", "two2", "three"));
    expect(all.exclusions).toEqual({ bugs: { before: 1, after: 6 } });
  });

  test("with another weight and somebody new moves the load, and names who was taken as existing", async () => {
    const report = await reported(
      POLICY.replace("{ user: ben@ourcompany.example }", "{ user: new@ourcompany.example, weight: 100 }"),
    );
    expect(report.assumed).toEqual(["new@ourcompany.example"]);
    const after = Object.fromEntries(report.loads.map((load) => [load.owner, load.after]));
    // A hundred turns of a hundred and one are the newcomer's, and three are not enough for Ana's.
    expect(after).toEqual({
      "new@ourcompany.example": 3,
      "ana@ourcompany.example": 0,
      "ben@ourcompany.example": 0,
    });
    expect(report.movements.changed.owner).toBeGreaterThan(0);
  });

  test("with several differences shows what each does alone", async () => {
    const draft = POLICY.replace("threshold: 20", "threshold: 25").replace(
      "phrases: [seats]",
      "phrases: [chairs]",
    );
    const report = await reported(draft, "--each");
    const alone = report.rules.map(({ path, movements }) => [path, movements?.leaves]);
    expect(alone).toEqual([
      ["signals.seats.phrases", 1],
      ["scores.buying.threshold", 2],
    ]);
    expect(report.movements.leaves).toBe(3);
    const one = await reported(draft, "--rule", "signals.seats.phrases");
    expect(one.against).toBe("live");
    expect(named(one.examples.leaves)).toEqual(idsOf("two2"));
    await expect(drafted(draft, "--rule", "nowhere")).rejects.toThrow(
      "it differs at\n  signals.seats.phrases",
    );
  });

  test("says the same of decisions that have a brief and of those from before there were any", async () => {
    const { db } = house.database;
    const drafts = [
      POLICY.replace("threshold: 20", "threshold: 25"),
      POLICY.replace("{ user: ben@ourcompany.example }", "{ user: new@ourcompany.example, weight: 100 }"),
      POLICY.replace("value: bug", "value: other"),
      POLICY.replace("phrases: [seats]", "phrases: [chairs]"),
    ];
    const reports = async () => {
      const all: string[] = [];
      for (const draft of drafts) {
        const { window: _, ...said } = await reported(draft, "--each");
        all.push(JSON.stringify(said));
      }
      return all;
    };
    const inBrief = await reports();
    await sql`create table briefs as select id, brief from decisions`.execute(db);
    await sql`update decisions set brief = null where id % 2 = 0`.execute(db);
    expect(await reports()).toEqual(inBrief);
    await sql`update decisions set brief = null`.execute(db);
    expect(await reports()).toEqual(inBrief);
    await sql`update decisions d set brief = b.brief from briefs b where b.id = d.id`.execute(db);
    const { rows } = await sql<{ n: number }>`select count(brief) as n from decisions`.execute(db);
    expect(rows[0]?.n).toBeGreaterThanOrEqual(6);
  });

  test("with new example sentences says how many it could not judge by meaning", async () => {
    const draft = POLICY.replace("phrases: [SSO]", "phrases: [SSO], examples: [we log in with one password]");
    const report = await reported(draft);
    expect(report.notJudgedByMeaning).toEqual({ conversations: 6, signals: ["sso"] });
  });
});

describe("the command", () => {
  test("prints a table, a histogram with the threshold, and examples", async () => {
    const { out, code } = await drafted(POLICY.replace("threshold: 20", "threshold: 25"));
    expect(code).toBe(0);
    expect(out).toMatch(
      /^6 conversations of production with \d+ decisions since .*, against what happened$/m,
    );
    expect(out).toMatch(/^ +leave +2 /m);
    expect(out).toContain("score buying, threshold 20 -> 25");
    expect(out).toMatch(/^> {2}20 /m);
    expect(out).toContain(`${ids["two"]}: qualified: new Lead for `);
    expect(out).toContain("-> no recipe applies");
  });

  test("says how far it came when it is stopped, and exits 130", async () => {
    stopped.now = () => Promise.resolve();
    const { err, code } = await drafted(POLICY);
    stopped.now = () => new Promise<void>(() => {});
    expect(err).toMatch(/stopped after 0 of \d+ decisions; nothing was changed/);
    expect(code).toBe(130);
  });

  test("refuses what it cannot do in one line", async () => {
    await expect(drafted(POLICY, "--environment", "moon")).rejects.toThrow(
      'no environment "moon"; there is production',
    );
    await expect(drafted(POLICY, "--limit", "few")).rejects.toThrow("--limit few: write a whole number");
    await expect(drafted(POLICY, "--against", "all")).rejects.toThrow("write stored or live");
    await expect(drafted(POLICY, "--rule", "x")).rejects.toThrow("says the same as the live policy");
  });

  test("stops between pages, and what its threads still had in hand fails nothing else", async () => {
    const { db, url } = house.database;
    await sql`
      insert into decisions (environment, workspace, conversation_id, version, policy_version, kind, inputs, answer, decided_at)
      select environment, workspace, 'many ' || n, 1, policy_version, kind, inputs, answer, decided_at
      from (select * from decisions limit 1) as d, generate_series(1, 1200) as n`.execute(db);
    const unheard: unknown[] = [];
    const hear = (error: unknown) => unheard.push(error);
    process.on("unhandledRejection", hear);
    const stop = new AbortController();
    const live = await liveSideOf(db, await environmentNamed(db, "production"));
    const window = { environment: "production", since: 0, until: house.now() + 1_000 };
    const question = {
      window,
      draft: live.live,
      ...live,
      against: "stored",
      each: false,
      examples: 0,
    } as const;
    const watch = { signal: stop.signal, onProgress: () => stop.abort() };
    const ending = await backtest({ db, url }, question, watch);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", hear);
    expect(ending).toMatchObject({ kind: "stopped", done: 150 });
    expect(unheard).toEqual([]);
  });
});
