/**
 * The policy document (format baton/policy@1): everything RevOps people say, as data. No code, no expressions.
 * `policySchema` is the only door: what it returns is trusted inside. The descriptions are what docs/policy.md, editors
 * and screens show.
 */
import { z } from "zod";
import { conditionSchema } from "./condition.ts";
import { recipeSchema, recordRuleSchema } from "./schema-recipes.ts";
import { routingSchema } from "./schema-routing.ts";
import { duration, name, names, points, slug } from "./schema-words.ts";

const signalSchema = z
  .strictObject({
    label: name.optional().describe("What people call it; its name when absent."),
    phrases: names.describe(
      "Words of the customer that are the signal, in any case and number; each counts once.",
    ),
    examples: names.describe(
      "Sentences that mean the signal; they need the optional sentence encoder and are silent without it.",
    ),
    hints: names.describe(
      "Phrases of two meanings (`cancel`): with `meaning` they count only in a sentence that may mean the signal.",
    ),
    meaning: z
      .boolean()
      .default(false)
      .describe("Whether sentences that the text model takes for the signal of this name count as well."),
    tags: names.describe("Tags on the conversation or the person that are the signal."),
    usage: z
      .strictObject({
        event: name.describe("Name of the event, as Intercom has it."),
        atLeast: z.int().min(1).describe("How many of them."),
        within: duration.describe("In how long a time before now, as in `14d`."),
      })
      .optional()
      .describe("Use of the product that is the signal."),
    attribute: conditionSchema.optional().describe("A condition on fields that is the signal."),
    points: points.default(10).describe("Points for each different piece of evidence; may be negative."),
    cap: points.optional().describe("The most points that this signal gives, however much is found."),
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
  signals: z.array(name).describe("The signals that add up, by name."),
  bonus: z
    .array(
      z.strictObject({
        label: name.describe("What people call it."),
        when: conditionSchema.describe("What must hold."),
        points: points.describe("Points that it adds; may be negative."),
      }),
    )
    .default([])
    .describe("Points for who somebody is, not for what they wrote."),
  engagement: z
    .strictObject({
      perCustomerMessage: points.describe("Points for each message of the customer."),
      cap: points.describe("The most points for messages."),
    })
    .optional()
    .describe("Points for how much the customer writes."),
  recency: z
    .strictObject({
      halfLife: duration.describe("The age at which a signal counts half, as in `7d`."),
    })
    .optional()
    .describe("How fast evidence ages; not at all when absent."),
  multiply: z
    .array(
      z.strictObject({
        label: name.describe("What people call it."),
        when: conditionSchema.describe("What must hold."),
        by: z.number().min(0).max(100).describe("The factor for everything added so far."),
      }),
    )
    .default([])
    .describe("Factors that apply one after the other."),
  combine: z
    .strictObject({
      intercomScore: z
        .number()
        .min(0)
        .max(10)
        .default(0)
        .describe("Share of Intercom's score of the person."),
      salesforceScore: z
        .number()
        .min(0)
        .max(10)
        .default(0)
        .describe("Share of Salesforce's score of the Lead."),
    })
    .optional()
    .describe("Shares of the two systems' own scores (0 to 100 each) that are added."),
  threshold: z.number().describe("From how many points on a conversation qualifies."),
});

const exclusionSchema = z.strictObject({
  id: name.describe("Its name in decisions."),
  label: name.optional().describe("What people call it."),
  when: conditionSchema.describe("What must hold."),
});

const handoffSchema = z.strictObject({
  coolDown: duration
    .default("30d")
    .describe("How long the same recipe leaves the same conversation alone, as in `30d`."),
  transcript: z
    .union([
      z.enum(["full", "summary-only"]),
      z.string().regex(/^last-\d+$/, "must be full, summary-only, or last- and a number"),
    ])
    .default("full")
    .describe("How much of the conversation goes along: `full`, `last-20` (messages), or `summary-only`."),
  internalNotes: z.boolean().default(false).describe("Whether teammates' internal notes go along."),
});

