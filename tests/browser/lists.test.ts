/** Lists while things happen: what is new waits to be asked for, and what somebody set stays; a session that ends. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { setDisabled } from "../../src/access/users.ts";
import { axeFaults, openBrowser } from "../support/browser.ts";
import { openTestHouse, type TestHouse, WORDS, writes } from "../support/house.ts";
import { personOf } from "../support/people.ts";

const browser = await openBrowser();
const VERA = "vera@ourcompany.example";

describe.skipIf(browser === null)("a list that somebody looks at", () => {
  let house: TestHouse;
  let page: Page;
  const errors: string[] = [];
  beforeAll(async () => {
    house = await openTestHouse({ settleMs: 200 });
    await writes(house, { who: "ada", text: WORDS.buying });
    if (browser === null) return;
    const context = await browser.newContext({
      reducedMotion: "reduce",
      viewport: { width: 1200, height: 900 },
    });
    const [name = "", value = ""] = (await personOf(house, VERA, "reviewer")).split(/=(.*)/);
    await context.addCookies([{ name, value, url: String(house.service.url) }]);
    page = await context.newPage();
    page.on("pageerror", (error) => errors.push(error.message));
  });
  afterAll(async () => {
    await browser?.close();
    await house.close();
  });

  const go = (path: string) => page.goto(`${house.service.url}/e/production${path}`);
  const rows = () => page.locator("[data-row]");

  test("keeps its rows where they are until what is new is asked for", async () => {
    await go("/handoffs");
    await page.getByRole("link", { name: "Ada Nguyen" }).waitFor();
    await writes(house, { who: "bo", text: WORDS.buying });
    const fresh = page.getByRole("button", { name: "1 new, show" });
    await fresh.waitFor();
    expect(await rows().count()).toBe(1);
    expect(await axeFaults(page)).toEqual([]);
    await fresh.click();
    await page.getByRole("link", { name: "Bo Nguyen" }).waitFor();
    expect(await rows().count()).toBe(2);
  });

  test("shows every state whole at 1200 px", async () => {
    const cut = await page
      .locator("[data-row] .mantine-Badge-label")
      .evaluateAll((labels) =>
        labels.filter((label) => label.scrollWidth > label.clientWidth).map((label) => label.textContent),
      );
    expect(cut).toEqual([]);
  });

  test.each([
    ["handoffs", "/handoffs", "Contact"],
    ["conversations", "/conversations", "By"],
  ])("of %s keeps the columns that are wanted, and filters under a name", async (_, path, column) => {
    await go(path);
    await page.getByRole("columnheader", { name: column, exact: true }).waitFor();
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("checkbox", { name: column, exact: true }).uncheck();
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("searchbox", { name: "Search" }).fill("ada");
    await page.getByRole("link", { name: "Bo Nguyen" }).waitFor({ state: "detached" });

    await page.getByRole("button", { name: "Views" }).click();
    await page.getByText("No view is kept yet.", { exact: false }).waitFor();
    await page.getByRole("textbox", { name: "Keep this filter as" }).fill("Only Ada");
    await page.getByRole("button", { name: "Keep", exact: true }).click();
    await page.getByRole("button", { name: "Only Ada", exact: true }).waitFor();
    expect(await axeFaults(page)).toEqual([]);

    await go(path);
    await page.getByRole("link", { name: "Bo Nguyen" }).first().waitFor();
    expect(await page.getByRole("columnheader", { name: column, exact: true }).count()).toBe(0);
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("button", { name: "Only Ada", exact: true }).click();
    await page.getByRole("link", { name: "Bo Nguyen" }).waitFor({ state: "detached" });
    expect(new URL(page.url()).searchParams.get("q")).toBe("ada");
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("button", { name: "Forget Only Ada" }).click();
    await page.getByText("No view is kept yet.", { exact: false }).waitFor();
  });

  test("ends at the page to sign in when the session is ended elsewhere", async () => {
    await go("/handoffs");
    await page.getByRole("link", { name: "Ada Nguyen" }).waitFor();
    await setDisabled(house.database.db, VERA, true, "the test");
    await page.getByRole("heading", { level: 1, name: "Sign in to Baton" }).waitFor();
    expect(errors).toEqual([]);
  });
});
