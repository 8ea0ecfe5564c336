/** The conversations in which every line of the SaaS policy makes a difference. */
import type { Company, Message, Person } from "../../src/conversation/snapshot.ts";
import type { MemberState, PoolState } from "../../src/decide/turns.ts";
import type { Policy, Signal } from "../../src/policy/schema.ts";
import type { CrmView } from "../../src/qualify/crm.ts";
import {
  account,
  company,
  crmContact,
  lead,
  message,
  NOBODY,
  NOON,
  opportunity,
  owner,
  person,
  snapshot,
} from "../support/cases.ts";
import { meaningOf, type Talk } from "./observed.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Tuesday afternoon: New York, Berlin and London are at work. */
const BUSY = NOON + 3 * HOUR;
const SATURDAY = NOON + 4 * DAY;
/** Monday, 28 December 2026, 15:00 UTC. */
const HOLIDAYS = Date.UTC(2026, 11, 28, 15);

const US = ["ana", "ben", "eva", "kim", "lee", "sales-lead"];
const directory = {
  users: US.map((name) => ({ id: `005${name}`, email: `${name}@ourcompany.example`, name, active: true })),
  queues: [
    { id: "00G1", name: "Enterprise_Inbound", objects: ["Lead"] },
    { id: "00G2", name: "Solutions_Engineers", objects: ["Task"] },
  ],
};

const line = (name: string, over: Partial<MemberState> = {}): MemberState => ({
  member: `${name}@ourcompany.example`,
  served: 0,
  adjustment: 0,
  lastAt: null,
  open: 0,
  today: 0,
  ...over,
});
const lines = (...members: readonly MemberState[]): Readonly<Record<string, PoolState>> => ({
  "mid-market": { members, stickyMember: null },
});

const teammates = [...US, "csm", "abe"].map((name, i) => ({
  id: `t${i}`,
  name,
  emails: [`${name}@ourcompany.example`, `${name}@us.example`],
}));
const answered = snapshot({
  messages: ["abe", "ana", "ben", "csm"].map((name, i) =>
    message({
      id: `a${i}`,
      role: "teammate",
      author: name,
      authorId: teammates.find((one) => one.name === name)?.id ?? null,
      text: "Hello",
      at: HOLIDAYS + (i + 1) * HOUR,
    }),
  ),
});

interface Said {
  readonly name: string;
  readonly now?: number;
  readonly lines: readonly string[];
  readonly who?: Partial<Person>;
  readonly at?: Partial<Company>;
  readonly crm?: Partial<CrmView>;
  readonly beside?: Partial<Talk["snapshot"]>;
  readonly rest?: Partial<Pick<Talk, "triggers" | "earlier" | "pools">>;
}

function talk({ name, now = BUSY, lines: texts, who, at, crm, beside, rest }: Said): Talk {
  const messages: readonly Message[] = texts.map((text, i) => message({ id: `m${i}`, text, at: now - HOUR }));
  const whole = snapshot({
    messages,
    contact: person({ email: "ana@acme.com", ...who }),
    company: company({ domain: "acme.com", employees: 20, ...at }),
    ...beside,
  });
  return {
    name,
    now,
    snapshot: whole,
    meaning: meaningOf(whole),
    crm: { ...NOBODY, ...crm },
    triggers: ["message", "tag", "usage"],
    earlier: [],
    pools: lines(line("ana", { served: 6 }), line("ben", { served: 2 })),
    directory,
    answered,
    teammates,
    ...rest,
  };
}

const ENTERPRISE = ["We want to talk to sales about SSO", "Can you share a volume discount"];
const TRIAL = [
  "We want to upgrade",
  "add more seats please",
  "move to the pro plan",
  "annual plan",
  "what about pricing",
];
const COMPLAINT = ["This is unacceptable", "I want a refund", "very disappointed"];
const CUSTOMER = { customerSince: NOON - 3 * 365 * DAY, annualValue: 60_000 };
const FREE = { domain: "other.example", name: "Other" };
const WON = opportunity({ id: "006w", isWon: true, isClosed: true });
const OURS = {
  accounts: [account({ csm: owner("csm") })],
  contacts: [crmContact()],
};

