/** A failure from the alarm to the retry, by somebody who only has the screens. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCOPES } from "../../src/access/scopes.ts";
import { createToken } from "../../src/access/tokens.ts";
import { axeFaults, openBrowser } from "../support/browser.ts";
import {
  clearFaults,
  faultOn,
  handoffOf,
  openTestHouse,
  slackMessages,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";

const browser = await openBrowser();

describe.skipIf(browser === null)("a failed effect", () => {
  let house: TestHouse;
  let page: Page;
  beforeAll(async () => {
    house = await openTestHouse({ settleMs: 200 });
    if (browser === null) return;
    page = await browser.newPage({ reducedMotion: "reduce" });
    const { token } = await createToken(
      house.database.db,
      { holder: "the test", scopes: SCOPES, environments: null, lifeMs: 3_600_000, createdBy: "the test" },
      house.now(),
    );
    await page.goto(`${house.service.url}/sign-in#token=${token}`);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await house.close();
  });

  test("is seen on the overview, read in words, tried again after the fix, and goes out once", async () => {
    const refused = { kind: "status", status: 200, body: { ok: false, error: "is_archived" } } as const;
    house.emulators.slack.faults.set({ rules: [faultOn("POST", "/api/chat.postMessage", refused)] });
    const { conversation } = await writes(house, { who: "ana", text: WORDS.buying });
    await house.settle();

    await page.reload();
    await page.getByText("Open issues").waitFor();
    await page.getByRole("link", { name: "See what did not go through" }).click();
    await page.getByRole("heading", { level: 1, name: "Operations" }).waitFor();
    await page.getByRole("link", { name: /is_archived/ }).click();
    await page.getByText("The channel is archived: name another in the policy.").first().waitFor();
    await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeFaults(page)).toEqual([]);
    }

    clearFaults(house);
    await page.getByRole("button", { name: "Retry all" }).click();
    await page.getByText("Trying again").waitFor();
    await house.settle();
    await page.reload();
    await page.getByText("resolved").first().waitFor();
    expect(await page.getByRole("button", { name: "Retry all" }).count()).toBe(0);
    const handoff = await handoffOf(house, conversation);
    expect(handoff.status).toBe("done");
    const notice = handoff.effects.find(({ kind }) => kind === "notify");
    expect(slackMessages(house, notice?.key ?? "")).toHaveLength(1);
  });

  test("is tried again alone, while others of its issue stay", async () => {
    const refused = { kind: "status", status: 200, body: { ok: false, error: "is_archived" } } as const;
    house.emulators.slack.faults.set({ rules: [faultOn("POST", "/api/chat.postMessage", refused)] });
    const one = await writes(house, { who: "bea", text: WORDS.buying });
    const other = await writes(house, { who: "cid", text: WORDS.buying });
    clearFaults(house);

    await page.reload();
    await page.getByRole("button", { name: "Retry all" }).waitFor();
    const handoff = await handoffOf(house, one.conversation);
    const key = handoff.effects.find(({ kind }) => kind === "notify")?.key ?? "";
    const thing = page.getByRole("listitem").filter({ hasText: key });
    await thing.getByRole("button", { name: "Retry" }).click();
    await page.getByText("Trying again").first().waitFor();
    await house.settle();
    await thing.getByText("resolved").waitFor();
    expect((await handoffOf(house, one.conversation)).status).toBe("done");
    expect((await handoffOf(house, other.conversation)).status).toBe("failed");
    expect(slackMessages(house, key)).toHaveLength(1);

    const { id } = await handoffOf(house, other.conversation);
    await page.goto(`${house.service.url}/e/production/handoffs/${encodeURIComponent(id)}?tab=effects`);
    await page.getByRole("button", { name: "Retry" }).click();
    await page.getByText("Trying again").first().waitFor();
    await house.settle();
    expect((await handoffOf(house, other.conversation)).status).toBe("done");
  });
});
