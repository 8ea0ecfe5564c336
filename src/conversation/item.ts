/**
 * The fields of Intercom's conversation object that Baton keeps, whatever flavour the webhook has. Lenient: a field
 * of an unexpected shape counts as not said, and leaves what was known before.
 */
import { z } from "zod";
import { type EpochMs, parseInstant } from "../kernel/time.ts";

const id = z.union([z.string(), z.number()]).transform(String);
const named = z.looseObject({ name: z.string() });
const list = <T extends z.ZodType>(item: T) => z.array(item.nullable().catch(null)).catch([]);

const itemSchema = z.looseObject({
  updated_at: z.unknown().optional(),
  created_at: z.unknown().optional(),
  state: z.string().optional().catch(undefined),
  open: z.boolean().optional().catch(undefined),
  tags: z
    .looseObject({ tags: list(named) })
    .optional()
    .catch(undefined),
  tags_added: z
    .looseObject({ tags: list(named) })
    .optional()
    .catch(undefined),
  team_assignee_id: id.nullish().catch(undefined),
  admin_assignee_id: id.nullish().catch(undefined),
  contacts: z
    .looseObject({ contacts: list(z.looseObject({ id })) })
    .optional()
    .catch(undefined),
  user: z.looseObject({ id }).optional().catch(undefined),
  statistics: z.looseObject({ count_conversation_parts: z.number() }).optional().catch(undefined),
});

/** What one notification said of the conversation as a whole; undefined means it said nothing about it. */
export interface Said {
  readonly state: "open" | "closed" | "snoozed" | undefined;
  /** Null: no tag at all. */
  readonly tags: readonly string[] | undefined;
  /** True when `tags` are only those just added (the shape before 2.5). */
  readonly tagsAreAdded: boolean;
  /** Intercom's id; null when unassigned. */
  readonly teamId: string | null | undefined;
  readonly assigneeId: string | null | undefined;
  readonly contacts: readonly string[];
  /** How many parts Intercom counts in all. */
  readonly counted: number | undefined;
  readonly createdAt: EpochMs | null;
  readonly updatedAt: EpochMs | null;
}

/** Reads what the item says; an item that is no object says nothing. */
export function said(item: unknown): Said {
  const parsed = itemSchema.safeParse(item);
  const it: z.infer<typeof itemSchema> = parsed.success
    ? parsed.data
    : { updated_at: null, created_at: null };
  const whole = namesOf(it.tags?.tags);
  const added = namesOf(it.tags_added?.tags);
  return {
    state: stateOf(it.state, it.open),
    tags: whole ?? added,
    tagsAreAdded: whole === undefined && added !== undefined,
    teamId: assigned(it.team_assignee_id),
    assigneeId: assigned(it.admin_assignee_id),
    contacts: (it.contacts?.contacts ?? (it.user === undefined ? [] : [it.user])).flatMap((one) =>
      one === null ? [] : [one.id],
    ),
    counted: it.statistics?.count_conversation_parts,
    createdAt: parseInstant(it.created_at),
    updatedAt: parseInstant(it.updated_at),
  };
}

/** Unassigned is null, 0 or "0", by version (OpenAPI 2.14 and 2.16). */
function assigned(value: string | null | undefined): string | null | undefined {
  return value === "0" ? null : value;
}

function namesOf(
  tags: readonly ({ readonly name: string } | null)[] | undefined,
): readonly string[] | undefined {
  return tags?.flatMap((tag) => (tag === null ? [] : [tag.name]));
}

function stateOf(state: string | undefined, open: boolean | undefined): Said["state"] {
  switch (state) {
    case "open":
    case "closed":
    case "snoozed":
      return state;
    default:
      return open === undefined ? undefined : open ? "open" : "closed";
  }
}
