/** The words of a conversation as the API tells them: plain text with the places of what was found, and who writes. */
import { z } from "zod";
import type { Snapshot } from "../../conversation/snapshot.ts";
import { marksOf } from "../../insights/reading/marks.ts";
import type { FoundSignal } from "../../qualify/scores.ts";
import { instant } from "./decision-view.ts";

const messageSchema = z.object({
  id: z.string(),
  role: z.enum(["customer", "teammate", "bot", "note", "unknown"]),
  author: z.string().nullable(),
  at: instant.nullable(),
  text: z.string().describe("Plain text, never markup."),
  redacted: z.boolean(),
  attachments: z.array(z.string()),
  marks: z
    .array(z.object({ start: z.int(), end: z.int(), signal: z.int() }))
    .describe("Places of `decision.signals` in the text, in UTF-16 units; they may overlap."),
});

export const wordsSchema = z.object({
  person: z.object({
    name: z.string().nullable(),
    email: z.string().nullable(),
    plan: z.string().nullable(),
  }),
  company: z.object({
    name: z.string().nullable(),
    domain: z.string().nullable(),
    employees: z.number().nullable(),
  }),
  tags: z.array(z.string()),
  team: z.string().nullable(),
  truncated: z.boolean().describe("Intercom gave fewer parts than there are."),
  messages: z.array(messageSchema),
});

/** The marks are those of the signals; nothing of a conversation of which nothing is stored. */
export function wordsView(
  snapshot: Snapshot | null,
  signals: readonly FoundSignal[],
): z.infer<typeof wordsSchema> {
  const { contact = null, company = null, messages = [], tags = [], team = null } = snapshot ?? {};
  const marks = marksOf(messages, signals);
  return {
    person: { name: contact?.name ?? null, email: contact?.email ?? null, plan: contact?.plan ?? null },
    company: {
      name: company?.name ?? null,
      domain: company?.domain ?? null,
      employees: company?.employees ?? null,
    },
    tags: [...tags],
    team,
    truncated: snapshot?.truncated ?? false,
    messages: messages.map(({ id, role, author, at, text, redacted, attachments }, i) => ({
      id,
      role,
      author,
      at,
      text,
      redacted,
      attachments: [...attachments],
      marks: [...(marks[i] ?? [])],
    })),
  };
}
