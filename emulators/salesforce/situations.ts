/** Fills an org so that every row of the record table (unknown person, open lead, customer, ...) can be met. */
import { z } from "zod";
import type { FieldValue } from "./fields.ts";
import { convertLead, objectNamed } from "./lifecycle.ts";
import { type Org, stamp } from "./org.ts";
import { changeRow, insertRow } from "./records.ts";
import { ownerNamed } from "./rules.ts";

/** Where a person stands in Salesforce before the conversation. */
export const situationNames = [
  "unknown",
  "open-lead",
  "contact",
  "open-opportunity",
  "customer",
  "customer-with-csm",
  "converted-lead",
  "late-stage",
  "lead-with-inactive-owner",
  "account-by-domain",
] as const;
export type SituationName = (typeof situationNames)[number];

const User = z.strictObject({
  email: z.string().min(3),
  name: z.string().min(1),
  /** ae, csm, lead (sales lead) or se; decides who owns what. */
  role: z.enum(["ae", "csm", "sales-lead", "se"]).default("ae"),
  active: z.boolean().default(true),
});
const Queue = z.strictObject({
  name: z.string().min(1),
  objects: z.array(z.string()).default(["Lead", "Task"]),
});
const Someone = z.strictObject({
  email: z.string().min(3),
  name: z.string().min(1),
  company: z.string().optional(),
  domain: z.string().optional(),
  situation: z.enum(situationNames),
});

export const Situations = z.strictObject({
  /** Default: three AEs (one of them inactive), two CSMs, a sales lead. */
  users: z.array(User).optional(),
  /** Default: Enterprise_Inbound and Solutions_Engineers. */
  queues: z.array(Queue).optional(),
  people: z.array(Someone).default([]),
});
/** What a seed gives. */
export type Situations = z.input<typeof Situations>;
type Person = z.infer<typeof Someone>;
type SalesUser = z.infer<typeof User>;

/** What was made for one person; null where there is nothing. */
export interface SeededPerson {
  readonly email: string;
  readonly situation: SituationName;
  readonly ownerId: string | null;
  readonly ownerEmail: string | null;
  readonly csmEmail: string | null;
  readonly accountId: string | null;
  readonly contactId: string | null;
  readonly leadId: string | null;
  readonly opportunityId: string | null;
}

export interface Seeded {
  readonly users: Readonly<Record<string, string>>;
  readonly queues: Readonly<Record<string, string>>;
  readonly people: readonly SeededPerson[];
}

const defaultUsers: readonly SalesUser[] = [
  { email: "ana@ourcompany.example", name: "Ana Alvarez", role: "ae", active: true },
  { email: "ben@ourcompany.example", name: "Ben Baker", role: "ae", active: true },
  { email: "kim@ourcompany.example", name: "Kim Keller", role: "ae", active: true },
  { email: "lee@ourcompany.example", name: "Lee Larsson", role: "ae", active: true },
  { email: "carla@ourcompany.example", name: "Carla Costa", role: "csm", active: true },
  { email: "chen@ourcompany.example", name: "Chen Chang", role: "csm", active: true },
  { email: "sales-lead@ourcompany.example", name: "Sam Sinclair", role: "sales-lead", active: true },
  { email: "gone@ourcompany.example", name: "Gil Gone", role: "ae", active: false },
];
const defaultQueues = [
  { name: "Enterprise_Inbound", objects: ["Lead", "Task", "Baton_Conversation__c"] },
  { name: "Solutions_Engineers", objects: ["Lead", "Task", "Baton_Conversation__c"] },
];

interface Staff {
  readonly aes: readonly string[];
  readonly csms: readonly string[];
  readonly inactive: string;
}

/**
 * Makes users, queues and people. Owners go round the active AEs, CSMs round the CSMs. Several people of one domain
 * share its account. Users and queues that exist are kept.
 */
