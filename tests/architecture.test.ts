/** The import rule holds, every part of it bites, and the repository keeps to what no import can show. */
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { cruise, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

interface Rule {
  readonly name: string;
}
interface RuleFile {
  readonly rooms: readonly string[];
  readonly default: { readonly forbidden: readonly Rule[]; readonly options: object };
}

const HOME = join(import.meta.dirname, "..");
const CONFIG = join(HOME, ".dependency-cruiser.mjs");
const { rooms, default: config } = (await import(CONFIG)) as RuleFile;

/** The result of our rules over the folders `src`, `emulators` and `web/src` of `home`. */
async function cruised(home: string): Promise<ICruiseResult> {
  const { output } = await cruise(["src", "emulators", "web/src"], {
    ...config.options,
    baseDir: home,
    validate: true,
    ruleSet: { forbidden: [...config.forbidden] as IForbiddenRuleType[] },
  });
  if (typeof output === "string") throw new Error(`dependency-cruiser gave a text: ${output}`);
  return output;
}

/** "rule: from -> to" for each breach. */
function breachesOf(result: ICruiseResult): readonly string[] {
  return result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
}

describe("the rooms", () => {
  test("of the import rule are the folders of src", async () => {
    const folders = (await readdir(join(HOME, "src"), { withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    expect(folders.sort()).toEqual([...rooms].sort());
  });

  test("keep the import rule, all of them looked at", async () => {
    const result = await cruised(HOME);
    expect(breachesOf(result)).toEqual([]);
    // A compiler that dependency-cruiser cannot use makes it look at nothing, and find nothing.
    expect(result.summary.totalCruised).toBeGreaterThan(250);
    expect(result.summary.totalDependenciesCruised).toBeGreaterThan(1_000);
  });
});

/** One breach per rule: the rule, the file that breaks it, what that file imports. */
const BREACHES: readonly (readonly [rule: string, from: string, imports: string])[] = [
  ["no-circles", "src/kernel/circle.ts", "./round.ts"],
  ...rooms
    .slice(0, -1)
    .flatMap((room, i) =>
      rooms
        .slice(i + 1)
        .map(
          (later) =>
            [`${room}-looks-left`, `src/${room}/before-${later}.ts`, `../${later}/index.ts`] as const,
        ),
    ),
  ["rooms-never-import-the-composition", "src/qualify/walker.ts", "../walk.ts"],
  ["connectors-only-from-main", "src/walk.ts", "./connectors/slack/notifier.ts"],
  ["connectors-only-from-main", "src/handoff/shortcut.ts", "../connectors/slack/notifier.ts"],
  ["connectors-are-strangers", "src/connectors/email/borrowed.ts", "../slack/notifier.ts"],
  ["pure-rooms-do-no-io", "src/qualify/stored.ts", "../store/index.ts"],
  ["pure-rooms-do-no-io", "src/decide/asking.ts", "./queries.ts"],
  ["pure-rooms-use-no-node", "src/context/reading.ts", "node:fs"],
  ["pure-rooms-use-few-packages", "src/policy/fetching.ts", "fastify"],
  ["only-the-engine-knows-dbos", "src/handoff/durable.ts", "@dbos-inc/dbos-sdk"],
  ["sql-only-in-queries", "src/intake/asking.ts", "kysely"],
  ["emulators-are-strangers", "emulators/slack/shared.ts", "../../src/kernel/index.ts"],
  ["the-web-takes-words-of-the-policy-alone", "web/src/scoring.ts", "../../src/qualify/index.ts"],
  ["src-knows-emulators-only-in-the-cli", "src/http/pretending.ts", "../../emulators/slack/workspace.ts"],
];

/** What the same rules let through. */
const ALLOWED: readonly (readonly [from: string, imports: string])[] = [
  ["src/main.ts", "./connectors/slack/notifier.ts"],
  ["src/connectors/slack/notifier.ts", "../http/gate.ts"],
  ["src/policy/reading.ts", "zod"],
  ["src/decide/ledger.ts", "../store/index.ts"],
  ["src/decide/queries.ts", "kysely"],
  ["src/intake/queries.ts", "kysely"],
  ["src/engine/dbos.ts", "@dbos-inc/dbos-sdk"],
  ["src/cli/demo.ts", "../../emulators/slack/workspace.ts"],
  ["src/vault/key.ts", "node:crypto"],
  ["web/src/said.ts", "../../src/policy/sentence.ts"],
];

const PACKAGES = ["zod", "kysely", "fastify", "@dbos-inc/dbos-sdk"];

/** A house of empty rooms in `home`, and in it every breach. */
async function buildHouse(home: string, files: readonly (readonly [from: string, imports: string])[]) {
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(join(home, dirname(path)), { recursive: true });
    await writeFile(join(home, path), text);
  };
  await put(
    "package.json",
    JSON.stringify({ dependencies: Object.fromEntries(PACKAGES.map((p) => [p, "1"])) }),
  );
  await put("tsconfig.json", "{}");
  for (const name of PACKAGES) {
    await put(`node_modules/${name}/package.json`, JSON.stringify({ name, main: "index.js" }));
    await put(`node_modules/${name}/index.js`, "");
  }
  for (const room of rooms) await put(`src/${room}/index.ts`, "export type Index = string;\n");
  for (const path of [
    "src/walk.ts",
    "src/connectors/http/gate.ts",
    "src/policy/sentence.ts",
    "emulators/slack/workspace.ts",
  ]) {
    await put(path, "export type Index = string;\n");
  }
  for (const [from, imports] of files) {
    await put(
      from,
      `import type { Index } from ${JSON.stringify(imports)};\nexport type Mine = Index;\nexport type { Index };\n`,
    );
  }
}

describe("every rule bites", () => {
  let home: string;
  let broken: readonly string[];
  let kept: readonly string[];
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "baton-rooms-"));
    await buildHouse(join(home, "broken"), [
      ...ALLOWED,
      ["src/kernel/round.ts", "./circle.ts"],
      ...BREACHES.map(([, from, to]) => [from, to] as const),
    ]);
    await buildHouse(join(home, "kept"), ALLOWED);
    broken = breachesOf(await cruised(join(home, "broken")));
    kept = breachesOf(await cruised(join(home, "kept")));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  test.for(BREACHES)("%s: %s must not import %s", ([rule, from, imports]) => {
    const target = imports.startsWith(".") ? join(dirname(from), imports) : imports.replace(/^node:/, "");
    expect(
      broken.filter((line) => line.startsWith(`${rule}: ${from} -> `) && line.includes(target)),
    ).toHaveLength(1);
  });

  test("and none of them is left without a breach here", () => {
    const tried = new Set(BREACHES.map(([rule]) => rule));
    expect(config.forbidden.map((rule) => rule.name).filter((name) => !tried.has(name))).toEqual([]);
  });

  test("and what is allowed passes", () => {
    expect(kept).toEqual([]);
  });
});

const committed = existsSync(join(HOME, ".git"))
  ? execFileSync("git", ["-c", "safe.directory=*", "ls-files"], { cwd: HOME, encoding: "utf8" })
      .split("\n")
      .filter((path) => path !== "" && existsSync(join(HOME, path)))
  : [];
if (committed.length === 0)
  console.info("skipped: no git checkout, so committed files are not looked through");

/** "path:line: text" wherever `pattern` is found. */
async function places(paths: readonly string[], pattern: RegExp, strip = (text: string) => text) {
  const found: string[] = [];
  for (const path of paths) {
    const lines = strip(await readFile(join(HOME, path), "utf8")).split("\n");
    for (const [i, line] of lines.entries()) {
      if (pattern.test(line)) found.push(`${path}:${i + 1}: ${line.trim()}`);
    }
  }
  return found;
}

/** Blanks comments, and keeps the lines. */
function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, " "))
    .replaceAll(/(^|[^:"'`\\])\/\/[^\n]*/g, "$1");
}

/** Product code: tests and the little servers that tests talk to are none. */
async function productFiles(): Promise<readonly string[]> {
  const all = await readdir(join(HOME, "src"), { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(HOME, join(entry.parentPath, entry.name)))
    .filter((path) => !/\.test\.ts$|\/(little-workspace|little-org|local-server)\.ts$/.test(path))
    .sort();
}

/** What only main.ts, or the rooms named, may touch. */
const SURROUNDINGS: readonly (readonly [what: string, pattern: RegExp, allowed: RegExp])[] = [
  ["the environment", /\bprocess\.env\b/, /^src\/main\.ts$/],
  ["the clock", /\bDate\.now\b|\bnew Date\(\s*\)|(?<!new )\bDate\(\)/, /^src\/main\.ts$/],
  // Spans between two looks, no instant: how long a worker waits.
  ["the stopwatch", /\bperformance\.now\b|\bhrtime\b/, /^src\/engine\//],
  ["unrepeatable chance", /\bMath\.random\b|\bgetRandomValues\b/, /^$/],
  // Nonces, passwords, keys, file names, jitter.
  [
    "node's random source",
    /\brandom(?:Bytes|UUID|Int)\b/,
    /^src\/(?:(?:vault|access|store|engine)\/|(?:setup|listening)\.ts$)/,
  ],
  ["the console", /\bconsole\./, /^$/],
  ["standard streams", /\bprocess\.std(?:in|out|err)\b/, /^src\/main\.ts$/],
];

describe("what imports cannot show", () => {
  test.for(SURROUNDINGS)("%s is read where it may be", async ([, pattern, allowed]) => {
    const paths = (await productFiles()).filter((path) => !allowed.test(path));
    expect(paths.length).toBeGreaterThan(100);
    expect(await places(paths, pattern, withoutComments)).toEqual([]);
  });

  test("comments do not count, code after them does", () => {
    const text = '/* Date.now() */ a(Date.now()); // Date.now()\nfetch("https://x"); console.log(1);';
    expect(withoutComments(text)).toBe(
      `${" ".repeat(16)} a(Date.now()); \nfetch("https://x"); console.log(1);`,
    );
  });

  test("the migrations are numbered without a double, or a gap that nobody has named", async () => {
    // Given to changes that are not here yet.
    const given = [7, 8];
    const names = (await readdir(join(HOME, "migrations"))).sort();
    expect(names.filter((name) => !/^\d{4}-[a-z0-9-]+\.sql$/.test(name))).toEqual([]);
    const here = names.map((name) => Number(name.slice(0, 4)));
    const numbers = [...here, ...given.filter((number) => !here.includes(number))].sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  });

  test("files stay under 400 lines", async () => {
    const long: string[] = [];
    for (const path of [...(await productFiles()), ...committed.filter((one) => /\.(ts|mjs)$/.test(one))]) {
      const lines = (await readFile(join(HOME, path), "utf8")).split("\n").length - 1;
      if (lines > 400) long.push(`${path}: ${lines}`);
    }
    expect(long).toEqual([]);
  });

  test("package-lock.json names no place to download from", async () => {
    const lock = JSON.parse(await readFile(join(HOME, "package-lock.json"), "utf8")) as {
      packages: Record<string, { resolved?: string; link?: boolean }>;
    };
    const resolved = Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined);
    expect(resolved.map(([name]) => name)).toEqual([]);
    expect(Object.keys(lock.packages).length).toBeGreaterThan(100);
  });
});

describe.skipIf(committed.length === 0)("no committed file", () => {
  test("names a folder of one machine", async () => {
    const path = /(?:^|[^\w.:/-])(?:\/(?:work|home|root|Users)\/[\w.-]+|[A-Z]:\\Users\\)/;
    expect(path.test("cd /home/ann/baton")).toBe(true);
    expect(path.test("GET https://x.example/home/page")).toBe(false);
    expect(await places(committed.filter(isOurs), path)).toEqual([]);
  });

  test("names a package registry", async () => {
    const host = /\bregistry\.[a-z0-9-]+\.[a-z]|\bnpm\.pkg\./i;
    expect(host.test("https://registry.npmjs.org/x")).toBe(true);
    expect(await places(committed.filter(isOurs), host)).toEqual([]);
  });
});

/** All but this file, which must name what it forbids. */
function isOurs(path: string): boolean {
  return path !== "tests/architecture.test.ts";
}
