import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../kernel/failure.ts";
import type { Owners } from "../policy/lint/routes.ts";
import { saasDefault } from "../policy/templates/saas-default.ts";
import { policyCommand } from "./policy.ts";
import { scoreCommand } from "./score.ts";
import type { Terminal } from "./terminal.ts";

const NOW = Date.UTC(2026, 0, 15, 12);

interface Output {
  readonly out: readonly string[];
  readonly err: readonly string[];
  readonly code: number;
}

async function run(args: readonly string[], input = ""): Promise<Output> {
  const out: string[] = [];
  const err: string[] = [];
  let code = 0;
  const terminal: Terminal = {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    stdin: Readable.from([Buffer.from(input)]),
    interactive: false,
    clock: () => NOW,
    env: {},
    exit: (given) => {
      code = given;
    },
  };
  const [name, ...rest] = args;
  const command = name === "score" ? scoreCommand(terminal) : policyCommand(terminal, { owners: orgOf });
  await command.parseAsync(rest, { from: "user" });
  return { out, err, code };
}

async function orgOf(environment: string): Promise<Owners> {
  if (environment !== "production") throw new UserError(`there is no environment "${environment}"`);
  return { users: [{ email: "sales-lead@ourcompany.example", active: true }], queues: [] };
}

let folder = "";
const file = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-score-"));
  await writeFile(file("default.yaml"), saasDefault);
  await writeFile(file("other.yaml"), saasDefault.replace("points: 15", "points: 16"));
  await writeFile(file("broken.yaml"), saasDefault.replace("on: [message, tag]", "on: [mesage]"));
  await writeFile(file("odd.yaml"), saasDefault.replace("pool: emea-enterprise", "pool: emea"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("baton score", () => {
  test("compares examples where it is asked to, and says in each row whether it did", async () => {
    const signals = { demo: { points: 20, examples: ["Can we talk to someone in sales?"] } };
    const scores = { buying: { signals: ["demo"], threshold: 10 } };
    const policy = { format: "baton/policy@1", name: "t", signals, scores };
    await writeFile(file("examples.json"), JSON.stringify(policy));
    const input = JSON.stringify({ id: 1, text: "Hi! Can someone from sales call me?" });
    const off = await run(["score", "--policy", file("examples.json")], input);
    expect(JSON.parse(off.out[0] ?? "")).toMatchObject({ signals: [], meaning: "off" });
    expect(off.err[0]).toBe("the examples of the policy's signals were not compared; --meaning does");
    const on = await run(["score", "--meaning", "--policy", file("examples.json")], input);
    expect(JSON.parse(on.out[0] ?? "")).toMatchObject({
      scores: { buying: 20 },
      signals: [
        { signal: "demo", kind: "meaning", text: "Can someone from sales call me", start: 4, end: 34 },
      ],
      meaning: "on",
    });
    expect(on.err).toHaveLength(1);
    const none = await run(["score", "--meaning"], input);
    expect(JSON.parse(none.out[0] ?? "")).not.toHaveProperty("meaning");
  });

  test("answers each line with scores, signals, contributions and what the policy would do", async () => {
    const row = {
      id: 7,
      text: "We want SSO and SAML for 300 people, what about pricing?",
      contact: { plan: "trial" },
      company: { employees: 300 },
    };
    const { out, err, code } = await run(["score"], JSON.stringify(row));
    expect(JSON.parse(out[0] ?? "")).toMatchObject({
      id: 7,
      scores: { buying: 61.5, churn: 0 },
      signals: [
        { signal: "enterprise", kind: "phrase", text: "SSO", points: 10, turn: 0, start: 8, end: 11 },
        { signal: "enterprise", kind: "phrase", text: "SAML", points: 10, turn: 0, start: 16, end: 20 },
        { signal: "pricing", kind: "phrase", text: "pricing", points: 10, turn: 0, start: 48, end: 55 },
      ],
      excluded: null,
      recipe: "enterprise-inbound",
      qualified: true,
    });
    expect(err).toEqual(["1 scored, 1 qualified, 0 excluded, 0 bad lines"]);
    expect(code).toBe(0);
  });

  test("names bad lines and exits with 1", async () => {
    const { out, err, code } = await run(
      ["score", "-", "--json"],
      'nope\n{"id":1,"text":"pricing","contact":{"email":"a@ourcompany.example"}}\n{"id":2}\n',
    );
    expect(out.map((line) => (JSON.parse(line) as { excluded: unknown }).excluded)).toEqual(["own-people"]);
    expect(err).toEqual([
      "-:1: is no JSON: every line holds one object",
      '-:3: needs "text", or "turns" with role and text',
      "1 scored, 0 qualified, 1 excluded, 2 bad lines",
    ]);
    expect(code).toBe(1);
  });

  test.for([
    [[], 6],
    [["--at", "last"], 11],
    [["--at", "2026-01-15T12:00:00Z"], 6],
    [["--at", "2026-01-01"], 11],
  ] as const)("takes the time from %j", async ([args, expected]) => {
    const row = { id: 1, turns: [{ role: "user", text: "SSO", at: "2026-01-08T12:00:00Z" }] };
    const { out } = await run(["score", ...args], JSON.stringify(row));
    expect((JSON.parse(out[0] ?? "") as { scores: { buying: number } }).scores.buying).toBe(expected);
  });

  test("as of the last message is now for a row without times", async () => {
    expect((await run(["score", "--at", "last"], '{"id":1,"text":"SSO"}')).out).toHaveLength(1);
  });

  test("refuses a time, a file and a policy that are none, in one line for each fault", async () => {
    await expect(run(["score", "--at", "soon"])).rejects.toThrow(
      "score: --at soon: write a time such as 2026-01-31T12:00:00Z, or last.",
    );
    await expect(run(["score", file("absent")])).rejects.toThrow("no such file");
    await expect(run(["score", "--policy", file("broken.yaml")])).rejects.toThrow(
      /broken\.yaml:\d+: recipes\[0\]\.on\[0\]: "mesage" is not one of message, tag, usage$/,
    );
  });

  test("warns of probable slips of the policy and goes on", async () => {
    const { err } = await run(["score", "--policy", file("odd.yaml")], '{"id":1,"text":"SSO"}');
    expect(err[0]).toMatch(
      /^warning: .*odd\.yaml:\d+: routing\.territories\[0\]\.owner\.pool: there is no pool "emea"/,
    );
  });
});

describe("baton policy", () => {
  test("lint says ok, or what and where, and exits with 1 on a fault", async () => {
    const fine = await run(["policy", "lint", file("default.yaml")]);
    expect(fine).toMatchObject({ err: [], code: 0 });
    expect(fine.out.at(-1)).toMatch(/: ok, 0 faults, 0 warnings, \d+ notes$/);
    const broken = await run(["policy", "lint", file("broken.yaml")]);
    expect(broken.out).toEqual([
      expect.stringMatching(
        /broken\.yaml:\d+: recipes\[0\]\.on\[0\]: fault: "mesage" is not one of message, tag, usage \(format\)$/,
      ),
      `${file("broken.yaml")}: not usable, 1 fault, 0 warnings, 0 notes`,
    ]);
    expect(broken.code).toBe(1);
    expect((await run(["policy", "lint", "-"], "[]")).out[0]).toMatch(/^-: fault: is no policy/);
  });

  test("a warning fails with --strict alone", async () => {
    const odd = saasDefault.replace("pool: emea-enterprise", "pool: emea");
    const loose = await run(["policy", "lint", "-"], odd);
    expect(loose.out.find((line) => line.includes("warning"))).toMatch(/^-:\d+: routing/);
    expect(loose.code).toBe(0);
    const strict = await run(["policy", "lint", "-", "--strict"], odd);
    expect(strict.out.at(-1)).toMatch(/^-: usable, but not ok, 0 faults, 1 warning, /);
    expect(strict.code).toBe(1);
  });

  test("what can never happen is a fault with its proof", async () => {
    const { out, code } = await run(
      ["policy", "lint", "-"],
      saasDefault.replace("atLeast: 40", "atLeast: 400"),
    );
    const at = out.findIndex((line) => line.includes("score-gate-unreachable"));
    expect(out.slice(at, at + 3)).toEqual([
      expect.stringMatching(
        /^-:\d+: recipes\[0\]\.score\.atLeast: fault: recipe churn-risk can never be reached/,
      ),
      expect.stringMatching(/^ {4}why: signals give at most /),
      expect.stringMatching(/^ {4}next: lower it/),
    ]);
    expect(code).toBe(1);
  });

  test("with an environment its users and queues are asked for", async () => {
    const args = ["policy", "lint", file("default.yaml"), "--environment"];
    const { out, code } = await run([...args, "production"]);
    expect(out.filter((line) => line.includes("dead-owner"))[0]).toContain(
      "no Salesforce user has the address ana@ourcompany.example",
    );
    expect(code).toBe(1);
    await expect(run([...args, "nowhere"])).rejects.toThrow('there is no environment "nowhere"');
  });

  test("lint speaks JSON", async () => {
    const { out } = await run(["policy", "lint", file("broken.yaml"), "--json"]);
    expect(JSON.parse(out[0] ?? "")).toMatchObject({
      ok: false,
      usable: false,
      findings: [{ severity: "fault", rule: "format", path: "recipes[0].on[0]" }],
    });
    expect(JSON.parse((await run(["policy", "lint", "-", "--json"], "[]")).out[0] ?? "")).toMatchObject({
      ok: false,
      findings: [{ path: "" }],
    });
  });

  test("diff says what differs", async () => {
    const args = ["policy", "diff", file("default.yaml"), file("other.yaml")];
    expect((await run(args)).out).toEqual(["Points of signal Complaint: 15 -> 16"]);
    expect(JSON.parse((await run([...args, "--json"])).out[0] ?? "")).toMatchObject([
      { kind: "changed", path: "signals.complaint.points" },
    ]);
    expect((await run(["policy", "diff", file("default.yaml"), file("default.yaml")])).out).toEqual([
      "both policies say the same",
    ]);
  });

  test("schema prints the format for editors", async () => {
    const { out } = await run(["policy", "schema"]);
    expect(JSON.parse(out.join("\n"))).toMatchObject({
      title: "Baton policy",
      required: ["format", "name", "signals", "scores"],
    });
  });

  test("template prints a policy that lints", async () => {
    const { out } = await run(["policy", "template"]);
    expect((await run(["policy", "lint", "-"], out.join("\n"))).code).toBe(0);
    expect(
      JSON.parse((await run(["policy", "template", "saas-default", "--json"])).out[0] ?? ""),
    ).toMatchObject({ name: "saas-default" });
    await expect(run(["policy", "template", "other"])).rejects.toThrow(
      'policy template: there is no "other"; there is saas-default, product-led, enterprise-sales, churn-desk.',
    );
    expect((await run(["policy", "template", "--list"])).out[1]).toBe(
      "product-led       people sign up alone; usage says who is worth a call",
    );
    expect(JSON.parse((await run(["policy", "template", "--list", "--json"])).out[0] ?? "")).toHaveLength(4);
  });
});
