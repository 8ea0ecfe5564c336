import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { validateCommand } from "./validate.ts";

async function validate(rows: readonly (object | string)[], ...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  let code = 0;
  const lines = rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row)));
  const command = validateCommand({
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    stdin: Readable.from([Buffer.from(lines.join("\n"))]),
    interactive: false,
    clock: () => Date.UTC(2026, 0, 15),
    env: {},
    exit: (given) => {
      code = given;
    },
  });
  await command.parseAsync(["-", ...args], { from: "user" });
  return { out, err, code };
}

const asks = "Pricing for enterprise please, we are 400 people and need SAML and SCIM";
const rows = [
  { id: 1, text: asks, label: "yes" },
  { id: 2, text: asks, label: false },
  { id: 3, text: "a volume discount?", label: "right", weight: 10 },
  { id: 4, text: "my password does not work", label: 0, weight: 10 },
  {
    id: 5,
    turns: [{ role: "user", text: "volume discount", at: "2025-01-01" }],
    label: "qualified",
    weight: 10,
  },
];

test("says how right the policy is, how sure that is, and which words to look at", async () => {
  const { out, code } = await validate(rows);
  const said = out.join("\n");
  expect(code).toBe(0);
  expect(said).toContain("precision 50.0 % (95 %: 9.5 % to 90.5 %, 2 labels)");
  expect(said).toMatch(/recall {4}4\.8 %/);
  expect(said).toMatch(/\d+ more labels of qualified conversations/);
  expect(said).toContain("volume discount");
  expect(said).toContain("3 conversations are labelled right; a threshold can be suggested from 10 on");
});

test("takes named labels for right, and says what it does not know", async () => {
  const named = Array.from({ length: 12 }, (_, i) => ({ id: i, text: asks, label: "Buying" }));
  const { out } = await validate(
    [...named, { id: 99, text: "hello", label: "support" }],
    "--right",
    "buying",
  );
  expect(out.join("\n")).toContain("precision 100.0 %");
  expect(out.join("\n")).toContain("suggested threshold: ");
  const one = await validate([{ id: 1, text: "hello", label: "support" }], "--right", "buying");
  expect(one.out.join("\n")).toContain("precision not known");
  const enough = Array.from({ length: 200 }, (_, i) => ({ id: i, text: asks, label: "yes" }));
  expect((await validate(enough)).out.join("\n")).toContain("the precision is known within 10 points");
});

test("names lines without a label, with one that is no answer, or that are no conversation, and ends with 1", async () => {
  const { err, code, out } = await validate(
    [...rows, { id: 6, text: "hi" }, { id: 7, text: "hi", label: "maybe" }, { id: 8 }, "oops"],
    "--json",
  );
  expect(code).toBe(1);
  expect(JSON.parse(out[0] ?? "")).toMatchObject({ labels: 5, score: "buying" });
  expect(err).toEqual([
    "-:6: label: is missing: what a person says of this conversation",
    '-:7: label "maybe" is neither yes nor no; --right says which labels mean yes',
    '-:8: needs "text", or "turns" with role and text',
    "-:9: is no JSON: every line holds one object",
  ]);
});

test("refuses a file without labels, and a score that the policy has not", async () => {
  await expect(validate([])).rejects.toThrow("holds no labelled conversation");
  await expect(validate(rows, "--score", "mood")).rejects.toThrow("the policy has buying, churn");
});