/** Every word, tag and use of one signal, at its limits. */
function talksOfSignal(name: string, { phrases, hints, tags, usage }: Signal): readonly Talk[] {
  const seen: Said[] = [
    { name: `words of ${name}`, lines: [...phrases, ...hints.map((hint) => HINTS[hint] ?? hint)] },
  ];
  for (const tag of tags) seen.push({ name: `tag ${tag}`, lines: [], beside: { tags: [tag] } });
  if (usage !== undefined) {
    const events = Array.from({ length: usage.atLeast }, () => ({ event: usage.event, at: BUSY - HOUR }));
    seen.push({ name: `use ${usage.event}`, lines: [], beside: { usage: events } });
  }
  return seen.map(talk);
}

/** Sentences that the text model takes for the signal, for hints that alone say nothing. */
const HINTS: Readonly<Record<string, string>> = {
  SAML: "We need SAML for our team",
  SCIM: "We need SCIM for our company",
  procurement: "our procurement team needs a contract for 300 seats",
};

/** All talks; those of the signals come from the policy's own words. */
export function talksFor(policy: Policy): readonly Talk[] {
  return [
    ...Object.entries(policy.signals).flatMap(([name, signal]) => talksOfSignal(name, signal)),
    ...Object.entries(policy.signals).map(([name, signal]) => talkOfExamples(name, signal)),
    ...TALKS.map(talk),
  ];
}

/** A message for each example, found to be close to it. */
function talkOfExamples(signal: string, { examples }: Signal): Talk {
  const line = "That is what we came for";
  const said = talk({ name: `examples of ${signal}`, lines: examples.map(() => line) });
  const likenesses = examples.map((example, turn) => ({
    signal,
    example,
    turn,
    start: 0,
    end: line.length,
    like: 0.8,
  }));
  return { ...said, meaning: { ...said.meaning, examples: "on", likenesses } };
}

