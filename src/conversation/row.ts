/**
 * A conversation as one line of a file: what `baton score`, `summarize` and `rehearse` read. Lenient on purpose, since
 * people and scripts write these: unknown keys are ignored, the usual words for roles are understood.
 */
import { z } from "zod";
import { parseInstant } from "../kernel/time.ts";
import type { EpochMs } from "../kernel/time.ts";
import type { Company, Message, Person, Role, Snapshot, UsageEvent } from "./snapshot.ts";

const ROLES: ReadonlyMap<string, Role> = new Map([
  ["customer", "customer"],
  ["user", "customer"],
  ["lead", "customer"],
  ["contact", "customer"],
  ["visitor", "customer"],
  ["agent", "teammate"],
  ["teammate", "teammate"],
  ["admin", "teammate"],
  ["bot", "bot"],
  ["operator", "bot"],
  ["note", "note"],
]);

const roleSchema = z.string().transform((word): Role => ROLES.get(word.trim().toLowerCase()) ?? "unknown");
const rowIdSchema = z.union([z.string(), z.number()], "must be a text or a number");
const idSchema = rowIdSchema.transform(String);
/** Unix seconds, milliseconds or ISO 8601; what is no time is unknown. */
const instantSchema = z.unknown().transform(parseInstant).default(null);
const text = z
  .string()
  .nullish()
  .transform((value) => (value === undefined || value === null || value.trim() === "" ? null : value.trim()));
const number = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\s*-?\d+(\.\d+)?\s*$/, "is no number")
      .transform(Number),
  ])
  .nullish()
  .transform((value) => value ?? null);
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
const attributes = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {});

const turnSchema = z.object({
  role: roleSchema,
  text: z.string(),
  at: instantSchema,
  id: idSchema.optional(),
  author: text,
  redacted: z.boolean().default(false),
});

const contactSchema = z.object({
  id: idSchema.nullish(),
  externalId: text,
  role: text,
  email: text,
  name: text,
  phone: text,
  plan: text,
  tags: texts,
  lastSeenAt: instantSchema,
  signedUpAt: instantSchema,
  score: number,
  attributes,
});

const companySchema = z.object({
  id: idSchema.nullish(),
  name: text,
  domain: text,
  employees: number,
  plan: text,
  industry: text,
  country: text,
  state: text,
  annualRevenue: number,
  annualValue: number,
  customerSince: instantSchema,
  technology: texts,
  attributes,
});

/** A broken export may claim any count; more events than this say nothing more. */
const MOST_USES = 10_000;
const count = z.int().min(0).default(1);
const usageSchema = z
  .union(
    [
      z.array(z.object({ event: z.string(), at: instantSchema, count })),
      z
        .record(z.string(), z.int().min(0))
        .transform((counts) => Object.entries(counts).map(([event, count]) => ({ event, at: null, count }))),
    ],
    "must be a list of {event, at?, count?}, or how often each event happened",
  )
  .nullish()
  .transform((value) => value ?? []);

const situations = ["unknown", "open-lead", "contact", "open-opportunity", "customer"] as const;
const owner = z
  .object({ id: idSchema.default("owner"), name: text, email: text, active: z.boolean().default(true) })
  .prefault({});
const flag = z.boolean().default(false);
const list = <Item extends z.ZodType>(item: Item): z.ZodDefault<z.ZodArray<Item>> =>
  z.array(item).default([]);

/** What led to a record; a line seldom says. */
const match = z
  .object({
    by: z.enum(["contact", "lead", "key", "domain", "name"]),
    confidence: z.number().min(0).max(1).default(1),
    reason: z.string().default(""),
  })
  .nullable()
  .default(null);
const leadSchema = z.object({
  id: idSchema.default("lead"),
  owner,
  status: text,
  company: text,
  score: number,
  createdAt: instantSchema,
  convertedContactId: text,
  match,
});
const accountSchema = z.object({
  id: idSchema.default("account"),
  name: text,
  owner,
  csm: owner.nullable().default(null),
  website: text,
  employees: number,
  annualRevenue: number,
  country: text,
  state: text,
  isPersonAccount: flag,
  lastActivityAt: instantSchema,
  match,
});
const crmContactSchema = z.object({ id: idSchema.default("contact"), owner, accountId: text, match });
const competingSchema = z.object({
  object: z.enum(["Account", "Lead", "Contact"]).default("Account"),
  id: idSchema,
  name: text,
  reason: z.string().default(""),
});
const opportunitySchema = z.object({
  id: idSchema.default("opportunity"),
  name: text,
  stage: z.string().default("Qualification"),
  isClosed: flag,
  isWon: flag,
  amount: number,
  accountId: text,
  owner,
  lastActivityAt: instantSchema,
  ofContact: z.boolean().default(true),
});
const crmSchema = z.object({
  situation: z.enum(situations).optional(),
  openOpportunity: z.object({ stage: z.string().optional(), amount: number }).nullish(),
  score: number,
  leads: list(leadSchema),
  contacts: list(crmContactSchema),
  accounts: list(accountSchema),
  opportunities: list(opportunitySchema),
  competing: list(competingSchema),
});

