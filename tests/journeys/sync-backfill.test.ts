/** All people whom both systems know are made to agree, within the day's calls, whatever ends the process. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { backfill, type BackfillParts, previewBackfill } from "../../src/sync/backfill.ts";
import { pause, resume } from "../../src/handoff/pause.ts";
import { setShare } from "../../src/sync/queries.ts";
import type { SyncPlace } from "../../src/sync/place.ts";
import { KEY, type TestHouse } from "../support/house.ts";
import { openResting } from "../support/sync.ts";

const PEOPLE = 900;
const MAPPING = {
  lead: [
    { from: "contact.phone", to: "Phone", direction: "both" },
    { from: "contact.plan", to: "Plan__c" },
  ],
  account: [{ from: "company.employees", to: "NumberOfEmployees", direction: "both" }],
};

let house: TestHouse;
let place: SyncPlace;
beforeAll(async () => {
  ({ house, place } = await openResting(MAPPING));
  seed(PEOPLE);
});
beforeEach(async () => {
  for (const table of ["sync_changes", "sync_pairs", "sync_calls", "sync_backfills", "sync_cursors"])
    await sql`delete from ${sql.table(table)}`.execute(house.database.db);
  await setShare(house.database.db, "production", 0.25);
});
afterAll(() => house.close());

const crm = () => house.emulators.salesforce.state;
const leads = () =>
  crm()
    .rows("Lead")
    .filter((row) => String(row["LastName"]).startsWith("P"));
const people = () => [...house.emulators.intercom.workspace.contacts.values()];

/** Everybody stands on both sides, with a plan and every second phone in Intercom only, the others' in Salesforce only. */
function seed(count: number): void {
  const company = house.emulators.intercom.addCompany({
    companyId: "acme",
    name: "Acme",
    domain: "acme.example",
    size: 70,
  });
  crm().insert("Account", { Name: "Acme", Website: "https://www.acme.example" });
  for (let i = 0; i < count; i += 1) {
    const email = `p${i}@people.example`;
    const phone = `+1 555 ${i}`;
    crm().insert("Lead", {
      LastName: `P${i}`,
      Company: "P",
      Email: email,
      ...(i % 2 === 0 && { Phone: phone }),
    });
    house.emulators.intercom.addContact({
      email,
      name: `P${i}`,
      role: "user",
      plan: "pro",
      companies: [company.id],
      ...(i % 2 === 1 && { phone }),
    });
  }
}

function parts(over: Partial<BackfillParts> = {}): BackfillParts {
  return {
    db: house.database.db,
    clock: house.now,
    sleep: () => Promise.resolve(),
    isStopped: () => false,
    onPage: () => {},
    ...over,
  };
}

