import { describe, expect, test } from "vitest";
import { NOBODY, policy, scores, snapshot } from "../../tests/support/cases.ts";
import { directoryOf, frozen } from "../../tests/support/frozen.ts";
import { compile } from "../qualify/compile.ts";
import { score } from "../qualify/score.ts";
import { type Candidate, countedAs, countingOf, verdictOf } from "./verdict.ts";

const buying = (threshold: number) => ({
  scores: { buying: { signals: ["enterprise", "upgrade"], threshold }, churn: { signals: [], threshold: 1 } },
});
const candidate = (over: object = {}, assumed: Candidate["assumed"] = {}): Candidate => ({
  policy: policy({ ...buying(10), ...over }),
  assumed,
});
const verdict = (inputs: ReturnType<typeof frozen>, tried = candidate(), asks = true) =>
  verdictOf({ inputs, policyVersion: 1 }, tried, countedBy(tried, inputs), asks);
const countedBy = (tried: Candidate, { evidence, now }: ReturnType<typeof frozen>) =>
  countedAs(score(evidence, compile(tried.policy), now));

describe("what a candidate says", () => {
  test("comes from the scores it is given, not from the stored ones", () => {
    expect(verdict(frozen("SSO", { scores: scores({ buying: 0 }) }))).toEqual({
      said: {
        kind: "handoff",
        plan: { recipe: "qualified", record: "new Lead", owner: "sam@us.example" },
      },
      scores: { buying: 10, churn: 0 },
    });
    expect(verdict(frozen("Hello"))).toMatchObject({ said: { kind: "below-threshold" } });
  });

  test("leaves earlier handoffs to the course of time", () => {
    const earlier = [{ id: "h", recipe: "qualified", episode: 1, at: 0 }];
    expect(verdict(frozen("SSO", { earlier })).said.kind).toBe("handoff");
  });
});

describe("somebody about whom Salesforce was never asked", () => {
  const unasked = (text: string, deleted = false) =>
    frozen(text, { evidence: { snapshot: { ...frozen(text).evidence.snapshot, deleted }, crm: null } });

  test("is open where a recipe may want them, and never taken for nobody", () => {
    expect(verdict(unasked("SSO"))).toMatchObject({
      said: { kind: "needs-salesforce", recipe: "qualified" },
    });
  });
  test("is told where no recipe wants them anyway", () => {
    expect(verdict(unasked("Hello")).said).toEqual({ kind: "below-threshold" });
  });
  test("is excluded where that is certain", () => {
    const exclusions = [{ id: "open", when: { field: "conversation.state", operator: "=", value: "open" } }];
    const outcome = { kind: "excluded", exclusion: "open" };
    expect(verdict(unasked("SSO"), candidate({ exclusions })).said).toEqual(outcome);
    expect(verdict(frozen("SSO"), candidate({ exclusions })).said).toEqual(outcome);
  });
  test("is gone where the conversation is deleted", () => {
    expect(verdict(unasked("SSO", true)).said).toEqual({ kind: "gone" });
  });
  test("is nobody in an environment without Salesforce", () => {
    expect(verdict(unasked("SSO"), candidate(), false).said.kind).toBe("handoff");
  });
});

describe("people whom only the candidate names", () => {
  const routing = {
    routing: { routes: { default: [{ user: "new@us.example" }, { user: "sam@us.example" }] } },
  };
  test("can take it where they are assumed for that version", () => {
    const assumed = { 1: directoryOf("new@us.example") };
    expect(verdict(frozen("SSO"), candidate(routing, assumed))).toMatchObject({
      said: { plan: { owner: "new@us.example" } },
    });
    const others: Candidate["assumed"][] = [{ 2: directoryOf("new@us.example") }, { 1: directoryOf() }];
    for (const other of others)
      expect(verdict(frozen("SSO"), candidate(routing, other))).toMatchObject({
        said: { plan: { owner: "sam@us.example" } },
      });
  });
});

test("where a pool's turn decides, what finding people takes comes along, without anybody's words", () => {
  const pooled = candidate({
    routing: {
      pools: { inbound: { members: [{ user: "sam@us.example" }] } },
      routes: { default: [{ pool: "inbound" }] },
    },
  });
  const evidence = { snapshot: snapshot(), crm: NOBODY };
  expect(verdict(frozen("SSO", { evidence }), pooled).said).toEqual({
    kind: "turn",
    recipe: "qualified",
    record: "new Lead",
    errand: { owner: { route: "default", stops: [{ kind: "pool", pool: "inbound", by: "" }] }, seconds: [] },
    directory: directoryOf("sam@us.example"),
    writers: { company: "acme.example", person: "ana@acme.example" },
    pools: {},
  });
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
  const known = countedAs(scores({ buying: 12, old: 3 }));
  const given = { inputs: frozen("nothing of interest"), policyVersion: 1 };
  const taken = verdictOf(given, { policy: draft, assumed: {} }, known, true);
  expect(taken.scores).toMatchObject({ buying: 12, old: 3 });
  expect(taken.said).toMatchObject({ kind: "handoff" });
});
