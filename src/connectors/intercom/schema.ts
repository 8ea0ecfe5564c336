/** The parts of Intercom's answers that Baton reads, lenient: ids come as text or number, fields may be missing. */
import { z } from "zod";
import { parseInstant } from "../../kernel/time.ts";

const id = z.union([z.string(), z.number()]).transform(String);
const text = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => (value === undefined || value === null || value.trim() === "" ? null : value.trim()));
const number = z
  .number()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);
const instant = z.unknown().optional().transform(parseInstant);
const attributes = z
  .record(z.string(), z.unknown())
  .nullish()
  .catch(null)
  .transform((value) => value ?? {});
/** Unassigned is null, 0 or "0", by version. */
const assignee = id
  .nullish()
  .catch(null)
  .transform((value) => (value === undefined || value === "0" ? null : value));

export const Conversation = z.object({
  id,
  state: text,
  open: z.boolean().nullish().catch(null),
  created_at: instant,
  updated_at: instant,
  contacts: z
    .object({ contacts: z.array(z.object({ id })) })
    .nullish()
    .catch(null),
  tags: z
    .object({ tags: z.array(z.object({ name: z.string() })) })
    .nullish()
    .catch(null),
  team_assignee_id: assignee,
  admin_assignee_id: assignee,
  statistics: z.object({ count_conversation_parts: z.number() }).nullish().catch(null),
  conversation_parts: z
    .object({ conversation_parts: z.array(z.unknown()) })
    .nullish()
    .catch(null),
});
export type Conversation = z.infer<typeof Conversation>;

const links = z
  .object({ data: z.array(z.object({ id })), has_more: z.boolean().nullish() })
  .nullish()
  .catch(null)
  .transform((value) => ({
    ids: (value?.data ?? []).map((one) => one.id),
    hasMore: value?.has_more === true,
  }));

export const Contact = z.object({
  id,
  external_id: text,
  role: text,
  email: text,
  name: text,
  phone: text,
  last_seen_at: instant,
  signed_up_at: instant,
  updated_at: instant,
  custom_attributes: attributes,
  tags: links,
  companies: links,
});
export type Contact = z.infer<typeof Contact>;

export const Company = z.object({
  id,
  name: text,
  website: text,
  size: number,
  industry: text,
  monthly_spend: number,
  remote_created_at: instant,
  updated_at: instant,
  /** A string on the way in, an object on the way out, {} when unset. */
  plan: z
    .union([z.object({ name: text }).transform((plan) => plan.name), text])
    .nullish()
    .catch(null)
    .transform((value) => value ?? null),
  custom_attributes: attributes,
});
export type Company = z.infer<typeof Company>;

const named = z.object({ id, name: z.string() });
export type Named = z.infer<typeof named>;
export const Tag = named;
export const Tags = z.object({ data: z.array(named) }).transform(({ data }) => data);
export const Teams = z.object({ teams: z.array(named) }).transform(({ teams }) => teams);

export const Admins = z
  .object({ admins: z.array(z.object({ id, name: text, email: text })) })
  .transform(({ admins }) => admins.map((admin) => ({ ...admin, name: admin.name ?? admin.id })));

export const DataAttributes = z
  .object({ data: z.array(z.object({ name: z.string() })) })
  .transform(({ data }) => data.map(({ name }) => name));

export const Me = z.object({
  id,
  name: text,
  email: text,
  app: z.object({ id_code: text, name: text, region: text }).nullish().catch(null),
});
export type Me = z.infer<typeof Me>;

/** A page of people, and where the next one begins. */
export const ContactPage = z.object({
  data: z.array(Contact),
  total_count: z.number(),
  pages: z
    .object({ next: z.object({ starting_after: z.string() }).nullish().catch(null) })
    .nullish()
    .catch(null),
});

/** A page of a search for people, of which only the ids are read. */
export const ContactIds = z.array(z.object({ id }));

/** A page of a search for conversations, of which only ids and times are read. */
export const ConversationPage = z.object({
  conversations: z.array(z.object({ id, updated_at: instant })),
  total_count: z.number().nullish().catch(null),
  pages: z
    .object({ next: z.object({ starting_after: text }).nullish() })
    .nullish()
    .transform((pages) => pages?.next?.starting_after ?? null),
});
export type ConversationPage = z.infer<typeof ConversationPage>;