const TALKS: readonly Said[] = [
  // Meaning without a phrase, and a hint that means nothing.
  {
    name: "meaning",
    lines: ["how much is it for 30 people?", "could a rep get in touch about 90 licences for our clinics?"],
  },
  {
    name: "leaving",
    lines: ["Please cancel our membership before it renews", "I want my money back, this is a scam"],
  },
  {
    name: "hints",
    lines: [
      "how do I cancel the upload?",
      "the upgrade failed",
      "the contract page",
      "for the third time today I say thanks",
    ],
  },
  { name: "trial user", lines: ["API limits?"], who: { plan: "trial", lastSeenAt: BUSY - HOUR, score: 50 } },
  { name: "business", lines: ["SSO"], who: { plan: "business" } },
  { name: "scale", lines: ["SSO"], who: { plan: "scale" } },
  { name: "large", lines: ["SSO"], at: { employees: 300 }, crm: { leads: [lead({ score: 60 })] } },
  { name: "old words", lines: [], beside: { messages: [message({ text: "SSO", at: BUSY - 7 * DAY })] } },
  { name: "many messages", lines: Array.from({ length: 15 }, () => "API limits") },
  { name: "billing", lines: ["API"], beside: { team: "Billing" } },
  { name: "bug", lines: ["API"], beside: { tags: ["bug"] } },
  ...["Negotiation", "Contract Sent"].map((stage) => ({
    name: stage,
    lines: ["SSO"],
    crm: { opportunities: [opportunity({ stage })] },
  })),
  { name: "own people", lines: ["SSO"], who: { email: "x@ourcompany.example" } },
  // Churn.
  { name: "churn", lines: COMPLAINT, at: CUSTOMER, crm: OURS },
  { name: "churn at night", now: SATURDAY, lines: COMPLAINT, at: CUSTOMER, crm: OURS },
  { name: "churn without account", lines: COMPLAINT, at: CUSTOMER },
  { name: "churn of nobody's customer", lines: COMPLAINT, crm: OURS },
  {
    name: "churn again",
    lines: COMPLAINT,
    at: CUSTOMER,
    crm: OURS,
    rest: { earlier: [{ id: "h1", recipe: "churn-risk", episode: 1, at: BUSY - 30 * DAY - HOUR }] },
  },
  // Enterprise, along the whole route.
  { name: "named account", lines: ENTERPRISE, at: { employees: 300, annualRevenue: 5, industry: "x" } },
  {
    name: "with a note",
    lines: [],
    at: { employees: 300 },
    beside: {
      messages: [
        message({ text: "SSO please", at: BUSY }),
        message({ id: "2", role: "note", text: "call them", at: BUSY }),
      ],
    },
  },
  { name: "nobody has it", lines: ENTERPRISE, at: { ...FREE, employees: 300 } },
  ...["DE", "FR", "GB", "NL"].map((country) => ({
    name: country,
    lines: ENTERPRISE,
    at: { ...FREE, employees: 300, country },
  })),
  {
    name: "DE at night",
    now: NOON + 10 * HOUR,
    lines: ENTERPRISE,
    at: { ...FREE, employees: 300, country: "DE" },
  },
  ...["CA", "OR", "WA"].map((state) => ({
    name: state,
    lines: ENTERPRISE,
    at: { ...FREE, employees: 300, state },
  })),
  {
    name: "all full",
    lines: ENTERPRISE,
    at: { ...FREE, employees: 300 },
    rest: { pools: lines(line("ana", { open: 30 }), line("ben", { open: 30 })) },
  },
  {
    name: "full today",
    lines: ENTERPRISE,
    at: { ...FREE, employees: 300 },
    rest: { pools: lines(line("ana", { today: 8 }), line("ben", { served: 9 })) },
  },
  {
    name: "ana is next",
    lines: ENTERPRISE,
    at: { ...FREE, employees: 300 },
    rest: { pools: lines(line("ana", { served: 3 }), line("ben", { served: 2 })) },
  },
  { name: "morning", now: NOON, lines: ENTERPRISE, at: { ...FREE, employees: 300 } },
  { name: "Saturday", now: SATURDAY, lines: ENTERPRISE, at: { ...FREE, employees: 300 } },
  { name: "holidays", now: HOLIDAYS, lines: ENTERPRISE, at: { ...FREE, employees: 300 } },
  { name: "integration", lines: [...ENTERPRISE, "What are your API limits?"], at: { employees: 300 } },
  // Trial.
  { name: "trial", lines: TRIAL, who: { tags: ["trial"], plan: "trial" }, at: FREE },
  { name: "trial with account", lines: TRIAL, who: { tags: ["trial"] }, crm: OURS },
  {
    name: "trial, all full",
    lines: TRIAL,
    who: { tags: ["trial"] },
    rest: { pools: lines(line("ana", { open: 30 }), line("ben", { open: 30 })) },
  },
  // Any other.
  {
    name: "qualified",
    lines: TRIAL,
    who: { plan: "business", phone: "1", lastSeenAt: BUSY - DAY },
    beside: { tags: ["pricing page"] },
  },
  {
    name: "qualified, all full",
    lines: TRIAL,
    who: { plan: "business" },
    rest: { pools: lines(line("ana", { open: 30 }), line("ben", { open: 30 })) },
  },
  {
    name: "customer upgrades",
    lines: TRIAL,
    who: { plan: "business" },
    crm: { ...OURS, leads: [lead()], opportunities: [WON] },
  },
  { name: "open lead", lines: TRIAL, who: { plan: "business" }, crm: { leads: [lead()] } },
  {
    name: "open deal",
    lines: TRIAL,
    who: { plan: "business" },
    crm: { ...OURS, opportunities: [opportunity()] },
  },
];
