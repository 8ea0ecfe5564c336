/** The report as a person reads it. Pure. */
import type { Percentiles, Report } from "./report.ts";

const PROBLEMS_SHOWN = 12;

/** A short table, and the first problems. */
export function tableOf(report: Report): string {
  const rows: readonly (readonly [string, string | number])[] = [
    ["conversations", report.conversations],
    ["webhooks sent / acknowledged", `${report.events} / ${report.acked}`],
    ["qualified", report.qualified],
    ["excluded / below threshold / held", `${report.excluded} / ${report.belowThreshold} / ${report.held}`],
    ["handoffs", report.handoffs],
    ["  by recipe", listOf(report.byRecipe)],
    ["  by situation", listOf(report.bySituation)],
    ["lost", report.lost],
    ["doubled", report.doubled],
    ["out of order", report.outOfOrder],
    ["failed", report.failed],
    ["maybe (nobody can know)", report.maybe],
    ["handed off unexpectedly", report.mismatches],
    ["timers armed / waiting", `${report.followUps.armed} / ${report.followUps.waiting}`],
    ["  fired", listOf(report.followUps.done)],
    [
      "  cancelled / skipped",
      `${report.followUps.cancelled} / ${report.followUps.skipped}, ${report.followUps.contacted} handoffs contacted`,
    ],
    ["  late", times(report.followUps.lateMs)],
    ["deals moved", `${report.deals.moved}, ${report.deals.stages} stages`],
    ["workers killed", report.kills],
    ["faults", listOf(report.faults)],
    ["webhook answered", times(report.ackMs)],
    ["words to owner", times(report.handoffMs)],
    [
      "Salesforce calls",
      `${report.salesforceCalls}, ${report.salesforceCallsPerHandoff} per handoff (${report.salesforceDirectoryCalls} for users and queues)`,
    ],
    ["bad lines left out", report.badLines],
    ["seconds", report.seconds],
    ["came to rest", report.drained ? "yes" : "NO"],
    ["seed", report.seed],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const problems = report.problems.slice(0, PROBLEMS_SHOWN).map((line) => `! ${line}`);
  const more = report.problems.length - problems.length;
  return [
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    ...problems,
    ...(more > 0 ? [`! and ${more} more in the report`] : []),
  ].join("\n");
}

function listOf(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}

function times({ p50, p95, p99, max }: Percentiles): string {
  return `p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, max ${max} ms`;
}
