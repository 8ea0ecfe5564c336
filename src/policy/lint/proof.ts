/**
 * Proofs about conditions: that demands can never be met together. A condition is taken apart into cases, each a list
 * of verdicts that rules must have; a case is impossible when no value of some field gives all the verdicts asked of
 * it. Fields are taken as independent, domains as wide as they may be: what is proved is true, and what cannot be
 * decided is left unsaid.
 */
import type { EpochMs } from "../../kernel/time.ts";
import type { Condition, Rule } from "../condition.ts";
import { decide } from "../evaluate.ts";
import type { Verdict } from "../evaluate.ts";
import { ruleWords } from "../sentence.ts";
import { CUSTOMER, TRIGGER } from "./domain.ts";
import type { Domain, Domains } from "./domain.ts";
import { standIns } from "./values.ts";

/** What is asked of a condition: `not-yes` is "no or unknown". */
export type Wanted = "yes" | "no" | "not-yes" | "not-no";

export interface Demand {
  readonly condition: Condition;
  readonly wanted: Wanted;
}

interface RuleDemand {
  readonly rule: Rule;
  readonly wanted: Wanted;
}
type Case = readonly RuleDemand[];

export interface Ground {
  readonly domains: Domains;
  readonly now: EpochMs;
}

/** More cases than that are left undecided. */
const MOST_CASES = 400;
const MOST_REASONS = 3;

/**
 * Why the demands can never be met together, in words; null when they can be, or when the linter cannot tell.
 */
export function whyImpossible(demands: readonly Demand[], ground: Ground): string | null {
  let open: readonly Case[] = [[]];
  const reasons = new Map<string, string>();
  for (const { condition, wanted } of demands) {
    const cases = casesOf(condition, wanted);
    if (cases === null || cases.length * open.length > MOST_CASES) return null;
    const longer = open.flatMap((left) => cases.map((right) => [...left, ...right]));
    open = longer.filter((one) => {
      const reason = conflictOf(one, ground);
      if (reason !== null) reasons.set(reason.text, reason.field);
      return reason === null;
    });
  }
  return open.length > 0 ? null : reasonsText(reasons);
}

/** That parts listen to the same is told only where there is nothing better to tell. */
function reasonsText(fields: ReadonlyMap<string, string>): string {
  const telling = [...fields].filter(([, field]) => field !== TRIGGER);
  const reasons = (telling.length > 0 ? telling : [...fields]).map(([text]) => text);
  const more = reasons.length - MOST_REASONS;
  return `${reasons.slice(0, MOST_REASONS).join("; ")}${more > 0 ? `; and ${more} more like these` : ""}`;
}

const OPPOSITE: Readonly<Record<Wanted, Wanted>> = {
  yes: "no",
  no: "yes",
  "not-yes": "not-no",
  "not-no": "not-yes",
};

/** The ways in which `condition` gets a wanted verdict: one of them must hold. Null when there are too many. */
function casesOf(condition: Condition, wanted: Wanted): readonly Case[] | null {
  if (!("rules" in condition)) return [[{ rule: condition, wanted }]];
  const inner = condition.not === true ? OPPOSITE[wanted] : wanted;
  const each = condition.rules.map((rule) => casesOf(rule, inner));
  // "All of" is yes when every rule is, and is not when one is not; "any of" the other way round.
  const needsAll = (condition.combinator === "and") === (inner === "yes" || inner === "not-no");
  let cases: readonly Case[] = needsAll ? [[]] : [];
  for (const more of each) {
    if (more === null) return null;
    cases = needsAll
      ? cases.flatMap((left) => more.map((right) => [...left, ...right]))
      : [...cases, ...more];
    if (cases.length > MOST_CASES) return null;
  }
  return cases;
}

/** A field of which the case asks what no value of it gives, in words with only the demands that matter. */
function conflictOf(demands: Case, ground: Ground): { readonly text: string; readonly field: string } | null {
  for (const field of new Set(demands.map(({ rule }) => rule.field))) {
    const ofField = demands.filter(({ rule }) => rule.field === field);
    const domain = ground.domains(field);
    if (isPossible(ofField, domain, ground.now)) continue;
    const needed = ofField.reduce<Case>((kept, demand) => {
      const fewer = kept.filter((other) => other !== demand);
      return isPossible(fewer, domain, ground.now) ? kept : fewer;
    }, ofField);
    return { text: conflictText(needed, domain), field };
  }
  return null;
}

const VERDICTS: Readonly<Record<Wanted, readonly Verdict[]>> = {
  yes: ["yes"],
  no: ["no"],
  "not-yes": ["no", "unknown"],
  "not-no": ["yes", "unknown"],
};

function isPossible(demands: Case, domain: Domain, now: EpochMs): boolean {
  const values = standIns(
    demands.map(({ rule }) => rule),
    domain,
    now,
  );
  if (values === null) return true;
  return values.some((value) =>
    demands.every(({ rule, wanted }) => VERDICTS[wanted].includes(decide(rule, () => value, now))),
  );
}

function conflictText(demands: Case, domain: Domain): string {
  const words = [...new Set(demands.map(demandWords))];
  if (words.length > 1) return `${words.join(" and ")} cannot ${words.length > 2 ? "all" : "both"} hold`;
  return `${words.join("")} can never hold${domainWords(domain)}`;
}

function domainWords(domain: Domain): string {
  switch (domain.kind) {
    case "never-known":
      return ": it is not known when this is asked";
    case "one-of":
      return `: it is one of ${domain.values.join(", ")}`;
    case "between":
      return `: it is at least ${domain.least} and at most ${domain.most}`;
    case "some-of":
    case "fact":
    case "open":
      return "";
  }
}

function demandWords({ rule, wanted }: RuleDemand): string {
  const words = wordsOf(rule);
  return wanted === "yes" || wanted === "not-no" ? words : `not (${words})`;
}

function wordsOf(rule: Rule): string {
  if (rule.field === CUSTOMER) return "the company is a customer";
  if (rule.field === TRIGGER) return `it is started by ${String(rule.value).replaceAll(",", " or ")}`;
  return ruleWords(rule);
}
