/** Rows that are ticked, by hand and by keys, and what is done about them: counted before, done once, offered to those who may. */
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Role } from "../../src/access/roles.ts";
import { roundTheClock } from "../../src/cli/emulated.ts";
import { listIssues } from "../../src/issues/queries.ts";
import { saasDefault } from "../../src/policy/templates/saas-default.ts";
import { saveDraft } from "../../src/versions/drafts.ts";
import { axeFaults, openBrowser } from "../support/browser.ts";
import {
  clearFaults,
  faultOn,
  handoffOf,
  openTestHouse,
  slackMessages,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";
import { personOf } from "../support/people.ts";

const browser = await openBrowser();
const FAILED = ["ada", "bob", "cid"] as const;

describe.skipIf(browser === null)("rows that are ticked", () => {
  let house: TestHouse;
  let page: Page;
  const talks = new Map<string, string>();
  const errors: string[] = [];
  beforeAll(async () => {
    house = await openTestHouse({ settleMs: 200 });
    slackSays("is_archived");
    for (const who of FAILED) await hears(who);
    slackSays("restricted_action");
    await hears("dan");
    clearFaults(house);
    await hears("eve");
    if (browser !== null) page = await pageOf(browser, "editor");
  });
  afterAll(async () => {
    await browser?.close();
    await house.close();
  });

  function slackSays(error: string): void {
    const body = { ok: false, error };
    const rule = faultOn("POST", "/api/chat.postMessage", { kind: "status", status: 200, body });
    house.emulators.slack.faults.set({ rules: [rule] });
  }
  async function hears(who: string): Promise<void> {
    talks.set(who, (await writes(house, { who, text: WORDS.buying })).conversation);
  }
  async function pageOf(of: Browser, role: Role): Promise<Page> {
    const context = await of.newContext({
      reducedMotion: "reduce",
      viewport: { width: 1280, height: 900 },
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const [name = "", value = ""] = (await personOf(house, `${role}@ourcompany.example`, role)).split(
      /=(.*)/,
    );
    await context.addCookies([{ name, value, url: String(house.service.url) }]);
    const opened = await context.newPage();
    opened.on("pageerror", (error) => errors.push(error.message));
    return opened;
  }
  const opens = async (path: string, on = page): Promise<void> => {
    await on.goto(`${house.service.url}/e/production${path}`);
    await on.locator("[data-row]").first().waitFor();
  };
  const box = (name: string) => page.getByRole("checkbox", { name: `Select ${name}`, exact: true });
  const bar = (on = page) => on.getByRole("group", { name: "What is selected" });
  const dialog = () => page.getByRole("dialog");
  const says = (text: string) => bar().getByText(text, { exact: true }).waitFor();
  const alertsOf = async (who: string): Promise<number> => {
    const { effects } = await handoffOf(house, talks.get(who) ?? "");
    return slackMessages(house, effects.find(({ kind }) => kind === "notify")?.key ?? "").length;
  };
  const openIssues = async (): Promise<readonly string[]> =>
    (await listIssues(house.database.db, { environment: "production", all: false })).map(({ code }) => code);
  /** What axe finds in light, wide, and in dark, as wide as a phone; and whether the phone must be scrolled sideways. */
  const faults = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const [colorScheme, width] of [
      ["light", 1280],
      ["dark", 390],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      found.push(...(await axeFaults(page)));
      const needed = Number(await page.evaluate(`document.documentElement.scrollWidth`));
      if (needed > width) found.push(`${needed} pixels on ${width}`);
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 900 });
    return found;
  };

  test("are one, a range with Shift, the page, or none", async () => {
    await opens("/handoffs?order=oldest");
    expect(await bar().count()).toBe(0);
    await box("Ada Nguyen").click();
    await says("1 selected");
    await box("Cid Nguyen").click({ modifiers: ["Shift"] });
    await says("3 selected");
    expect(await box("Bob Nguyen").isChecked()).toBe(true);
    await box("this page").click();
    await says("5 selected");
    await box("this page").click();
    await bar().waitFor({ state: "detached" });
  });

  test("are walked and ticked by keys, and forgotten with Escape", async () => {
    await opens("/handoffs?order=oldest");
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await says("1 selected");
    await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Shift+ArrowDown");
    await says("3 selected");
    expect(await page.locator("[data-open]:focus").textContent()).toBe("Cid Nguyen");
    await page.keyboard.press("Shift+ArrowUp");
    await page.keyboard.press("x");
    await says("2 selected");
    expect(await box("Bob Nguyen").isChecked()).toBe(false);
    await page.keyboard.press("/");
    await page.keyboard.type("x");
    await says("2 selected");
    await box("Ada Nguyen").focus();
    await page.keyboard.press("Escape");
    await bar().waitFor({ state: "detached" });
  });

  test("are all of a filter, beyond the page", async () => {
    await opens("/handoffs");
    await box("Eve Nguyen").click();
    await bar().getByRole("button", { name: "All 5 of this filter" }).click();
    await says("5 selected");
    expect(await faults()).toEqual([]);
    await page.getByLabel("State", { exact: true }).selectOption("failed");
    await bar().waitFor({ state: "detached" });
  });

  test("go into a file, and their ids into the clipboard", async () => {
    await opens("/handoffs?order=oldest");
    await box("Ada Nguyen").click();
    await box("Eve Nguyen").click();
    const coming = page.waitForEvent("download");
    await bar().getByRole("button", { name: "CSV of these" }).click();
    const lines = (await readFile(await (await coming).path(), "utf8")).trimEnd().split("\r\n");
    expect(lines).toHaveLength(3);
    await bar().getByRole("button", { name: "Copy ids" }).click();
    await bar().getByRole("button", { name: "Copied" }).waitFor();
    const ids = await Promise.all(
      ["ada", "eve"].map(async (who) => (await handoffOf(house, talks.get(who) ?? "")).id),
    );
    expect(String(await page.evaluate(`navigator.clipboard.readText()`)).split("\n")).toEqual(ids);
  });

  test("of handoffs are retried after a plan that counts, once", async () => {
    await opens("/handoffs?order=oldest");
    for (const who of ["Ada", "Bob", "Dan", "Eve"]) await box(`${who} Nguyen`).click();
    await bar().getByRole("button", { name: "Retry what failed" }).click();
    await dialog().getByText("3 failures will be tried again.").waitFor();
    expect(await dialog().getByRole("listitem").allTextContents()).toEqual([
      "2 of Slack: is_archived",
      "1 of Slack: restricted_action",
    ]);
    expect(await faults()).toEqual([]);
    expect(await alertsOf("ada")).toBe(0);
    await dialog().getByRole("button", { name: "Retry 3" }).click();
    await dialog().waitFor({ state: "detached" });
    await house.settle();
    expect(await Promise.all(["ada", "bob", "cid", "dan", "eve"].map(alertsOf))).toEqual([1, 1, 0, 1, 1]);
    await bar().getByRole("button", { name: "Retry what failed" }).click();
    await dialog().getByText("Nothing here can be tried again.").waitFor();
    expect(await dialog().getByRole("button", { name: "Retry", exact: true }).isDisabled()).toBe(true);
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
    await says("4 selected");
  });

  test("of conversations are replayed by a draft: counts, and links to those that would go elsewhere", async () => {
    const document = roundTheClock(saasDefault).replaceAll(/threshold: \d+/g, "threshold: 500");
    const draft = { environment: "production", name: "strict", document, comment: "", expected: null };
    await saveDraft(house.database.db, { ...draft, person: "nora" });
    await opens("/conversations");
    await box("this page").click();
    await bar().getByRole("button", { name: "Replay" }).click();
    await dialog().getByText("All 5 would stay where they are. Asked: v1.").waitFor();
    await dialog().getByLabel("By which policy").selectOption("strict");
    await dialog().getByText("5 of 5 would go elsewhere. Asked: strict.").waitFor();
    await dialog().getByRole("row", { name: "Would not qualify any more 5" }).waitFor();
    expect(await faults()).toEqual([]);
    await dialog().getByRole("link", { name: "Ada Nguyen" }).click();
    await page.getByRole("heading", { level: 1, name: "Ada Nguyen" }).waitFor();
  });

  test("of issues are let be with a reason", async () => {
    slackSays("restricted_action");
    await hears("fay");
    clearFaults(house);
    await opens("/operations");
    expect(await openIssues()).toHaveLength(2);
    await page.getByRole("checkbox", { name: "Select all that are open" }).click();
    await says("2 selected");
    expect(await faults()).toEqual([]);
    await bar().getByRole("button", { name: "Skip" }).click();
    await dialog().getByText("2 failures will be let be.").waitFor();
    expect(await faults()).toEqual([]);
    await dialog().getByLabel("Why").fill("told by phone");
    await dialog().getByRole("button", { name: "Skip 2" }).click();
    await page.getByText("Everything went through").waitFor();
    expect(await openIssues()).toEqual([]);
  });

  test("of issues are retried", async () => {
    slackSays("restricted_action");
    await hears("gil");
    clearFaults(house);
    await opens("/operations");
    await page.locator("[data-open]").first().focus();
    await page.keyboard.press("x");
    await bar().getByRole("button", { name: "Retry" }).click();
    await dialog().getByRole("button", { name: "Retry 1" }).click();
    await dialog().waitFor({ state: "detached" });
    await house.settle();
    expect(await alertsOf("gil")).toBe(1);
  });

  test("offer a viewer nothing that writes", async () => {
    if (browser === null) return;
    slackSays("restricted_action");
    await hears("hal");
    clearFaults(house);
    const viewer = await pageOf(browser, "viewer");
    await opens("/handoffs", viewer);
    await viewer.getByRole("checkbox", { name: "Select this page" }).click();
    expect(await bar(viewer).getByRole("button").allTextContents()).toEqual([
      "CSV of these",
      "Copy ids",
      "Clear",
    ]);
    await opens("/operations", viewer);
    expect(await viewer.locator("main").getByRole("checkbox").count()).toBe(0);
    await viewer.context().close();
  });

  test("nothing failed on the way", () => {
    expect(errors).toEqual([]);
  });
});
