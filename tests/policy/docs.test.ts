/** docs/policy.md and the published JSON Schema say what the policy's schema says, about every field. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { policyJsonSchema } from "../../src/policy/json-schema.ts";
import { readPolicy } from "../../src/policy/read.ts";
import { templates } from "../../src/policy/templates/templates.ts";
import { fieldsOf, generatedDocs, type Schema } from "../support/policy-page.ts";
import { policyParts } from "../support/policy-parts.ts";

const HOME = join(import.meta.dirname, "..", "..");
const schema = policyJsonSchema() as Schema;
const EXAMPLE = join(HOME, "..", "shared", "design", "policy.example.yaml");

test("every field has a sentence", () => {
  const rows = [...fieldsOf(schema, ""), ...fieldsOf(schema.$defs?.["condition"] ?? {}, "condition")];
  expect(rows.length).toBeGreaterThan(100);
  expect(
    rows.filter(({ about }) => about === null || !about.endsWith(".")).map(({ place }) => place),
  ).toEqual([]);
});

test("a field without a sentence is found", () => {
  const [row] = fieldsOf({ type: "object", properties: { silent: { type: "string" } } }, "");
  expect(row).toEqual({ place: "silent", type: "text", absent: "–", about: null });
});

test.each(Object.entries(await generatedDocs()))("%s is what `npm run docs` writes", (path, text) => {
  expect(readFileSync(join(HOME, path), "utf8")).toBe(text);
});

describe("the examples of the page", () => {
  test("are there for every part, each for its own", () => {
    expect(Object.keys(policyParts)).toEqual(Object.keys(schema.properties ?? {}));
    for (const [part, { example }] of Object.entries(policyParts))
      expect(Object.keys(parse(example) as object)).toEqual([part]);
  });

  test("are one policy without a fault or a warning", () => {
    const whole = Object.values(policyParts).map(({ example }) => example);
    expect(readPolicy(whole.join("\n"))).toMatchObject({ kind: "ok", warnings: [] });
  });
});

describe("the JSON Schema that an editor finds", () => {
  const documents = Object.entries(templates).map(([name, { text }]) => [name, text] as const);

  test.each(documents)("by the first line of the template %s takes the template", (_, text) => {
    const place = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)?.[1] ?? "nowhere";
    const found: unknown = JSON.parse(readFileSync(join(HOME, place), "utf8"));
    const accepts = new Ajv2020({ strict: false }).compile(found as object);
    accepts(parse(text));
    expect(accepts.errors).toBeNull();
    expect(accepts({ ...(parse(text) as object), recipies: [] })).toBe(false);
  });

  test.skipIf(!existsSync(EXAMPLE))("takes the example policy", () => {
    const accepts = new Ajv2020({ strict: false }).compile(policyJsonSchema());
    accepts(parse(readFileSync(EXAMPLE, "utf8")));
    expect(accepts.errors).toBeNull();
  });
});
