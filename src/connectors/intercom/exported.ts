/** A conversation as Intercom's API writes it, alone: what an export holds. Pure. */
import { z } from "zod";
import type { Person, Snapshot } from "../../conversation/snapshot.ts";
import { DEFAULT_ATTRIBUTES, personOf, snapshotOf } from "./map.ts";
import { Contact, Conversation } from "./schema.ts";

const part = z.union([z.looseObject({}), z.array(z.unknown())]);
/** What tells a conversation of Intercom from any other object with an id. */
const Shape = z.union([
  z.looseObject({ type: z.literal("conversation") }),
  z.looseObject({ source: z.looseObject({}) }),
  z.looseObject({ conversation_parts: part }),
  z.looseObject({ conversation_message: z.looseObject({}) }),
]);

/** The person, where the export wrote them out; else who wrote first. */
const People = z.object({
  contacts: z
    .object({ contacts: z.array(z.unknown()) })
    .nullish()
    .catch(null),
  source: z
    .object({
      author: z
        .object({ type: z.string(), id: z.union([z.string(), z.number()]).transform(String) })
        .loose()
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
});

const CUSTOMERS: ReadonlySet<string> = new Set(["user", "lead", "contact"]);

/** The snapshot, without a company unless the person names one; null for what is no conversation of Intercom. */
export function exportedConversation(value: unknown): Snapshot | null {
  if (!Shape.safeParse(value).success) return null;
  const conversation = Conversation.safeParse(value);
  if (!conversation.success) return null;
  return snapshotOf({
    workspace: "export",
    url: "",
    conversation: conversation.data,
    raw: value,
    contact: contactOf(value),
    company: null,
    team: conversation.data.team_assignee_id,
  });
}

function contactOf(value: unknown): Person | null {
  const people = People.safeParse(value);
  if (!people.success) return null;
  const [written] = people.data.contacts?.contacts ?? [];
  const author = people.data.source?.author;
  const isCustomers = author !== null && author !== undefined && CUSTOMERS.has(author.type);
  const known = isCustomers ? { ...author, role: author.type } : {};
  const contact = Contact.safeParse(typeof written === "object" ? { ...known, ...written } : known);
  return contact.success ? personOf(contact.data, [], DEFAULT_ATTRIBUTES) : null;
}
