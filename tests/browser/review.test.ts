/** The review queue in a real browser, judged by keys alone; what is stored is what was said. */
import { sql } from "kysely";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCOPES } from "../../src/access/scopes.ts";
import { createToken } from "../../src/access/tokens.ts";
import { axeFaults, openBrowser } from "../support/browser.ts";
import { openTestHouse, seedWriter, type TestHouse, WORDS } from "../support/house.ts";

const browser = await openBrowser();
const CONVERSATIONS = 24;

// axe reads each screen four times, and keys wait for answers: a loaded machine takes its time.
describe.skipIf(browser === null)("a review round", { timeout: 240_000 }, () => {
  let house: TestHouse;
  let page: Page;
  let at: string;
  const errors: string[] = [];
  beforeAll(async () => {
    house = await openTestHouse({ environments: [{ name: "production", mode: "shadow" }] });
    for (let n = 1; n <= CONVERSATIONS; n += 1) {
      const { contactId } = seedWriter(house, { who: `person${n}` });
      const body = n % 2 === 0 ? WORDS.buying : WORDS.idle;
      house.emulators.intercom.startConversation({ contactId, body });
    }
    await house.settle();
    if (browser === null) return;
    page = await signedIn("rhea");
    at = `${house.service.url}/e/production`;
  });
  afterAll(async () => {
    await browser?.close();
    await house.close();
  });

  async function signedIn(holder: string): Promise<Page> {
    if (browser === null) throw new Error("there is no browser");
    const opened = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
    opened.on("pageerror", (error) => errors.push(error.message));
    const { token } = await createToken(
      house.database.db,
      { holder, scopes: SCOPES, environments: null, lifeMs: 3_600_000, createdBy: "the test" },
      house.now(),
    );
    await opened.goto(`${house.service.url}/sign-in#token=${token}`);
    await opened.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    return opened;
  }

  /** Presses Tab until what has the focus is called so, then Enter. */
  async function goTo(name: string): Promise<void> {
    for (let n = 0; n < 60; n += 1) {
      const focused = String(await page.evaluate(`document.activeElement?.textContent ?? ""`));
      if (focused.startsWith(name)) return page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
    }
    throw new Error(`no Tab leads to "${name}"`);
  }

  const judged = (n: number): Promise<void> => page.getByText(`${n} of ${CONVERSATIONS} judged`).waitFor();
  const question = (words: string): Promise<void> => page.getByRole("status").getByText(words).waitFor();

  /** What axe finds in light, wide, and in dark, as wide as a phone; and whether the phone must be scrolled sideways. */
  async function faultsHere(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const colorScheme of ["light", "dark"] as const)
      for (const width of [1280, 390]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        found.push(...(await axeFaults(page)));
        const needed = Number(await page.evaluate(`document.documentElement.scrollWidth`));
        if (needed > width) found.push(`${needed} pixels on ${width}`);
      }
    await page.setViewportSize({ width: 1280, height: 900 });
    return found;
  }

  test("is begun from an empty screen", async () => {
    await page.goto(`${at}/review`);
    await page.getByText("No round was begun yet").waitFor();
    expect(await faultsHere()).toEqual([]);
    await goTo("Begin a round");
    await page.getByRole("dialog").waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Draw the sample" }).press("Enter");
    await page.getByText(`${CONVERSATIONS} of ${CONVERSATIONS} conversations drawn`).waitFor();
    expect(await faultsHere()).toEqual([]);
  });

  test("is judged by keys alone, and every vote is stored as it was given", async () => {
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Review" }).waitFor();
    await page.getByText("Judge round 1").waitFor();
    await goTo("Judge round 1");
    await judged(0);
    expect(await faultsHere()).toEqual([]);
    const given: string[] = [];
    const begun = performance.now();
    for (let n = 1; n <= CONVERSATIONS; n += 1) {
      const isHandoff =
        (await page.getByRole("status").first().textContent()) === "Was it right to hand it off?";
      // Every fifth is wrong, and of every seventh nobody can say.
      const key = n % 5 === 0 ? "2" : n % 7 === 0 ? "3" : "1";
      await page.keyboard.press(key);
      if (isHandoff) {
        await question("Did it go to the right person?");
        await page.keyboard.press("1");
        await question("Do they have what they need to act?");
        await page.keyboard.press("2");
      }
      await judged(n);
      given.push(`${{ 1: "yes", 2: "no", 3: "cannot-say" }[key]}${isHandoff ? " yes no" : ""}`);
    }
    const perMinute = (CONVERSATIONS / (performance.now() - begun)) * 60_000;
    console.info(`${CONVERSATIONS} conversations judged by keys: ${Math.round(perMinute)} a minute`);
    await page.getByText("You have judged everything").waitFor();
    const { rows } = await sql<{ said: string }>`
      select concat_ws(' ', qualified, routed, complete) as said from review_votes where reviewer = 'rhea' order by position`.execute(
      house.database.db,
    );
    expect(rows.map(({ said }) => said)).toEqual(given);
    expect(new Set(given).size).toBeGreaterThan(3);
  });

  test("is told as results, from which the labels go into a file", async () => {
    await goTo("Results");
    await page.getByRole("heading", { level: 1, name: "Results of round 1" }).waitFor();
    await page.getByText("until its interval is under 10 points").waitFor();
    await page.getByRole("heading", { level: 2, name: "Precision" }).waitFor();
    await page.getByText(/^All rounds give \d+ messages/).waitFor();
    expect(await faultsHere()).toEqual([]);
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Labels as JSON lines" }).press("Enter");
    expect((await coming).suggestedFilename()).toBe("labels-production-1.jsonl");
    const rows = page.waitForEvent("download");
    await page.getByRole("button", { name: "Rows as JSON lines" }).press("Enter");
    expect((await rows).suggestedFilename()).toBe("training-production.jsonl");
  });

  test("that is blind shows what was decided only after the reviewer's own word, and takes votes back", async () => {
    await page.goto(`${at}/review`);
    await page.getByRole("button", { name: "Begin a round" }).press("Enter");
    await page.getByLabel(/^Blind/).press("Space");
    await page.getByRole("button", { name: "Draw the sample" }).press("Enter");
    await page.getByRole("link", { name: "Judge round 2" }).press("Enter");
    await question("What would you do with this conversation?");
    expect(await page.getByText("What was decided", { exact: true }).count()).toBe(0);
    expect(await page.locator("main mark").count()).toBe(0);
    expect(await page.getByRole("button", { name: "Signals" }).isDisabled()).toBe(true);
    await page.keyboard.press("g");
    expect(await page.getByRole("checkbox").count()).toBe(0);
    expect(await faultsHere()).toEqual([]);
    await page.keyboard.press("1");
    await page.getByText("You would have handed it off.").waitFor();
    expect(await faultsHere()).toEqual([]);
    await page.keyboard.press("m");
    await page.getByLabel("Note").fill("123 reasons");
    await page.keyboard.press("Escape");
    await page.keyboard.press("2");
    if ((await page.getByRole("status").getByText("Did it go to the right person?").count()) > 0) {
      await page.keyboard.press("1");
      await page.keyboard.press("1");
    }
    await judged(1);
    const noted = sql<{
      note: string;
      guess: string;
    }>`select note, guess from review_votes where round_id = 2 and note <> ''`;
    expect((await noted.execute(house.database.db)).rows).toEqual([
      { note: "123 reasons", guess: "hand-off" },
    ]);
    await page.keyboard.press("u");
    await judged(0);
    await page.getByText("You would have handed it off.").waitFor();
    await page.keyboard.press("s");
    await page.getByText("1 set aside").waitFor();
    expect((await noted.execute(house.database.db)).rows).toEqual([]);
  });

  test("lets a reviewer say by keys which signals a message means, and goes on without", async () => {
    await page.goto(`${at}/review`);
    await page.getByRole("button", { name: "Begin a round" }).press("Enter");
    await page.getByRole("button", { name: "Draw the sample" }).press("Enter");
    await page.getByRole("link", { name: "Judge round 3" }).press("Enter");
    await judged(0);
    expect(await page.getByRole("checkbox").count()).toBe(0);
    await page.keyboard.press("g");
    const boxes = page.getByRole("group", { name: /^Signals of/ }).getByRole("checkbox");
    const focused = (): Promise<string> =>
      page.evaluate<string>(`document.activeElement?.value ?? ""`).then(String);
    await expect.poll(focused).toBe(await boxes.first().inputValue());
    const before = await checkedOf(page);
    expect(await faultsHere()).toEqual([]);
    await page.keyboard.press("ArrowRight");
    const name = await focused();
    expect(name).toBe(await boxes.nth(1).inputValue());
    await page.keyboard.press("Space");
    const wanted = before.includes(name) ? before.filter((one) => one !== name) : [...before, name];
    await expect.poll(() => checkedOf(page)).toEqual(wanted.toSorted());
    await page.keyboard.press("Escape");
    await page.getByText("1 message goes along with your vote, with what you ticked.").waitFor();
    expect(await faultsHere()).toEqual([]);
    const isHandoff = (await page.getByRole("status").getByText("Was it right to hand").count()) > 0;
    for (const key of isHandoff ? ["1", "1", "1"] : ["1"]) await page.keyboard.press(key);
    await judged(1);
    // What stays ticked goes along as well, once it was shown; a vote without a look says nothing of messages.
    const shown: (readonly string[])[] = [];
    const look = async (): Promise<readonly string[]> => {
      await page.keyboard.press("g");
      await expect.poll(focused).not.toBe("");
      const ticked = await checkedOf(page);
      await page.keyboard.press("Escape");
      return ticked;
    };
    for (const looks of [true, true, true, false]) {
      expect(await page.getByRole("checkbox").count()).toBe(0);
      shown.push(looks ? await look() : []);
      await page.keyboard.press("2");
      const isNext = (await page.getByRole("status").getByText("Did it go to").count()) > 0;
      for (const key of isNext ? ["1", "1"] : []) await page.keyboard.press(key);
      await judged(shown.length + 1);
    }
    expect(shown.some((ticked) => ticked.length > 0)).toBe(true);
    const { rows } = await sql<{ meanings: readonly { readonly signals: readonly string[] }[] }>`
      select meanings from review_votes where round_id = 3 order by position`.execute(house.database.db);
    expect(rows.map(({ meanings }) => meanings.map(({ signals }) => signals.toSorted()))).toEqual([
      [wanted.toSorted()],
      ...shown.map((ticked) => (ticked.length === 0 ? [] : [ticked])),
    ]);
  });

  /** The signals that are ticked on the page. */
  async function checkedOf(of: Page): Promise<readonly string[]> {
    const boxes = await of.getByRole("checkbox", { checked: true }).all();
    return (await Promise.all(boxes.map((box) => box.inputValue()))).toSorted();
  }

  test("that two have judged says how far they agree", async () => {
    const other = await signedIn("ron");
    await other.goto(`${at}/review/1`);
    for (let n = 1; n <= CONVERSATIONS; n += 1) {
      await other.getByText(`${n - 1} of ${CONVERSATIONS} judged`).waitFor();
      await other.keyboard.press("1");
      const isHandoff = (await other.getByRole("status").getByText("Did it go to").count()) > 0;
      if (isHandoff) await other.keyboard.press("1");
      if (isHandoff) await other.keyboard.press("1");
    }
    await other.getByText("You have judged everything").waitFor();
    await page.goto(`${at}/review/1/results`);
    await page.getByText("Where they say the opposite").waitFor();
    await page.getByText("rhea and ron: qualified rightly").waitFor();
    expect(await faultsHere()).toEqual([]);
    await other.close();
  });

  test("nothing failed on the way", () => {
    expect(errors).toEqual([]);
  });
});
