/** Whether the environment that a policy is promoted to has what the policy names. Pure; whoever asks it is a port. */
import type { Remark } from "../policy/lint/finding.ts";
import { type Owners, ownerRemarks } from "../policy/lint/routes.ts";
import type { Named } from "../policy/names.ts";
import type { Policy } from "../policy/schema.ts";

export interface TargetAnswer {
  readonly named: Named;
  /** "missing": handoffs will fail. "warning": something will be left out. "unknown": it cannot be seen from here. */
  readonly level: "ok" | "warning" | "missing" | "unknown";
  readonly what: string;
  /** What to do about it; null where nothing is wrong. */
  readonly fix: string | null;
}

export type System = "Salesforce" | "Intercom" | "Slack";

export interface Target {
  /** Users and queues of its Salesforce; null where it has no connection. */
  readonly owners: Owners | null;
  readonly answers: readonly TargetAnswer[];
  /** Systems that the policy needs and the environment is not connected to. */
  readonly unconnected: readonly System[];
}

/** Asks the environment's own accounts about these names; nothing is written. */
export type LookAtTarget = (environment: string, names: readonly Named[]) => Promise<Target>;

/** Rules of the linter that compare the policy with the org's users and queues. */
const OF_OWNERS = ["dead-owner", "empty-queue", "queue-refuses"];

/** What the target lacks: a fault stops a promotion, a warning must be passed by hand, a note is worth knowing. */
export function targetRemarks(policy: Policy, target: Target): readonly Remark[] {
  const { owners, answers, unconnected } = target;
  const ofOwners = owners === null ? [] : ownerRemarks(policy, owners);
  return [
    ...unconnected.map(unconnectedRemark),
    ...ofOwners.filter(({ rule }) => OF_OWNERS.includes(rule)),
    ...answers.flatMap(answerRemark),
  ];
}

function unconnectedRemark(system: System): Remark {
  return {
    severity: "warning",
    rule: "not-connected",
    path: [],
    message: `there is no ${system} connection, so nobody knows whether what the policy names there exists`,
    proof: null,
    next: `connect ${system} with \`baton connect\``,
  };
}

function answerRemark({ named: { path, use }, level, what, fix }: TargetAnswer): readonly Remark[] {
  if (level === "ok") return [];
  const acting = { missing: "fault", warning: "warning", unknown: "note" } as const;
  // What is only waited for breaks nothing by its absence.
  const severity = use === "reads" ? "note" : acting[level];
  const rule = level === "unknown" ? "not-seen" : "missing-in-target";
  return [{ severity, rule, path, message: what, proof: null, next: fix }];
}
