/** The command line as a person meets it: processes, their lines and their exit codes. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRunning } from "../../src/store/embedded-lockfile.ts";

const { PATH, NODE_COMPILE_CACHE } = process.env;
const BATON = join(import.meta.dirname, "..", "..", "bin", "baton.mjs");

let root: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "baton-start-"));
  await chmod(root, 0o711); // run by root, PostgreSQL's own account must pass through
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(root, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  /** Lines of standard error. */
  readonly err: readonly string[];
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with the match as soon as standard error holds it; rejects when the process ends before. */
  readonly says: (pattern: RegExp) => Promise<RegExpMatchArray>;
}

/** Starts Baton with nothing in its environment but what the test says, and a log that holds warnings only. */
function baton(args: readonly string[], env: Readonly<Record<string, string>> = {}, input = ""): Running {
  const child = spawn(process.execPath, [BATON, ...args], {
    cwd: root,
    env: { PATH, NODE_COMPILE_CACHE, BATON_LOG: "warn", BATON_PORT: "0", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  children.add(child);
  const heard = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (heard.out += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (heard.err += chunk.toString("utf8")));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code) => {
      children.delete(child);
      resolve({ code, out: heard.out, err: heard.err.split("\n").filter((line) => line !== "") });
    });
  });
  const says = (pattern: RegExp): Promise<RegExpMatchArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(heard.err);
        if (match !== null) resolve(match);
      };
      look();
      child.stderr.on("data", look);
      void ended.then(({ err }) => reject(new Error(`ended without saying ${pattern}: ${err.join("\n")}`)));
    });
  return { child, ended, says };
}

async function get(url: string): Promise<{ readonly status: number; readonly body: string }> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  return { status: answer.status, body: await answer.text() };
}

async function postgresOf(directory: string): Promise<number> {
  return Number(
    (await readFile(join(directory, "postgres", "data", "postmaster.pid"), "utf8")).split("\n")[0],
  );
}

describe("baton start", () => {
  test("serves, refuses a second one on its data, and leaves nothing behind", async () => {
    const directory = join(root, "data");
    const service = baton(["start"], { BATON_DATA_DIR: directory });
    const [url = ""] = await service.says(/http:\/\/127\.0\.0\.1:\d+/);

    expect(await get(`${url}/healthz`)).toMatchObject({ status: 200 });
    expect(JSON.parse((await get(`${url}/readyz`)).body)).toMatchObject({ ready: true });
    expect((await get(`${url}/metrics`)).body).toMatch(/^# TYPE \w+ /m);
    expect(await get(url)).toMatchObject({
      status: 200,
      body: expect.stringContaining("<title>Baton</title>") as string,
    });
    expect(await get(`${url}/webhooks/intercom/nobody`)).toMatchObject({ status: 200 });
    expect((await fetch(`${url}/webhooks/intercom/nobody`, { method: "POST", body: "{}" })).status).toBe(404);

    const second = await baton(["start"], { BATON_DATA_DIR: directory }).ended;
    expect(second).toMatchObject({ code: 1, out: "" });
    expect(second.err).toEqual([
      `baton: another Baton (process ${service.child.pid}) already runs on ${directory}: stop it first, give this one another BATON_DATA_DIR, or run \`baton worker\` to help it`,
    ]);
    expect(await get(`${url}/healthz`)).toMatchObject({ status: 200 });

    const postgres = await postgresOf(directory);
    expect(await isRunning(postgres)).toBe(true);
    service.child.kill("SIGTERM");
    expect(await service.ended).toMatchObject({ code: 0, out: "" });
    expect(await isRunning(postgres)).toBe(false);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow("fetch failed");
  });

  test("says every fault of its configuration at once and starts nothing", async () => {
    const { code, err } = await baton(["start"], {
      BATON_DATA_DIR: join(root, "untouched"),
      BATON_PORT: "99999",
      BATON_LOG: "loud",
    }).ended;
    expect([code, err]).toEqual([
      1,
      [
        "baton: the configuration has faults:",
        '  BATON_PORT is "99999": expected a whole number from 0 to 65535 (0: any free port)',
        '  BATON_LOG is "loud": expected debug, info, warn, error or silent',
      ],
    ]);
    await expect(readFile(join(root, "untouched", "secret.key"))).rejects.toThrow("ENOENT");
  });

  test("takes a port that is in use for what it is", async () => {
    const taken = await new Promise<{ port: number; close: () => void }>((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve({
          port: typeof address === "object" && address !== null ? address.port : 0,
          close: () => server.close(),
        });
      });
    });
    const directory = join(root, "port-taken");
    const { code, err } = await baton(["start"], {
      BATON_DATA_DIR: directory,
      BATON_PORT: String(taken.port),
    }).ended;
    taken.close();
    expect([code, err.length, err[0]]).toEqual([1, 1, expect.stringContaining(`${taken.port}`)]);
    await expect(postgresOf(directory)).rejects.toThrow("ENOENT");
  });
});

