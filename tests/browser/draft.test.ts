/** A draft in the editor: left with changes that are not stored, counted beside its phrases, and published. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCOPES } from "../../src/access/scopes.ts";
import { createToken } from "../../src/access/tokens.ts";
import { axeFaults, openBrowser } from "../support/browser.ts";
import { openTestHouse, type TestHouse, WORDS, writes } from "../support/house.ts";

const browser = await openBrowser();

describe.skipIf(browser === null)("a draft", () => {
  let house: TestHouse;
  let page: Page;
  let token: string;
  const errors: string[] = [];
  beforeAll(async () => {
    house = await openTestHouse({ settleMs: 200 });
    await writes(house, { who: "ada", text: WORDS.buying });
    const request = { holder: "the test", scopes: SCOPES, environments: null, lifeMs: 3_600_000 };
    ({ token } = await createToken(house.database.db, { ...request, createdBy: "the test" }, house.now()));
    if (browser === null) return;
    page = await browser.newPage({ reducedMotion: "reduce", viewport: { width: 1280, height: 900 } });
    await page.goto(`${house.service.url}/sign-in#token=${token}`);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await page.goto(`${house.service.url}/e/production/policy`);
    await page.getByRole("button", { name: "New draft" }).click();
    await page.getByLabel("Name").fill("ours");
    await page.getByRole("button", { name: "Begin" }).click();
    await page.getByRole("heading", { level: 1, name: "Draft ours" }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await house.close();
  });

  const title = () => page.getByRole("heading", { level: 1 });
  const isAt = (name: string) => page.getByRole("heading", { level: 1, name }).waitFor();
  const leave = () => page.getByRole("link", { name: "Routing", exact: true }).click();
  const threshold = () => page.getByRole("spinbutton", { name: "Threshold" }).first();
  const open = (tab: string) => page.goto(`${house.service.url}/e/production/policy/drafts/ours?tab=${tab}`);
  const stored = async (): Promise<string> => {
    const response = await fetch(`${house.service.url}/api/v1/environments/production/policy/drafts/ours`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return ((await response.json()) as { readonly document: string }).document;
  };

  test("is left with what was changed stored", async () => {
    await threshold().fill("33");
    await leave();
    await isAt("Routing");
    expect(await stored()).toContain("threshold: 33");
  });

  test("is left only after a question where the change cannot be stored", async () => {
    await open("scores");
    await page.route("**/policy/drafts/ours", (route) =>
      route.request().method() === "PUT" ? route.abort() : route.continue(),
    );
    const asked: string[] = [];
    let mayLeave = false;
    page.on("dialog", (dialog) => {
      asked.push(dialog.message());
      void (mayLeave ? dialog.accept() : dialog.dismiss());
    });
    await threshold().fill("34");
    await leave();
    await page.getByText("Not saved", { exact: true }).waitFor();
    expect([asked, await title().textContent()]).toEqual([
      ["The last changes are not saved. Leave all the same?"],
      "Draft ours",
    ]);
    mayLeave = true;
    await leave();
    await isAt("Routing");
    expect([asked.length, await stored()]).toEqual([2, expect.stringContaining("threshold: 33")]);
    await page.unroute("**/policy/drafts/ours");
  });

  test("says beside each phrase how often it counted, and which is not live", async () => {
    await open("signals");
    await page.getByRole("button", { name: "Enterprise intent" }).first().click();
    await page.getByLabel("Add phrases").fill("on-premises");
    await page.getByRole("button", { name: "Add", exact: true }).first().click();
    const timesOf = (phrase: string) =>
      page
        .getByRole("row")
        .filter({ has: page.getByLabel(`Phrase ${phrase}`, { exact: true }) })
        .getByRole("cell")
        .nth(2);
    await page.getByText("not live").first().waitFor();
    expect([await timesOf("SSO").textContent(), await timesOf("on-premises").textContent()]).toEqual([
      "1",
      "not live",
    ]);
    expect(await axeFaults(page)).toEqual([]);
  });

  test("is asked for again where publishing was refused", async () => {
    const publishing = "**/policy/drafts/ours/publish";
    const again = Promise.withResolvers<unknown>();
    await page.route(publishing, (route) => {
      // From here on: what was asked before is no answer to the refusal.
      page.waitForRequest("**/policy/drafts/ours/effect").then(again.resolve, again.reject);
      return route.fulfill({
        status: 503,
        contentType: "application/problem+json",
        body: '{"title":"Not now"}',
      });
    });
    await page.getByRole("button", { name: "Publish…" }).click();
    await page.getByRole("textbox", { name: "Why" }).fill("Tried");
    const refused = page.waitForResponse(publishing);
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    expect((await refused).status()).toBe(503);
    await again.promise;
    await page.unroute(publishing);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  test("is asked for no more once it is published", async () => {
    page.on("response", (response) => {
      if (response.status() === 404) errors.push(response.url());
    });
    await page.getByRole("button", { name: "Publish…" }).click();
    await page.getByRole("textbox", { name: "Why" }).fill("Tried");
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Policy", exact: true }).waitFor();
    await page.getByText("v2", { exact: true }).waitFor();
    // Everything that is read again after a change was asked for by now.
    await leave();
    await isAt("Routing");
    expect(errors).toEqual([]);
  });
});
