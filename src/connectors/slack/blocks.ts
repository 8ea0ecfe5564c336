/**
 * An alert as Slack's Block Kit. Pure. Every text is escaped and cut to Slack's limits
 * (docs.slack.dev/reference/block-kit/blocks); a customer's words stand in plain text, where nothing is a link.
 */
import type { Alert } from "../../handoff/ports.ts";
import type { EpochMs } from "../../kernel/time.ts";
import { REMIND_WHEN } from "../../response/press.ts";
import type { Offer, Standing } from "../../response/standing.ts";

/** What Slack calls each thing to press when it tells of it. */
export const ACTIONS = { claim: "baton-claim", reject: "baton-reject", remind: "baton-remind" } as const;

const HEADER_LENGTH = 150;
const SECTION_LENGTH = 3_000;
const FIELD_LENGTH = 2_000;
const FIELDS_PER_SECTION = 10;
const BUTTONS = 5;
const BUTTON_LENGTH = 75;
const URL_LENGTH = 3_000;
const CONTEXT_ELEMENTS = 10;
const LINE_LENGTH = 500;
/** Slack shows a notification's first words only; 40,000 characters is where it cuts. */
const FALLBACK_LENGTH = 3_000;

type Text = { readonly type: "plain_text"; readonly text: string; readonly emoji: false };
type Mrkdwn = { readonly type: "mrkdwn"; readonly text: string; readonly verbatim: true };
type Option = { readonly text: Text; readonly value: string };
type Element =
  | { readonly type: "button"; readonly text: Text; readonly url: string; readonly action_id: string }
  | {
      readonly type: "button";
      readonly text: Text;
      readonly value: string;
      readonly action_id: string;
      readonly style?: "primary";
    }
  | {
      readonly type: "static_select";
      readonly placeholder: Text;
      readonly options: readonly Option[];
      readonly action_id: string;
    };
export type Block =
  | { readonly type: "header"; readonly text: Text }
  | { readonly type: "section"; readonly text: Text | Mrkdwn }
  | { readonly type: "section"; readonly fields: readonly Mrkdwn[] }
  | { readonly type: "context"; readonly elements: readonly Mrkdwn[] }
  | { readonly type: "divider" }
  | { readonly type: "actions"; readonly elements: readonly Element[] };

/** Slack's three control characters (docs.slack.dev, formatting message text); "<!channel>" becomes words. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Escapes, and cuts so that the escaped text fits and no entity or character is cut in half. */
export function fit(text: string, limit: number): string {
  const whole = escaped(text);
  if (whole.length <= limit) return whole;
  let kept = "";
  for (const character of text) {
    const next = kept + escaped(character);
    if (next.length > limit - 1) break;
    kept = next;
  }
  return `${kept}…`;
}

export function plain(text: string, limit: number): Text {
  return { type: "plain_text", text: fit(text, limit), emoji: false };
}

/** Bold label over the value; `verbatim` keeps Slack from making links of addresses and names. */
function labelled(label: string, value: string): Mrkdwn {
  const head = fit(label.replaceAll("*", ""), 200);
  return { type: "mrkdwn", text: `*${head}*\n${fit(value, FIELD_LENGTH - head.length - 3)}`, verbatim: true };
}

function isWebAddress(url: string): boolean {
  return url.length <= URL_LENGTH && /^https?:\/\/[^\s]+$/.test(url);
}

function list(label: string, lines: readonly string[]): Block[] {
  if (lines.length === 0) return [];
  const text = [label, ...lines.map((line) => `• ${line}`)].join("\n");
  return [{ type: "section", text: plain(text, SECTION_LENGTH) }];
}

function fieldSections(facts: Alert["facts"]): Block[] {
  const fields = facts
    .filter(({ value }) => value.trim() !== "")
    .map(({ label, value }) => labelled(label, value));
  const sections: Block[] = [];
  for (let at = 0; at < fields.length; at += FIELDS_PER_SECTION) {
    sections.push({ type: "section", fields: fields.slice(at, at + FIELDS_PER_SECTION) });
  }
  return sections;
}

function buttons(links: Alert["links"]): Block[] {
  const elements = links
    .filter(({ url }) => isWebAddress(url))
    .slice(0, BUTTONS)
    .map(({ label, url }, i) => ({
      type: "button" as const,
      text: plain(label, BUTTON_LENGTH),
      url,
      action_id: `open-${i}`,
    }));
  return elements.length === 0 ? [] : [{ type: "actions", elements }];
}

/** "{date_short_pretty} at {time}" by the reader's own clock (docs.slack.dev, formatting message text). */
export function dateText(at: EpochMs): string {
  return `<!date^${Math.floor(at / 1_000)}^{date_short_pretty} at {time}|${new Date(at).toISOString()}>`;
}

/** What became of the lead, the newest last; Slack shows ten of them. */
function told({ lines }: Standing): Block[] {
  if (lines.length === 0) return [];
  const elements = lines.slice(-CONTEXT_ELEMENTS).map(({ text, at }) => ({
    type: "mrkdwn" as const,
    text: `${fit(text.replaceAll(/[*_~`]/g, ""), LINE_LENGTH)}, ${dateText(at)}`,
    verbatim: true as const,
  }));
  return [{ type: "context", elements }];
}

/** What people may press; `key` comes back with it. */
function offered({ offers }: Standing, key: string): Block[] {
  if (offers.length === 0) return [];
  return [{ type: "actions", elements: offers.map((offer) => elementOf(offer, key)) }];
}

function elementOf(offer: Offer, key: string): Element {
  switch (offer) {
    case "claim":
      return {
        type: "button",
        text: plain("Claim", BUTTON_LENGTH),
        value: key,
        action_id: ACTIONS.claim,
        style: "primary",
      };
    case "reject":
      return {
        type: "button",
        text: plain("Not a lead", BUTTON_LENGTH),
        value: key,
        action_id: ACTIONS.reject,
      };
    case "remind": {
      const options = Object.entries(REMIND_WHEN).map(([when, text]) => ({
        text: plain(text, BUTTON_LENGTH),
        value: `${when} ${key}`,
      }));
      return {
        type: "static_select",
        placeholder: plain("Remind me", BUTTON_LENGTH),
        options,
        action_id: ACTIONS.remind,
      };
    }
  }
}

/** The blocks of an alert, at most 50 of them however many facts it has; with null it offers nothing to press. */
export function alertBlocks(alert: Alert, standing: Standing | null): Block[] {
  const blocks: Block[] = [
    { type: "header", text: plain(alert.title || "Handoff", HEADER_LENGTH) },
    ...(standing === null ? [] : told(standing)),
    { type: "section", text: plain(alert.headline || " ", SECTION_LENGTH) },
    ...fieldSections(alert.facts.slice(0, 100)),
    ...list("Why", alert.reasons),
    ...list("What was said", alert.summary),
    ...buttons(alert.links),
    ...(standing === null ? [] : offered(standing, alert.key)),
  ];
  return blocks;
}

/** The text of the notification, for clients that show no blocks. */
export function alertFallback(alert: Alert): string {
  return fit(`${alert.title}: ${alert.headline}`, FALLBACK_LENGTH);
}
