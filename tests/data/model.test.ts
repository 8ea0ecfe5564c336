/** The text model that comes with Baton is what its training rows give, to the last byte. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { modelText } from "../../src/cli/train.ts";
import type { Labelled } from "../../src/qualify/meaning/learn.ts";
import { learn } from "../../src/qualify/meaning/learn.ts";

const ROOT = join(import.meta.dirname, "..", "..");

test("`npm run train` makes the shipped model again; no row is there twice", { timeout: 300_000 }, () => {
  const rows = readFileSync(join(ROOT, "training", "saas-default.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Labelled);
  const shipped = readFileSync(join(ROOT, "src", "qualify", "meaning", "saas-default.json"), "utf8");
  expect(modelText(learn(rows))).toBe(shipped);
  expect(new Set(rows.map(({ text }) => text.toLowerCase())).size).toBe(rows.length);
});
