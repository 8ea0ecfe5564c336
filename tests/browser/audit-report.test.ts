/** The audit's report in a real browser: it fits A4, and its figures add up. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { AuditReport } from "../../src/insights/audit/report.ts";
import { axeFaults, openBrowser } from "../support/browser.ts";

const HOME = join(import.meta.dirname, "..", "..");
const REAL = join(HOME, "..", "shared", "data", "support-twitter-open.jsonl");
/** Width of A4 between the page's margins, in CSS pixels: (210 - 2 x 14) mm at 96 a inch. */
const WIDTH_PX = Math.floor((182 / 25.4) * 96);

const browser = await openBrowser();
const folder = mkdtempSync(join(tmpdir(), "baton-audit-"));
if (!existsSync(REAL)) console.info(`skipped: ${REAL} is not there; only invented conversations are audited`);

/** Many days of talk, with words no table has room for. */
function invented(): string {
  const words = [
    "Pricing for enterprise please, we are 400 people and need SAML and SCIM",
    "I want to cancel, this is unacceptable",
    `my ${"very".repeat(60)}longword does not work`,
  ];
  return Array.from({ length: 90 }, (_, i) => {
    const at = Date.UTC(2026, 0, 1 + i);
    const ask = { role: "customer", text: words[i % 3], at: new Date(at).toISOString() };
    const answer = { role: "agent", text: "Hello!", at: new Date(at + (i % 7) * 9_000_000).toISOString() };
    return JSON.stringify({
      id: `conversation-${"0".repeat(30)}${i}`,
      turns: i % 4 === 0 ? [ask] : [ask, answer],
    });
  }).join("\n");
}

function audited(
  name: string,
  file: string,
  input?: string,
): { readonly page: string; readonly report: AuditReport } {
  const page = join(folder, `${name}.html`);
  const ran = spawnSync(
    process.execPath,
    [join(HOME, "bin", "baton.mjs"), "audit", file, "--json", "--report", page],
    { input, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  expect(ran.stderr).toContain("the report stands in");
  return { page, report: JSON.parse(ran.stdout) };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);

describe.skipIf(browser === null)("the report of a leakage audit", () => {
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  test.for([
    ["invented", "-", invented()],
    ...(existsSync(REAL) ? ([["real", REAL, undefined]] as const) : []),
  ] as const)(
    "of %s conversations prints on A4 with whole tables, and its numbers add up",
    async ([name, file, input]) => {
      if (browser === null) return;
      const { page: written, report } = audited(name, file, input);
      const lines = (input ?? readFileSync(file, "utf8")).split("\n").filter((line) => line.trim() !== "");
      expect(report.census.in).toBe(lines.length);
      expect(sum(Object.values(report.census.buckets))).toBe(report.census.in);
      expect(sum(Object.values(report.leakage.fates))).toBe(report.qualified.n);
      expect(sum(report.qualified.recipes.map(({ qualified }) => qualified))).toBe(report.qualified.n);

      const page = await browser.newPage({ viewport: { width: WIDTH_PX, height: 1_000 } });
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      await page.goto(pathToFileURL(written).href);
      expect(asked).toEqual([pathToFileURL(written).href]);
      expect(await axeFaults(page)).toEqual([]);
      await page.emulateMedia({ media: "print" });
      const broken = await page.evaluate<
        readonly string[]
      >(`[...document.querySelectorAll("td, th, table, main")]
      .filter((cell) => cell.scrollWidth > cell.clientWidth + 1)
      .map((cell) => cell.textContent.slice(0, 80))`);
      expect(broken).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(WIDTH_PX);
      const pdf = await page.pdf({ format: "A4", preferCSSPageSize: true });
      expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
      await page.close();
    },
  );
});
