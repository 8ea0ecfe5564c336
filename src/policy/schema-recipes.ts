/** What a recipe says: when it applies, what it writes, who gets it, who is told, and what happens later. */
import { z } from "zod";
import { conditionSchema } from "./condition.ts";
import { duration, name, names, slug } from "./schema-words.ts";

const scoreGate = z.strictObject({
  name: name.describe("The score that is asked, by its name in `scores`."),
  atLeast: z
    .union([z.number(), z.literal("threshold")])
    .describe("The least number of points, or `threshold` for the score's own."),
});

const recordAction = z.strictObject({
  create: z.enum(["Lead", "Contact", "Opportunity", "Task"]).describe("The kind of record to write."),
  on: z
    .enum(["Account", "Contact", "Lead", "Opportunity"])
    .optional()
    .describe("Of a Task: the record it hangs on; the Account when nothing is said."),
  source: name.optional().describe("Lead source of a new record; the conversation's first tag when absent."),
  type: name.optional().describe("Type of a new Opportunity."),
  stage: name.optional().describe("Stage of a new Opportunity; `Qualification` when absent."),
  closeIn: duration
    .optional()
    .describe("How long after the handoff a new Opportunity is to close, as in `30d`; 30 days when absent."),
  subject: name.optional().describe("Subject of the Task; `Follow up:` and the recipe's name when absent."),
  priority: name.optional().describe("Priority of the Task; `Normal` when absent."),
  owner: z
    .enum(["account.owner", "opportunity.owner", "lead.owner", "account.csm"])
    .optional()
    .describe("Whoever owns this gets it before the recipe's route is asked."),
});

const tellSchema = z.strictObject({
  slack: name
    .optional()
    .describe(
      "Who hears it in Slack: `owner`, `account.owner`, `account.csm`, an address, or a channel (`#churn`).",
    ),
  email: name
    .optional()
    .describe("Who hears it by e-mail: `owner`, `account.owner`, `account.csm`, or an address."),
  also: names.describe("More people and channels, by the same names."),
  text: name.optional().describe("The headline, instead of who needs you."),
  with: z
    .array(z.enum(["enrichment", "transcript"]))
    .default([])
    .describe(
      "What goes with it: facts of the company, the whole conversation (the conversation by e-mail only).",
    ),
});

const followUpActionSchema = z.strictObject({
  slack: name.optional().describe("Who hears it in Slack, named as in `tell`."),
  email: name.optional().describe("Who hears it by e-mail, named as in `tell`."),
  task: name.optional().describe("Subject of a Task for the owner, where the handoff's own Task hangs."),
  intercom: z
    .strictObject({ enrol: name.describe("A sequence of `feedback.sequences` that the person enters.") })
    .optional()
    .describe("What happens to the person in Intercom."),
});

const followUpSchema = z.strictObject({
  after: duration.describe("How long after the handoff, as in `24h`."),
  unless: z
    .enum(["contacted", "contactedBy.csm", "contactedBy.owner"])
    .describe(
      "Whose contact with the customer makes it needless: anybody's concerned, the CSM's, the owner's.",
    ),
  // oxlint-disable-next-line unicorn/no-thenable -- the document's own word; nothing awaits a policy
  then: z.array(followUpActionSchema).describe("What happens then, in order."),
});

export const recipeSchema = z.strictObject({
  id: slug.describe(
    "Its name in decisions and ids: lower-case letters, digits and hyphens. Never change it.",
  ),
  name: name.describe("What people call it; title of the alerts."),
  on: z
    .array(z.enum(["message", "tag", "usage"]))
    .default(["message"])
    .describe("What sets it off: the customer writes, a tag is put on, the product is used."),
  when: conditionSchema.optional().describe("What must hold."),
  and: conditionSchema.optional().describe("What must hold, too."),
  customersOnly: z
    .boolean()
    .default(false)
    .describe("Only for customers: won business in Salesforce, or a contract by Intercom's word."),
  score: scoreGate.optional().describe("The score it takes."),
  enrich: z
    .enum(["no", "required-soon"])
    .default("no")
    .describe("`required-soon` waits some seconds for facts of the company before it decides."),
  record: z
    .union([z.literal("by-situation"), recordAction])
    .default("by-situation")
    .describe("What is written in Salesforce: a record, or what follows from where the person stands there."),
  owner: z.strictObject({ route: name.describe("A route of `routing.routes`.") }).describe("Who gets it."),
  tell: z.array(tellSchema).default([]).describe("Who is told, in order; each person and channel once."),
  intercom: z
    .strictObject({
      tagConversation: name.optional().describe("A tag for the conversation, made when there is none."),
      tagContact: name.optional().describe("A tag for the person, made when there is none."),
      moveToTeam: name.optional().describe("The Intercom team that gets the conversation, by name."),
    })
    .optional()
    .describe("What happens in Intercom."),
  acknowledge: z
    .strictObject({
      within: duration.describe("After this the answer is not sent any more, as in `5m`."),
      text: name.describe(
        "The answer; `{{owner.firstName}}`, `{{owner.name}}`, `{{contact.firstName}}`, `{{contact.name}}` and `{{company.name}}` are filled in.",
      ),
    })
    .optional()
    .describe("An answer to the customer in the owner's name, unless a person was faster."),
  followUp: followUpSchema.optional().describe("What happens when nobody has been in touch in time."),
});

export const recordRuleSchema = recordAction.extend({
  when: conditionSchema.describe("What must hold."),
  and: conditionSchema.optional().describe("What must hold, too."),
});