export function seedSituations(org: Org, input: Situations): Seeded {
  const { users = defaultUsers, queues = defaultQueues, people } = Situations.parse(input);
  const userIds = Object.fromEntries(users.map((user) => [user.email, userOf(org, user)]));
  const queueIds = Object.fromEntries(queues.map((queue) => [queue.name, queueOf(org, queue)]));
  const idsOf = (wanted: (user: SalesUser) => boolean) =>
    users.filter(wanted).flatMap((user) => userIds[user.email] ?? []);
  const staff: Staff = {
    aes: idsOf((user) => user.active && user.role === "ae"),
    csms: idsOf((user) => user.active && user.role === "csm"),
    inactive:
      idsOf((user) => !user.active)[0] ??
      userOf(org, { email: "gone@ourcompany.example", name: "Gil Gone", role: "ae", active: false }),
  };
  const accounts = new Map<string, string>();
  const made = people.map((person, place) => seedPerson(org, person, place, staff, accounts));
  return { users: userIds, queues: queueIds, people: made };
}

function seedPerson(
  org: Org,
  person: Person,
  place: number,
  staff: Staff,
  accounts: Map<string, string>,
): SeededPerson {
  const { situation } = person;
  const isGone = situation === "lead-with-inactive-owner";
  const ownerId = isGone ? staff.inactive : (staff.aes[place % Math.max(1, staff.aes.length)] ?? org.userId);
  const csmId =
    situation === "customer-with-csm" ? (staff.csms[place % Math.max(1, staff.csms.length)] ?? null) : null;
  const records = recordsFor(org, person, { ownerId, csmId, place, accounts });
  const account = rowById(org, "Account", records.accountId);
  const actualOwner = situation === "unknown" ? null : String(account?.["OwnerId"] ?? ownerId);
  return {
    email: person.email,
    situation,
    ownerId: actualOwner,
    ownerEmail: emailOf(org, actualOwner),
    csmEmail: emailOf(org, csmId),
    ...records,
  };
}

interface Making {
  readonly ownerId: string;
  readonly csmId: string | null;
  readonly place: number;
  readonly accounts: Map<string, string>;
}
type Records = Pick<SeededPerson, "accountId" | "contactId" | "leadId" | "opportunityId">;

const nothing: Records = { accountId: null, contactId: null, leadId: null, opportunityId: null };

function recordsFor(org: Org, person: Person, making: Making): Records {
  const { ownerId } = making;
  switch (person.situation) {
    case "unknown":
      return nothing;
    case "open-lead":
    case "lead-with-inactive-owner":
      return { ...nothing, leadId: leadOf(org, person, ownerId) };
    case "account-by-domain":
      return { ...nothing, accountId: accountOf(org, person, making) };
    case "contact":
      return withContact(org, person, making);
    case "open-opportunity":
      return withOpportunity(org, person, making, "Qualification", 30);
    case "late-stage":
      return withOpportunity(org, person, making, "Negotiation", 30);
    case "customer":
    case "customer-with-csm":
      return withOpportunity(org, person, making, "Closed Won", -200);
    case "converted-lead": {
      const leadId = leadOf(org, person, ownerId);
      const made = convertLead(org, { lead: leadId, doNotCreateOpportunity: true });
      return { ...nothing, leadId, accountId: made.accountId, contactId: made.contactId };
    }
    default:
      throw new Error(`no such situation: ${String(person.situation satisfies never)}`);
  }
}

function withContact(org: Org, person: Person, making: Making): Records & { contactId: string } {
  const accountId = accountOf(org, person, making);
  const contactId = insertRow(org, objectNamed(org, "Contact"), {
    ...namesOf(person.name),
    Email: person.email,
    AccountId: accountId,
    OwnerId: rowById(org, "Account", accountId)?.["OwnerId"] ?? making.ownerId,
  });
  return { ...nothing, accountId, contactId };
}

