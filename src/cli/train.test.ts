import { mkdtemp, rm } from "node:fs/promises";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scoreCommand } from "./score.ts";
import type { Terminal } from "./terminal.ts";
import { trainCommand } from "./train.ts";

const deps = {
  openStore: () => Promise.reject(new Error("no database is asked without --environment")),
  user: "rita",
};

let folder = "";
const file = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-train-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(command: "train" | "score", args: readonly string[], input: string) {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    stdin: Readable.from([Buffer.from(input)]),
    interactive: false,
    clock: () => 0,
    env: {},
    exit: () => undefined,
  };
  const made = command === "train" ? trainCommand(terminal, deps) : scoreCommand(terminal);
  await made.parseAsync(args, { from: "user" });
  return { out, err };
}

const labels = ["lamp", "door", "window", "roof", "wall", "floor", "stairs", "garden", "fence", "gate"]
  .flatMap((thing) => [
    { text: `we would adore a greener ${thing}`, signals: ["wish"] },
    { text: `the ${thing} is broken`, signals: [] },
  ])
  .map((row) => JSON.stringify(row))
  .join("\n");

describe("baton policy train", () => {
  test("writes a model that baton score reads with", async () => {
    const { out, err } = await run("train", ["--labels", "-", "--out", file("model.json")], labels);
    expect(out).toEqual([expect.stringMatching(/^wish: counts from 0\.\d+ on; of left-out rows/)]);
    expect(err).toEqual([`${file("model.json")}: 1 signals from 20 rows`]);
    const policy = `format: baton/policy@1
name: T
signals:
  wish: { meaning: true }
scores:
  s: { signals: [wish], threshold: 1 }
`;
    writeFileSync(file("policy.yaml"), policy);
    const args = ["--policy", file("policy.yaml"), "--model", file("model.json")];
    const scored = await run("score", args, '{"id":1,"text":"Hi. We would adore a greener kitchen."}');
    expect(JSON.parse(scored.out[0] ?? "")).toMatchObject({
      signals: [{ signal: "wish", kind: "meaning", text: "We would adore a greener kitchen", start: 4 }],
    });
  });

  test("speaks JSON", async () => {
    const { out } = await run("train", ["--labels", "-", "--json", "--out", file("again.json")], labels);
    expect(JSON.parse(out[0] ?? "")).toMatchObject([{ name: "wish", rows: 20 }]);
    expect(readFileSync(file("again.json"), "utf8")).toBe(readFileSync(file("model.json"), "utf8"));
  });

  test("says in one line what is wrong with the labels or the model", async () => {
    const train = (input: string) => run("train", ["--labels", "-", "--out", file("none.json")], input);
    await expect(train('{"text":"a"}')).rejects.toThrow(/^policy train: -:1: /);
    await expect(train('{"text":"a","signals":["b"]}')).rejects.toThrow(
      "policy train: 1 rows teach nothing, so nothing is kept: a signal needs ten messages that mean it, and others that do not.",
    );
    const wishes = labels.split("\n").filter((row) => row.includes("wish"));
    await expect(train(wishes.join("\n"))).rejects.toThrow("every row means a signal, so nothing is kept");
    writeFileSync(file("odd.json"), "{}");
    writeFileSync(file("text.json"), "nope");
    for (const [name, why] of [
      ["odd.json", "is no text model; `baton policy train` makes one."],
      ["text.json", "is no text model; `baton policy train` makes one."],
      ["absent.json", "there is no such file, or it cannot be read."],
    ] as const)
      await expect(run("score", ["--model", file(name)], "")).rejects.toThrow(why);
  });
});
