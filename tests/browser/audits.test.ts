/** The leakage audit in a real browser, over the demo: of the connection, of a file, and of what is none. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axeFaults, type Demo, openBrowser, startDemo } from "../support/browser.ts";

const browser = await openBrowser();

describe.skipIf(browser === null)("the leakage audit", () => {
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
    await demo.isDealtWith;
  });
  afterAll(async () => {
    await browser?.close();
    await demo.stop();
  });

  const open = async (): Promise<void> => {
    await page.goto(`${demo.link.origin}/e/production`);
    await page.getByRole("link", { name: "Leakage audit" }).click();
    await page.getByRole("heading", { level: 1, name: "Leakage audit" }).waitFor();
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

  test("begins with the connected Intercom, and ends in a report with where each input comes from", async () => {
    await open();
    await page.getByText("Nothing was audited yet").waitFor();
    await looksRight();
    await page.getByLabel("Deal size to (USD)").fill("20000");
    await page.getByLabel("Deal size is").selectOption("measured");
    await page.getByLabel("Where deal size comes from").fill("deals of last year");
    await page.getByRole("button", { name: "Begin" }).click();
    await page
      .getByText(/leaked$/)
      .first()
      .waitFor();
    await page.getByRole("heading", { name: "In Salesforce" }).waitFor();
    await page.getByText("deals of last year").waitFor();
    expect(new URL(page.url()).searchParams.get("audit")).toMatch(/^[0-9a-f-]{36}$/);
    await looksRight();
  });

  test("keeps the report as a page for A4 and as JSON", async () => {
    const [kept] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Page for A4" }).click(),
    ]);
    expect(kept.suggestedFilename()).toBe("leakage-audit.html");
    const [json] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "JSON" }).click(),
    ]);
    expect(json.suggestedFilename()).toBe("leakage-audit.json");
  });

  test("takes a file, and says in one line what is wrong with another", async () => {
    const send = async (name: string, text: string): Promise<void> => {
      await open();
      await page.getByLabel("What is audited").selectOption("file");
      const chooser = page.waitForEvent("filechooser");
      await page.getByRole("button", { name: "Export of Intercom" }).click();
      await (await chooser).setFiles({ name, mimeType: "application/json", buffer: Buffer.from(text) });
      expect(await axeFaults(page)).toEqual([]);
      await page.getByRole("button", { name: "Begin" }).click();
    };
    const asks = "Pricing for enterprise please, we are 400 people and need SAML and SCIM";
    await send("lines.jsonl", JSON.stringify({ id: "1", text: asks }));
    await page.getByText("100 % leaked").waitFor();
    await send("notes.txt", "hello");
    await page.getByText("notes.txt holds no conversation").waitFor();
    await looksRight();
    await page.getByRole("link", { name: "All audits" }).click();
    await page.getByRole("link", { name: "lines.jsonl" }).waitFor();
    await looksRight();
    expect(errors).toEqual([]);
  });
});
