/**
 * `npm run screenshots`: pictures of the main screens into docs/images, taken of the demo when all its conversations are
 * dealt with. A picture over 150 KB is an error.
 */
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openBrowser, startDemo } from "./browser.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "docs", "images");
const LARGEST_BYTES = 150_000;
const SIZE = { width: 1280, height: 740 };

interface Shot {
  readonly name: string;
  /** Below the environment's own address. */
  readonly path: string;
  /** What else is done before the picture. */
  readonly before?: (page: Page) => Promise<void>;
}

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });

const SHOTS: readonly Shot[] = [
  { name: "overview", path: "" },
  { name: "handoffs", path: "/handoffs" },
  {
    name: "handoff",
    path: "/handoffs",
    before: async (page) => {
      await page.locator("main a[href*='/handoffs/']").first().click();
      await heading(page, "Handoffs").waitFor({ state: "detached" });
    },
  },
  { name: "conversations", path: "/conversations" },
  {
    name: "review",
    path: "/review",
    before: async (page) => {
      await page.getByRole("button", { name: "Begin a round" }).click();
      await page.getByRole("button", { name: "Draw the sample" }).click();
      await page.getByRole("link", { name: "Judge round 1" }).click();
      const question = page.getByRole("status").first();
      for (let n = 0; (await question.textContent()) !== "Was it right to hand it off?"; n += 1) {
        await page.getByText(`${n} of 40 judged`).waitFor();
        await page.keyboard.press("1");
        await page.getByText(`${n + 1} of 40 judged`).waitFor();
      }
      await page.keyboard.press("1");
      await page.getByText("Did it go to the right person?").waitFor();
      await page.getByRole("button", { name: "Close" }).first().waitFor({ state: "detached" });
    },
  },
  { name: "operations", path: "/operations" },
  {
    name: "policy",
    path: "/policy",
    before: async (page) => {
      await page.getByRole("button", { name: "New draft" }).click();
      await page.getByLabel("Name").fill("lower");
      await page.getByRole("button", { name: "Begin" }).click();
      await heading(page, "Draft lower").waitFor();
      await page.getByRole("slider", { name: "Threshold of buying" }).focus();
      for (let i = 0; i < 20; i += 1) await page.keyboard.press("ArrowLeft");
      await page.getByText(/^Qualifies \d+$/).waitFor();
    },
  },
  { name: "routing", path: "/routing" },
  {
    name: "connections",
    path: "/connections",
    before: async (page) => {
      for (const name of ["Intercom", "Salesforce"]) {
        const card = page.getByRole("region", { name });
        await card.getByRole("button", { name: `Test now: ${name}` }).click();
        await card.getByText(/^signed in/).waitFor();
      }
      await page.getByRole("button", { name: "Close" }).first().waitFor({ state: "detached" });
      await heading(page, "Connections").scrollIntoViewIfNeeded();
    },
  },
];

const browser = await openBrowser();
if (browser === null) process.exit(1);
await mkdir(FOLDER, { recursive: true });
const demo = await startDemo(40);
try {
  const page = await browser.newPage({ reducedMotion: "reduce", colorScheme: "light", viewport: SIZE });
  await page.goto(demo.link.href);
  await heading(page, "Overview").waitFor();
  const home = page.url();
  await demo.isDealtWith;
  for (const { name, path, before } of SHOTS) {
    await page.goto(`${home}${path}`);
    await settled(page);
    await before?.(page);
    await settled(page);
    const file = join(FOLDER, `${name}.png`);
    await page.screenshot({ path: file });
    const { size } = await stat(file);
    console.log(`docs/images/${name}.png  ${Math.round(size / 1_000)} KB`);
    if (size > LARGEST_BYTES) process.exitCode = 1;
  }
} finally {
  await browser.close();
  await demo.stop();
}

/** Its heading and its content are there. */
async function settled(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).waitFor();
  // The network is never idle: news are listened for.
  await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
  await page.evaluate("document.fonts.ready");
}
