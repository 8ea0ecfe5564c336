/**
 * The policy document (format baton/policy@1): everything RevOps people say, as data. No code, no expressions.
 * `policySchema` is the only door: what it returns is trusted inside.
 */
import { z } from "zod";
import { parseDuration } from "../kernel/time.ts";
import { conditionSchema } from "./condition.ts";

/** "14d", "30m": kept as text, because people read it again in diffs and screens; `durationMs` turns it into a number. */
const duration = z
  .string()
  .refine(
    (text) => parseDuration(text) !== null,
    'is no duration: write a number and ms, s, m, h, d, w or y, as in "14d"',
  );
const name = z.string().trim().min(1);
const points = z.number().min(-1_000).max(1_000);

const signalSchema = z
  .strictObject({
    label: name.optional(),
    phrases: z.array(name).default([]),
    /** Sentences that mean the signal; need the optional sentence encoder, silent without it. */
    examples: z.array(name).default([]),
    /** Phrases of two meanings ("cancel"): with `meaning` they count only in a sentence that may mean the signal. */
    hints: z.array(name).default([]),
    /** Whether the text model's sentences for the signal of this name count as well. */
    meaning: z.boolean().default(false),
    tags: z.array(name).default([]),
    usage: z.strictObject({ event: name, atLeast: z.int().min(1), within: duration }).optional(),
    attribute: conditionSchema.optional(),
    points: points.default(10),
    /** The most this signal adds, however many phrases match. */
    cap: points.optional(),
  })
  .refine(
    (signal) =>
      signal.phrases.length + signal.hints.length + signal.examples.length + signal.tags.length > 0 ||
      signal.usage ||
      signal.attribute ||
      signal.meaning,
    "needs at least one of phrases, hints, examples, meaning, tags, usage, attribute",
  );

const scoreSchema = z.strictObject({
  signals: z.array(name),
  bonus: z.array(z.strictObject({ label: name, when: conditionSchema, points })).default([]),
  engagement: z.strictObject({ perCustomerMessage: points, cap: points }).optional(),
  recency: z.strictObject({ halfLife: duration }).optional(),
  multiply: z
    .array(z.strictObject({ label: name, when: conditionSchema, by: z.number().min(0).max(100) }))
    .default([]),
  /** Shares of the two systems' own scores (0..100 each) that are added. */
  combine: z
    .strictObject({
      intercomScore: z.number().min(0).max(10).default(0),
      salesforceScore: z.number().min(0).max(10).default(0),
    })
    .optional(),
  threshold: z.number(),
});

const exclusionSchema = z.strictObject({ id: name, label: name.optional(), when: conditionSchema });

const scoreGate = z.strictObject({ name: name, atLeast: z.union([z.number(), z.literal("threshold")]) });

const recordActionSchema = z.strictObject({
  create: z.enum(["Lead", "Contact", "Opportunity", "Task"]),
  on: z.enum(["Account", "Contact", "Lead", "Opportunity"]).optional(),
  /** Lead or Opportunity source. */
  source: name.optional(),
  type: name.optional(),
  stage: name.optional(),
  closeIn: duration.optional(),
  subject: name.optional(),
  priority: name.optional(),
  /** Fixed owner for this record instead of the route: account.owner, opportunity.owner, lead.owner, account.csm. */
  owner: z.enum(["account.owner", "opportunity.owner", "lead.owner", "account.csm"]).optional(),
});

const tellSchema = z.strictObject({
  /** "owner", "account.csm", "account.owner", or a channel ("#churn"). */
  slack: name.optional(),
  /** "owner", "account.csm", "account.owner", or an address. */
  email: name.optional(),
  also: z.array(name).default([]),
  text: name.optional(),
  with: z.array(z.enum(["enrichment", "transcript"])).default([]),
});

const followUpActionSchema = z.strictObject({
  slack: name.optional(),
  email: name.optional(),
  task: name.optional(),
  intercom: z.strictObject({ enrol: name }).optional(),
});

const recipeSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "must be lower-case letters, digits and hyphens"),
  name,
  on: z.array(z.enum(["message", "tag", "usage"])).default(["message"]),
  when: conditionSchema.optional(),
  and: conditionSchema.optional(),
  customersOnly: z.boolean().default(false),
  score: scoreGate.optional(),
  enrich: z.enum(["no", "required-soon"]).default("no"),
  record: z.union([z.literal("by-situation"), recordActionSchema]).default("by-situation"),
  owner: z.strictObject({ route: name }),
  tell: z.array(tellSchema).default([]),
  intercom: z
    .strictObject({
      tagConversation: name.optional(),
      tagContact: name.optional(),
      moveToTeam: name.optional(),
    })
    .optional(),
  acknowledge: z.strictObject({ within: duration, text: name }).optional(),
  followUp: z
    .strictObject({
      after: duration,
      unless: z.enum(["contacted", "contactedBy.csm", "contactedBy.owner"]),
      // oxlint-disable-next-line unicorn/no-thenable -- the document's own word; nothing awaits a policy
      then: z.array(followUpActionSchema),
    })
    .optional(),
});

const recordRuleSchema = recordActionSchema.extend({
  when: conditionSchema,
  and: conditionSchema.optional(),
});