const feedbackSchema = z.strictObject({
  stages: z
    .array(
      z.strictObject({
        when: conditionSchema.describe("What must hold of the Opportunity: `opportunity.` fields."),
        tag: name.optional().describe("A tag that its people get in Intercom."),
        untag: names.describe("Tags that they lose."),
        enrol: name.optional().describe("A sequence that they enter."),
      }),
    )
    .default([])
    .describe("What a new stage of an Opportunity does; the first that applies counts."),
  sequences: z
    .record(
      name,
      z.strictObject({
        tag: name.optional().describe("A tag that the Series' entry rule asks for."),
        attribute: z
          .record(name, z.union([z.string(), z.number(), z.boolean()]))
          .optional()
          .describe("Attributes of the person that the entry rule asks for, by name."),
      }),
    )
    .default({})
    .describe(
      "Intercom has no call to enrol somebody: a tag and attributes meet the entry rule of a Series.",
    ),
});

const fieldMappingSchema = z.strictObject({
  from: name.describe("A field of the conversation, the person, the company or a score, as in conditions."),
  to: z
    .string()
    .regex(
      /^(?:[A-Za-z][A-Za-z0-9_]*|Owner\.(?:Name|Email))$/,
      "must be a Salesforce field's API name, or Owner.Name or Owner.Email",
    )
    .describe(
      "API name of the Salesforce field. `Owner.Name` and `Owner.Email` say whose the record is; they go to Intercom only.",
    ),
  with: z.enum(["first-name", "last-name"]).optional().describe("The part of a name that is meant."),
  direction: z
    .enum(["to-salesforce", "to-intercom", "both"])
    .default("to-salesforce")
    .describe(
      "Which way a change goes after the handoff; with `both` the last writer of the field counts. `to-intercom` and `both` need a field that Intercom's API takes.",
    ),
});

const mappingSchema = z.record(
  z.enum(["lead", "contact", "account", "opportunity"]),
  z.array(fieldMappingSchema).default([]),
);

export const policySchema = z.strictObject({
  format: z.literal("baton/policy@1").describe("The format of the document; always `baton/policy@1`."),
  name: name.describe("What people call the policy."),
  timezone: name
    .default("UTC")
    .describe("Time zone wherever nothing names its own, as in `America/New_York`."),
  signals: z
    .record(slug, signalSchema)
    .describe("What counts as evidence, by name. Only what the customer wrote and meant counts."),
  scores: z
    .record(name, scoreSchema)
    .describe("How evidence becomes a number, by the score's name. A score is never below 0."),
  exclusions: z
    .array(exclusionSchema)
    .default([])
    .describe("Conversations that are left alone; the first that applies is recorded by its id."),
  recipes: z
    .array(recipeSchema)
    .default([])
    .describe("What happens, tried from top to bottom; the first recipe that fits is carried out."),
  records: z
    .array(recordRuleSchema)
    .default([])
    .describe("Exceptions from `record: by-situation`, tried in order; the first that applies counts."),
  routing: routingSchema.prefault({}).describe("Who gets it."),
  handoff: handoffSchema.prefault({}).describe("What goes along, and how often."),
  feedback: feedbackSchema.prefault({}).describe("What Salesforce tells Intercom when a deal moves."),
  mapping: mappingSchema
    .default({ lead: [], contact: [], account: [], opportunity: [] })
    .describe("Which field goes where, for each object of Salesforce that Baton creates or syncs."),
});

export type Policy = z.infer<typeof policySchema>;
export type Signal = Policy["signals"][string];
export type ScoreRule = Policy["scores"][string];
export type Recipe = Policy["recipes"][number];
export type RecordAction = Exclude<Recipe["record"], "by-situation">;
export type Pool = Policy["routing"]["pools"][string];
export type PoolMember = Pool["members"][number];
export type Hop = Policy["routing"]["routes"][string][number];
export type FieldMapping = Policy["mapping"]["lead"][number];
