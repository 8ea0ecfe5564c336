/** An alert as e-mail: text and HTML with the same content. Pure. */
import type { Alert } from "../../handoff/ports.ts";

/** RFC 5322 allows 998 characters a line; mail clients show about 70. */
const SUBJECT_LENGTH = 150;

export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** One line without control characters, so that no header can follow the subject; cut between characters. */
export function headerText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it takes out
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
  const characters = Array.from(line);
  return characters.length <= SUBJECT_LENGTH ? line : `${characters.slice(0, SUBJECT_LENGTH - 1).join("")}…`;
}

function isWebAddress(url: string): boolean {
  return /^https?:\/\/[^\s"<>]+$/.test(url);
}

function textBody(alert: Alert): string {
  const list = (label: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ["", `${label}:`, ...lines.map((line) => `- ${line}`)];
  return [
    alert.headline,
    "",
    ...alert.facts.map(({ label, value }) => `${label}: ${value}`),
    ...list("Why", alert.reasons),
    ...list("What was said", alert.summary),
    "",
    ...alert.links.filter(({ url }) => isWebAddress(url)).map(({ label, url }) => `${label}: ${url}`),
    "",
  ].join("\n");
}

function htmlBody(alert: Alert): string {
  const list = (label: string, lines: readonly string[]): string =>
    lines.length === 0
      ? ""
      : `<p><b>${label}</b></p><ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join("")}</ul>`;
  const facts = alert.facts
    .map(({ label, value }) => `<tr><td><b>${escaped(label)}</b></td><td>${escaped(value)}</td></tr>`)
    .join("");
  const links = alert.links
    .filter(({ url }) => isWebAddress(url))
    .map(({ label, url }) => `<a href="${escaped(url)}">${escaped(label)}</a>`)
    .join(" &#183; ");
  return [
    `<!doctype html><html><head><meta charset="utf-8"><title>${escaped(alert.title)}</title></head><body>`,
    `<h2>${escaped(alert.title)}</h2><p>${escaped(alert.headline)}</p>`,
    facts === "" ? "" : `<table cellpadding="4">${facts}</table>`,
    list("Why", alert.reasons),
    list("What was said", alert.summary),
    links === "" ? "" : `<p>${links}</p>`,
    // Made by the context room: escaped, with the simplest tags only.
    alert.transcriptHtml === null ? "" : `<hr>${alert.transcriptHtml}`,
    "</body></html>",
  ].join("\n");
}

/** Subject, text and HTML of an alert. */
export function mailOf(alert: Alert): MailContent {
  const subject = headerText(`${alert.title}: ${alert.headline}`);
  return { subject, text: textBody(alert), html: htmlBody(alert) };
}

/**
 * The same key always gives the same Message-ID (RFC 5322, section 3.6.4), so that a mail client that gets the message
 * twice can show it once. Characters that an id cannot hold become "." followed by their code.
 */
export function messageId(key: string, from: string): string {
  const left = key.replace(/[^A-Za-z0-9_-]/g, (character) => `.${character.codePointAt(0) ?? 0}`);
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? "baton.invalid";
  return `<${left}@${domain}>`;
}
