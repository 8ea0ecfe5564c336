/** The door for what people press in Slack: signed, fresh, of the right kind and size, once. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "kysely";
import { emulatedAccounts } from "../../emulators/all.ts";
import { signedHeaders } from "../../emulators/slack/interact.ts";
import { durationMs } from "../../src/kernel/time.ts";
import { openTestHouse, type TestHouse } from "../support/house.ts";
import { POOL_POLICY, poolLead, presses } from "../support/slack-leads.ts";
import { timersOf } from "../support/timers.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ policy: POOL_POLICY });
});
afterAll(() => house.close());

describe("at the door", () => {
  const post = async (
    body: string,
    headers: Readonly<Record<string, string>>,
    connection = "emulated-slack",
  ) =>
    (await fetch(`${house.service.url}/webhooks/slack/${connection}`, { method: "POST", headers, body }))
      .status;
  const stored = async (): Promise<number> => {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from presses`.execute(
      house.database.db,
    );
    return rows[0]?.n ?? 0;
  };

  test("a replayed press is acknowledged and worked once", async () => {
    const mine = await poolLead(house, "pina");
    const { request } = await presses(house, {
      user: mine.owner,
      key: mine.key,
      action: "baton-remind",
      option: "1h",
    });
    const before = await stored();
    expect(await post(request.body, request.headers)).toBe(200);
    await house.settle();
    expect(await stored()).toBe(before);
    const snoozes = (await timersOf(house, mine.talk.conversation)).filter(({ kind }) => kind === "snooze");
    expect(snoozes).toHaveLength(1);
  });

  test("what is not signed, not now, or not for this is refused, and nothing is stored", async () => {
    const body = new URLSearchParams({ payload: "{}" }).toString();
    const secret = emulatedAccounts.slack.signingSecret;
    const before = await stored();
    const good = signedHeaders(body, secret, house.now());
    const wrong = { ...good, "x-slack-signature": `v0=${"0".repeat(64)}` };
    expect(await post(body, wrong)).toBe(401);
    expect(await post(`${body}&more=1`, good)).toBe(401);
    expect(await post(body, signedHeaders(body, secret, house.now() - durationMs("6m")))).toBe(401);
    expect(await post(body, signedHeaders(body, secret, house.now() + durationMs("6m")))).toBe(401);
    expect(await post(body, { ...good, "content-type": "application/json" })).toBe(415);
    expect(await post(body, good)).toBe(400);
    expect(await post(body, good, "emulated-intercom")).toBe(404);
    const long = "x".repeat(1024 * 1024 + 1);
    expect(await post(long, signedHeaders(long, secret, house.now()))).toBe(413);
    expect(await stored()).toBe(before);
  });

  test("a kind nobody knows is kept and ignored", async () => {
    const payload = { type: "shortcut", trigger_id: "1.2.new", user: { id: "U1" } };
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const before = await stored();
    expect(await post(body, signedHeaders(body, emulatedAccounts.slack.signingSecret, house.now()))).toBe(
      200,
    );
    await house.settle();
    expect(await stored()).toBe(before + 1);
  });
});
