/** The web admin in a real browser, over the demo. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axeFaults, openBrowser } from "../support/browser.ts";

const HOME = join(import.meta.dirname, "..", "..");
const browser = await openBrowser();
if (browser === null)
  console.info(
    "skipped: no browser starts here; `apt-get install chromium` installs one (or install Chrome)",
  );

/** Starts the demo and resolves with the link that it prints. */
async function startDemo(directory: string): Promise<{ readonly link: URL; readonly demo: ChildProcess }> {
  const demo = spawn(process.execPath, [join(HOME, "bin", "baton.mjs"), "demo", "--conversations", "12"], {
    env: { ...process.env, BATON_DATA_DIR: directory, BATON_PORT: "0", BATON_HOST: "127.0.0.1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  const link = await new Promise<URL>((resolve, reject) => {
    demo.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
      const [found] = /http\S+#token=\S+/.exec(said) ?? [];
      if (found !== undefined) resolve(new URL(found));
    });
    demo.once("exit", () => reject(new Error(`the demo ended:\n${said}`)));
  });
  return { link, demo };
}

const SCREENS = [
  ["Overview", ""],
  ["Operations", "/operations"],
  ["Policy", "/policy"],
  ["Routing", "/routing"],
] as const;

describe.skipIf(browser === null)("the web admin", () => {
  let directory: string;
  let demo: ChildProcess;
  let link: URL;
  let page: Page;
  const foreign: string[] = [];
  const errors: string[] = [];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "baton-browser-"));
    ({ link, demo } = await startDemo(directory));
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
    const ended = new Promise((resolve) => demo.once("exit", resolve));
    demo.kill("SIGTERM");
    await ended;
    await rm(directory, { recursive: true, force: true });
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

  test("asks no other host, and fails nowhere", () => {
    expect(foreign).toEqual([]);
    expect(errors).toEqual([]);
  });

  test("asks who comes without a token to sign in", async () => {
    const stranger = await (await browser?.newContext())?.newPage();
    await stranger?.goto(`${link.origin}/e/production/policy`);
    await stranger?.getByRole("heading", { level: 1, name: "Sign in to Baton" }).waitFor();
    expect(stranger === undefined ? null : await axeFaults(stranger)).toEqual([]);
  });
});
