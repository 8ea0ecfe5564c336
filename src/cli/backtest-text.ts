/** A backtest's report as lines for a person. */
import type { Backtest, RuleEffect } from "../insights/backtest.ts";
import type { BeforeAfter, Distribution, Example, Movements } from "../insights/report.ts";
import { differenceText } from "../policy/diff.ts";

export function backtestLines(report: Backtest): readonly string[] {
  const { window, movements } = report;
  const baseline = report.against === "live" ? "what the live policy makes of them" : "what happened";
  return [
    `${counted(report.conversations, "conversation")} of ${window.environment} with ${counted(report.decisions, "decision")} since ${dayOf(window.since)}, against ${baseline}`,
    "",
    ...table("change", [
      ["enter", movements.enters, "nobody got them, now somebody does or they wait for somebody"],
      ["leave", movements.leaves, "somebody got them, now nobody does"],
      ["change", movements.changes, changedText(movements)],
      [
        "would need Salesforce",
        movements.unsure,
        "it was never asked about these people: what they would be is open",
      ],
      ["the same", movements.same, ""],
    ]),
    ...notesOf(report),
    ...pairs("what became of them", report.standings),
    ...pairs("recipe", report.recipes),
    ...pairs("exclusion", report.exclusions),
    ...pairs("load", Object.fromEntries(report.loads.map(({ owner, ...load }) => [owner, load]))),
    ...Object.entries(report.scores).flatMap(([name, distribution]) => histogram(name, distribution)),
    ...examplesOf("entering", report.examples.enters),
    ...examplesOf("leaving", report.examples.leaves),
    ...examplesOf("changing", report.examples.changes),
    ...examplesOf("open without Salesforce", report.examples.unsure),
    ...rulesOf(report.rules),
  ];
}

function notesOf({ assumed, notJudgedByMeaning, unreadable }: Backtest): readonly string[] {
  const notes: string[] = [];
  if (assumed.length > 0)
    notes.push(`Taken as existing and active, since only the draft names them: ${assumed.join(", ")}.`);
  if (notJudgedByMeaning.conversations > 0)
    notes.push(
      `${counted(notJudgedByMeaning.conversations, "conversation")} could not be judged by the draft's new example sentences (${notJudgedByMeaning.signals.join(", ")}): a backtest asks no text model.`,
    );
  if (unreadable.decisions > 0)
    notes.push(`${counted(unreadable.decisions, "decision")} could not be read: ${unreadable.why ?? ""}`);
  return notes.length === 0 ? [] : ["", ...notes];
}

function changedText({ changed }: Movements): string {
  const parts = Object.entries(changed).filter(([, count]) => count > 0);
  return parts.map(([part, count]) => `${part} ${grouped(count)}`).join(", ");
}

function table(title: string, rows: readonly (readonly [name: string, count: number, note: string])[]) {
  const width = Math.max(title.length, ...rows.map(([name]) => name.length));
  return rows.map(([name, count, note]) =>
    `  ${name.padEnd(width)}  ${grouped(count).padStart(8)}  ${note}`.trimEnd(),
  );
}

function pairs(title: string, entries: Readonly<Record<string, BeforeAfter>>): readonly string[] {
  const rows = Object.entries(entries).filter(([, { before, after }]) => before + after > 0);
  if (rows.length === 0) return [];
  const width = Math.max(title.length, ...rows.map(([name]) => name.length)) + 2;
  return [
    "",
    `${title.padEnd(width)}  ${"before".padStart(8)}  ${"after".padStart(8)}`,
    ...rows.map(([name, { before, after }]) =>
      `  ${name.padEnd(width - 2)}  ${grouped(before).padStart(8)}  ${grouped(after).padStart(8)}  ${signed(after - before)}`.trimEnd(),
    ),
  ];
}

const BAR = 30;

/** One line a step from the first to the last that holds something; ">" marks where the threshold lies. */
function histogram(name: string, { bins, width, thresholdBefore, thresholdAfter }: Distribution) {
  const filled = bins.filter(({ before, after }) => before + after > 0);
  const most = Math.max(1, ...bins.map(({ after }) => after));
  const last = filled.at(-1)?.from ?? 0;
  const thresholds =
    thresholdBefore === thresholdAfter
      ? `threshold ${thresholdAfter ?? "none"}`
      : `threshold ${thresholdBefore ?? "none"} -> ${thresholdAfter ?? "none"}`;
  const marks = (from: number): string =>
    [thresholdBefore, thresholdAfter].some((at) => at !== null && at >= from && at < from + width)
      ? ">"
      : " ";
  return [
    "",
    `score ${name}, ${thresholds}`,
    ...bins
      .filter(({ from }) => from <= last)
      .map(({ from, before, after }) =>
        `${marks(from)} ${String(from).padStart(3)}  ${grouped(before).padStart(8)}  ${grouped(after).padStart(8)}  ${"#".repeat(Math.ceil((after / most) * BAR))}`.trimEnd(),
      ),
  ];
}

function examplesOf(what: string, examples: readonly Example[]): readonly string[] {
  if (examples.length === 0) return [];
  return [
    "",
    `${what}, for example`,
    ...examples.map(
      ({ conversation, link, before, after }) =>
        `  ${conversation}: ${before} -> ${after}${link === null ? "" : `  ${link}`}`,
    ),
  ];
}

function rulesOf(rules: readonly RuleEffect[]): readonly string[] {
  if (rules.length === 0) return [];
  return [
    "",
    "each difference alone, against the live policy",
    ...rules.flatMap(({ differences, movements, problem }) => [
      ...differences.map((difference) => `  ${differenceText(difference)}`),
      movements === null
        ? `      can't stand alone: ${problem ?? "the policy has faults"}`
        : `      enter ${grouped(movements.enters)}, leave ${grouped(movements.leaves)}, change ${grouped(movements.changes)}, would need Salesforce ${grouped(movements.unsure)}`,
    ]),
  ];
}

function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? "" : "s"}`;
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}

function signed(value: number): string {
  return value === 0 ? "" : value > 0 ? `+${grouped(value)}` : grouped(value);
}

function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 16).replace("T", " ");
}
