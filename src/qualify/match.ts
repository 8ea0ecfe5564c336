/**
 * Which of the accounts that Salesforce has is this person's: the account of their own Contact or Lead, else one that
 * Baton made, else the one with the company's website, else the one of that name. Among equals the busier one; and
 * where nothing tells them apart, none. Pure.
 */
import type { EpochMs } from "../kernel/time.ts";
import { NAME_CONFIDENCE, nameSimilarity } from "./company-name.ts";
import type { CrmAccount, CrmCompeting, CrmMatch, CrmOpportunity, MatchKind } from "./crm.ts";

/** An account with its opportunities, and what led to it; its `match` is not read. */
export interface AccountCandidate {
  readonly account: CrmAccount;
  readonly opportunities: readonly CrmOpportunity[];
  readonly by: MatchKind;
}

export interface AccountChoice {
  readonly accounts: readonly CrmAccount[];
  readonly opportunities: readonly CrmOpportunity[];
  readonly competing: readonly CrmCompeting[];
}

/** How sure a way to an account is by itself; a name is as sure as it is alike. */
const CONFIDENCE: Readonly<Record<Exclude<MatchKind, "name">, number>> = {
  contact: 1,
  lead: 1,
  key: 0.99,
  domain: 0.95,
};
/** The rules in order. A Contact's and a converted Lead's account are both the person's own. */
const RULES = ["own", "key", "domain", "name"] as const;
type Rule = (typeof RULES)[number];

interface Ranked extends AccountCandidate {
  readonly rule: Rule;
  readonly confidence: number;
  readonly why: string;
}

/** The account of the person, with the rule and the reason in its match; every other candidate with why it is not. */
export function chooseAccount(
  candidates: readonly AccountCandidate[],
  company: { readonly domain: string | null; readonly name: string | null },
): AccountChoice {
  // A name that does not come near is no competitor.
  const able = candidates
    .map((candidate) => rankedOf(candidate, company))
    .filter((one) => one.rule !== "name" || one.confidence >= NAME_CONFIDENCE);
  const rule = RULES.find((one) => able.some((candidate) => candidate.rule === one));
  const [first, ...rest] = able.filter((one) => one.rule === rule).toSorted(byWeight);
  if (first === undefined) return { accounts: [], opportunities: [], competing: [] };
  const others = able
    .filter((one) => one.rule !== rule)
    .map((one) => competing(one, `but ${GOES_BEFORE[first.rule]} goes before`));
  const [second] = rest;
  const lead = second === undefined ? "" : leadOf(first, second);
  if (lead === null && rule !== "own") {
    const equal = [first, ...rest].map((one) =>
      competing(one, "as another account does, and nothing sure tells them apart"),
    );
    return { accounts: [], opportunities: [], competing: [...equal, ...others] };
  }
  const behind = `but another one ${lead === null ? "has the Contact that changed last" : `has more ${lead}`}`;
  const own = rule === "own" ? rest : [];
  return {
    accounts: [first, ...own].map((one, i) => ({
      ...one.account,
      match: matchOf(one, i > 0 || second === undefined ? null : (lead ?? "recent changes to its Contact")),
    })),
    opportunities: rule === "name" ? [] : [first, ...own].flatMap((one) => one.opportunities),
    competing: [...rest.map((one) => competing(one, behind)), ...others],
  };
}

function rankedOf(
  candidate: AccountCandidate,
  { domain, name }: { readonly domain: string | null; readonly name: string | null },
): Ranked {
  const accountName = candidate.account.name ?? "";
  switch (candidate.by) {
    case "contact":
      return ranking(candidate, "own", "the account of the person's Contact");
    case "lead":
      return ranking(candidate, "own", "the account that the person's Lead was converted into");
    case "key":
      return ranking(candidate, "key", "Baton made it in an earlier handoff");
    case "domain":
      return ranking(candidate, "domain", `its website is ${domain}`);
    case "name": {
      const confidence = Math.round(nameSimilarity(name ?? "", accountName) * 100) / 100;
      const why = `its name "${accountName}" is ${Math.round(confidence * 100)} % that of "${name ?? ""}"`;
      return { ...candidate, rule: "name", confidence, why };
    }
  }
}

function ranking(candidate: AccountCandidate, rule: Exclude<Rule, "name">, why: string): Ranked {
  return { ...candidate, rule, confidence: CONFIDENCE[candidate.by as Exclude<MatchKind, "name">], why };
}

function open({ opportunities }: AccountCandidate): number {
  return opportunities.filter(({ isClosed }) => !isClosed).length;
}

function latest({ account, opportunities }: AccountCandidate): EpochMs {
  return Math.max(account.lastActivityAt ?? 0, ...opportunities.map((one) => one.lastActivityAt ?? 0));
}

/** What sets equals apart, in order. Names of the same likeness stay equals: a busy namesake is still a guess. */
function measuresOf({ rule }: Ranked): readonly (readonly [string, (candidate: Ranked) => number])[] {
  return rule === "name"
    ? [["likeness", ({ confidence }) => confidence]]
    : [
        ["open opportunities", open],
        ["opportunities", ({ opportunities }) => opportunities.length],
        ["recent activity", latest],
      ];
}

/** Of two under one rule: which goes first. */
function byWeight(a: Ranked, b: Ranked): number {
  return (
    measuresOf(a)
      .map(([, weigh]) => weigh(b) - weigh(a))
      .find((difference) => difference !== 0) ?? 0
  );
}

/** The first measure in which two candidates differ; null when they are equals. */
function leadOf(a: Ranked, b: Ranked): string | null {
  return measuresOf(a).find(([, weigh]) => weigh(a) !== weigh(b))?.[0] ?? null;
}

function matchOf({ by, confidence, why }: Ranked, lead: string | null): CrmMatch {
  return { by, confidence, reason: lead === null ? why : `${why}; of several the one with more ${lead}` };
}

function competing({ account, why }: Ranked, reason: string): CrmCompeting {
  return { object: "Account", id: account.id, name: account.name, reason: `${why}, ${reason}` };
}

const GOES_BEFORE: Readonly<Record<Rule, string>> = {
  own: "the person's own account",
  key: "an account that Baton made",
  domain: "a website",
  name: "a name",
};
