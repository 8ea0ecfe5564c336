/** What the API tells of one handoff beside its line: links, effects, timers, and what happened since. */
import { z } from "zod";
import { contactText } from "../../followup/contact.ts";
import { effectWords, recordWrites } from "../../insights/reading/effect-words.ts";
import type { HandoffLine } from "../../insights/reading/handoff-queries.ts";
import { afterHandoff, type EffectLine, type TimerLine } from "../../insights/reading/queries.ts";
import type { Db } from "../../store/database.ts";
import { decisionSchema, instant } from "./decision-view.ts";
import { Refusal } from "./route.ts";

/** Where people open what is elsewhere; null where the environment has no such account. */
export interface Links {
  readonly conversation: (id: string) => string | null;
  readonly record: (id: string) => string | null;
}

const effectSchema = z.object({
  key: z.string(),
  kind: z.string(),
  target: z.enum(["intercom", "salesforce", "slack", "email", "enrichment"]),
  words: z.string(),
  state: z.enum(["planned", "sending", "done", "would", "maybe", "failed", "skipped"]),
  attempts: z.int(),
  retries: z.int().describe("How often a person had it tried again."),
  followUp: z.string().nullable().describe("The timer that it belongs to; null: the handoff itself."),
  error: z.object({ code: z.string().nullable(), message: z.string() }).nullable(),
  notes: z.array(z.string()).describe("What its target could not take, and where it went instead."),
  records: z.array(z.object({ as: z.string(), id: z.string(), url: z.string().nullable() })),
  writes: z.array(
    z.object({
      kind: z.enum(["create", "update"]),
      object: z.string(),
      id: z.string().nullable(),
      fields: z.array(z.object({ name: z.string(), value: z.string() })),
    }),
  ),
  updatedAt: instant,
  doneAt: instant.nullable(),
  issue: z.string().nullable().describe("The issue by which it can be tried again."),
});

const timerSchema = z.object({
  id: z.string(),
  kind: z.string(),
  arming: z.int(),
  state: z.string(),
  dueAt: instant,
  firedAt: instant.nullable(),
  endedAt: instant.nullable(),
  reason: z.string().nullable(),
  owner: z.string().nullable().describe("Who has it since."),
  pressedBy: z.string().nullable(),
  seen: z.array(z.string()).describe("Every contact that it saw."),
});

export const handoffDetailSchema = z.object({
  links: z.array(z.object({ label: z.string(), url: z.string() })),
  effects: z.array(effectSchema),
  timers: z.array(timerSchema).describe("Follow-ups, claims and rejections."),
  watch: z
    .object({
      looks: z.int(),
      dueAt: instant.nullable(),
      seen: z.array(z.object({ at: instant, text: z.string() })),
    })
    .nullable()
    .describe("Whose the record is, looked at after the write."),
  moves: z.array(z.object({ from: z.string(), reason: z.string(), at: instant })),
  closedAt: instant.nullable(),
  creditReason: z.string().nullable().describe("Why the turn was given back."),
  deals: z.array(
    z.object({
      id: z.string(),
      name: z.string().nullable(),
      stage: z.string(),
      isWon: z.boolean(),
      isClosed: z.boolean(),
      amount: z.number().nullable(),
      at: instant,
    }),
  ),
  decision: decisionSchema,
});
type Detail = Omit<z.infer<typeof handoffDetailSchema>, "decision"> & {
  /** Its id. */
  readonly decision: number;
};

export async function handoffDetail(
  db: Db,
  environment: string,
  { id, conversation }: HandoffLine,
  links: Links,
): Promise<Detail> {
  const after = await afterHandoff(db, environment, id);
  if (after === null) throw new Refusal(404, `There is no handoff "${id}" in ${environment}.`);
  const { decision, effects, timers, watch, assignment, deals } = after;
  const about = effects.find(({ kind, followUp }) => kind === "crm-write" && followUp === null)?.result
    ?.about;
  return {
    decision,
    links: [
      { label: "Open in Intercom", url: links.conversation(conversation) },
      { label: "Open in Salesforce", url: about === undefined ? null : links.record(about) },
    ].flatMap(({ label, url }) => (url === null ? [] : [{ label, url }])),
    effects: effects.map((effect) => effectOf(effect, links)),
    timers: timers.map(timerOf),
    watch: watch === null ? null : { ...watch, seen: watch.seen.map(({ at, text }) => ({ at, text })) },
    moves: (assignment?.moves ?? []).map(({ member, reason, at }) => ({ from: member, reason, at })),
    closedAt: assignment?.closedAt ?? null,
    creditReason: assignment?.creditReason ?? null,
    deals: [...deals],
  };
}

function effectOf(effect: EffectLine, links: Links): Detail["effects"][number] {
  const { ordinal: _, request, result, error, ...rest } = effect;
  return {
    ...rest,
    words: effectWords(request),
    error: error === null ? null : { code: error.code ?? null, message: error.message ?? "" },
    notes: [...(result?.notes ?? [])],
    records: Object.entries(result?.ids ?? {}).map(([as, id]) => ({ as, id, url: links.record(id) })),
    writes: recordWrites(request).map((write) => ({ ...write, fields: [...write.fields] })),
  };
}

function timerOf({ owner, pressedBy, seen, reason, ...rest }: TimerLine): Detail["timers"][number] {
  return {
    ...rest,
    owner: owner === null ? null : (owner.name ?? owner.id),
    pressedBy: pressedBy?.name ?? null,
    reason: pressedBy?.reason ?? reason,
    seen: seen.map(contactText),
  };
}
