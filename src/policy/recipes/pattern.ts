/**
 * The recipes that people start from: each asks for signals, an owner and a follow-up, and says everything else itself.
 * What a pattern writes is an ordinary recipe.
 */
import type { z } from "zod";
import type { Condition } from "../condition.ts";
import type { recipeSchema } from "../schema-recipes.ts";
import type { SCORES, SEQUENCES } from "./starters.ts";

/** A recipe as a document says it. */
export type Written = Omit<z.input<typeof recipeSchema>, "when" | "and"> & {
  readonly when: Condition;
  readonly and?: Condition;
};

/** The places of a recipe that the answers fill. */
export interface Filled {
  readonly id: string;
  readonly name: string;
  readonly on: ("message" | "tag" | "usage")[];
  readonly signals: readonly string[];
  /** The score that is asked; ignored by a pattern that asks none. */
  readonly score: string;
  readonly route: string;
  /** How long nobody may have been in touch, as in `24h`; null for no follow-up. */
  readonly after: string | null;
}

export interface Pattern {
  /** Its name in commands, and the wished id of the recipe. */
  readonly id: string;
  readonly name: string;
  readonly does: string;
  readonly for: string;
  /** The parts of Intercom and Salesforce that it reads or writes. */
  readonly touches: readonly string[];
  /** Signals of `starters.ts` that start it. */
  readonly signals: readonly string[];
  /** Names and labels of a policy's own signals that mean the same. */
  readonly alike: RegExp;
  /** The score of `starters.ts` that it asks; null when none. */
  readonly score: keyof typeof SCORES | null;
  /** The route that it was written for, and the steps that make another one fit. */
  readonly route: { readonly name: string; readonly hops: readonly string[] };
  /** The answer that is chosen when nobody chooses. */
  readonly after: string | null;
  /** The sequence of `starters.ts` that its follow-up enrols in; null when none. */
  readonly sequence: keyof typeof SEQUENCES | null;
  readonly write: (filled: Filled) => Written;
}

const anyOf = (signals: readonly string[]): Condition => ({
  field: "signals",
  operator: "containsAny",
  value: signals,
});

type FollowUp = NonNullable<Written["followUp"]>;

function later(after: string | null, rest: Omit<FollowUp, "after">): { readonly followUp?: FollowUp } {
  return after === null ? {} : { followUp: { after, ...rest } };
}

const trialConversion: Pattern = {
  id: "trial-conversion",
  name: "Trial to paid",
  does: "Brings people who try the product and ask for more to somebody who can sell it to them, and nudges them when nobody does.",
  for: "Sales, where trials become customers",
  touches: [
    "Intercom: reads the person's tag trial; the tag and attribute that start a Series",
    "Salesforce: an Opportunity",
  ],
  signals: ["upgrade", "pricing"],
  alike: /upgrad|pric|larger plan|limit of the plan/i,
  score: "buying",
  route: { name: "account-owner-or-round-robin", hops: ["accountOwner", "pool"] },
  after: "24h",
  sequence: "Upgrade nudge",
  write: ({ id, name, on, signals, score, route, after }) => ({
    id,
    name,
    on,
    when: {
      combinator: "and",
      rules: [{ field: "contact.tags", operator: "contains", value: "trial" }, anyOf(signals)],
    },
    score: { name: score, atLeast: "threshold" },
    record: { create: "Opportunity", type: "Trial Conversion", stage: "Qualification", closeIn: "30d" },
    owner: { route },
    tell: [{ slack: "owner", text: "High-intent trial user - see Salesforce" }],
    // oxlint-disable-next-line unicorn/no-thenable -- the document's own word; nothing awaits a policy
    ...later(after, { unless: "contacted", then: [{ intercom: { enrol: "Upgrade nudge" } }] }),
  }),
};

