/** Recipes by three questions in a real browser, by keyboard alone: added, seen, taken back, and marked once changed. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCOPES, type Scope } from "../../src/access/scopes.ts";
import { createToken } from "../../src/access/tokens.ts";
import { axeFaults, openBrowser } from "../support/browser.ts";
import { openTestHouse, type TestHouse, WORDS, writes } from "../support/house.ts";

const browser = await openBrowser();

/** A policy that has no recipe, and signals, scores and routes under names of its own. */
const OURS = `format: baton/policy@1
name: Ours
signals:
  pricing: { label: Pricing, phrases: [pricing, upgrade], points: 50 }
scores:
  interest: { signals: [pricing], threshold: 10 }
recipes: []
routing:
  routes:
    sales: [{ accountOwner: {} }, { user: lee@ourcompany.example }]
`;

describe.skipIf(browser === null)("the recipe wizard", () => {
  let house: TestHouse;
  let page: Page;
  const errors: string[] = [];

  const tokenFor = async (scopes: readonly Scope[]): Promise<string> => {
    const request = { holder: "the test", scopes, environments: null, lifeMs: 3_600_000 };
    const asked = { ...request, createdBy: "the test" };
    return (await createToken(house.database.db, asked, house.now())).token;
  };
  const signedIn = async (token: string, look: object = {}): Promise<Page> => {
    const viewport = { width: 1280, height: 900 };
    const context = await browser?.newContext({ reducedMotion: "reduce", viewport, ...look });
    const opened = await context?.newPage();
    if (opened === undefined) throw new Error("there is no browser");
    opened.on("pageerror", (error) => errors.push(error.message));
    await opened.goto(`${house.service.url}/sign-in#token=${token}`);
    await opened.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    return opened;
  };
  const makeDraft = async (name: string, document: string, authorization: string): Promise<void> => {
    const url = `${house.service.url}/api/v1/environments/production/policy/drafts/${name}`;
    const headers = { authorization, "content-type": "application/json", "if-none-match": "*" };
    const { ok } = await fetch(url, { method: "PUT", headers, body: JSON.stringify({ document }) });
    expect(ok).toBe(true);
  };
  const saved = (revision: number) => page.getByText(`Saved, revision ${revision}`).waitFor();
  const dialog = () => page.getByRole("dialog");
  const question = (number: number) => dialog().getByText(`Question ${number} of 3`).waitFor();
  const enter = () => page.keyboard.press("Enter");
  const cards = () => page.getByRole("button", { expanded: false }).filter({ hasText: "from recipe" });

  /** From the button to the first question, by keyboard. */
  const choose = async (recipe: string): Promise<void> => {
    await page.getByRole("button", { name: "Add a recipe" }).focus();
    await enter();
    const choice = dialog().getByRole("button", { name: `Choose ${recipe}` });
    await choice.waitFor();
    await choice.focus();
    await enter();
    await question(1);
  };
  const threeTimesYes = async (): Promise<void> => {
    await enter();
    await question(2);
    await enter();
    await question(3);
    await enter();
    await dialog().waitFor({ state: "detached" });
  };

  beforeAll(async () => {
    house = await openTestHouse({ settleMs: 200 });
    await writes(house, { who: "ada", text: WORDS.buying });
    if (browser === null) return;
    const token = await tokenFor(SCOPES);
    page = await signedIn(token);
    await makeDraft("ours", OURS, `Bearer ${token}`);
    await page.goto(`${house.service.url}/e/production/policy/drafts/ours?tab=recipes`);
    await page.getByRole("heading", { level: 1, name: "Draft ours" }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await house.close();
  });

  const RECIPES = [
    ["Trial to paid", "contact.tags contains trial and signals contains any of pricing"],
    ["Enterprise inbound chat", "signals contains any of enterprise"],
    ["Churn risk escalation", "signals contains any of complaint, cancellation"],
  ] as const;

  test.each(RECIPES.map(([name, sentence], i) => ({ name, sentence, revision: 2 + 2 * i })))(
    "adds $name by three times Enter, with its sentence and its effect, and takes it back",
    async ({ name, sentence, revision }) => {
      await choose(name);
      await dialog().getByText("This is written").waitFor();
      await threeTimesYes();
      await page
        .getByRole("button", { name })
        .filter({ hasText: `from recipe ${name}` })
        .waitFor();
      await page.getByText(sentence).waitFor();
      await saved(revision);
      await page.getByText(/^Qualifies \d/).waitFor();
      await page.getByRole("button", { name: "Undo" }).focus();
      await enter();
      await saved(revision + 1);
      expect(await cards().count()).toBe(0);
    },
  );

  test("marks a recipe that says something else by now", async () => {
    await choose("Churn risk escalation");
    await threeTimesYes();
    const card = page
      .getByRole("button", { name: "Churn risk escalation" })
      .filter({ hasText: "from recipe" });
    await card.focus();
    await enter();
    await page.getByLabel("Subject").fill("Call them today");
    await page.getByText("from recipe Churn risk escalation, changed").waitFor();
    await page.getByText(/^Saved, revision \d+$/).waitFor();
    expect(await page.getByText("from recipe").count()).toBe(1);
  });

  test("says that a recipe is there, and writes none", async () => {
    await choose("Churn risk escalation");
    await enter();
    await question(2);
    await enter();
    await question(3);
    await dialog()
      .getByText(/starts at the same and does the same/)
      .waitFor();
    await dialog().getByRole("button", { name: "Close", exact: true }).last().focus();
    await enter();
    await dialog().waitFor({ state: "detached" });
    expect(await page.getByText("from recipe").count()).toBe(1);
  });

  test("wants people by address, and a signal at least", async () => {
    await choose("Trial to paid");
    await page.keyboard.press("Space");
    await dialog().getByText("Choose one at least").waitFor();
    await enter();
    await question(1);
    await page.keyboard.press("Space");
    await enter();
    await question(2);
    await page.keyboard.press("ArrowUp");
    await dialog()
      .getByLabel("Addresses in Salesforce")
      .fill("ann@ourcompany.example, bob@ourcompany.example");
    await dialog().getByText("Pool trial-conversion, whose members take turns").waitFor();
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement?.textContent")).toBe("Add a recipe");
  });

  test.each([
    ["light", 1280],
    ["dark", 390],
    ["dark", 1280],
    ["light", 390],
  ] as const)("has no fault for axe in %s at %i px, and does not scroll sideways", async (scheme, width) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 900 });
    const faults = async () => ({
      faults: await axeFaults(page),
      isWider: await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"),
      // Each step begins at its top.
      scrolled: await page.evaluate(`document.querySelector("[role=dialog]")?.scrollTop ?? 0`),
    });
    const none = { faults: [], isWider: false, scrolled: 0 };
    await page.getByRole("button", { name: "Add a recipe" }).focus();
    expect(await faults()).toEqual(none);
    await enter();
    await dialog().getByRole("button", { name: "Choose Trial to paid" }).waitFor();
    expect(await faults()).toEqual(none);
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
    await choose("Churn risk escalation");
    expect(await faults()).toEqual(none);
    await enter();
    await question(2);
    expect(await faults()).toEqual(none);
    await enter();
    await question(3);
    expect(await faults()).toEqual(none);
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
  });

  test("is not offered to who may only look", async () => {
    const viewer = await signedIn(await tokenFor(["environments:read", "policy:read"]));
    await viewer.goto(`${house.service.url}/e/production/policy/drafts/ours?tab=recipes`);
    await viewer.getByText("from recipe Churn risk escalation, changed").waitFor();
    expect(await viewer.getByRole("button", { name: "Add a recipe" }).count()).toBe(0);
    expect(errors).toEqual([]);
  });
});
