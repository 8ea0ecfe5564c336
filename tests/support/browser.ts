/** A real Chromium for tests, the demo to look at, and axe over its pages. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import packed from "@sparticuz/chromium";

const HOME = join(import.meta.dirname, "..", "..");
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
const AXE = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** The system's Chromium or Chrome, else the one from npm; null, and the command that helps is told, where none starts. */
export async function openBrowser(): Promise<Browser | null> {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const installed = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  const choices = [
    ...(installed === undefined ? [] : [async () => ({ executablePath: installed, args: QUIET })]),
    async () => ({ executablePath: await packed.executablePath(), args: packed.args }),
  ];
  for (const choice of choices) {
    const started = await choice()
      .then((options) => chromium.launch(options))
      .catch(() => null);
    if (started !== null) return started;
  }
  console.info(
    "skipped: no browser starts here; `apt-get install chromium` installs one (or install Chrome)",
  );
  return null;
}

export interface Demo {
  /** The link into the admin that the demo prints. */
  readonly link: URL;
  /** Every conversation is through. */
  readonly isDealtWith: Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts the demo with so many conversations in a folder of its own; resolves as soon as somebody can come in. */
export async function startDemo(conversations: number): Promise<Demo> {
  const directory = await mkdtemp(join(tmpdir(), "baton-browser-"));
  const program = join(HOME, "bin", "baton.mjs");
  const demo = spawn(process.execPath, [program, "demo", "--conversations", String(conversations)], {
    env: { ...process.env, BATON_DATA_DIR: directory, BATON_PORT: "0", BATON_HOST: "127.0.0.1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  const isDealtWith = new Promise<void>((resolve) => {
    demo.stderr.on("data", () => {
      if (said.includes("All conversations are dealt with")) resolve();
    });
    demo.once("exit", () => resolve());
  });
  const link = await new Promise<URL>((resolve, reject) => {
    demo.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
      if (said.includes("could not be built")) reject(new Error(said));
      const [found] = /http\S+#token=\S+/.exec(said) ?? [];
      if (found !== undefined) resolve(new URL(found));
    });
    demo.once("exit", () => reject(new Error(`the demo ended:\n${said}`)));
  });
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => demo.once("exit", resolve));
    demo.kill("SIGTERM");
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  return { link, isDealtWith, stop };
}

/**
 * One line for each fault of the page as it stands. Only faults leave the page: whatever else axe tells of a screen
 * (a megabyte of elements without a fault) costs more to carry out than to find.
 */
export async function axeFaults(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>(`"axe" in window`))) await page.evaluate(AXE);
  const { violations, checked } = await page.evaluate<
    Pick<axe.AxeResults, "violations"> & { checked: number }
  >(
    `axe.run(document, { runOnly: ${JSON.stringify(WCAG)}, resultTypes: ["violations"] })
      .then(({ violations, passes }) => ({ violations, checked: passes.length }))`,
  );
  if (checked === 0) throw new Error(`axe checked nothing on ${page.url()}`);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
