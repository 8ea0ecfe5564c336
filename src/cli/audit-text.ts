/** The leakage report as lines of a terminal. Pure. */
import { grouped, quantilesText, span } from "../insights/audit/figures.ts";
import type { AuditReport, GroupShare, Money } from "../insights/audit/report.ts";
import type { Share } from "../insights/share.ts";
import { columns } from "./columns.ts";

export function auditLines(report: AuditReport): readonly string[] {
  return [
    ...answer(report),
    "",
    ...table(
      ["census", "conversations"],
      [
        ...Object.entries(report.census.buckets).map(([name, n]) => [name, String(n)]),
        ["in", String(report.census.in)],
      ],
    ),
    "",
    ...table(
      ["qualified: fate", "conversations"],
      Object.entries(report.leakage.fates).map(([fate, n]) => [fate, String(n)]),
    ),
    ...groups("recipe", report.qualified.recipes),
    ...groups("signal", report.qualified.signals.slice(0, 10)),
    ...response(report),
    ...records(report),
    ...samples(report),
    "",
    ...table(
      ["input", "value", "mark", "source"],
      report.inputs.map(({ name, value, mark, source }) => [name, value, mark, source]),
    ),
  ];
}

function answer({ leakage, money, period, qualified, census }: AuditReport): readonly string[] {
  const when = period === null ? "" : ` over ${grouped(period.days)} days`;
  return [
    `${grouped(qualified.n)} of ${grouped(census.in)} conversations${when} would have qualified; leaked: ${shareText(leakage.leaked)}`,
    leakage.definition,
    ...(money.ofThese === null ? [] : [bookings(money.ofThese, money)]),
  ];
}

function bookings(ofThese: Money, { currency, perMonth, perYear }: AuditReport["money"]): string {
  const more = [
    ...(perMonth === null ? [] : [`${moneyText(perMonth, currency)} a month`]),
    ...(perYear === null ? [] : [`${moneyText(perYear, currency)} a year`]),
  ];
  return `Expected bookings that did not come: ${[`${moneyText(ofThese, currency)} in this source`, ...more].join(", ")}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function shareText({ k, of, share, low, high }: Share): string {
  if (share === null) return "not known";
  return `${k} of ${of}, ${percent(share)} (95 %: ${percent(low)} to ${percent(high)})`;
}

function moneyText({ low, expected, high }: Money, currency: string): string {
  return `${grouped(expected)} ${currency} (${grouped(low)} to ${grouped(high)})`;
}

function groups(title: string, list: readonly GroupShare[]): readonly string[] {
  if (list.length === 0) return [];
  return [
    "",
    ...table(
      [title, "qualified", "leaked"],
      list.map(({ name, qualified, leaked }) => [name, String(qualified), String(leaked.k)]),
    ),
  ];
}

function response({ response: times }: AuditReport): readonly string[] {
  if (times.p50Ms.value === null) return [];
  return [
    "",
    `first answers with a time: ${times.timed}; ${quantilesText(times)}`,
    ...table(
      ["answered within", "share"],
      times.within.map(({ minutes, answered }) => [span(minutes * 60_000), shareText(answered)]),
    ),
  ];
}

function records({ records: found }: AuditReport): readonly string[] {
  if (found === null) return [];
  const when = found.p50Ms.value === null ? "" : `; ${quantilesText(found)} of the message`;
  return ["", `in Salesforce as a Lead or Contact: ${shareText(found.there)}${when}`];
}

function samples({ samples: list }: AuditReport): readonly string[] {
  if (list.length === 0) return [];
  return [
    "",
    ...table(
      ["leaked", "fate", "score", "words"],
      list.map(({ id, fate, score, quote }) => [id, fate, `${score.value}/${score.threshold}`, quote ?? ""]),
    ),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return columns(
    head,
    rows.map((row) => row.map((cell) => cell.replaceAll(/\s+/g, " "))),
  );
}
