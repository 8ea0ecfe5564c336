/** The policy editor in a real browser, over the demo: from an edit to what it would do. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axeFaults, type Demo, openBrowser, startDemo } from "../support/browser.ts";

const browser = await openBrowser();

const TABS = [
  "Threshold & scores",
  "Signals",
  "Bonuses & multipliers",
  "Exclusions",
  "Recipes",
  "Record rules",
  "Routing",
  "Feedback",
  "Mapping",
  "Document",
];

describe.skipIf(browser === null)("the policy editor", () => {
  let demo: Demo;
  let page: Page;
  const errors: string[] = [];
  beforeAll(async () => {
    demo = await startDemo(12);
    if (browser === null) return;
    page = await browser.newPage({ reducedMotion: "reduce", viewport: { width: 1280, height: 900 } });
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(demo.link.href);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await demo.stop();
  });

  /** Asks the API as the demo's token, beside the page. */
  async function asked<T>(method: string, path: string, body?: object, headers: object = {}): Promise<T> {
    const response = await fetch(`${demo.link.origin}/api/v1/environments/production${path}`, {
      method,
      headers: {
        authorization: `Bearer ${demo.link.hash.replace("#token=", "")}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`);
    return (await response.json()) as T;
  }
  const content = async () =>
    (await asked<{ readonly content: Record<string, never> }>("GET", "/policy/drafts/lower")).content;
  const saved = (revision: number) => page.getByText(`Saved, revision ${revision}`).waitFor();
  const open = (tab: string) => page.getByRole("tab", { name: tab }).click();

  test("begins a draft with what is live", async () => {
    await page.goto(`${demo.link.origin}/e/production/policy`);
    await page.getByRole("button", { name: "New draft" }).click();
    await page.getByLabel("Name").fill("lower");
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Begin" }).click();
    await page.getByRole("heading", { level: 1, name: "Draft lower" }).waitFor();
    await saved(1);
  });

  test("moves the threshold by arrow keys, and tells what that does", async () => {
    await page.getByRole("slider", { name: "Threshold of buying" }).focus();
    for (let i = 0; i < 15; i += 1) await page.keyboard.press("ArrowLeft");
    await saved(2);
    expect((await content())["scores"]).toMatchObject({ buying: { threshold: 25 } });
    await page.getByText("published 40").first().waitFor();
    await page.getByText(/^Qualifies \d+$/).waitFor();
    await page.getByRole("spinbutton", { name: "Threshold" }).first().fill("20");
    await saved(3);
    await page.getByText("of 20").first().waitFor();
  });

  test("says what a message would score, and on which words", async () => {
    await page.getByLabel("What the customer writes").fill("We need SAML and SCIM for 300 people");
    await page.getByText("“SAML”").waitFor();
    await page.getByText("“SCIM”").waitFor();
  });

  test("takes many phrases at once, and flags what stands twice", async () => {
    await open("Signals");
    await page.getByRole("button", { name: "Enterprise intent" }).first().click();
    await page.getByLabel("Add phrases").fill("on-premises\nsecurity review\nair gap");
    await page.getByRole("button", { name: "Add", exact: true }).first().click();
    await page.getByText("2 added, 1 were there already").waitFor();
    await saved(4);
    await page.getByLabel("Phrase air gap").fill("quote");
    await page.getByText("Stands in Pricing, too").waitFor();
    await page.getByRole("button", { name: "Remove quote" }).click();
    await saved(5);
  });

  test("edits a condition by the builder, with its sentence beside it", async () => {
    await open("Recipes");
    await page.getByRole("button", { name: "Trial to paid" }).first().click();
    await page.getByRole("button", { name: "Edit the condition When" }).click();
    await page.getByRole("button", { name: "Add condition" }).click();
    await page.getByLabel("Field").last().selectOption("company.employees");
    await page.getByLabel("Operator").last().selectOption(">=");
    await page.getByLabel("Value for company.employees").fill("50");
    await page.getByText("and company.employees is at least 50").waitFor();
    await saved(6);
    expect(await axeFaults(page)).toEqual([]);
    expect((await content())["recipes"]?.[2]).toMatchObject({
      when: { rules: [{}, {}, { field: "company.employees", operator: ">=", value: 50 }] },
    });
  });

  test("moves a recipe down by its button, and undoes it", async () => {
    const first = async () =>
      ((await content())["recipes"] as { readonly id: string }[] | undefined)?.[0]?.id;
    await page.getByRole("button", { name: "Move Churn risk escalation down" }).click();
    await saved(7);
    expect(await first()).toBe("enterprise-inbound");
    await page.getByRole("button", { name: "Undo" }).click();
    await saved(8);
    expect(await first()).toBe("churn-risk");
  });

  test("shows both sides when somebody else saved meanwhile, and lets one choose", async () => {
    const theirs = { ...(await content()), name: "Theirs" };
    await asked("PUT", "/policy/drafts/lower", { content: theirs }, { "if-match": "8" });
    await open("Threshold & scores");
    await page.getByRole("spinbutton", { name: "Threshold" }).first().fill("30");
    await page.getByText("saved this draft meanwhile").waitFor();
    await page.getByLabel("Theirs", { exact: true }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Take theirs" }).click();
    await saved(9);
    expect(await page.getByRole("spinbutton", { name: "Threshold" }).first().inputValue()).toBe("20");
  });

  test("puts findings at their field, and keeps the text for what no form covers", async () => {
    await open("Document");
    const text = page.getByRole("textbox", { name: "Document" });
    await text.fill((await text.inputValue()).replace("coolDown: 30d", "coolDown: soon"));
    await page.getByRole("button", { name: "Save the text" }).click();
    await saved(10);
    await open("Recipes");
    await page.getByText("is no duration").first().waitFor();
    await page.getByText("as soon as the faults are repaired").waitFor();
    await page.getByLabel("Cool down").fill("20d");
    await saved(11);
    await page.getByText("is no duration").first().waitFor({ state: "detached" });
  });

  describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
    test.each(TABS)("%s has no fault that axe knows, and fits a phone", async (tab) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 1280, height: 900 });
      await open(tab);
      expect(await axeFaults(page)).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await axeFaults(page)).toEqual([]);
      expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(390);
    });
  });

  test("fails nowhere", () => {
    expect(errors).toEqual([]);
  });
});