/** Calls to Salesforce that sync has counted as its own. */
async function spent(): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select coalesce(sum(calls), 0)::int as n from sync_calls`.execute(house.database.db);
  return rows[0]?.n ?? 0;
}

/** Who does not agree. */
function apart(): number {
  const byEmail = new Map(people().map((one) => [one.email, one]));
  return leads().filter((row) => {
    const person = byEmail.get(String(row["Email"]));
    return person === undefined || person.phone !== row["Phone"] || row["Plan__c"] !== "pro";
  }).length;
}

describe("a backfill", () => {
  test("is previewed first: how many, which fields, which way; nothing is written", async () => {
    const before = house.emulators.salesforce.ledger.entries().filter(({ committed }) => committed).length;
    const preview = await previewBackfill(parts(), place);
    expect(preview).toMatchObject({
      looked: PEOPLE,
      total: PEOPLE,
      matched: PEOPLE + 1,
      changing: PEOPLE + 1,
    });
    expect(preview.fields).toEqual([
      { field: "Plan__c", to: "salesforce", changes: PEOPLE },
      { field: "Phone", to: "salesforce", changes: PEOPLE / 2 },
      { field: "Phone", to: "intercom", changes: PEOPLE / 2 },
      { field: "NumberOfEmployees", to: "salesforce", changes: 1 },
    ]);
    expect(preview.examples).toHaveLength(20);
    expect(preview.unfinished).toBeNull();
    expect(house.emulators.salesforce.ledger.entries().filter(({ committed }) => committed)).toHaveLength(
      before,
    );
    const { rows } = await sql`select from sync_pairs`.execute(house.database.db);
    expect(rows).toEqual([]);
  });

  test("goes on after its process was killed, and ends with everybody alike", async () => {
    for (const looked of [150, 300]) {
      const child = command("sync", "backfill", "--environment", "production", "--json");
      const ended = once(child, "exit");
      await untilLooked(looked);
      child.kill("SIGKILL");
      expect(await ended).toEqual([null, "SIGKILL"]);
    }
    const last = await output("sync", "backfill", "--environment", "production", "--json");
    expect(JSON.parse(last)).toMatchObject({ end: "done", looked: PEOPLE });
    expect(apart()).toBe(0);
    expect(
      crm()
        .rows("Account")
        .map((row) => row["NumberOfEmployees"]),
    ).toContain(70);
    const { rows } = await sql<{ state: string; n: number }>`
      select state, count(*)::int as n from sync_changes group by 1 order by 1`.execute(house.database.db);
    expect(rows).toEqual([{ state: "done", n: 2 * PEOPLE + 1 }]);
  });

  test("changes nothing when it is done again, and costs a call for each page", async () => {
    await backfill(parts(), place);
    const before = await spent();
    const { state } = await backfill(parts(), place);
    expect(state).toMatchObject({ looked: PEOPLE, matched: PEOPLE + 1, changes: {} });
    expect((await spent()) - before).toBeLessThanOrEqual(PEOPLE / 150 + 3);
  });

  test("costs two calls for a page of 150 people where all of them change", async () => {
    for (const row of leads()) crm().update("Lead", String(row["Id"]), { Plan__c: null, Phone: null });
    await backfill(parts(), place);
    expect(apart()).toBe(0);
    expect(await spent()).toBeLessThanOrEqual((PEOPLE / 150) * 2 + 3);
  });

  test("pauses when sync's share of the day's calls is used, and goes on when the day is over", async () => {
    await setShare(house.database.db, "production", 4 / 100_000);
    crm().settings({ dailyLimit: 100_000 });
    const end = await backfill(parts(), place);
    expect(end).toMatchObject({ kind: "paused", why: expect.stringContaining("its share is 4") as string });
    expect(end.state.looked).toBeGreaterThan(0);
    expect(end.state.looked).toBeLessThan(PEOPLE);
    const before = await spent();
    expect(await backfill(parts(), place)).toMatchObject({
      kind: "paused",
      state: { looked: end.state.looked },
    });
    expect(await spent()).toBe(before);
    const later = { clock: () => (end.kind === "paused" ? end.until : 0) };
    expect((await backfill(parts(later), place)).state.looked).toBeGreaterThan(end.state.looked);
  });

  test("waits from the next page on while a side is paused, and goes on there when it is resumed", async () => {
    const { db } = house.database;
    const asked = { environment: "production", destination: "intercom", reason: "maintenance" } as const;
    const pausing: Promise<unknown>[] = [];
    const onPage = (): void => {
      if (pausing.length === 0) pausing.push(pause(db, asked, "nora", house.now()));
    };
    const end = await backfill(parts({ onPage }), place);
    await Promise.all(pausing);
    expect(end).toMatchObject({
      kind: "paused",
      why: "intercom is paused by nora (maintenance): the backfill waits until it is resumed",
    });
    expect(end.state.looked).toBeLessThan(PEOPLE);
    expect((await previewBackfill(parts(), place)).unfinished).toContain("intercom is paused by nora");
    await resume(db, { environment: "production", destination: "intercom" }, "the test");
    expect(await backfill(parts(), place)).toMatchObject({ kind: "done", state: { looked: PEOPLE } });
    expect(apart()).toBe(0);
  });

  test("stops where it is asked to, and says so", async () => {
    let pages = 0;
    const asked = parts({ isStopped: () => pages >= 2, onPage: () => (pages += 1) });
    expect(await backfill(asked, place)).toMatchObject({ kind: "stopped", state: { looked: 300 } });
    expect(await backfill(parts(), place)).toMatchObject({ kind: "done", state: { looked: PEOPLE } });
  });
});

describe("the commands", () => {
  test("status and history say how it stands, and what became of somebody", async () => {
    await backfill(parts(), place);
    house.emulators.intercom.changeContact({ contactId: people()[0]?.id ?? "", phone: "+1 555 9999" });
    await backfill(parts(), place);
    expect(JSON.parse(await output("sync", "status", "--json"))).toMatchObject([
      {
        environment: "production",
        paired: PEOPLE + 1,
        backfill: { looked: PEOPLE },
        budget: { kind: "open" },
      },
    ]);
    expect(await output("sync", "status")).toContain(`production  ${PEOPLE + 1} people and companies`);
    const history = await output("sync", "history", "--email", "P0@people.example", "--json");
    expect((JSON.parse(history) as readonly unknown[])[0]).toMatchObject({
      field: "Phone",
      writtenTo: "salesforce",
      before: "+1 555 0",
      after: "+1 555 9999",
      state: "done",
    });
    expect(await output("sync", "history", "--email", "nobody@people.example")).toBe(
      "sync has changed nothing of nobody@people.example\n",
    );
    expect(await output("environment", "set", "production", "--sync-share", "40")).toContain("production");
    expect(await output("sync", "status")).toContain("(40 %)");
  });
});

function command(...words: readonly string[]) {
  const entry = join(import.meta.dirname, "..", "..", "src", "main.ts");
  return spawn(process.execPath, [entry, ...words], {
    env: { ...process.env, DATABASE_URL: house.database.url, BATON_SECRET_KEY: KEY, BATON_LOG: "silent" },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function output(...words: readonly string[]): Promise<string> {
  const child = command(...words);
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await once(child, "close");
  return text;
}

async function untilLooked(count: number): Promise<void> {
  for (let i = 0; i < 2_000; i += 1) {
    const { rows } = await sql<{ looked: number }>`select looked from sync_backfills`.execute(
      house.database.db,
    );
    if ((rows[0]?.looked ?? 0) >= count) return;
    await sleep(20);
  }
  throw new Error(`no backfill came to ${count} people`);
}
