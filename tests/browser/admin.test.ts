/** The web admin in a real browser, over the demo. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axeFaults, type Demo, openBrowser, startDemo } from "../support/browser.ts";
import { codeOf } from "../support/one-time-code.ts";

const browser = await openBrowser();

const SCREENS = [
  ["Overview", ""],
  ["Operations", "/operations"],
  ["Policy", "/policy"],
  ["Routing", "/routing"],
  ["Connections", "/connections"],
  ["Getting started", "/start"],
  ["My account", "/account"],
  ["Users", "/users"],
  ["Audit log", "/audit-log"],
] as const;

describe.skipIf(browser === null)("the web admin", () => {
  let demo: Demo;
  let link: URL;
  let page: Page;
  const foreign: string[] = [];
  const errors: string[] = [];
  beforeAll(async () => {
    demo = await startDemo(12);
    ({ link } = demo);
    if (browser === null) return;
    page = await browser.newPage({ reducedMotion: "reduce" });
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== link.origin) foreign.push(request.url());
    });
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(link.href);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await demo.stop();
  });

  test("lets in who comes by the demo's link, and keeps the token out of the address", () => {
    expect(page.url()).toBe(`${link.origin}/e/production`);
  });

  describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
    test.each(SCREENS)("%s has no fault that axe knows, and fits a phone", async (title, path) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(`${link.origin}/e/production${path}`);
      await page.getByRole("heading", { level: 1, name: title }).waitFor();
      // A locator, not a function: the page's content security policy allows no evaluation while it waits.
      await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
      expect(await axeFaults(page)).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await axeFaults(page)).toEqual([]);
      expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(390);
    });
  });

  test("pauses a destination with a reason, and resumes it", async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${link.origin}/e/production/operations`);
    await page.getByRole("button", { name: "Pause Slack" }).click();
    await page.getByLabel("Why").fill("the channel moves");
    await page.getByRole("button", { name: "Pause", exact: true }).last().click();
    await page.getByText("the channel moves").waitFor();
    await page.getByRole("button", { name: "Resume Slack" }).click();
    await page.getByRole("button", { name: "Pause Slack" }).waitFor();
    expect(await page.getByText("the channel moves").count()).toBe(0);
  });

  test("goes where the palette says", async () => {
    await page.keyboard.press("Control+k");
    await page.getByLabel("Search", { exact: true }).fill("routing");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Routing" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/e/production/routing");
  });

  describe("a person", () => {
    const email = "ana@ourcompany.example";
    const password = "correct horse battery";
    let theirs: Page;
    const arrives = () => theirs.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    const enterPassword = async (): Promise<void> => {
      await theirs.getByLabel("E-mail").fill(email);
      await theirs.getByLabel(/^Password/).fill(password);
      await theirs.getByRole("button", { name: "Sign in", exact: true }).click();
    };
    const signOut = async (): Promise<void> => {
      await theirs.getByRole("button", { name: "Sign out" }).click();
      await theirs.getByRole("heading", { level: 1, name: "Sign in to Baton" }).waitFor();
    };

    test("is invited, sets a password by the link that is shown once, and is in", async () => {
      await page.goto(`${link.origin}/e/production/users`);
      await page.getByRole("button", { name: "Invite" }).click();
      await page.getByLabel("E-mail").fill(email);
      await page.getByLabel("Role").selectOption("publisher");
      expect(await axeFaults(page)).toEqual([]);
      await page.getByRole("button", { name: "Make the link" }).click();
      const invitation = await page.getByLabel("Link", { exact: true }).inputValue();
      await page.getByRole("button", { name: "Done" }).click();
      await page.getByRole("button", { name: `Roles of ${email}` }).click();
      await page.getByLabel("production").selectOption("viewer");
      await page.getByText("publisher everywhere, viewer in production").waitFor();

      const context = await browser?.newContext({ reducedMotion: "reduce" });
      if (context === undefined) return;
      theirs = await context.newPage();
      await theirs.goto(invitation);
      await theirs.getByRole("heading", { level: 1, name: "Welcome to Baton" }).waitFor();
      expect(await axeFaults(theirs)).toEqual([]);
      await theirs.getByLabel("New password").fill(password);
      await theirs.getByRole("button", { name: "Set the password" }).click();
      await arrives();
    });

    test("signs out, and in again by password", async () => {
      await signOut();
      await enterPassword();
      await arrives();
      await theirs.getByText(email).first().waitFor();
      expect(await theirs.getByText("Audit log").count()).toBe(0);
      await page.goto(`${link.origin}/e/production/audit-log?subject=${email}`);
      await page.getByText("user.password").waitFor();
      await page.getByText(/^Chain verified: \d+ rows, none changed$/).waitFor();
    });

    test("is asked for a one-time code where they turned codes on", async () => {
      const post = async (path: string, data: object) =>
        (
          await theirs.request.post(`${link.origin}/api/auth/two-factor/${path}`, {
            data,
            headers: { origin: link.origin },
          })
        ).json() as Promise<{ readonly totpURI: string }>;
      const { totpURI } = await post("enable", { password });
      await post("verify-totp", { code: codeOf(totpURI) });
      await theirs.reload();
      await signOut();
      await enterPassword();
      await theirs.getByLabel("One-time code").waitFor();
      expect(await axeFaults(theirs)).toEqual([]);
      await theirs.getByLabel("One-time code").fill(codeOf(totpURI));
      await theirs.getByRole("button", { name: "Sign in", exact: true }).click();
      await arrives();
    });

    test("is out as soon as they are deactivated", async () => {
      await page.goto(`${link.origin}/e/production/users`);
      await page.getByRole("button", { name: `Deactivate ${email}` }).click();
      await page.getByText("deactivated").waitFor();
      await theirs.goto(`${link.origin}/e/production`);
      await theirs.getByRole("heading", { level: 1, name: "Sign in to Baton" }).waitFor();
      await enterPassword();
      expect(await theirs.getByRole("alert").textContent()).toContain("Not signed in");
    });
  });

  test("asks no other host, and fails nowhere", () => {
    expect(foreign).toEqual([]);
    expect(errors).toEqual([]);
  });

  test("lets in who opens the link in a tab that already asks them to sign in", async () => {
    const tab = await browser?.newPage();
    if (tab === undefined) return;
    await tab.goto(`${link.origin}/sign-in`);
    await tab.getByRole("heading", { level: 1, name: "Sign in to Baton" }).waitFor();
    // Only what stands behind the "#" changes: the browser loads nothing anew.
    await tab.goto(link.href);
    await tab.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    expect(tab.url()).toBe(`${link.origin}/e/production`);
    await tab.close();
  });

  test("asks who comes without a token to sign in", async () => {
    const stranger = await (await browser?.newContext())?.newPage();
    await stranger?.goto(`${link.origin}/e/production/policy`);
    await stranger?.getByRole("heading", { level: 1, name: "Sign in to Baton" }).waitFor();
    for (const colorScheme of ["light", "dark"] as const) {
      await stranger?.emulateMedia({ colorScheme });
      expect(stranger === undefined ? null : await axeFaults(stranger)).toEqual([]);
    }
  });
});