describe("baton demo", () => {
  test("carries a few conversations from a webhook to a person, and stops by itself", async () => {
    const directory = join(root, "demo-home");
    const demo = baton(["demo", "--exit", "--conversations", "12", "--json"], { BATON_DATA_DIR: directory });
    const { code, out, err } = await demo.ended;
    expect([code, err.at(-1)]).toEqual([0, "Everything is stopped."]);
    const summary = JSON.parse(out) as Record<string, number>;
    expect(summary).toMatchObject({ conversations: 12, replayed: 12, failed: 0, maybe: 0 });
    expect(summary["handoffs"]).toBeGreaterThan(0);
    expect(summary["finished"]).toBe(summary["handoffs"]);
    await expect(postgresOf(join(directory, "demo"))).rejects.toThrow("ENOENT");
  });
});

describe("baton score", () => {
  test("reads standard input line by line, names a bad line, and goes on", async () => {
    const input = [
      JSON.stringify({ id: "a", text: "We need SSO and SAML for 300 seats. Can we book a demo?" }),
      "{ no json",
      JSON.stringify({ id: "b", text: "hello" }),
    ].join("\n");
    const { code, out, err } = await baton(["score", "-"], {}, input).ended;
    const rows = out
      .trim()
      .split("\n")
      .map(
        (line) => JSON.parse(line) as { id: string; scores: { buying: number }; signals: { text: string }[] },
      );
    expect(rows.map((row) => row.id)).toEqual(["a", "b"]);
    expect(rows[0]?.signals.map((signal) => signal.text)).toEqual([
      "SSO",
      "SAML",
      "book a demo",
      "Can we book a demo",
    ]);
    expect(rows[1]?.scores.buying).toBeLessThan(rows[0]?.scores.buying ?? 0);
    expect([code, err[0]]).toEqual([1, "-:2: is no JSON: every line holds one object"]);
    expect(err[1]).toMatch(/^2 scored, \d+ qualified, 0 excluded, 1 bad lines?$/);
  });
});

describe("a mistyped call", () => {
  test.for([
    [["frobnicate"], "baton: unknown command 'frobnicate'; see `baton --help`"],
    [["start", "--bogus"], "baton: unknown option '--bogus'; see `baton start --help`"],
    [["policy", "lint"], "baton: missing required argument 'file'; see `baton policy lint --help`"],
    [
      ["salesforce", "chek"],
      "baton: unknown command 'chek' (Did you mean check?); see `baton salesforce --help`",
    ],
    [
      ["demo", "--conversations", "0"],
      "baton: option '--conversations <n>' argument '0' is invalid. write a whole number from 1; see `baton demo --help`",
    ],
    [
      ["score", "nowhere.jsonl"],
      "baton: nowhere.jsonl: cannot be read (no such file); name a file of JSON lines, or - for standard input.",
    ],
    [
      ["policy", "template", "x"],
      'baton: policy template: there is no "x"; there is saas-default, product-led, enterprise-sales, churn-desk.',
    ],
  ] as const)("%j is one line and a bad exit", async ([args, line]) => {
    expect(await baton(args).ended).toEqual({ code: 1, out: "", err: [line] });
  });

  test("is told from a question: help is no fault", async () => {
    const { code, out, err } = await baton(["--help"]).ended;
    expect([code, err]).toEqual([0, []]);
    for (const command of ["start", "worker", "demo", "score", "policy", "config"])
      expect(out).toContain(`\n  ${command}`);
  });
});

describe("baton config check", () => {
  test("lists every variable and every fault, and never a secret", async () => {
    const { code, out, err } = await baton(["config", "check", "--json"], {
      BATON_SECRET_KEY: "too-short",
      BATON_BASE_URL: "baton.example.com",
      BATON_PROT: "8080",
    }).ended;
    const report = JSON.parse(out) as { ok: boolean; faults: { variable: string }[]; unknown: string[] };
    expect([code, err, report.ok, report.unknown]).toEqual([1, [], false, ["BATON_PROT"]]);
    expect(report.faults.map((fault) => fault.variable)).toEqual(["BATON_SECRET_KEY", "BATON_BASE_URL"]);
    expect(out).not.toContain("too-short");
  });
});
