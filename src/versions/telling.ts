/** What the room answers, as a person reads it on a terminal, in a problem document or on a screen. */
import { assertNever } from "../kernel/assert-never.ts";
import { type EpochMs } from "../kernel/time.ts";
import { faultText } from "../policy/read.ts";
import type { Comparison } from "./comparison.ts";
import type { Rebase } from "./rebase.ts";
import type { PublishRefusal } from "./publish-outcome.ts";
import type { Draft } from "./version.ts";

/** Each change as a line; one line when there is none or it cannot be said. */
export function comparisonLines(comparison: Comparison): readonly string[] {
  if (comparison.kind === "unreadable")
    return [
      `cannot be compared: the ${comparison.which === "before" ? "older" : "newer"} text has faults`,
      ...comparison.faults.map((fault) => `  ${faultText(fault)}`),
    ];
  return comparison.changes.length === 0 ? ["nothing changes"] : comparison.changes.map(({ words }) => words);
}

/** Why a text was not made live and what helps, the first line by itself being enough. */
export function refusalLines(refusal: PublishRefusal): readonly string[] {
  switch (refusal.kind) {
    case "faults":
      return [
        "the policy has faults, so it cannot go live",
        ...refusal.faults.map((fault) => `  ${faultText(fault)}`),
      ];
    case "unchanged":
      return [`version ${refusal.live} is live and says exactly this`];
    case "needs-review":
      return [
        `this environment asks for a review: somebody else than ${refusal.authors.join(", ")} must publish it`,
      ];
    case "stale":
      return [
        `the draft was made from ${versionText(refusal.base)}, and ${versionText(refusal.live)} is live now: rebase it, look at it again, then publish`,
        ...(refusal.since === null
          ? []
          : ["became live since:", ...comparisonLines(refusal.since).map((line) => `  ${line}`)]),
        ...(refusal.rebase === null ? [] : rebaseLines(refusal.rebase)),
      ];
    default:
      return assertNever(refusal);
  }
}

function versionText(number: number | null): string {
  return number === null ? "no version" : `version ${number}`;
}

/** What a rebase comes to. */
export function rebaseLines(rebase: Rebase): readonly string[] {
  switch (rebase.kind) {
    case "clean":
      return ["a rebase finds no conflict"];
    case "conflict":
      return [
        "both changed these places, so a person must decide:",
        ...rebase.conflicts.map((line) => `  ${line}`),
      ];
    case "faults":
      return ["the two together have faults:", ...rebase.faults.map((fault) => `  ${faultText(fault)}`)];
    default:
      return assertNever(rebase);
  }
}

/** Who was quicker, and what differs from theirs. */
export function conflictLines(conflict: {
  readonly theirs: Draft;
  readonly changes: Comparison;
}): readonly string[] {
  const { theirs, changes } = conflict;
  return [
    `${theirs.savedBy} saved draft "${theirs.name}" as revision ${theirs.revision} at ${timeText(theirs.savedAt)}; yours was not saved`,
    "from theirs to yours:",
    ...comparisonLines(changes).map((line) => `  ${line}`),
  ];
}

export function timeText(at: EpochMs): string {
  return new Date(at).toISOString();
}
