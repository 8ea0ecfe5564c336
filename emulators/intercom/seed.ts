/** What `POST /__emulator/seed` takes; described in the README. */
import { z } from "zod";
import { SeedError } from "../core/control.ts";
import type { Simulation } from "./simulate.ts";
import { ensureTag, type Workspace } from "./workspace.ts";

const When = z.union([z.number(), z.string()]).optional();
const Attributes = z.record(z.string(), z.unknown()).optional();

const SeedContact = z.strictObject({
  email: z.string().nullish(),
  name: z.string().nullish(),
  externalId: z.string().nullish(),
  phone: z.string().nullish(),
  role: z.enum(["user", "lead"]).optional(),
  plan: z.string().optional(),
  score: z.number().optional(),
  ownerId: z.number().nullish(),
  lastSeenAt: When,
  signedUpAt: When,
  isUnsubscribed: z.boolean().optional(),
  hasHardBounced: z.boolean().optional(),
  isMarkedAsSpam: z.boolean().optional(),
  location: z
    .strictObject({
      country: z.string().nullable().optional(),
      region: z.string().nullable().optional(),
      city: z.string().nullable().optional(),
    })
    .optional(),
  customAttributes: Attributes,
  companies: z.array(z.string()).optional(),
  tags: z.array(z.string()).optional(),
});

const SeedCompany = z.strictObject({
  companyId: z.string().optional(),
  name: z.string().nullish(),
  domain: z.string().optional(),
  plan: z.string().nullish(),
  size: z.number().nullish(),
  website: z.string().nullish(),
  industry: z.string().nullish(),
  monthlySpend: z.number().optional(),
  remoteCreatedAt: z.number().nullish(),
  customAttributes: Attributes,
});

const SeedMessage = z.strictObject({
  role: z.enum(["customer", "teammate", "bot", "note"]),
  text: z.string(),
  at: When,
});

const Seed = z.strictObject({
  /** No webhooks for what this seed makes. */
  quiet: z.boolean().default(false),
  admins: z.array(z.strictObject({ name: z.string(), email: z.string() })).default([]),
  teams: z.array(z.strictObject({ name: z.string(), admins: z.array(z.string()).default([]) })).default([]),
  tags: z.array(z.string()).default([]),
  companies: z.array(SeedCompany).default([]),
  contacts: z.array(SeedContact).default([]),
  conversations: z
    .array(
      z.strictObject({
        contact: z.union([z.string(), z.number().int().min(0)]),
        messages: z.array(SeedMessage).min(1),
        tags: z.array(z.string()).default([]),
        subject: z.string().optional(),
        url: z.string().optional(),
      }),
    )
    .default([]),
});
type Seed = z.infer<typeof Seed>;

/** Ids of what a seed has made, in the seed's order. */
export interface Seeded {
  readonly admins: readonly string[];
  readonly teams: readonly string[];
  readonly companies: readonly string[];
  readonly contacts: readonly string[];
  readonly conversations: readonly {
    readonly id: string;
    readonly sourceId: string;
    readonly partIds: string[];
  }[];
}

/** Puts the seed into the workspace. Throws `SeedError` naming the place that cannot be read. */
export function plantSeed(
  workspace: Workspace,
  simulation: Simulation,
  json: unknown,
  quietly: <T>(isQuiet: boolean, plant: () => T) => T,
): Seeded {
  const parsed = Seed.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SeedError(
      `seed: ${z.core.toDotPath(issue?.path ?? []) || "the body"}: ${issue?.message ?? ""}`,
    );
  }
  return quietly(parsed.data.quiet, () => plant(workspace, simulation, parsed.data));
}

function plant(workspace: Workspace, simulation: Simulation, seed: Seed): Seeded {
  const admins = seed.admins.map((admin) => simulation.addAdmin(admin).id);
  const teams = seed.teams.map(({ name, admins: members }) => {
    const adminIds = [...workspace.admins.values()]
      .filter((admin) => members.includes(admin.email) || members.includes(admin.id))
      .map((admin) => admin.id);
    return simulation.addTeam({ name, adminIds }).id;
  });
  for (const tag of seed.tags) ensureTag(workspace, tag);
  const companies = seed.companies.map((company) => simulation.addCompany(company).id);
  const contacts = seed.contacts.map((contact) => simulation.addContact(contact).id);
  const conversations = seed.conversations.map((conversation, index) => {
    const contactId = contactIdOf(workspace, contacts, conversation.contact, index);
    return plantConversation(simulation, contactId, conversation);
  });
  return { admins, teams, companies, contacts, conversations };
}

function plantConversation(
  simulation: Simulation,
  contactId: string,
  { messages, tags, subject, url }: Seed["conversations"][number],
): Seeded["conversations"][number] {
  const [first, ...rest] = messages;
  const start = { contactId, body: first?.text ?? "", at: first?.at, subject, url };
  const { id: conversationId, sourceId } = simulation.startConversation(start);
  const partIds = rest.map(({ role, text, at }) => {
    const reply = { conversationId, body: text, at };
    switch (role) {
      case "customer":
        return simulation.customerReplies(reply).partId;
      case "teammate":
        return simulation.teammateReplies(reply).partId;
      case "note":
        return simulation.teammateReplies({ ...reply, isNote: true }).partId;
      case "bot":
        return simulation.botReplies(reply).partId;
      default:
        throw new Error(`no such role: ${String(role satisfies never)}`);
    }
  });
  for (const tag of tags) simulation.tagConversation({ conversationId, tag });
  return { id: conversationId, sourceId, partIds };
}

/** By index in this seed, id, own id or e-mail address. */
function contactIdOf(
  workspace: Workspace,
  seeded: readonly string[],
  contact: string | number,
  index: number,
): string {
  if (typeof contact === "number") {
    const id = seeded[contact];
    if (id !== undefined) return id;
  } else {
    for (const candidate of workspace.contacts.values()) {
      if ([candidate.id, candidate.externalId, candidate.email].includes(contact)) return candidate.id;
    }
  }
  throw new SeedError(`seed: conversations[${index}].contact: no contact ${JSON.stringify(contact)}`);
}
