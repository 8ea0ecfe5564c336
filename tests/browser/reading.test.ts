/** Handoffs and conversations in a real browser, over the demo: found, read, and understood without a manual. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axeFaults, type Demo, openBrowser, startDemo } from "../support/browser.ts";

const browser = await openBrowser();

describe.skipIf(browser === null)("what happened to a conversation", () => {
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
    await opens(`${at}/handoffs?state=done`, "Handoffs");
    await page.locator("[data-open]").first().waitFor({ timeout: 30_000 });
  });
  afterAll(async () => {
    await browser?.close();
    await demo.stop();
  });

  const opens = async (address: string, title: string | RegExp): Promise<void> => {
    await page.goto(address);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
  };
  const openFirst = async (list: string): Promise<string> => {
    await opens(`${at}/${list}`, /./);
    await page.locator("[data-open]").first().click();
    await page.getByRole("heading", { level: 2 }).first().waitFor();
    return page.url();
  };
  /** What axe finds in light, wide, and in dark, as wide as a phone; and whether the phone must be scrolled sideways. */
  const faultsAt = async (address: string): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const [colorScheme, width] of [
      ["light", 1280],
      ["dark", 390],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await opens(address, /./);
      found.push(...(await axeFaults(page)));
      const needed = Number(await page.evaluate(`document.documentElement.scrollWidth`));
      if (needed > width) found.push(`${needed} pixels on ${width}`);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    return found;
  };

  test("the overview says where the week's conversations stand, and each bar leads to its list", async () => {
    await opens(at, "Overview");
    await page.getByRole("link", { name: "Handed off" }).click();
    await page.getByRole("heading", { level: 1, name: "Conversations" }).waitFor();
    expect(new URL(page.url()).searchParams.get("bucket")).toBe("handed-off");
    await page.locator("[data-open]").first().waitFor();
  });

  test.each(["handoffs", "conversations"])(
    "the list of %s has no fault that axe knows, and fits a phone",
    async (list) => {
      expect(await faultsAt(`${at}/${list}`)).toEqual([]);
    },
  );

  test.each(["why", "owner", "timeline", "effects"])("a handoff's %s has none either", async (tab) => {
    expect(await faultsAt(`${await openFirst("handoffs")}?tab=${tab}`)).toEqual([]);
  });

  test("a conversation that was not handed off has none, and says what was missing", async () => {
    const address = await openFirst("conversations?bucket=below-threshold");
    await page.getByText("This would have had to differ:").first().waitFor();
    expect(await faultsAt(address)).toEqual([]);
  });

  test("a phrase leads to its points, and back; its place stands in the address", async () => {
    await openFirst("handoffs?recipe=enterprise-inbound");
    const mark = page.locator("mark a").first();
    const words = await mark.textContent();
    await mark.click();
    const evidence = page.locator("[id^=evidence-]:focus");
    await evidence.waitFor();
    expect(await evidence.textContent()).toContain(words ?? "?");
    expect(new URL(page.url()).searchParams.get("signal")).not.toBeNull();
    await evidence.click();
    await page.locator("[id^=mark-]:focus").waitFor();
    expect(await page.locator('mark[data-selected="true"]').first().textContent()).toBe(words);
  });

  test("words of customers are text, never markup", async () => {
    await openFirst("handoffs");
    expect(await page.locator("main script, main iframe, main img").count()).toBe(0);
  });

  test("a list is filtered in its address, walked by keys, and opened by Enter", async () => {
    await opens(`${at}/handoffs`, "Handoffs");
    await page.getByLabel("State", { exact: true }).selectOption("failed");
    await page.getByText("No handoff fits the filter").waitFor();
    expect(new URL(page.url()).searchParams.get("state")).toBe("failed");
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await page.locator("[data-open]").first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    const first = await page.locator("[data-open]").first().textContent();
    expect(await page.locator("[data-open]:focus").textContent()).toBe(first);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: first ?? "?" }).waitFor();
  });

  test("the slash leads to the search box, and an address finds its handoff", async () => {
    await opens(`${at}/conversations?bucket=handed-off`, "Conversations");
    const row = (await page.locator("[data-row]").first().textContent()) ?? "";
    const [address = "?"] = /[\w.]+@[\w.]+?\.example/.exec(row) ?? [];
    await opens(`${at}/handoffs`, "Handoffs");
    await page.keyboard.press("/");
    await page.keyboard.type(address);
    await page.keyboard.press("Enter");
    await page.waitForURL(/q=/);
    // A conversation that went on after its handoff may have a second one.
    const rows = page.locator("[data-row]");
    await rows.filter({ hasNotText: address }).first().waitFor({ state: "detached" });
    await rows.filter({ hasText: address }).first().waitFor();
    const found = await rows.count();
    expect(await page.getByText(`1-${found} of ${found}`).count()).toBe(1);
  });

  test("the palette takes an id and goes there", async () => {
    const address = await openFirst("conversations");
    const id = new URL(address).pathname.split("/").at(-1) ?? "?";
    await opens(`${at}/operations`, "Operations");
    await page.keyboard.press("Control+k");
    await page.getByLabel("Search", { exact: true }).fill(id);
    await page.getByText("Conversation: ").first().click();
    await page.waitForURL(address);
    expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
  });

  test("replay says what the live policy would decide, and writes nothing", async () => {
    await openFirst("handoffs");
    await page.getByRole("button", { name: "Replay" }).click();
    await page.getByText("It would be decided the same.").waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press("Escape");
  });

  test("a filter goes into a file", async () => {
    await opens(`${at}/handoffs`, "Handoffs");
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "CSV of this filter" }).click();
    const file = await coming;
    expect(file.suggestedFilename()).toBe("handoffs-production.csv");
    expect((await readFile(await file.path(), "utf8")).split("\r\n")[0]).toContain(
      "handoff,conversation,person",
    );
  });

  test("one tab listens for all, and news of one are read by the other", async () => {
    const context = page.context();
    const streams: string[] = [];
    context.on("request", (request) => {
      if (request.url().includes("/api/v1/events")) streams.push(request.url());
    });
    await opens(`${at}/conversations`, "Conversations");
    await expect.poll(() => streams.length).toBe(1);
    const other = await context.newPage();
    await other.goto(demo.link.href);
    await other.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    const reading = page.waitForRequest(/\/conversations\?/, { timeout: 5_000 });
    await other.evaluate(
      `new BroadcastChannel("baton.live.production").postMessage({ topic: "conversations", id: "1" })`,
    );
    await reading;
    expect(streams).toHaveLength(1);
    await other.close();
  });

  test("nothing failed on the way", () => {
    expect(errors).toEqual([]);
  });
});
