/** Who gets it: pools, territories, named lists, routes, second people, and the service level. */
import { z } from "zod";
import { conditionSchema } from "./condition.ts";
import { duration, name } from "./schema-words.ts";

const memberSchema = z.strictObject({
  user: name.describe("Their address in Salesforce."),
  weight: z
    .number()
    .positive()
    .max(1_000)
    .default(1)
    .describe("Their share beside the others': 2 gets twice as many leads as 1."),
  cap: z
    .strictObject({
      open: z.int().min(1).optional().describe("The most open leads at one time."),
      perDay: z.int().min(1).optional().describe("The most leads a day, from their own midnight on."),
    })
    .optional()
    .describe("How much they take at most."),
  hours: name
    .optional()
    .describe("Working hours on their wall, as in `Mon-Fri 09:00-17:30`; round the clock when absent."),
  timezone: name.optional().describe("Their time zone, as in `Europe/Berlin`; the policy's when absent."),
  away: z
    .array(
      z.strictObject({
        from: name.describe("First day (`2026-12-20`), or instant (`2026-12-20T14:00`)."),
        to: name.describe("Last day, included, or instant."),
      }),
    )
    .default([])
    .describe("When they are absent."),
  paused: z.boolean().default(false).describe("Gets nothing from this pool until the policy says otherwise."),
});

const poolSchema = z.strictObject({
  members: z.array(memberSchema).min(1).describe("Who takes turns."),
  sticky: z
    .enum(["company", "person"])
    .optional()
    .describe("Who comes back gets the rep of the last time: the whole company, or the person."),
  whenAllAway: z
    .enum(["hold", "ignore-hours", "next-rule"])
    .default("next-rule")
    .describe(
      "When nobody can take it: wait for the first who can, give it to somebody off hours, or go on along the route.",
    ),
});

const nothing = z.strictObject({});

/** One step of a route; the first that can take the lead takes it. */
const hopSchema = z.union([
  z
    .strictObject({ accountOwner: nothing.describe("The owner of the Account, written `{}`.") })
    .transform(() => ({ kind: "account-owner" as const })),
  z
    .strictObject({ opportunityOwner: nothing.describe("The owner of the open Opportunity, written `{}`.") })
    .transform(() => ({ kind: "opportunity-owner" as const })),
  z
    .strictObject({ leadOwner: nothing.describe("The owner of the open Lead, written `{}`.") })
    .transform(() => ({ kind: "lead-owner" as const })),
  z
    .strictObject({ csm: nothing.describe("The customer success manager of the Account, written `{}`.") })
    .transform(() => ({ kind: "csm" as const })),
  z
    .strictObject({ territories: nothing.describe("The first territory that covers it, written `{}`.") })
    .transform(() => ({ kind: "territories" as const })),
  z
    .strictObject({ list: name.describe("A list of `routing.lists`, asked by the company's domain.") })
    .transform(({ list }) => ({ kind: "list" as const, list })),
  z
    .strictObject({ pool: name.describe("A pool of `routing.pools`.") })
    .transform(({ pool }) => ({ kind: "pool" as const, pool })),
  z
    .strictObject({ queue: name.describe("A queue of Salesforce, by its name.") })
    .transform(({ queue }) => ({ kind: "queue" as const, queue })),
  z
    .strictObject({ user: name.describe("A user of Salesforce, by address.") })
    .transform(({ user }) => ({ kind: "user" as const, user })),
]);

const territorySchema = z.strictObject({
  id: name.describe("Its name in receipts."),
  when: conditionSchema.describe("Whom it covers."),
  owner: z
    .union([
      z.strictObject({ user: name.describe("A user of Salesforce, by address.") }),
      z.strictObject({ pool: name.describe("A pool of `routing.pools`.") }),
      z.strictObject({ queue: name.describe("A queue of Salesforce, by its name.") }),
    ])
    .describe("Who gets it there."),
});

const fallbackSchema = z.union([
  z
    .strictObject({ user: name.describe("A user of Salesforce, by address.") })
    .transform(({ user }) => ({ kind: "user" as const, user })),
  z
    .strictObject({ queue: name.describe("A queue of Salesforce, by its name.") })
    .transform(({ queue }) => ({ kind: "queue" as const, queue })),
]);

const slaSchema = z.strictObject({
  firstContact: duration.describe("The time to the first contact after the handoff, as in `30m`."),
  clock: z
    .enum(["working-hours", "always"])
    .default("always")
    .describe("Whether the clock stands still while the owner is not at work."),
  remindAt: duration.optional().describe("When the owner is reminded, as in `15m`; never when absent."),
  onBreach: z
    .array(
      z.union([
        z.enum(["remind", "reassign"]),
        z.strictObject({ escalate: name.describe("Who is told, named as in `tell`.") }),
      ]),
    )
    .default([])
    .describe(
      "What happens when it is broken, in order: `remind` the owner, `{ escalate: who }`, `reassign` to the next of the pool.",
    ),
});

export const routingSchema = z.strictObject({
  pools: z.record(name, poolSchema).default({}).describe("People who take turns, by the pool's name."),
  territories: z
    .array(territorySchema)
    .default([])
    .describe("Who covers which companies; asked in order, the first that applies counts."),
  lists: z
    .record(name, z.record(name, name))
    .default({})
    .describe("Named accounts: under the list's name a company domain and the address of its user."),
  routes: z
    .record(name, z.array(hopSchema).min(1))
    .default({})
    .describe("Under the route's name a chain of steps: the first that can take the lead takes it."),
  fallback: fallbackSchema.optional().describe("The last step of every route."),
  alsoTell: z
    .array(
      z.strictObject({
        when: conditionSchema.describe("What must hold."),
        route: name.describe("The route that finds the second person."),
      }),
    )
    .default([])
    .describe("A second person beside the owner, who is told and owns nothing."),
  sla: slaSchema.optional().describe("How soon somebody is to be in touch, and what happens otherwise."),
});
