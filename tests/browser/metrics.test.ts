/** The metrics and the census in a real browser, over the demo: read, kept to a range, printed. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axeFaults, type Demo, openBrowser, startDemo } from "../support/browser.ts";

const browser = await openBrowser();

describe.skipIf(browser === null)("what the handoffs came to", () => {
  let demo: Demo;
  let page: Page;
  let at: string;
  const errors: string[] = [];
  beforeAll(async () => {
    demo = await startDemo(12);
    if (browser === null) return;
    page = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(demo.link.href);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    at = `${demo.link.origin}/e/production`;
    await demo.isDealtWith;
  });
  afterAll(async () => {
    await browser?.close();
    await demo.stop();
  });

  const opens = async (address: string): Promise<void> => {
    await page.goto(address);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
  };

  test("the overview's figures of the week lead to all of them", async () => {
    await opens(at);
    await page.getByRole("link", { name: "Response time, last 7 days" }).click();
    await page.getByRole("heading", { level: 1, name: "Metrics" }).waitFor();
    expect(new URL(page.url()).searchParams.get("window")).toBe("7d");
    await page.getByRole("heading", { name: "Does the score keep its word?" }).waitFor();
  });

  test.each([
    ["light", 1280],
    ["dark", 390],
  ] as const)(
    "in %s, %i pixels wide, axe knows no fault, and nothing is wider",
    async (colorScheme, width) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await opens(`${at}/metrics`);
      await page.getByText("It adds up now:").waitFor();
      expect(await axeFaults(page)).toEqual([]);
      expect(Number(await page.evaluate(`document.documentElement.scrollWidth`))).toBeLessThanOrEqual(width);
    },
  );

  test("each figure stands beside what it means", async () => {
    await opens(`${at}/metrics`);
    const card = page.locator("section, div", {
      has: page.getByRole("heading", { name: "Leakage", exact: true }),
    });
    expect(await card.last().textContent()).toContain("without such a touch in time");
  });

  test("the range stands in the address; an empty one says what next", async () => {
    await opens(`${at}/metrics`);
    await page.getByLabel("Time", { exact: true }).selectOption("90d");
    await page.waitForURL(/window=90d/);
    await page.getByLabel("From").fill("2020-01-01");
    await page.getByLabel("To", { exact: true }).fill("2020-02-01");
    await page.getByRole("heading", { name: "Nothing was handed off live in this time" }).waitFor();
    expect(new URL(page.url()).searchParams.get("to")).toBe("2020-02-01");
    expect(await axeFaults(page)).toEqual([]);
  });

  test("on paper there is no navigation", async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await opens(`${at}/metrics`);
    await page.emulateMedia({ media: "print" });
    expect(await page.getByRole("navigation").first().isVisible()).toBe(false);
    expect(await page.getByRole("heading", { level: 1 }).isVisible()).toBe(true);
    await page.emulateMedia({ media: "screen" });
  });

  test("no page has thrown", () => {
    expect(errors).toEqual([]);
  });
});
