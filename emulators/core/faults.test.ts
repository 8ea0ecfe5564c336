/* oxlint-disable unicorn/no-thenable -- the published JSON of a fault plan calls it "then" */
import { describe, expect, test } from "vitest";
import { createFaults, FaultPlanError, parseFaultPlan, parseVendorFaults } from "./faults.ts";
import { mixedPlan } from "./mixed-plan.ts";

describe("reading a plan", () => {
  test("the published example is a plan", () => {
    const plan = parseFaultPlan({
      seed: 7,
      salesforce: {
        rules: [
          {
            match: { method: "POST", path: "/services/data/*" },
            p: 0.2,
            then: { kind: "commit-then-drop" },
          },
        ],
      },
      intercom: { rules: [], webhooks: { drop: 0.05, duplicate: 0.1, shuffle: true } },
    });
    expect(plan.seed).toBe(7);
    expect(plan.salesforce?.rules).toHaveLength(1);
    expect(plan.intercom?.webhooks).toEqual({ drop: 0.05, duplicate: 0.1, shuffle: true });
  });

  test.for([
    ["a vendor that does not exist", { hubspot: {} }, "hubspot"],
    ["an unknown kind", { slack: { rules: [{ then: { kind: "burn" } }] } }, "slack.rules[0].then.kind"],
    ["a delay without ms", { slack: { rules: [{ then: { kind: "delay" } }] } }, "slack.rules[0].then.ms"],
    ["a probability over 1", { smtp: { rules: [{ p: 2, then: { kind: "drop" } }] } }, "smtp.rules[0].p"],
    [
      "p and nth together",
      { smtp: { rules: [{ p: 1, nth: [1], then: { kind: "drop" } }] } },
      "smtp.rules[0]",
    ],
    ["a key that does not exist", { smtp: { rules: [{ odd: 1, then: { kind: "drop" } }] } }, "odd"],
    ["a text", "mixed", "the plan"],
  ] as const)("%s is refused in one line that names the place", ([, json, place]) => {
    const read = () => parseFaultPlan(json);
    expect(read).toThrow(FaultPlanError);
    expect(read).toThrow(place);
    expect(read).toThrow(/^fault plan: .+$/);
  });

  test("a vendor takes its own part of a whole plan, with the plan's seed", () => {
    const whole = { seed: 3, slack: { rules: [] }, smtp: { rules: [], seed: 9 } };
    expect(parseVendorFaults(whole, "slack").seed).toBe(3);
    expect(parseVendorFaults(whole, "smtp").seed).toBe(9);
    expect(parseVendorFaults(whole, "intercom")).toEqual({ rules: [], seed: 3 });
    expect(parseVendorFaults({}, "slack")).toEqual({ rules: [] });
  });
});

describe("which requests are struck", () => {
  const rule = (match: { method?: string; path?: string }, nth?: number[]) => ({
    match,
    ...(nth && { nth }),
    then: { kind: "drop" as const },
  });

  test.for([
    ["/conversations/*/tags", "/conversations/12/tags", true],
    ["/conversations/*/tags", "/conversations/12/tags/3", false],
    ["/services/*", "/services/data/v64.0/composite", true],
    ["/a.b", "/axb", false],
    ["*", "/anything", true],
  ] as const)("path %s against %s: %s", ([glob, path, isStruck]) => {
    const faults = createFaults("intercom", { rules: [rule({ path: glob })] });
    expect(faults.strike("GET", path) !== undefined).toBe(isStruck);
  });

  test("the method is compared without regard to case", () => {
    const faults = createFaults("intercom", { rules: [rule({ method: "post" })] });
    expect(faults.strike("GET", "/")).toBeUndefined();
    expect(faults.strike("POST", "/")).toEqual({ kind: "drop" });
  });

  test("nth counts each rule's own matches from 1, even where an earlier rule struck", () => {
    const faults = createFaults("intercom", {
      rules: [rule({ path: "/a" }, [1]), { match: {}, nth: [2, 3], then: { kind: "hang" } }],
    });
    const struck = ["/a", "/b", "/a", "/a"].map((path) => faults.strike("GET", path)?.kind);
    expect(struck).toEqual(["drop", "hang", "hang", undefined]);
  });

  test("the same seed strikes the same requests, another seed others", () => {
    const pattern = (seed: number) => {
      const faults = createFaults("slack", { seed, rules: [{ match: {}, p: 0.5, then: { kind: "drop" } }] });
      return Array.from({ length: 40 }, () => (faults.strike("GET", "/") ? "x" : ".")).join("");
    };
    expect(pattern(1)).toBe(pattern(1));
    expect(pattern(1)).not.toBe(pattern(2));
  });
});

describe("mixed:0.2", () => {
  test("strikes a fifth of the requests of every vendor, every kind about as often", () => {
    const plan = mixedPlan(0.2, 42);
    for (const vendor of ["salesforce", "intercom", "slack", "smtp", "enrichment"] as const) {
      const part = plan[vendor] ?? { rules: [] };
      const faults = createFaults(vendor, { ...part, seed: plan.seed });
      const counts = part.rules.map(() => 0);
      const requests = 20_000;
      for (let request = 0; request < requests; request++) {
        const fault = faults.strike("POST", "/x");
        const index = part.rules.findIndex((candidate) => candidate.then === fault);
        if (index >= 0) counts[index] = (counts[index] ?? 0) + 1;
      }
      const even = (requests * 0.2) / counts.length;
      for (const count of counts) expect(Math.abs(count - even) / even).toBeLessThan(0.2);
    }
  });

  test("is itself a readable plan without hang", () => {
    const plan = mixedPlan(0.2, 42);
    expect(parseFaultPlan(structuredClone(plan))).toEqual(plan);
    expect(JSON.stringify(plan)).not.toContain('"hang"');
    expect(JSON.stringify(plan.salesforce)).toContain("expire-token");
  });
});
