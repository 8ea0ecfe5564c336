import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../kernel/failure.ts";
import { churnDesk } from "../policy/templates/churn-desk.ts";
import { recipeCommand } from "./policy-recipe.ts";

let folder = "";
let file = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-recipe-"));
  file = join(folder, "policy.yaml");
  await writeFile(file, churnDesk);
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: readonly string[]): Promise<readonly string[]> {
  const out: string[] = [];
  const command = recipeCommand({
    out: (text) => out.push(text),
    err: () => {},
    stdin: Readable.from([]),
    interactive: false,
    clock: () => 0,
    env: {},
    exit: () => {},
  });
  await command.parseAsync([...args], { from: "user" });
  return out;
}

const add = (name: string, ...args: readonly string[]) => run("add", name, "--file", file, ...args);

describe("baton policy recipe", () => {
  test("lists what there is", async () => {
    expect((await run("list")).map((line) => line.split(" ")[0])).toEqual([
      "trial-conversion",
      "enterprise-inbound",
      "churn-risk",
      "new-recipe",
    ]);
    expect(JSON.parse((await run("list", "--json"))[0] ?? "")).toHaveLength(4);
  });

  test("says what it would write, and writes nothing", async () => {
    const lines = await add("trial-conversion", "--owner", "ann@x.example,bob@x.example", "--dry-run");
    expect(lines).toContain(
      "New with it: Pool trial-conversion, whose members take turns: ann@x.example, bob@x.example.",
    );
    expect(lines.at(-1)).toBe(`Nothing is written: recipe trial-conversion, at place 3 of ${file}.`);
    expect(await readFile(file, "utf8")).toBe(churnDesk);
  });

  test("writes a recipe among the others, and comments stay", async () => {
    const answers = ["--signal", "cancellation", "--route", "csm", "--follow-up", "4h"];
    const [line] = await add("churn-risk", ...answers, "--json");
    expect(JSON.parse(line ?? "")).toMatchObject({
      written: true,
      kind: "adds",
      recipe: { id: "churn-risk", at: 1 },
    });
    const text = await readFile(file, "utf8");
    expect(text).toContain("# 100 points: a large account that says it leaves");
    expect(text).toContain("id: churn-risk");
    expect((await add("churn-risk", ...answers)).at(-1)).toContain("Nothing is written");
    expect((await add("churn-risk", ...answers.slice(0, -1), "none")).at(-1)).toContain("Written");
  });

  test.each([
    ["no recipe", ["churn"], 'there is no "churn"; there is trial-conversion'],
    ["no signal", ["churn-risk", "--signal", "anger", "nothing"], 'there is no signal "nothing"; there is'],
    ["no route", ["churn-risk", "--route", "nowhere"], 'there is no route "nowhere"; there is csm'],
    ["no address", ["churn-risk", "--owner", "ann"], '"ann" are no addresses'],
    ["no time", ["churn-risk", "--follow-up", "soon"], '"soon" is no time; write 24h, or none'],
  ])("refuses what is %s", async (_, [name = "", ...args], words) => {
    await expect(add(name, ...args)).rejects.toThrow(words);
    await expect(add(name, ...args)).rejects.toThrow(UserError);
  });

  test("refuses standard input, a policy with faults, and a route where there is none", async () => {
    await expect(run("add", "churn-risk", "--file", "-")).rejects.toThrow("name a file");
    const odd = join(folder, "odd.yaml");
    await writeFile(odd, "format: baton/policy@1\n");
    await expect(run("add", "churn-risk", "--file", odd)).rejects.toThrow("has faults");
    await writeFile(odd, "format: baton/policy@1\nname: Bare\nsignals: {}\nscores: {}\n");
    await expect(run("add", "churn-risk", "--file", odd, "--route", "sales")).rejects.toThrow(
      "name people by --owner",
    );
  });
});
