/** The policy editor in a real browser, over the demo: from an edit to what it would do. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emulatedAccounts } from "../../emulators/all.ts";
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
  const draft = () =>
    asked<{ readonly content: Record<string, never>; readonly revision: number }>(
      "GET",
      "/policy/drafts/lower",
    );
  const content = async () => (await draft()).content;
  const live = async () => (await asked<{ readonly content: object }>("GET", "/policy")).content;
  /** Every change shows "Saving…" at once, until it is stored. */
  const saved = () => page.getByText(/^Saved, revision \d+$/).waitFor();
  const open = (tab: string) => page.getByRole("tab", { name: tab }).click();

  /** A page on which a new person with this role is signed in. */
  async function signedIn(role: string): Promise<Page> {
    const { origin } = demo.link;
    const email = `${role}@ourcompany.example`;
    const password = "correct horse battery";
    const { link } = await asked<{ readonly link: string }>("POST", "/../../users", { email, role });
    const context = await browser?.newContext({ reducedMotion: "reduce" });
    if (context === undefined) throw new Error("there is no browser");
    const headers = { origin };
    const token = new URL(link).hash.slice(1);
    await context.request.post(`${origin}/api/auth/invitation`, { data: { token, password }, headers });
    await context.request.post(`${origin}/api/auth/sign-in/email`, { data: { email, password }, headers });
    return context.newPage();
  }

  test("begins a draft with what is live", async () => {
    await page.goto(`${demo.link.origin}/e/production/policy`);
    await page.getByRole("button", { name: "New draft" }).click();
    await page.getByLabel("Name").fill("lower");
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Begin" }).click();
    await page.getByRole("heading", { level: 1, name: "Draft lower" }).waitFor();
    await saved();
  });

  test("moves the threshold by arrow keys, and tells what that does", async () => {
    await page.getByRole("slider", { name: "Threshold of buying" }).focus();
    for (let i = 0; i < 15; i += 1) await page.keyboard.press("ArrowLeft");
    await saved();
    expect((await content())["scores"]).toMatchObject({ buying: { threshold: 25 } });
    await page.getByText("published 40").first().waitFor();
    await page.getByText(/^Qualifies \d+$/).waitFor();
    await page.getByRole("spinbutton", { name: "Threshold" }).first().fill("20");
    await saved();
    await page.getByText("of 20").first().waitFor();
  });

  test("says what a message would score, and on which words", async () => {
    await page.getByLabel("What the customer writes").fill("We need SAML and SCIM for 300 people");
    await page.getByText("“SAML”").waitFor();
    await page.getByText("“SCIM”").waitFor();
    expect(await page.getByText(/^buying: \d+ of 20$/).count()).toBe(1);
  });

  test("takes many phrases at once, and flags what stands twice", async () => {
    await open("Signals");
    await page.getByRole("button", { name: "Enterprise intent" }).first().click();
    await page.getByLabel("Add phrases").fill("on-premises\nsecurity review\nair gap");
    await page.getByRole("button", { name: "Add", exact: true }).first().click();
    await page.getByText("2 added, 1 were there already").waitFor();
    await saved();
    await page.getByLabel("Phrase air gap").fill("quote");
    await page.getByText("Stands in Pricing, too").waitFor();
    await page.getByRole("button", { name: "Remove quote" }).click();
    await saved();
    const signals = JSON.stringify((await content())["signals"]);
    expect([signals.includes('"on-premises"'), signals.includes('"air gap"')]).toEqual([true, false]);
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
    await saved();
    expect(await axeFaults(page)).toEqual([]);
    expect((await content())["recipes"]?.[2]).toMatchObject({
      when: { rules: [{}, {}, { field: "company.employees", operator: ">=", value: 50 }] },
    });
  });

  test("moves a recipe down by its button, and undoes it", async () => {
    const first = async () =>
      ((await content())["recipes"] as { readonly id: string }[] | undefined)?.[0]?.id;
    await page.getByRole("button", { name: "Move Churn risk escalation down" }).click();
    await saved();
    expect(await first()).toBe("enterprise-inbound");
    await page.getByRole("button", { name: "Undo" }).click();
    await saved();
    expect(await first()).toBe("churn-risk");
  });

  test("shows both sides when somebody else saved meanwhile, and lets one choose", async () => {
    const { content, revision } = await draft();
    const theirs = { ...content, name: "Theirs" };
    await asked("PUT", "/policy/drafts/lower", { content: theirs }, { "if-match": String(revision) });
    await open("Threshold & scores");
    await page.getByRole("spinbutton", { name: "Threshold" }).first().fill("30");
    await page.getByText("saved this draft meanwhile").waitFor();
    await page.getByLabel("Theirs", { exact: true }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Take theirs" }).click();
    await saved();
    expect(await page.getByRole("spinbutton", { name: "Threshold" }).first().inputValue()).toBe("20");
  });

  test("simulates a hundred leads on a route", async () => {
    await open("Routing");
    await page.getByRole("button", { name: "Simulate" }).click();
    await page.getByText(/somebody could always take one|times nobody was there/).waitFor();
    await page.getByRole("cell", { name: "ana@ourcompany.example" }).first().waitFor();
    expect(await axeFaults(page)).toEqual([]);
  });

  test("puts findings at their field, and keeps the text for what no form covers", async () => {
    await open("Document");
    const text = page.getByRole("textbox", { name: "Document" });
    await text.fill((await text.inputValue()).replace("coolDown: 30d", "coolDown: soon"));
    await page.getByRole("button", { name: "Save the text" }).click();
    await saved();
    await open("Recipes");
    await page.getByText("is no duration").first().waitFor();
    await page.getByText("as soon as the faults are repaired").waitFor();
    await page.getByLabel("Cool down").fill("20d");
    await saved();
    await page.getByText("is no duration").first().waitFor({ state: "detached" });
    expect((await content())["handoff"]).toMatchObject({ coolDown: "20d" });
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

  test("discards a draft after a question", async () => {
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 900 });
    await asked("PUT", "/policy/drafts/other", { content: await content() }, { "if-none-match": "*" });
    await page.goto(`${demo.link.origin}/e/production/policy`);
    await page.getByRole("button", { name: "Discard other" }).click();
    await page.getByText("Nothing that is live changes").waitFor();
    await page.getByRole("button", { name: "Discard", exact: true }).last().click();
    await page.getByRole("button", { name: "Discard other" }).waitFor({ state: "detached" });
    expect(await asked("GET", "/policy/drafts")).toMatchObject([{ name: "lower" }]);
  });

  test("publishes: what changes in words, what it would have done, why", async () => {
    await page.getByRole("button", { name: "Edit lower" }).click();
    await page.getByRole("button", { name: "Publish…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Threshold of score buying: 40 -> 20").waitFor();
    await dialog.getByText(/^Qualifies \d+$/).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByLabel("Why").fill("more leads");
    await dialog.getByRole("button", { name: "Publish", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Policy" }).waitFor();
    await page.getByText("v2", { exact: true }).first().waitFor();
    expect(await asked("GET", "/policy")).toMatchObject({ number: 2, comment: "more leads" });
  });

  test("rolls back with a reason", async () => {
    await page.getByRole("button", { name: "Roll back v1" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Threshold of score buying: 20 -> 40").waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByLabel("Why").fill("too many");
    await dialog.getByRole("button", { name: "Roll back", exact: true }).click();
    await page.getByText("v3", { exact: true }).first().waitFor();
  });

  test("promotes to another environment: what changes there, what is missing there, its name typed", async () => {
    const accounts = await asked<readonly { readonly kind: string; readonly settings: object }[]>(
      "GET",
      "/connections",
    );
    const intercom = accounts.find(({ kind }) => kind === "intercom")?.settings;
    const { token, clientSecret } = emulatedAccounts.intercom;
    const made = { name: "staging", intercom: { ...intercom, token, clientSecret } };
    await asked("POST", "/../../environments", made);
    await page.goto(`${demo.link.origin}/e/production/policy`);
    await page.getByRole("button", { name: "v3 of production to staging" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Working hours of member ana@ourcompany.example").first().waitFor();
    await dialog.getByText("there is no Salesforce connection").waitFor();
    await dialog.getByText(/^Qualifies \d+$/).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByLabel("Why").fill("as in production");
    const go = dialog.getByRole("button", { name: "Promote" });
    await dialog.getByLabel("Type staging to confirm").fill("production");
    await dialog.getByLabel("The warnings are known").check();
    expect(await go.isDisabled()).toBe(true);
    await dialog.getByLabel("Type staging to confirm").fill("staging");
    await go.click();
    await page.getByText("v2, from v3 of production: as in production").waitFor();
    await page.getByText("says the same").waitFor();
    expect(await axeFaults(page)).toEqual([]);
  });

  test("says in the audit log who did all that", async () => {
    await page.goto(`${demo.link.origin}/e/production/audit-log?action=policy`);
    for (const action of ["policy.publish", "policy.roll-back", "policy.promote"])
      await page.getByText(action).first().waitFor();
    expect(await page.getByText("policy.publish").count()).toBeGreaterThan(0);
  });

  test.each([
    ["viewer", false, false],
    ["reviewer", false, false],
    ["editor", true, false],
    ["publisher", true, true],
  ] as const)("lets a %s do what the role says", async (role, edits, publishes) => {
    await asked("PUT", `/policy/drafts/of-${role}`, { content: await live() }, { "if-none-match": "*" });
    const theirs = await signedIn(role);
    await theirs.goto(`${demo.link.origin}/e/production/policy`);
    await theirs.getByRole("button", { name: `${edits ? "Edit" : "Open"} of-${role}` }).waitFor();
    const offered = async (name: string | RegExp) => (await theirs.getByRole("button", { name }).count()) > 0;
    await theirs.getByText("v1", { exact: true }).first().waitFor();
    expect(await offered("New draft")).toBe(edits);
    expect(await offered("Roll back v1")).toBe(publishes);
    await theirs.getByRole("button", { name: `${edits ? "Edit" : "Open"} of-${role}` }).click();
    await theirs.getByText(/^Qualifies \d+$/).waitFor();
    expect(await offered("Publish…")).toBe(publishes);
    expect(await theirs.getByText("Read only").count()).toBe(edits ? 0 : 1);
    expect(await theirs.getByRole("spinbutton", { name: "Threshold" }).first().isEditable()).toBe(edits);
    expect(await axeFaults(theirs)).toEqual([]);
    await theirs.context().close();
  });

  test("fails nowhere", () => {
    expect(errors).toEqual([]);
  });
});
