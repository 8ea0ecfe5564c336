/** The built-in plan `mixed:<share>`. */
import type { Fault, FaultPlan, FaultRule, FaultVendor } from "./faults.ts";

/**
 * A plan in which `share` (0 to 1) of all answers of every vendor are faulty, spread evenly over the kinds:
 * 429, 503, drop, commit-then-drop, commit-then-cut, commit-late of 400 to 1500 ms, a short delay and, for
 * Salesforce, whose tokens can be fetched again, expire-token. For SMTP: a 451 reply, a connection lost
 * before DATA ends, and one lost after it. `hang` is left out: it only costs time.
 */
export function mixedPlan(share: number, seed: number): FaultPlan {
  return {
    seed,
    salesforce: { rules: spreadEvenly(share, [...httpFaults({}), { kind: "expire-token" }]) },
    intercom: { rules: spreadEvenly(share, httpFaults(rateLimitHeaders.intercom)) },
    slack: { rules: spreadEvenly(share, httpFaults(rateLimitHeaders.slack)) },
    enrichment: { rules: spreadEvenly(share, httpFaults({})) },
    smtp: {
      rules: spreadEvenly(share, [
        { kind: "status", status: 451 },
        { kind: "drop" },
        { kind: "commit-then-drop" },
      ]),
    },
  };
}

const rateLimitHeaders = {
  intercom: { "X-RateLimit-Limit": "166", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "now+1" },
  slack: { "Retry-After": "1" },
} satisfies Partial<Record<FaultVendor, Record<string, string>>>;

function httpFaults(headersOf429: Record<string, string>): Fault[] {
  return [
    { kind: "status", status: 429, headers: headersOf429 },
    { kind: "status", status: 503 },
    { kind: "drop" },
    { kind: "commit-then-drop" },
    { kind: "commit-then-cut" },
    { kind: "commit-late", ms: 400 },
    { kind: "commit-late", ms: 1500 },
    { kind: "delay", ms: 150 },
  ];
}

/** A later rule is reached only if the earlier ones did not strike, so its chance is raised to even them out. */
function spreadEvenly(share: number, faults: readonly Fault[]): FaultRule[] {
  const each = share / faults.length;
  // oxlint-disable-next-line unicorn/no-thenable -- the published JSON of a plan calls it "then"
  return faults.map((then, index) => ({ match: {}, p: Math.min(1, each / (1 - index * each)), then }));
}