const memberSchema = z.strictObject({
  user: name,
  weight: z.number().positive().max(1_000).default(1),
  cap: z.strictObject({ open: z.int().min(1).optional(), perDay: z.int().min(1).optional() }).optional(),
  /** "Mon-Fri 09:00-17:30" on the member's wall; at work round the clock without it. See hours.ts. */
  hours: name.optional(),
  /** The policy's where the member names none. */
  timezone: name.optional(),
  /** Days, both included, or instants. See absence.ts. */
  away: z.array(z.strictObject({ from: name, to: name })).default([]),
  /** Gets nothing from this pool until the policy says otherwise. */
  paused: z.boolean().default(false),
});

const poolSchema = z.strictObject({
  members: z.array(memberSchema).min(1),
  sticky: z.enum(["company", "person"]).optional(),
  whenAllAway: z.enum(["hold", "ignore-hours", "next-rule"]).default("next-rule"),
});

/** One step of a route; the first that can take the lead takes it. */
const hopSchema = z.union([
  z.strictObject({ accountOwner: z.strictObject({}) }).transform(() => ({ kind: "account-owner" as const })),
  z
    .strictObject({ opportunityOwner: z.strictObject({}) })
    .transform(() => ({ kind: "opportunity-owner" as const })),
  z.strictObject({ leadOwner: z.strictObject({}) }).transform(() => ({ kind: "lead-owner" as const })),
  z.strictObject({ csm: z.strictObject({}) }).transform(() => ({ kind: "csm" as const })),
  z.strictObject({ territories: z.strictObject({}) }).transform(() => ({ kind: "territories" as const })),
  z.strictObject({ list: name }).transform(({ list }) => ({ kind: "list" as const, list })),
  z.strictObject({ pool: name }).transform(({ pool }) => ({ kind: "pool" as const, pool })),
  z.strictObject({ queue: name }).transform(({ queue }) => ({ kind: "queue" as const, queue })),
  z.strictObject({ user: name }).transform(({ user }) => ({ kind: "user" as const, user })),
]);

const routingSchema = z.strictObject({
  pools: z.record(name, poolSchema).default({}),
  territories: z
    .array(
      z.strictObject({
        id: name,
        when: conditionSchema,
        owner: z.union([
          z.strictObject({ user: name }),
          z.strictObject({ pool: name }),
          z.strictObject({ queue: name }),
        ]),
      }),
    )
    .default([]),
  /** List name -> company domain -> user. */
  lists: z.record(name, z.record(name, name)).default({}),
  routes: z.record(name, z.array(hopSchema).min(1)).default({}),
  /** The last step of every route. */
  fallback: z
    .union([
      z.strictObject({ user: name }).transform(({ user }) => ({ kind: "user" as const, user })),
      z.strictObject({ queue: name }).transform(({ queue }) => ({ kind: "queue" as const, queue })),
    ])
    .optional(),
  alsoTell: z.array(z.strictObject({ when: conditionSchema, route: name })).default([]),
  sla: z
    .strictObject({
      firstContact: duration,
      clock: z.enum(["working-hours", "always"]).default("always"),
      remindAt: duration.optional(),
      onBreach: z
        .array(z.union([z.enum(["remind", "reassign"]), z.strictObject({ escalate: name })]))
        .default([]),
    })
    .optional(),
});

const handoffSchema = z.strictObject({
  coolDown: duration.default("30d"),
  transcript: z
    .union([
      z.enum(["full", "summary-only"]),
      z.string().regex(/^last-\d+$/, "must be full, summary-only, or last- and a number"),
    ])
    .default("full"),
  internalNotes: z.boolean().default(false),
});

const feedbackSchema = z.strictObject({
  stages: z
    .array(
      z.strictObject({
        when: conditionSchema,
        tag: name.optional(),
        untag: z.array(name).default([]),
        enrol: name.optional(),
      }),
    )
    .default([]),
  sequences: z
    .record(
      name,
      z.strictObject({
        tag: name.optional(),
        attribute: z.record(name, z.union([z.string(), z.number(), z.boolean()])).optional(),
      }),
    )
    .default({}),
});

const mappingSchema = z.record(
  z.enum(["lead", "contact", "account", "opportunity"]),
  z
    .array(
      z.strictObject({
        from: name,
        to: z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, "must be a Salesforce field's API name"),
        with: z.enum(["first-name", "last-name"]).optional(),
        direction: z.enum(["to-salesforce", "to-intercom", "both"]).default("to-salesforce"),
      }),
    )
    .default([]),
);

export const policySchema = z.strictObject({
  format: z.literal("baton/policy@1"),
  name,
  timezone: name.default("UTC"),
  signals: z.record(
    z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "must be lower-case letters, digits and hyphens"),
    signalSchema,
  ),
  scores: z.record(name, scoreSchema),
  exclusions: z.array(exclusionSchema).default([]),
  recipes: z.array(recipeSchema).default([]),
  records: z.array(recordRuleSchema).default([]),
  routing: routingSchema.prefault({}),
  handoff: handoffSchema.prefault({}),
  feedback: feedbackSchema.prefault({}),
  mapping: mappingSchema.default({ lead: [], contact: [], account: [], opportunity: [] }),
});

export type Policy = z.infer<typeof policySchema>;
export type Signal = Policy["signals"][string];
export type ScoreRule = Policy["scores"][string];
export type Recipe = Policy["recipes"][number];
export type RecordAction = z.infer<typeof recordActionSchema>;
export type Pool = Policy["routing"]["pools"][string];
export type PoolMember = Pool["members"][number];
export type Hop = Policy["routing"]["routes"][string][number];
export type FieldMapping = Policy["mapping"]["lead"][number];
