/** Every finding about a policy that was read: the reader's, the linter's, and those about phrases. */
import { type Finding, findingsOf } from "../policy/lint/finding.ts";
import { lint, type LintQuestion } from "../policy/lint/lint.ts";
import type { PolicyReading } from "../policy/read.ts";
import { phraseRemarks } from "./lint-phrases.ts";

/** By line; of a text that is no policy only what makes it none. */
export function lintReading(reading: PolicyReading, question: LintQuestion): readonly Finding[] {
  if (reading.kind === "faults") return findingsOf(reading, []);
  const { policy } = reading;
  return findingsOf(reading, [...lint(policy, question), ...phraseRemarks(policy)]);
}
