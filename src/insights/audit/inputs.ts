/** Every input of the report's figures with where it comes from. Pure. */
import type { Ms } from "../../kernel/time.ts";
import { grouped, rounded, span } from "./figures.ts";
import type { Tally } from "./tally.ts";

/** A figure as a range; low and high are equal where one value was given. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Where an input of a figure comes from. */
export type Mark = "measured" | "assumed" | "published";

export interface Input {
  readonly name: string;
  readonly value: string;
  readonly mark: Mark;
  readonly source: string;
}

/** A figure that somebody gave, with where they have it from. */
export interface GivenRange extends Range {
  readonly mark: Mark;
  readonly source: string;
}

export interface Assumptions {
  readonly withinMs: Ms;
  readonly dealSize: GivenRange;
  readonly closeRate: GivenRange;
  readonly currency: string;
  /** Whether Salesforce was asked about the qualified people. */
  readonly asksSalesforce: boolean;
}

/** Every input of a report's figures, the measured ones first. */
export function inputsOf(tally: Tally, assumptions: Assumptions, days: number | null): readonly Input[] {
  return [...measuredInputs(tally, assumptions, days), ...assumedInputs(assumptions), WHY_MINUTES];
}

function measuredInputs(
  tally: Tally,
  { asksSalesforce }: Assumptions,
  days: number | null,
): readonly Input[] {
  const measured = (name: string, value: string, source: string): Input => ({
    name,
    value,
    mark: "measured",
    source,
  });
  return [
    measured("Conversations", grouped(tally.in), "counted in the source"),
    measured(
      "Qualified conversations",
      grouped(tally.buckets.qualified),
      "scored by the policy, message by message",
    ),
    ...(days === null
      ? []
      : [measured("Time they span", `${rounded(days, 1)} days`, "first to last message in the source")]),
    measured(
      "First answers",
      `${grouped(tally.answeredMs.length)} with a time`,
      "the first message of a teammate after the one that qualified; bots do not count",
    ),
    ...recordInputs(tally, asksSalesforce),
  ];
}

function recordInputs({ records }: Tally, asksSalesforce: boolean): readonly Input[] {
  if (records.asked === 0) return [];
  const source = asksSalesforce
    ? "Leads and Contacts of the org with the person's address"
    : "crm of each conversation";
  const value = `${grouped(records.there)} of ${grouped(records.asked)} qualified people`;
  return [{ name: "Records in Salesforce", value, mark: "measured", source }];
}

function assumedInputs({
  dealSize,
  closeRate,
  currency,
  withinMs,
  asksSalesforce,
}: Assumptions): readonly Input[] {
  const assumed = (name: string, value: string, source: string): Input => ({
    name,
    value,
    mark: "assumed",
    source,
  });
  const given = (name: string, value: string, { mark, source }: GivenRange): Input => ({
    name,
    value,
    mark,
    source,
  });
  return [
    assumed(
      "Every qualified conversation is a lead",
      "100 %",
      "measure the policy's precision on labelled conversations before you quote this figure",
    ),
    asksSalesforce
      ? assumed(
          "An answer in Intercom, or a completed Task or Event in Salesforce, is contact",
          "yes",
          "neither says who called or wrote elsewhere; the true leakage differs",
        )
      : assumed(
          "An answer in Intercom is contact",
          "yes",
          "the source does not say who called or wrote elsewhere; the true leakage differs",
        ),
    assumed("In time means", span(withinMs), "chosen by who asked"),
    given("Average deal size", `${rangeText(dealSize, grouped)} ${currency}`, dealSize),
    given("Close rate", `${rangeText(closeRate, (n) => String(rounded(n * 100, 1)))} %`, closeRate),
    assumed(
      "Leaked leads close like the others, and none came back by itself",
      "yes",
      "not known; the money is a bound, not a forecast",
    ),
  ];
}

const WHY_MINUTES: Input = {
  name: "Why minutes count",
  value: "nearly 7 times as likely to qualify within the hour as one hour later",
  mark: "published",
  source:
    "Oldroyd, McElheran, Elkington: The Short Life of Online Sales Leads, Harvard Business Review, March 2011 (1.25 million leads of 42 firms); stands in no figure here",
};

function rangeText({ low, high }: Range, text: (n: number) => string): string {
  return low === high ? text(low) : `${text(low)} to ${text(high)}`;
}