function withOpportunity(
  org: Org,
  person: Person,
  making: Making,
  stage: string,
  closeInDays: number,
): Records {
  const made = withContact(org, person, making);
  const opportunityId = insertRow(org, objectNamed(org, "Opportunity"), {
    Name: `${companyOf(person)} ${stage === "Closed Won" ? "subscription" : "expansion"}`,
    AccountId: made.accountId,
    StageName: stage,
    CloseDate: stamp(org.now() + closeInDays * 86_400_000).slice(0, 10),
    Amount: 12_000 + (making.place % 10) * 8_000,
    OwnerId: rowById(org, "Account", made.accountId)?.["OwnerId"] ?? making.ownerId,
  });
  insertRow(org, objectNamed(org, "OpportunityContactRole"), {
    OpportunityId: opportunityId,
    ContactId: made.contactId,
    IsPrimary: true,
    Role: "Decision Maker",
  });
  return { ...made, opportunityId };
}

function leadOf(org: Org, person: Person, ownerId: string): string {
  return insertRow(org, objectNamed(org, "Lead"), {
    ...namesOf(person.name),
    Company: companyOf(person),
    Email: person.email,
    LeadSource: "Web",
    OwnerId: ownerId,
  });
}

function accountOf(org: Org, person: Person, making: Making): string {
  const domain = person.domain ?? domainOf(person.email);
  const known = making.accounts.get(domain);
  const isCustomer = person.situation.startsWith("customer");
  const existing = rowById(org, "Account", known ?? null);
  if (known !== undefined && existing !== undefined) {
    if (making.csmId !== null)
      changeRow(org, objectNamed(org, "Account"), existing, { CSM__c: making.csmId });
    return known;
  }
  const id = insertRow(org, objectNamed(org, "Account"), {
    Name: companyOf(person),
    Website: `https://www.${domain}`,
    Type: isCustomer ? "Customer - Direct" : "Prospect",
    NumberOfEmployees: 40 * (1 + (making.place % 20)),
    AnnualRevenue: 500_000 * (1 + (making.place % 40)),
    BillingCountry: "US",
    BillingState: "CA",
    OwnerId: making.ownerId,
    CSM__c: making.csmId,
  });
  making.accounts.set(domain, id);
  return id;
}

function userOf(org: Org, user: SalesUser): string {
  return (
    ownerNamed(org, user.email) ??
    insertRow(org, objectNamed(org, "User"), {
      ...namesOf(user.name),
      Email: user.email,
      Username: user.email,
      IsActive: user.active,
      Title: {
        ae: "Account Executive",
        csm: "Customer Success Manager",
        "sales-lead": "Sales Lead",
        se: "Solutions Engineer",
      }[user.role],
    })
  );
}

function queueOf(org: Org, queue: { readonly name: string; readonly objects: readonly string[] }): string {
  const known = ownerNamed(org, queue.name);
  if (known !== undefined) return known;
  const label = queue.name.replaceAll("_", " ");
  const id = insertRow(org, objectNamed(org, "Group"), {
    Name: label,
    DeveloperName: queue.name,
    Type: "Queue",
  });
  for (const name of queue.objects) {
    insertRow(org, objectNamed(org, "QueueSobject"), { QueueId: id, SobjectType: name });
  }
  return id;
}

function namesOf(name: string): Record<string, FieldValue> {
  const words = name.trim().split(/\s+/);
  const last = words.pop() ?? name;
  return { FirstName: words.length > 0 ? words.join(" ") : null, LastName: last };
}

function companyOf(person: Person): string {
  return person.company ?? person.domain ?? domainOf(person.email);
}

function domainOf(email: string): string {
  return email.slice(email.indexOf("@") + 1);
}

function rowById(org: Org, object: string, id: string | null) {
  return id === null ? undefined : org.tables.get(object)?.rows.get(id);
}

function emailOf(org: Org, id: string | null): string | null {
  const email = rowById(org, "User", id)?.["Email"];
  return typeof email === "string" ? email : null;
}
