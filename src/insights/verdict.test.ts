import { describe, expect, test } from "vitest";
import { NOBODY, policy, scores, snapshot } from "../../tests/support/cases.ts";
import { directoryOf, frozen } from "../../tests/support/frozen.ts";
import { compile } from "../qualify/compile.ts";
import { type Candidate, countingOf, type Turn, verdictOf } from "./verdict.ts";

const buying = (threshold: number) => ({
  scores: { buying: { signals: ["enterprise", "upgrade"], threshold }, churn: { signals: [], threshold: 1 } },
});
const candidate = (over: object = {}, assumed: Candidate["assumed"] = {}): Candidate => ({
  compiled: compile(policy({ ...buying(10), ...over })),
  assumed,
});
const verdict = (inputs: ReturnType<typeof frozen>, tried = candidate(), asks = true) =>
  verdictOf({ inputs, policyVersion: 1 }, tried, asks).verdict;

describe("what a candidate says", () => {
  test("comes from its own scores, not from the stored ones", () => {
    expect(verdict(frozen("SSO", { scores: scores({ buying: 0 }) }))).toEqual({
      outcome: {
        kind: "handoff",
        plan: { recipe: "qualified", record: "new Lead", owner: "sam@us.example" },
      },
      scores: { buying: 10, churn: 0 },
      turn: null,
    });
    expect(verdict(frozen("Hello"))).toMatchObject({ outcome: { kind: "below-threshold" } });
  });

  test("does not count twice what another candidate with the same score rules has counted", () => {
    const known = scores({ buying: 99 });
    const { scores: used } = verdictOf(
      { inputs: frozen("Hello"), policyVersion: 1 },
      candidate(),
      true,
      known,
    );
    expect(used.values["buying"]?.value).toBe(99);
  });

  test("leaves earlier handoffs to the course of time", () => {
    const earlier = [{ id: "h", recipe: "qualified", episode: 1, at: 0 }];
    expect(verdict(frozen("SSO", { earlier })).outcome.kind).toBe("handoff");
  });
});

describe("somebody about whom Salesforce was never asked", () => {
  const unasked = (text: string, deleted = false) =>
    frozen(text, { evidence: { snapshot: { ...frozen(text).evidence.snapshot, deleted }, crm: null } });

  test("is open where a recipe may want them, and never taken for nobody", () => {
    expect(verdict(unasked("SSO"))).toMatchObject({
      outcome: { kind: "needs-salesforce", recipe: "qualified" },
      turn: null,
    });
  });
  test("is told where no recipe wants them anyway", () => {
    expect(verdict(unasked("Hello")).outcome).toEqual({ kind: "below-threshold" });
  });
  test("is excluded where that is certain", () => {
    const exclusions = [{ id: "open", when: { field: "conversation.state", operator: "=", value: "open" } }];
    const outcome = { kind: "excluded", exclusion: "open" };
    expect(verdict(unasked("SSO"), candidate({ exclusions })).outcome).toEqual(outcome);
    expect(verdict(frozen("SSO"), candidate({ exclusions })).outcome).toEqual(outcome);
  });
  test("is gone where the conversation is deleted", () => {
    expect(verdict(unasked("SSO", true)).outcome).toEqual({ kind: "gone" });
  });
  test("is nobody in an environment without Salesforce", () => {
    expect(verdict(unasked("SSO"), candidate(), false).outcome.kind).toBe("handoff");
  });
});

describe("people whom only the candidate names", () => {
  const routing = {
    routing: { routes: { default: [{ user: "new@us.example" }, { user: "sam@us.example" }] } },
  };
  test("can take it where they are assumed for that version", () => {
    const assumed = { 1: directoryOf("new@us.example") };
    expect(verdict(frozen("SSO"), candidate(routing, assumed))).toMatchObject({
      outcome: { plan: { owner: "new@us.example" } },
    });
    expect(verdict(frozen("SSO"), candidate(routing, { 2: directoryOf("new@us.example") }))).toMatchObject({
      outcome: { plan: { owner: "sam@us.example" } },
    });
  });
});

test("where a pool's turn decides, what deciding again needs comes along, without anybody's words", () => {
  const pooled = candidate({
    routing: {
      pools: { inbound: { members: [{ user: "sam@us.example" }] } },
      routes: { default: [{ pool: "inbound" }] },
    },
  });
  const { turn } = verdict(
    frozen("SSO", {
      evidence: { snapshot: snapshot(), crm: NOBODY },
    }),
    pooled,
  );
  const given = JSON.parse(turn ?? "null") as Turn;
  expect(given.pools).toEqual(["inbound"]);
  expect(given.inputs).toMatchObject({ environment: "production", directory: directoryOf("sam@us.example") });
  expect(given.inputs.evidence.snapshot.messages).toMatchObject([{ role: "customer", text: "" }]);
  expect(given.inputs.scores.values).toMatchObject({ buying: { value: 10 } });
  expect(turn).not.toContain("Do you support");
});

test("policies count alike where only thresholds differ, and then known scores are taken with the new threshold", () => {
  const lower = {
    buying: { signals: ["enterprise", "upgrade"], threshold: 12 },
    churn: policy().scores["churn"],
  };
  const draft = policy({ scores: lower });
  expect(countingOf(draft)).toBe(countingOf(policy()));
  expect(countingOf(policy({ signals: { ...policy().signals, upgrade: { phrases: ["up"] } } }))).not.toBe(
    countingOf(draft),
  );
  const known = scores({ buying: 12, old: 3 });
  const given = { inputs: frozen("nothing of interest"), policyVersion: 1 };
  const taken = verdictOf(given, { compiled: compile(draft), assumed: {} }, true, known);
  expect(taken.scores.values["buying"]).toEqual({ value: 12, threshold: 12 });
  expect(taken.scores.values["old"]).toEqual(known.values["old"]);
  expect(taken.verdict.outcome).toMatchObject({ kind: "handoff" });
});