const common = {
  id: rowIdSchema,
  contact: contactSchema.nullish(),
  company: z
    .union(
      [companySchema, z.string().transform((name) => companySchema.parse({ name }))],
      "must be a name, or an object with name, domain, employees (a number) ...",
    )
    .nullish(),
  usage: usageSchema,
  crm: crmSchema.nullish(),
  tags: texts,
  team: text,
  url: text,
  state: z.enum(["open", "closed", "snoozed", "unknown"]).catch("open"),
};

/** One line: `{id, text}` (one message of the customer) or `{id, turns: [{role, text, at?}]}`, with what is known beside. */
export const rowSchema = z
  .object({ ...common, text: z.string().optional(), turns: z.array(turnSchema).optional() })
  .transform(({ text, turns, ...row }, context) => {
    if (turns !== undefined) return { ...row, turns };
    if (text !== undefined) return { ...row, turns: [turnSchema.parse({ role: "customer", text })] };
    context.addIssue({ code: "custom", message: 'needs "text", or "turns" with role and text' });
    return z.NEVER;
  });
export type Row = z.infer<typeof rowSchema>;
type RowCrm = z.infer<typeof crmSchema>;

/** What a row says about Salesforce; the shape of qualify's `CrmView`, whose room this one does not know. */
export type RowCrmView = Omit<RowCrm, "situation" | "openOpportunity" | "score">;

/**
 * The row as evidence. Uses without a time count as just now; `crm` is null when the row says nothing about Salesforce,
 * and stands for the smallest record that makes the named situation when it only names one.
 */
export function evidenceOfRow(
  row: Row,
  now: EpochMs,
): { readonly snapshot: Snapshot; readonly crm: RowCrmView | null } {
  const messages = messagesOf(row);
  const times = messages.map((message) => message.at).filter((at) => at !== null);
  const snapshot: Snapshot = {
    workspace: "row",
    conversation: String(row.id),
    messages,
    truncated: false,
    contact: row.contact ? personOf(row.contact, String(row.id)) : null,
    otherContacts: [],
    company: row.company ? companyOf(row.company) : null,
    usage: row.usage.flatMap((use) => usesOf(use, now)),
    tags: row.tags,
    team: row.team,
    assigneeId: null,
    state: row.state,
    deleted: false,
    url: row.url,
    createdAt: times[0] ?? null,
    updatedAt: times.at(-1) ?? null,
  };
  return { snapshot, crm: row.crm ? crmOf(row.crm) : null };
}

function messagesOf(row: Row): readonly Message[] {
  return row.turns.map((turn, position) => ({
    id: turn.id ?? String(position),
    role: turn.role,
    author: turn.author,
    authorId: null,
    text: turn.redacted ? "" : turn.text,
    at: turn.at,
    redacted: turn.redacted,
    attachments: [],
  }));
}

function personOf(contact: NonNullable<Row["contact"]>, row: string): Person {
  return { ...contact, id: contact.id ?? `contact-of-${row}` };
}

function companyOf(company: NonNullable<Row["company"]>): Company {
  return { ...company, id: company.id ?? null, domain: company.domain?.toLowerCase() ?? null };
}

function usesOf(use: Row["usage"][number], now: EpochMs): readonly UsageEvent[] {
  const one: UsageEvent = { event: use.event, at: use.at ?? now };
  return Array.from({ length: Math.min(use.count, MOST_USES) }, () => one);
}

function crmOf({ situation, openOpportunity, score, ...view }: RowCrm): RowCrmView {
  const isWhole = [view.leads, view.contacts, view.accounts, view.opportunities].some(
    (records) => records.length > 0,
  );
  const named = situation ?? (openOpportunity ? "open-opportunity" : "unknown");
  if (isWhole || named === "unknown") return view;
  if (named === "open-lead") return { ...view, leads: [leadSchema.parse({ score })] };
  const account = accountSchema.parse({});
  const contact = crmContactSchema.parse({ accountId: account.id });
  const opportunity = opportunitySchema.parse({ ...openOpportunity, accountId: account.id });
  const won = { ...opportunity, isClosed: true, isWon: true, stage: "Closed Won" };
  const opportunities = { contact: [], "open-opportunity": [opportunity], customer: [won] }[named];
  return { ...view, contacts: [contact], accounts: [account], opportunities };
}
