/** Fills an org so that every row of the record table (unknown person, open lead, customer, ...) can be met. */
import { z } from "zod";
import { objectNamed } from "./lifecycle.ts";
import type { Org } from "./org.ts";
import { insertRow } from "./records.ts";
import { ownerNamed } from "./rules.ts";
import {
  type Records,
  recordsFor,
  namesOf,
  rowById,
  type SituationName,
  situationNames,
  type SituatedPerson,
} from "./situation-records.ts";

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
  /** Whether anybody is in it: the first user. */
  isEmpty: z.boolean().optional(),
});
type Queue = z.infer<typeof Queue>;
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
type SalesUser = z.infer<typeof User>;

/** What was made for one person. */
export interface SeededPerson extends Records {
  readonly email: string;
  readonly situation: SituationName;
  readonly ownerId: string | null;
  readonly ownerEmail: string | null;
  readonly csmEmail: string | null;
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
  const queueIds = Object.fromEntries(
    queues.map((queue) => [queue.name, queueOf(org, queue, Object.values(userIds)[0])]),
  );
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
  person: SituatedPerson,
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
  const isUnknown = situation === "unknown" || situation === "two-equal-accounts";
  const actualOwner = isUnknown ? null : String(account?.["OwnerId"] ?? ownerId);
  return {
    email: person.email,
    situation,
    ownerId: actualOwner,
    ownerEmail: emailOf(org, actualOwner),
    csmEmail: emailOf(org, csmId),
    ...records,
  };
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

function queueOf(org: Org, queue: Queue, member: string | undefined): string {
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
  if (queue.isEmpty !== true && member !== undefined)
    insertRow(org, objectNamed(org, "GroupMember"), { GroupId: id, UserOrGroupId: member });
  return id;
}

function emailOf(org: Org, id: string | null): string | null {
  const email = rowById(org, "User", id)?.["Email"];
  return typeof email === "string" ? email : null;
}
