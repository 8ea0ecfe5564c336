/** What deals say, in a real browser: missed winners and points weighed anew, each made a draft. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCOPES } from "../../src/access/scopes.ts";
import { createToken } from "../../src/access/tokens.ts";
import { ensureWeb } from "../../src/cli/web.ts";
import { axeFaults, openBrowser } from "../support/browser.ts";
import { copied, deals, HINDSIGHT_POLICY } from "../support/deals.ts";
import { openTestHouse, type TestHouse, writes } from "../support/house.ts";

const browser = await openBrowser();
const WEB = join(import.meta.dirname, "..", "..", "web");

describe.skipIf(browser === null)("what deals say", () => {
  let house: TestHouse;
  let page: Page;
  const errors: string[] = [];
  beforeAll(async () => {
    const quiet = { out: () => {}, err: () => {}, interactive: false, clock: () => 0 };
    await ensureWeb(quiet as never, { folder: WEB, node: process.execPath });
    house = await openTestHouse({ policy: HINDSIGHT_POLICY });
    await house.service.house.pollDeals();
    const request = {
      holder: "ada",
      scopes: SCOPES,
      environments: null,
      lifeMs: 30 * 86_400_000,
      createdBy: "the test",
    };
    const { token } = await createToken(house.database.db, request, house.now());
    if (browser === null) return;
    page = await browser.newPage({ reducedMotion: "reduce", viewport: { width: 1280, height: 900 } });
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(`${house.service.url}/sign-in#token=${token}`);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await house.close();
  });

  const open = async (): Promise<void> => {
    await page.goto(`${house.service.url}/e/production/policy`);
    await page.getByRole("link", { name: "What deals say" }).click();
    await page.getByRole("heading", { level: 1, name: "What deals say" }).waitFor();
  };

  /** Neither light nor dark, wide nor on a phone, does axe find a fault or the page run out sideways. */
  async function looksRight(): Promise<void> {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeFaults(page)).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await axeFaults(page)).toEqual([]);
    expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(390);
    await page.setViewportSize({ width: 1280, height: 900 });
  }

  test("is little before anybody bought, and says how many deals are needed", async () => {
    await open();
    await page.getByText("Nobody has bought yet").waitFor();
    expect(new URL(page.url()).pathname).toBe("/e/production/policy/hindsight");
    await page.getByText("20 of each are needed").waitFor();
    await looksRight();
  });

  test("shows who was missed, and makes a draft with a phrase of theirs", async () => {
    await writes(house, { who: "mira", text: "Our lawyers ask for a data processing agreement" });
    await writes(house, { who: "nils", text: "Who signs the data processing agreement?" });
    await writes(house, { who: "sara", text: "We need SSO" });
    await writes(house, { who: "quin", text: "A quote, please" });
    await writes(house, { who: "paul", text: "Hello there" });
    for (const who of ["mira", "nils"]) await deals(house, who, "Closed Won");
    await copied(house, "sara", 60, 15);
    await copied(house, "quin", 15, 60);
    await copied(house, "paul", 40, 40);
    house.advance(600_000);
    await open();
    await page.getByText("were missed").waitFor();
    await page.getByRole("button", { name: "Make a draft of this" }).waitFor();
    await looksRight();
    await page.getByRole("button", { name: "Draft with data processing agreement" }).click();
    await page.getByLabel("Signal").selectOption("quote");
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Make the draft" }).click();
    await page.getByRole("heading", { level: 1, name: "Draft phrase-data-processing-agreement" }).waitFor();
  });

  test("makes a draft of the suggested points, and leaves what is live as it is", async () => {
    await open();
    await page.getByRole("button", { name: "Make a draft of this" }).click();
    await page.getByRole("heading", { level: 1, name: "Draft suggested-points" }).waitFor();
    await page.goto(`${house.service.url}/e/production/policy`);
    await page.getByText("v1").first().waitFor();
    expect(errors).toEqual([]);
  });
});
