/** Small, fixed conversations, Salesforce views and policies from which tests say only what matters to them. */
import type { Company, Message, Person, Snapshot } from "../../src/conversation/snapshot.ts";
import { type Policy, policySchema } from "../../src/policy/schema.ts";
import {
  type CrmAccount,
  type CrmContact,
  type CrmLead,
  type CrmOpportunity,
  type CrmOwner,
  type CrmView,
  NOBODY_KNOWN,
} from "../../src/qualify/crm.ts";
import type { Scores } from "../../src/qualify/scores.ts";

/** Tuesday, 10 March 2026, 12:00 UTC. */
export const NOON = Date.UTC(2026, 2, 10, 12);

export function message(over: Partial<Message> = {}): Message {
  return {
    id: "1",
    role: "customer",
    author: "Ana Lopez",
    authorId: "c1",
    text: "Do you support SSO?",
    at: NOON,
    redacted: false,
    attachments: [],
    ...over,
  };
}

export function person(over: Partial<Person> = {}): Person {
  return {
    id: "c1",
    externalId: null,
    role: "user",
    email: "ana@acme.example",
    name: "Ana Lopez",
    phone: null,
    plan: null,
    tags: [],
    lastSeenAt: null,
    signedUpAt: null,
    score: null,
    attributes: {},
    ...over,
  };
}

export function company(over: Partial<Company> = {}): Company {
  return {
    id: "co1",
    name: "Acme",
    domain: "acme.example",
    employees: null,
    plan: null,
    industry: null,
    country: null,
    state: null,
    annualRevenue: null,
    annualValue: null,
    customerSince: null,
    technology: [],
    attributes: {},
    ...over,
  };
}

export function snapshot(over: Partial<Snapshot> = {}): Snapshot {
  return {
    workspace: "w1",
    conversation: "100",
    messages: [message()],
    truncated: false,
    contact: person(),
    otherContacts: [],
    company: company(),
    usage: [],
    tags: [],
    team: null,
    assigneeId: null,
    state: "open",
    deleted: false,
    url: null,
    createdAt: NOON,
    updatedAt: NOON,
    ...over,
  };
}

export function owner(name: string, over: Partial<CrmOwner> = {}): CrmOwner {
  return { id: `005${name}`, name, email: `${name}@us.example`, active: true, ...over };
}

export function lead(over: Partial<CrmLead> = {}): CrmLead {
  return {
    id: "00Q1",
    owner: owner("lea"),
    status: "Open",
    company: "Acme",
    score: null,
    createdAt: NOON,
    convertedContactId: null,
    match: null,
    ...over,
  };
}

export function account(over: Partial<CrmAccount> = {}): CrmAccount {
  return {
    id: "0011",
    name: "Acme",
    owner: owner("abe"),
    csm: null,
    website: "acme.example",
    employees: null,
    annualRevenue: null,
    country: null,
    state: null,
    isPersonAccount: false,
    lastActivityAt: null,
    match: { by: "contact", confidence: 1, reason: "the account of the person's Contact" },
    ...over,
  };
}

export function crmContact(over: Partial<CrmContact> = {}): CrmContact {
  return { id: "0031", owner: owner("abe"), accountId: "0011", match: null, ...over };
}

export function opportunity(over: Partial<CrmOpportunity> = {}): CrmOpportunity {
  return {
    id: "0061",
    name: "Acme 2026",
    stage: "Qualification",
    isClosed: false,
    isWon: false,
    amount: null,
    accountId: "0011",
    owner: owner("ola"),
    lastActivityAt: NOON,
    ofContact: true,
    ...over,
  };
}

export const NOBODY: CrmView = NOBODY_KNOWN;

export function scores(
  values: Readonly<Record<string, number>> = {},
  signals: readonly string[] = [],
): Scores {
  return {
    signals: signals.map((signal) => ({
      signal,
      label: signal,
      kind: "phrase",
      text: signal,
      points: 10,
      at: NOON,
    })),
    values: Object.fromEntries(
      Object.entries({ buying: 0, churn: 0, ...values }).map(([name, value]) => [
        name,
        { value, threshold: 40 },
      ]),
    ),
    contributions: [],
  };
}

/** A policy with two signals and whatever the test adds. */
export function policy(over: Readonly<Record<string, unknown>> = {}): Policy {
  return policySchema.parse({
    format: "baton/policy@1",
    name: "Test",
    signals: {
      enterprise: { phrases: ["SSO"] },
      upgrade: { phrases: ["upgrade"] },
      complaint: { phrases: ["unacceptable"] },
    },
    scores: {
      buying: { signals: ["enterprise", "upgrade"], threshold: 40 },
      churn: { signals: ["complaint"], threshold: 40 },
    },
    recipes: [
      {
        id: "qualified",
        name: "Any other",
        score: { name: "buying", atLeast: "threshold" },
        owner: { route: "default" },
        tell: [{ slack: "owner" }],
      },
    ],
    routing: { routes: { default: [{ user: "sam@us.example" }] } },
    ...over,
  });
}
