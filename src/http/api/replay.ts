/** /api/v1/environments/{environment}: what a policy says to stored decisions' inputs, one by one or many at once. */
import { z } from "zod";
import { may } from "../../access/actor.ts";
import { decideAgain, type Effect, EFFECTS, effectOf } from "../../insights/reading/again.ts";
import { unknownConversations } from "../../insights/reading/conversation-queries.ts";
import { standingDecisions } from "../../insights/reading/queries.ts";
import { policyOf as policyOfText } from "../../policy/read.ts";
import { compile, type CompiledPolicy } from "../../qualify/compile.ts";
import { liveVersion } from "../../versions/queries.ts";
import { chosenIds, refuseUnknown } from "./chosen.ts";
import { decisionOf } from "./decision-view.ts";
import { draftFor } from "./drafts.ts";
import { environmentOf, environmentParam } from "./environments.ts";
import type { ReadingParts } from "./handoffs.ts";
import { type ApiRoute, type Call, Refusal, route } from "./route.ts";

const said = z.object({
  words: z.string(),
  owners: z.array(z.string()),
  scores: z.record(z.string(), z.object({ value: z.number(), threshold: z.number() })),
});

export function replayRoutes(parts: ReadingParts): readonly ApiRoute[] {
  return [oneRoute(parts), manyRoute(parts)];
}

function oneRoute({ db, policyOf }: ReadingParts): ApiRoute {
  return route({
    method: "POST",
    path: "/environments/{environment}/decisions/{decision}/replay",
    operationId: "replayDecision",
    summary: "Decides again from the frozen inputs, by the policy of then or the live one; writes nothing",
    scope: "handoffs:read",
    params: environmentParam.extend({ decision: z.coerce.number<string>().int().min(1) }),
    body: z.strictObject({ policy: z.enum(["then", "live"]) }),
    answer: {
      status: 200,
      description: "What was said then, and what is said now.",
      schema: z.object({
        kind: z.enum(["same", "differs", "impossible"]),
        policy: z.int().describe("Number of the version that was asked."),
        differences: z.array(z.string()),
        before: said,
        after: said.nullable(),
      }),
    },
    problems: {
      404: "There is no such decision, or nothing is live.",
      422: "Its words are erased, or today's program does not read that policy.",
    },
    handle: async ({ params: { environment, decision: id }, body: { policy: asked } }) => {
      const decision = await decisionOf(db, environment, id);
      if (decision.frozen === null)
        throw new Refusal(422, `The words of decision ${id} are erased: it cannot be made again.`);
      const live = asked === "live" ? await liveOf(db, environment) : null;
      const compiled = await policyOf(live?.id ?? decision.policyVersion);
      const { differences, movement: _, ...rest } = decideAgain(decision.frozen, compiled);
      const first = differences.slice(0, MOST_DIFFERENCES);
      return { body: { ...rest, differences: first, policy: live?.number ?? decision.policy } };
    },
  });
}

const MOST_DIFFERENCES = 50;

const wordsOf = z.object({ words: z.string(), owners: z.array(z.string()) });
const manySchema = z.object({
  policy: z.string().describe('"v12", or the name of the draft.'),
  counts: z.array(
    z.object({
      effect: z
        .enum(EFFECTS)
        .describe(
          "enters and leaves: it would qualify, or no longer; changes: another recipe, record or owner; points: only how it is scored; impossible: nothing is decided, its words are erased, or today's program does not take them.",
        ),
      conversations: z.int(),
    }),
  ),
  changed: z
    .array(
      z.object({
        conversation: z.string(),
        person: z.string().nullable(),
        decision: z.int(),
        effect: z.enum(EFFECTS),
        before: wordsOf,
        after: wordsOf,
      }),
    )
    .describe("Those that would enter, leave or change."),
});

function manyRoute(parts: ReadingParts): ApiRoute {
  return route({
    method: "POST",
    path: "/environments/{environment}/conversations/replay",
    operationId: "replayConversations",
    summary: "What the live policy or a draft would decide of these conversations; writes nothing",
    scope: "conversations:read",
    params: environmentParam,
    body: z.strictObject({
      conversations: chosenIds,
      draft: z.string().min(1).optional().describe("The live policy without it."),
    }),
    answer: {
      status: 200,
      description: "From what was known when what stands for each was decided.",
      schema: manySchema,
    },
    problems: {
      404: "There is no such environment, draft or live policy, or one of the conversations is none of it.",
      422: "The draft has faults, or today's program does not read that policy.",
    },
    handle: async ({ params: { environment }, body: { conversations, draft }, actor }) => {
      const { db } = parts;
      await environmentOf(db, environment);
      refuseUnknown("conversation", environment, await unknownConversations(db, environment, conversations));
      const { name, compiled } = await askedPolicy(parts, environment, draft, actor);
      return { body: { policy: name, ...(await replayed(db, environment, conversations, compiled)) } };
    },
  });
}

async function replayed(
  db: ReadingParts["db"],
  environment: string,
  conversations: readonly string[],
  compiled: CompiledPolicy,
): Promise<Omit<z.infer<typeof manySchema>, "policy">> {
  const counts = new Map<Effect, number>();
  const changed: z.infer<typeof manySchema>["changed"] = [];
  for (const page of pagesOf(conversations))
    for (const { frozen, decision, ...one } of await standingDecisions(db, environment, page)) {
      const again = frozen === null ? null : decideAgain(frozen, compiled);
      const effect = again === null ? "impossible" : effectOf(again);
      counts.set(effect, (counts.get(effect) ?? 0) + 1);
      if (decision === null || !isMove(effect) || again?.after == null) continue;
      changed.push({ ...one, decision, effect, before: shortOf(again.before), after: shortOf(again.after) });
    }
  const counted = EFFECTS.map((effect) => ({ effect, conversations: counts.get(effect) ?? 0 }));
  return { counts: counted, changed };
}

const isMove = (effect: Effect): boolean =>
  effect === "enters" || effect === "leaves" || effect === "changes";

function shortOf({ words, owners }: { readonly words: string; readonly owners: readonly string[] }) {
  return { words, owners: [...owners] };
}

/** So many are decided between two looks into the database: whoever else asks gets a turn. */
const AT_ONCE = 20;

function pagesOf(ids: readonly string[]): readonly (readonly string[])[] {
  const all = [...new Set(ids)];
  return Array.from({ length: Math.ceil(all.length / AT_ONCE) }, (_, page) =>
    all.slice(page * AT_ONCE, (page + 1) * AT_ONCE),
  );
}

async function askedPolicy(
  { db, policyOf }: ReadingParts,
  environment: string,
  draft: string | undefined,
  actor: Call<never, never, never>["actor"],
): Promise<{ readonly name: string; readonly compiled: CompiledPolicy }> {
  if (draft === undefined) {
    const live = await liveOf(db, environment);
    return { name: `v${live.number}`, compiled: await policyOf(live.id) };
  }
  if (!may(actor, "policy:read", { environment }))
    throw new Refusal(403, "Drafts need the scope policy:read.");
  const { document } = await draftFor(db, environment, draft);
  return { name: draft, compiled: compile(policyOfText(document, `draft "${draft}"`)) };
}

async function liveOf(db: ReadingParts["db"], environment: string) {
  const live = await liveVersion(db, environment);
  if (live === null) throw new Refusal(404, `"${environment}" has no live policy.`);
  return live;
}
