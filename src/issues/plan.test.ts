import { expect, test } from "vitest";
import type { Issue, IssueChange } from "./issue.ts";
import { planOf } from "./plan.ts";

const issue = (id: string, destination: Issue["destination"], code: string): Issue => ({
  id,
  environment: "production",
  destination,
  code,
  status: "open",
  firstSeen: 0,
  lastSeen: 0,
  times: 1,
  affected: 1,
  open: 1,
  handoffs: 1,
  message: "",
});
const ISSUES = [issue("a", "slack", "is_archived"), issue("b", "salesforce", "UNABLE_TO_LOCK_ROW")];
const change = (id: string, changed: readonly string[], left: IssueChange["left"] = []): IssueChange => ({
  action: "retry",
  environment: "production",
  issue: id,
  by: "nora",
  reason: null,
  changed,
  left,
});

test("a plan counts what is changed issue by issue, the most first, and says what waits for a pause", () => {
  expect(planOf([change("a", ["1"]), change("b", ["2", "3"])], ISSUES, ["slack"])).toEqual({
    things: 3,
    issues: [
      { issue: "b", destination: "salesforce", code: "UNABLE_TO_LOCK_ROW", things: 2, isPaused: false },
      { issue: "a", destination: "slack", code: "is_archived", things: 1, isPaused: true },
    ],
    left: [],
  });
});

test("what is left alone is counted by its reason, over all issues", () => {
  const [under, gone] = ["it is under way already", "it is gone"];
  const left = (why: string, ...subjects: string[]) => subjects.map((subject) => ({ subject, why }));
  const changes = [change("a", [], left(gone, "1")), change("b", [], left(under, "2", "3"))];
  expect(planOf(changes, ISSUES, [])).toEqual({
    things: 0,
    issues: [],
    left: [
      { why: under, things: 2 },
      { why: gone, things: 1 },
    ],
  });
});

test("an issue that is gone meanwhile is not told of", () => {
  expect(planOf([change("c", ["1"])], ISSUES, [])).toEqual({ things: 0, issues: [], left: [] });
});
