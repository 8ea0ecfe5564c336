/** A real Chromium for tests, and axe over its pages. */
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import packed from "@sparticuz/chromium";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
const AXE = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** The system's Chromium or Chrome, else the one from npm; null where neither starts. */
export async function openBrowser(): Promise<Browser | null> {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const installed = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  try {
    const executablePath = installed ?? (await packed.executablePath());
    return await chromium.launch({ executablePath, args: installed === undefined ? packed.args : QUIET });
  } catch {
    return null;
  }
}

/** One line for each fault of the page as it stands. */
export async function axeFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const result = await page.evaluate<axe.AxeResults>(
    `axe.run(document, { runOnly: ${JSON.stringify(WCAG)} })`,
  );
  if (result.passes.length === 0) throw new Error(`axe checked nothing on ${page.url()}`);
  return result.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
