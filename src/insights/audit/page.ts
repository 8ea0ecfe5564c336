/** The report as one page of HTML that prints on A4: no script, nothing from elsewhere, customers' words as text. Pure. */
import { escapeHtml } from "../../context/plain-text.ts";
import type { Share } from "../share.ts";
import { FATES, type Fate } from "./tally.ts";
import { grouped, quantilesText, span } from "./figures.ts";
import type { AuditReport, GroupShare, Money } from "./report.ts";

/** A whole document. */
export function pageOf(report: AuditReport): string {
  const { leakage, period } = report;
  const when =
    period === null ? "" : `, ${day(period.from)} to ${day(period.to)} (${grouped(period.days)} days)`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Leakage audit: ${escapeHtml(report.source)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>Leakage audit</h1>
<p class="muted">${escapeHtml(report.source)}${when}. Policy: ${escapeHtml(report.policy)}. Made ${day(report.madeAt)} by Baton.</p>
</header>
<section class="answer">
<p class="figure">${percent(leakage.leaked)}</p>
<p>${answerSentence(report)}</p>
</section>
${moneySection(report)}
${fatesSection(report)}
${responseSection(report)}
${recordsSection(report)}
${groupsSection("recipe", report.qualified.recipes)}
${groupsSection("signal", report.qualified.signals.slice(0, 20))}
${samplesSection(report)}
${censusSection(report)}
${inputsSection(report)}
</main>
</body>
</html>
`;
}

const STYLE = `
@page { size: A4; margin: 16mm 14mm }
* { box-sizing: border-box }
body { font: 10.5pt/1.45 system-ui, sans-serif; color: #1a1b1e; background: #fff; margin: 0 }
main { max-width: 182mm; margin: 0 auto; padding: 8mm 0 }
@media print { main { padding: 0 } }
h1 { font-size: 20pt; margin: 0 0 1mm } h2 { font-size: 12.5pt; margin: 7mm 0 2mm; break-after: avoid }
.muted { color: #51565c; margin: 0 } .answer { border-left: 3px solid #4263eb; padding-left: 4mm; margin: 5mm 0 }
.figure { font-size: 22pt; font-weight: 700; margin: 0 } .answer p { margin: 0 }
table { width: 100%; border-collapse: collapse; table-layout: fixed } thead { display: table-header-group }
tr { break-inside: avoid } th, td { text-align: left; vertical-align: top; padding: 1mm 2mm 1mm 0; border-bottom: 1px solid #dee2e6; overflow-wrap: anywhere }
th { font-weight: 600; border-bottom-color: #868e96 } .n { text-align: right; font-variant-numeric: tabular-nums; padding-right: 4mm }
tfoot td { font-weight: 600; border-bottom: 0 } svg { display: block } q { font-style: italic } p.note { color: #51565c; font-size: 9.5pt }`;

function day(iso: string): string {
  return iso.slice(0, 10);
}

function percent({ share, low, high, of }: Share): string {
  if (share === null) return "not known";
  return `${whole(share)} % <span class="muted">(${whole(low)} to ${whole(high)} %, of ${grouped(of)})</span>`;
}

function whole(share: number): string {
  return grouped(Math.round(share * 1_000) / 10);
}

function answerSentence({ leakage, qualified, census }: AuditReport): string {
  if (qualified.n === 0)
    return `None of ${grouped(census.in)} conversations would have qualified under this policy: there is nothing to leak. Try a policy with your own words.`;
  return `${grouped(leakage.leaked.k)} of ${grouped(leakage.leaked.of)} qualified conversations leaked, with a 95 % interval. ${escapeHtml(leakage.definition)}`;
}

function moneyText(money: Money, currency: string): string {
  return `${grouped(money.expected)} ${currency} (${grouped(money.low)} to ${grouped(money.high)})`;
}

function moneySection({ money, period, leakage }: AuditReport): string {
  if (money.ofThese === null) return "";
  const currency = escapeHtml(money.currency);
  const rows = [
    ["This source", grouped(leakage.leads.k), moneyText(money.ofThese, currency)],
    ...(money.perMonth === null ? [] : [["A month", "", moneyText(money.perMonth, currency)]]),
    ...(money.perYear === null ? [] : [["A year", "", moneyText(money.perYear, currency)]]),
  ];
  const note =
    money.perMonth === null
      ? period === null
        ? "The source bears no times: no figure for a month can be given."
        : "The source spans less than a week: no figure for a month is given."
      : "A month and a year take the volume of this source as constant.";
  return `<section><h2>Expected bookings that did not come</h2>
${table(["Over", "#Leaked leads", "Expected bookings (range)"], rows)}
<p class="note">${money.formula}. What only asks for a Task (churn) is no lead. ${note}</p></section>`;
}

const FATE_WORDS: Readonly<Record<Fate, string>> = {
  "in time": "Answered in time",
  late: "Answered too late",
  "no answer": "Never answered by a person",
  "no record": "Answered, but not in Salesforce",
  unknown: "Answered at an unknown time (left out)",
};

function fatesSection({ leakage, qualified }: AuditReport): string {
  const rows = FATES.map((fate) => ({ fate, n: leakage.fates[fate] }))
    .filter(({ n }) => n > 0)
    .map(({ fate, n }) => [FATE_WORDS[fate], grouped(n), share(n, qualified.n)]);
  return `<section><h2>What became of the qualified</h2>${table(["Fate", "#Conversations", "#Share"], rows, ["All qualified", grouped(qualified.n), ""])}</section>`;
}

function share(n: number, of: number): string {
  return `${whole(n / of)} %`;
}

function responseSection({ response }: AuditReport): string {
  if (response.p50Ms.value === null)
    return `<section><h2>Time to the first answer</h2><p>No answer in the source bears a time.</p></section>`;
  const bars = response.within
    .map(({ minutes, answered }, i) => {
      const met = answered.k / answered.of;
      const width = Math.round(met * 300);
      const y = i * 22;
      return `<text x="0" y="${y + 15}">${span(minutes * 60_000)}</text><rect x="90" y="${y + 3}" width="${width}" height="15" fill="#4263eb"></rect><text x="${width + 96}" y="${y + 15}">${whole(met)} % (${whole(answered.low)} to ${whole(answered.high)})</text>`;
    })
    .join("");
  const height = response.within.length * 22;
  return `<section><h2>Time to the first answer</h2>
<p>First answers with a time: ${grouped(response.timed)}; ${quantilesText(response)}. Answered by a person within:</p>
<svg width="560" height="${height}" viewBox="0 0 560 ${height}" font-size="12" role="img" aria-label="Share answered within each time">${bars}</svg></section>`;
}

function recordsSection({ records }: AuditReport): string {
  if (records === null) return "";
  const when =
    records.p50Ms.value === null
      ? ""
      : ` From the message that qualified to the record: ${quantilesText(records)}; who had one before counts as at once.`;
  return `<section><h2>In Salesforce</h2>
<p>${grouped(records.there.k)} of ${grouped(records.there.of)} qualified people have a Lead or Contact: ${percent(records.there)}.${when}</p></section>`;
}

function groupsSection(what: "recipe" | "signal", groups: readonly GroupShare[]): string {
  if (groups.length === 0) return "";
  const rows = groups.map(({ name, qualified, leaked }) => [
    escapeHtml(name),
    grouped(qualified),
    grouped(leaked.k),
    `${whole(leaked.k / qualified)} % (${whole(leaked.low)} to ${whole(leaked.high)})`,
  ]);
  return `<section><h2>By ${what}</h2>${table([what === "recipe" ? "Recipe" : "Signal", "#Qualified", "#Leaked", "Share leaked"], rows)}</section>`;
}

function samplesSection({ samples }: AuditReport): string {
  if (samples.length === 0) return "";
  const rows = samples.map((sample) => [
    `${sample.url === null ? escapeHtml(sample.id) : `<a href="${escapeHtml(sample.url)}">${escapeHtml(sample.id)}</a>`}${sample.at === null ? "" : `<br><span class="muted">${day(sample.at)}</span>`}`,
    sample.quote === null ? "" : `<q>${escapeHtml(sample.quote)}</q>`,
    `${grouped(sample.score.value)} of ${grouped(sample.score.threshold)}`,
    `${FATE_WORDS[sample.fate]}${sample.answer.kind === "after" ? `, after ${span(sample.answer.ms)}` : ""}`,
  ]);
  return `<section><h2>Some that leaked</h2>${table(["Conversation", "What they wrote", "#Score", "Fate"], rows)}</section>`;
}

function censusSection({ census, exclusions }: AuditReport): string {
  const rows = Object.entries(census.buckets).map(([name, n]) => [
    escapeHtml(name),
    grouped(n),
    share(n, census.in),
  ]);
  const why =
    exclusions.length === 0
      ? ""
      : `<p class="note">Excluded by: ${exclusions.map(({ name, n }) => `${escapeHtml(name)} ${grouped(n)}`).join(", ")}.</p>`;
  return `<section><h2>Census: every conversation, once</h2>${table(["Bucket", "#Conversations", "#Share"], rows, ["In", grouped(census.in), ""])}${why}</section>`;
}

function inputsSection({ inputs }: AuditReport): string {
  const rows = inputs.map(({ name, value, mark, source }) => [name, value, mark, source].map(escapeHtml));
  return `<section><h2>Every input, and where it comes from</h2>${table(["Input", "Value", "Mark", "Source"], rows)}</section>`;
}

/** A head that begins with "#" is a column of figures. */
function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  foot: readonly string[] | null = null,
): string {
  const isFigure = heads.map((head) => head.startsWith("#"));
  const cells = (tag: "th" | "td", row: readonly string[]): string =>
    row.map((cell, i) => `<${tag}${isFigure[i] === true ? ' class="n"' : ""}>${cell}</${tag}>`).join("");
  return `<table><thead><tr>${cells(
    "th",
    heads.map((head) => head.replace(/^#/, "")),
  )}</tr></thead><tbody>${rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("")}</tbody>${
    foot === null ? "" : `<tfoot><tr>${cells("td", foot)}</tr></tfoot>`
  }</table>`;
}
