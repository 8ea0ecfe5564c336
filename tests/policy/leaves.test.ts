/** No line of a policy is there for nothing: each one, changed or taken away, changes something that can be seen. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type Policy, policySchema } from "../../src/policy/schema.ts";
import { templates } from "../../src/policy/templates/templates.ts";
import { compile, type CompiledPolicy } from "../../src/qualify/compile.ts";
import { leavesOf } from "./leaves.ts";
import { seenIn, seenInDeal, seenInSync } from "./observed.ts";
import { talksFor } from "./talks.ts";

/** Lines that nothing shows, and why. A line that comes to show has to leave the list. */
const UNSEEN: Readonly<Record<string, string>> = {
  format: "the reader refuses every other",
  name: "what people call the policy: it decides nothing",
  "mapping.lead[6]": "a new record without a source gets the first tag without a mapping, too",
};

const EXAMPLE = join(import.meta.dirname, "..", "..", "..", "shared", "design", "policy.example.yaml");
const documents: (readonly [string, unknown])[] = [
  ["the template saas-default", parse(templates["saas-default"]?.text ?? "")],
];
if (existsSync(EXAMPLE)) documents.push(["the example policy", parse(readFileSync(EXAMPLE, "utf8"))]);
else console.log("skipped: ../shared/design/policy.example.yaml is absent, so its lines are not taken away");

/** Whether anything at all looks different under another policy; what showed the last difference is asked first. */
function observerOf(document: unknown): (changed: Policy) => boolean {
  const policy = policySchema.parse(document);
  const compiled = compile(policy);
  const seenAs = (look: (compiled: CompiledPolicy) => Iterable<unknown>) => ({
    look,
    as: [...look(compiled)],
  });
  const looks = [
    seenAs((one) => seenInDeal(one.policy)),
    seenAs((one) => seenInSync(one.policy)),
    ...talksFor(policy).map((talk) => seenAs((one) => seenIn(talk, one))),
  ];
  return (changed) => {
    const { signals, scores } = changed;
    const isSame = isDeepStrictEqual([signals, scores], [policy.signals, policy.scores]);
    const other = isSame ? { ...compiled, policy: changed } : compile(changed);
    const at = looks.findIndex(({ look, as }) => isOther(look(other), as));
    looks.unshift(...looks.splice(at, at < 0 ? 0 : 1));
    return at >= 0;
  };
}

/** Stops at the first difference. */
function isOther(seen: Iterable<unknown>, before: readonly unknown[]): boolean {
  let steps = 0;
  for (const step of seen) {
    if (!isDeepStrictEqual(step, before[steps])) return true;
    steps += 1;
  }
  return steps !== before.length;
}

describe.each(documents)("%s", (_, document) => {
  const leaves = leavesOf(document);

  test("has no line that could be anything else without a difference, but for the listed ones", () => {
    const shows = observerOf(document);
    const unseen = leaves.flatMap(({ place, changed }) =>
      changed !== null && shows(changed) ? [] : [place],
    );
    expect(unseen).toEqual(leaves.map(({ place }) => place).filter((place) => place in UNSEEN));
  }, 120_000);
});
