import { describe, expect, test } from "vitest";
import type { Finding } from "../policy/lint/finding.ts";
import { namesOf } from "../policy/names.ts";
import { defaultPolicy } from "../policy/templates/saas-default.ts";
import { isPromoted, mayPromote, type Promotion, promotionLines, worstFirst } from "./promotion.ts";
import { type Target, type TargetAnswer, targetRemarks } from "./target.ts";

const policy = defaultPolicy();
const [named] = namesOf(policy);
if (named === undefined) throw new Error("the default policy names nothing");

const answer = (level: TargetAnswer["level"], use: "acts" | "reads" = "acts"): TargetAnswer => ({
  named: { ...named, use },
  level,
  what: `it is ${level}`,
  fix: null,
});
const target = (change: Partial<Target>): Target => ({
  owners: null,
  answers: [],
  unconnected: [],
  ...change,
});

describe("what a target lacks", () => {
  test.for([
    [answer("ok"), []],
    [answer("missing"), ["fault missing-in-target: it is missing"]],
    [answer("warning"), ["warning missing-in-target: it is warning"]],
    [answer("unknown"), ["note not-seen: it is unknown"]],
    [answer("missing", "reads"), ["note missing-in-target: it is missing"]],
    [answer("ok", "reads"), []],
  ] as const)("weighs as much as it breaks: %j", ([one, lines]) => {
    const remarks = targetRemarks(policy, target({ answers: [one] }));
    expect(remarks.map(({ severity, rule, message }) => `${severity} ${rule}: ${message}`)).toEqual(lines);
  });

  test("is whatever nobody could be asked about, too", () => {
    expect(targetRemarks(policy, target({ unconnected: ["Slack"] }))).toMatchObject([
      { severity: "warning", path: [], message: expect.stringContaining("no Slack connection") },
    ]);
  });

  test("are users and queues; what the linter says of the policy itself is not repeated", () => {
    const rules = (owners: Target["owners"]) =>
      new Set(targetRemarks(policy, target({ owners })).map(({ rule }) => rule));
    expect(rules({ users: [], queues: [] })).toEqual(new Set(["dead-owner"]));
    const users = ["ana", "ben", "eva", "kim", "lee", "sales-lead"].map((name) => ({
      email: `${name}@ourcompany.example`,
      active: true,
    }));
    const queues = ["Enterprise_Inbound", "Solutions_Engineers"].map((name) => ({ name, objects: ["Case"] }));
    expect(rules({ users, queues })).toEqual(new Set(["queue-refuses"]));
  });
});

const finding = (severity: Finding["severity"], more: Partial<Finding> = {}): Finding => ({
  severity,
  rule: "x",
  path: "routing.fallback.queue",
  line: 7,
  message: "Salesforce has no queue",
  proof: null,
  next: "Make it.",
  ...more,
});
const ends = { from: { environment: "sandbox", number: 3 }, to: "production" };

describe("a promotion", () => {
  test.for([
    [[], false, true],
    [["note"], false, true],
    [["note", "warning"], false, false],
    [["warning"], true, true],
    [["warning", "fault"], true, false],
  ] as const)("with %j and force %s goes on: %s", ([severities, force, goes]) => {
    expect(
      mayPromote(
        severities.map((one) => finding(one)),
        force,
      ),
    ).toBe(goes);
  });

  test("tells what stops it first", () => {
    const severities = (["note", "fault", "warning", "fault"] as const).map((one) => finding(one));
    expect(worstFirst(severities).map(({ severity }) => severity)).toEqual([
      "fault",
      "fault",
      "warning",
      "note",
    ]);
  });

  test("that lacks something says what and where, and whether force would help", () => {
    const lacking = (...findings: readonly Finding[]): Promotion => ({ kind: "lacking", ...ends, findings });
    expect(isPromoted(lacking())).toBe(false);
    expect(promotionLines(lacking(finding("fault")))).toEqual([
      "production lacks what version 3 of sandbox names, so nothing was promoted",
      "  fault: line 7, routing.fallback.queue: Salesforce has no queue; Make it",
    ]);
    const { line: _, ...lineless } = finding("warning", { next: null });
    expect(promotionLines(lacking(finding("warning", { path: "", next: null }), lineless)).slice(1)).toEqual([
      "  warning: Salesforce has no queue",
      "  warning: routing.fallback.queue: Salesforce has no queue",
      "--force passes warnings",
    ]);
  });

  test("that is done says where it came from, what it changes and what it passed", () => {
    const done = (
      kind: "published" | "would",
      changes: null | { kind: "compared"; changes: [] },
    ): Promotion => ({
      kind,
      number: 2,
      changes,
      ...ends,
      findings: [finding("note", { next: null })],
    });
    expect(isPromoted(done("would", null))).toBe(true);
    expect(promotionLines(done("published", { kind: "compared", changes: [] }))).toEqual([
      "Version 2 of production is live: version 3 of sandbox.",
      "nothing changes",
      "  note: line 7, routing.fallback.queue: Salesforce has no queue",
    ]);
    expect(promotionLines(done("would", null))[0]).toBe(
      "Version 2 of production would be live: version 3 of sandbox.",
    );
  });

  test("that the environment refuses is told as any refusal", () => {
    const refused: Promotion = { kind: "unchanged", live: 4, ...ends, findings: [] };
    expect(promotionLines(refused)).toEqual(["version 4 is live and says exactly this"]);
  });
});