const enterpriseInbound: Pattern = {
  id: "enterprise-inbound",
  name: "Enterprise inbound chat",
  does: "Brings companies of more than 200 people who ask what only large companies ask to the enterprise rep, with what is known of them.",
  for: "Enterprise sales",
  touches: [
    "Intercom: tags the conversation, and moves it to the team Enterprise Sales",
    "Salesforce: a Lead with a source of its own",
  ],
  signals: ["enterprise"],
  alike: /enterprise|security|purchase|procure|rollout|large team/i,
  score: null,
  route: { name: "enterprise", hops: ["territories", "list", "pool"] },
  after: null,
  sequence: null,
  write: ({ id, name, on, signals, route, after }) => ({
    id,
    name,
    on,
    when: anyOf(signals),
    enrich: "required-soon",
    and: { field: "company.employees", operator: ">", value: 200 },
    record: { create: "Lead", source: "Enterprise Inbound" },
    owner: { route },
    tell: [{ email: "owner", with: ["enrichment", "transcript"] }],
    intercom: { tagConversation: "Enterprise Signal", moveToTeam: "Enterprise Sales" },
    ...later(after, {
      unless: "contacted",
      // oxlint-disable-next-line unicorn/no-thenable -- the document's own word; nothing awaits a policy
      then: [{ slack: "owner" }, { task: "Enterprise inbound without an answer" }],
    }),
  }),
};

const churnRisk: Pattern = {
  id: "churn-risk",
  name: "Churn risk escalation",
  does: "Brings customers who complain or want to leave to account owner and CSM at once, and answers them within five minutes.",
  for: "Customer success",
  touches: [
    "Intercom: reads tags, tags the person, answers the customer",
    "Salesforce: an urgent Task on the Account",
  ],
  signals: ["complaint", "cancellation"],
  alike: /cancel|complain|churn|leav|anger|angry|unhappy|refund|money back|competitor|looks elsewhere/i,
  score: "churn",
  route: { name: "account-owner", hops: ["csm", "accountOwner"] },
  after: "24h",
  sequence: null,
  write: ({ id, name, on, signals, score, route, after }) => ({
    id,
    name,
    on,
    when: anyOf(signals),
    customersOnly: true,
    score: { name: score, atLeast: "threshold" },
    record: { create: "Task", on: "Account", subject: "Churn Risk - Urgent", priority: "High" },
    owner: { route },
    tell: [{ slack: "#churn", also: ["account.csm", "owner"] }],
    intercom: { tagContact: "Churn Risk" },
    acknowledge: {
      within: "5m",
      text: "Thank you for telling us. {{owner.firstName}} is looking at this now and will be in touch.",
    },
    ...later(after, {
      unless: "contactedBy.csm",
      // oxlint-disable-next-line unicorn/no-thenable -- the document's own word; nothing awaits a policy
      then: [{ slack: "#churn" }, { task: "Churn follow-up overdue" }],
    }),
  }),
};

const empty: Pattern = {
  id: "new-recipe",
  name: "New recipe",
  does: "Starts with as little as works: what follows from where the person stands in Salesforce, and a word to the owner.",
  for: "Whoever has a case of their own",
  touches: ["Salesforce: the record that the situation asks for"],
  signals: [],
  alike: /(?!)/,
  score: null,
  route: { name: "default", hops: ["opportunityOwner", "accountOwner", "leadOwner", "pool"] },
  after: null,
  sequence: null,
  write: ({ id, name, on, signals, route, after }) => ({
    id,
    name,
    on,
    when: anyOf(signals),
    record: "by-situation",
    owner: { route },
    tell: [{ slack: "owner" }],
    // oxlint-disable-next-line unicorn/no-thenable -- the document's own word; nothing awaits a policy
    ...later(after, { unless: "contacted", then: [{ slack: "owner" }] }),
  }),
};

/** Three whole recipes, and one to fill. */
export const patterns: readonly Pattern[] = [trialConversion, enterpriseInbound, churnRisk, empty];
/** The one that is no recipe of its own: what it wrote is not marked. */
export const EMPTY = empty.id;
