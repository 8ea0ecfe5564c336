/**
 * The messages inside a conversation object, whatever the flavour: webhooks before 2.5 (conversation_message), from
 * 2.5 to 2.14 (HTML), from 2.15 on (plain text), and REST (HTML).
 */
import { z } from "zod";
import { type EpochMs, parseInstant } from "../kernel/time.ts";
import { isHtml, readHtml } from "./html-text.ts";

/** Who wrote a part. The same words as the conversation room's `Role`, which stands after this room. */
export type PartRole = "customer" | "teammate" | "bot" | "note" | "unknown";

export interface ParsedPart {
  readonly id: string;
  readonly role: PartRole;
  readonly authorId: string | null;
  readonly authorName: string | null;
  /** Plain text with line breaks; empty when redacted. */
  readonly bodyText: string;
  readonly at: EpochMs | null;
  readonly redacted: boolean;
  /** Names of attached files and of images in the body. */
  readonly attachments: readonly string[];
  /** Intercom's part_type ("comment", "note", "assignment", ...); "source" for the first message. */
  readonly partType: string;
}

/** Ids come as text or number. */
export const idSchema = z.union([z.string().min(1), z.number()]).transform(String);
const text = z.string().nullish().catch(null);

const authorSchema = z.looseObject({
  type: text,
  id: idSchema.nullish().catch(null),
  name: text,
  from_ai_agent: z.boolean().nullish().catch(null),
  is_ai_answer: z.boolean().nullish().catch(null),
});
type Author = z.infer<typeof authorSchema>;

const attachmentsSchema = z
  .array(z.looseObject({ name: text, url: text }).nullable().catch(null))
  .nullish()
  .catch(null);

const partSchema = z.looseObject({
  id: idSchema,
  part_type: text,
  body: text,
  subject: text,
  created_at: z.unknown().optional(),
  author: authorSchema.nullish().catch(null),
  attachments: attachmentsSchema,
  redacted: z.boolean().nullish().catch(null),
});
type Part = z.infer<typeof partSchema>;

const someParts = z.array(partSchema.nullable().catch(null)).nullish().catch(null);

const itemSchema = z.looseObject({
  created_at: z.unknown().optional(),
  source: partSchema.nullish().catch(null),
  conversation_message: partSchema.nullish().catch(null),
  user: authorSchema.nullish().catch(null),
  conversation_parts: z
    .union([z.looseObject({ conversation_parts: someParts }), someParts])
    .nullish()
    .catch(null),
});

/**
 * Returns the messages in the item: the first one (`source`), then the parts in the order given. What is not a
 * conversation, or has no id, gives none. Never throws.
 */
export function partsOf(item: unknown): readonly ParsedPart[] {
  const parsed = itemSchema.safeParse(item);
  if (!parsed.success) return [];
  const { source, conversation_message: oldSource, conversation_parts: list, user } = parsed.data;
  const first = source ?? oldSource;
  const parts = Array.isArray(list) ? list : (list?.conversation_parts ?? []);
  const known = parts.filter((part) => part !== null).map((part) => parsedPart(part, user));
  if (first === null || first === undefined) return known;
  const start = parsedPart({ ...first, created_at: first.created_at ?? parsed.data.created_at }, user);
  const same = known.find((part) => part.id === start.id);
  const gone = same?.redacted === true ? { redacted: true, bodyText: "", attachments: [] } : {};
  return [{ ...start, ...gone, partType: "source" }, ...known.filter((part) => part.id !== start.id)];
}

/** The id of the last message that `partsOf` would return, without reading any; null where there is none. */
export function lastPartId(item: unknown): string | null {
  const parsed = itemSchema.safeParse(item);
  if (!parsed.success) return null;
  const { source, conversation_message: oldSource, conversation_parts: list } = parsed.data;
  const first = source ?? oldSource;
  const parts = Array.isArray(list) ? list : (list?.conversation_parts ?? []);
  const last = parts.findLast((part) => part !== null && part.id !== first?.id);
  return last?.id ?? first?.id ?? null;
}

function parsedPart(part: Part, user: Author | null | undefined): ParsedPart {
  const author = part.author ?? null;
  const redacted = part.redacted === true;
  const body = readBody(part.body ?? "");
  const subject = readBody(part.subject ?? "").text;
  const withSubject =
    subject === "" || body.text.startsWith(subject) ? body.text : `${subject}\n${body.text}`;
  return {
    id: part.id,
    role: roleOf(author, part.part_type ?? null),
    authorId: author?.id ?? null,
    authorName: nameOf(author, user ?? null),
    bodyText: redacted ? "" : withSubject.trim(),
    at: parseInstant(part.created_at),
    redacted,
    attachments: redacted ? [] : [...attachmentNames(part), ...body.images],
    partType: part.part_type ?? "unknown",
  };
}

/** Which flavour the app speaks is not said in the payload; Intercom's HTML always begins with an element. */
function readBody(body: string): { readonly text: string; readonly images: readonly string[] } {
  return isHtml(body) ? readHtml(body) : { text: body.trim(), images: [] };
}

function attachmentNames(part: Part): readonly string[] {
  return (part.attachments ?? []).flatMap((file) => {
    if (file === null) return [];
    const name = file.name ?? file.url?.split(/[?#]/, 1)[0]?.split("/").at(-1) ?? "";
    return [name === "" ? "file" : name];
  });
}

/** The old shape names the person once, in `user`, and only by id elsewhere. */
function nameOf(author: Author | null, user: Author | null): string | null {
  const name = author?.name ?? (author?.id === user?.id ? user?.name : null) ?? null;
  return name === null || name.trim() === "" ? null : name.trim();
}

/** A part's role; an AI answer is a bot's even when an admin's name stands on it. */
function roleOf(author: Author | null, partType: string | null): PartRole {
  if (author?.from_ai_agent === true || author?.is_ai_answer === true) return "bot";
  switch (author?.type) {
    case "user":
    case "lead":
    case "contact":
    case "visitor":
      return "customer";
    case "admin":
    case "team":
      return partType === "note" || partType === "note_and_reopen" ? "note" : "teammate";
    case "bot":
    case "operator":
      return partType === "note" ? "note" : "bot";
    default:
      return partType === "note" ? "note" : "unknown";
  }
}
