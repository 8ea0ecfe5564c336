import { expect, test } from "vitest";
import { readPolicy } from "../policy/read.ts";
import { saasDefault } from "../policy/templates/saas-default.ts";
import { lintReading } from "./lint-reading.ts";

const QUESTION = { now: Date.UTC(2026, 0, 1), owners: null };

test("names what makes a text no policy, and nothing else of it", () => {
  const findings = lintReading(readPolicy("format: baton/policy@1"), QUESTION);
  expect(findings.map(({ severity, path }) => [severity, path])).toContainEqual(["fault", "signals"]);
});

test("names phrases that stand twice, at their place", () => {
  const twice = saasDefault.replace("phrases:\n", "phrases:\n      - SSO\n      - SSO\n");
  const findings = lintReading(readPolicy(twice), QUESTION);
  expect(findings.some(({ rule, path }) => rule === "phrase-repeated" && path.includes("phrases["))).toBe(
    true,
  );
});
