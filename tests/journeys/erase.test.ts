/** A person's words leave Baton when somebody asks, when Intercom deletes them, and when they are old. */
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { emulatedAccounts } from "../../emulators/all.ts";
import { eraseCommand, retentionCommand } from "../../src/cli/erase.ts";
import { eraseDue } from "../../src/erasure/erase.ts";
import { mentionsOf } from "../../src/erasure/queries.ts";
import { forgetOld } from "../../src/erasure/retention.ts";
import {
  clearFaults,
  faultOn,
  handoffsOf,
  openTestHouse,
  seedWriter,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterEach(() => clearFaults(house));
afterAll(() => house.close());

const MARK = "quokka-7319";
const db = () => house.database.db;
const log = () => {};

/** Runs a command as an admin does; returns what it printed. */
async function run(make: typeof eraseCommand, args: readonly string[]): Promise<string> {
  const out: string[] = [];
  const terminal = {
    out: (text: string) => out.push(text),
    err: () => {},
    drained: async () => {},
    stdin: process.stdin,
    interactive: false,
    clock: house.now,
    env: {},
    exit: () => {},
  };
  const openStore = async () => ({
    db: db(),
    url: house.database.url,
    vault: house.service.vault,
    close: async () => {},
  });
  await make({ terminal, openStore, user: "ada" }).parseAsync([...args], { from: "user" });
  return out.join("\n");
}

async function mentions(...canaries: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(canaries.map((canary) => mentionsOf(db(), canary)));
  return found.flatMap((tables, i) => tables.map(({ table }) => `${canaries[i] ?? ""} in ${table}`));
}

const said = (who: string) => writes(house, { who, text: `${WORDS.buying} Our project is ${MARK}-${who}.` });

describe("baton erase", () => {
  test("shows first what it would reach, and does not go on without a yes", async () => {
    const { conversation } = await said("wombatia");
    await house.settle();
    expect(await handoffsOf(house, conversation)).toHaveLength(1);
    const dry = JSON.parse(
      await run(eraseCommand, ["--email", "wombatia@wombatia.example", "--dry-run", "--json"]),
    );
    expect(dry).toMatchObject({ isErased: false, belongings: [{ conversations: [conversation] }] });
    expect(dry.remains.map((one: { system: string }) => one.system)).toEqual(
      expect.arrayContaining(["intercom", "salesforce", "slack"]),
    );
    await expect(run(eraseCommand, ["--email", "wombatia@wombatia.example"])).rejects.toThrow(/--yes/);
    expect(await mentions(`${MARK}-wombatia`)).not.toEqual([]);
  });

  test("leaves no word, no name and no address in any table, and what guards against doubles", async () => {
    const keys = sql<{ n: number }>`select count(*)::int as n from effects where request ? 'erased'`;
    const text = await run(eraseCommand, ["--email", "Wombatia@wombatia.example", "--yes"]);
    expect(text).toContain("1 conversations of Wombatia@wombatia.example are erased");
    expect(text).toMatch(/salesforce +\w+ 00Q/);
    expect(await mentions(`${MARK}-wombatia`, "wombatia@wombatia.example", "Wombatia Nguyen")).toEqual([]);
    expect((await keys.execute(db())).rows[0]?.n).toBeGreaterThan(0);
    house.advance(700_000);
    await house.settle();
    await eraseDue(db(), log, house.now());
    expect(await mentions(`${MARK}-wombatia`, "wombatia@wombatia.example", "Wombatia Nguyen")).toEqual([]);
  });

  test("says so where nobody has the address", async () => {
    expect(await run(eraseCommand, ["--email", "nobody@nowhere.example", "--yes"])).toBe(
      "Baton knows nobody with the address nobody@nowhere.example.",
    );
    await expect(run(eraseCommand, ["--email", "nobody", "--yes"])).rejects.toThrow(/no e-mail address/);
  });

  test("stops a handoff that is under way", async () => {
    house.emulators.applyFaults({
      seed: 1,
      slack: { rules: [faultOn("POST", "/api/chat.postMessage", { kind: "status", status: 503 })] },
    });
    const { contactId } = seedWriter(house, { who: "numbat" });
    const body = `${WORDS.buying} Our project is ${MARK}-numbat.`;
    const { id: conversation } = house.emulators.intercom.startConversation({ contactId, body });
    const waiting = async (): Promise<boolean> => {
      const [handoff] = await handoffsOf(house, conversation);
      return handoff?.effects.some(({ kind, state }) => kind === "notify" && state !== "done") === true;
    };
    await expect.poll(waiting, { timeout: 30_000 }).toBe(true);
    await run(eraseCommand, ["--email", "numbat@numbat.example", "--yes"]);
    clearFaults(house);
    await house.settle();
    house.advance(120_000);
    await eraseDue(db(), log, house.now());
    await house.settle();
    expect(await mentions(`${MARK}-numbat`, "numbat@numbat.example", "Numbat Nguyen")).toEqual([]);
    const [handoff] = await handoffsOf(house, conversation);
    expect(handoff?.status).not.toBe("running");
    expect(handoff?.effects.filter(({ kind }) => kind === "notify").map(({ state }) => state)).not.toContain(
      "done",
    );
  });

  test("keeps nothing of what is written there afterwards", async () => {
    const { conversation } = await said("dingo");
    await house.settle();
    await run(eraseCommand, ["--email", "dingo@dingo.example", "--yes"]);
    house.advance(60_000);
    house.emulators.intercom.customerReplies({ conversationId: conversation, body: `Again ${MARK}-dingo` });
    await house.settle();
    expect(await mentions(`${MARK}-dingo`)).toEqual([]);
  });
});

describe("what Intercom deletes", () => {
  test("a conversation is erased here, too", async () => {
    const { conversation } = await said("kookaburra");
    await house.settle();
    house.emulators.intercom.deleteConversation({ conversationId: conversation });
    await house.settle();
    await eraseDue(db(), log, house.now());
    expect(await mentions(`${MARK}-kookaburra`)).toEqual([]);
  });
});

describe("a person whom Intercom deletes", () => {
  test("is erased here with all their conversations", async () => {
    const { contactId, conversation } = await said("bilby");
    const writer = await fetch(`${house.emulators.intercom.url}/contacts/${contactId}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${emulatedAccounts.intercom.token}` },
    });
    expect(writer.status).toBe(200);
    await house.settle();
    await eraseDue(db(), log, house.now());
    expect(await mentions(`${MARK}-bilby`, "bilby@bilby.example", "Bilby Nguyen")).toEqual([]);
    expect(await handoffsOf(house, conversation)).toHaveLength(1);
  });
});

describe("retention", () => {
  test("lets go of notifications and decisions that are older than an admin allows", async () => {
    await said("echidna");
    await house.settle();
    expect(await run(retentionCommand, ["show"])).toContain("webhooks");
    await run(retentionCommand, ["set", "webhooks", "2"]);
    const set = JSON.parse(await run(retentionCommand, ["set", "decisions", "3", "--json"]));
    expect(set).toContainEqual(expect.objectContaining({ class: "decisions", days: 3, isDefault: false }));
    await expect(run(retentionCommand, ["set", "sweets", "3"])).rejects.toThrow(
      /no class sweets; there are webhooks/,
    );
    await expect(run(retentionCommand, ["set", "webhooks", "0"])).rejects.toThrow(/no number of days/);
    await sql`update events set received_at = received_at - interval '4 days'`.execute(db());
    await sql`update decisions set decided_at = decided_at - interval '4 days'`.execute(db());
    await sql`update follow_ups set state = 'skipped' where state = 'armed'`.execute(db());
    await forgetOld(db(), log, () => false);
    const left = await mentions(`${MARK}-echidna`);
    expect(left.toSorted()).toEqual([`${MARK}-echidna in conversations`, `${MARK}-echidna in effects`]);
  });
});
