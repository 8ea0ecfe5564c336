/** /api/v1/environments/{environment}/reviews/{round}: what a reviewer judges next, and what they say of it. */
import { z } from "zod";
import { summarize } from "../../context/summary.ts";
import { recordWrites } from "../../insights/reading/effect-words.ts";
import { afterHandoff, type WholeDecision } from "../../insights/reading/queries.ts";
import { markingOf } from "../../review/marking.ts";
import { handoffOfDecision, type Item, type Round } from "../../review/queries.ts";
import { guess, queueOf, skip, undo, vote } from "../../review/rounds.ts";
import { GUESSES, VOTES } from "../../review/votes.ts";
import type { PolicyOfVersion } from "../../versions/loader.ts";
import { decisionOf, decisionSchema, policyThen, viewOf } from "./decision-view.ts";
import type { ReadingParts } from "./handoffs.ts";
import { meantSchema, progressSchema, REVIEWS, roundOf, roundParams } from "./reviews.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";
import { wordsSchema, wordsView } from "./words-view.ts";

const position = z.int().min(1).max(1_000_000).describe("Of the conversation in the round.");
const voteSchema = z.enum(VOTES);
const itemSchema = wordsSchema.extend({
  position,
  conversation: z.string(),
  url: z.string().nullable(),
  guess: z.enum(GUESSES).nullable().describe("What the caller would do, in a blind round."),
  decision: decisionSchema
    .nullable()
    .describe("What is judged; null in a blind round until the caller said what they would do."),
  summary: z.array(z.string()).describe("The three sentences of a handoff; else none."),
  handedOver: z
    .array(
      z.object({
        object: z.string(),
        fields: z.array(z.object({ name: z.string(), value: z.string() })),
      }),
    )
    .describe("The records of a handoff as they were or would be written; long values are cut."),
  marking: z
    .object({
      signals: z.array(z.string()).describe("Signals that words can mean, in the policy of the decision."),
      found: z.array(meantSchema).describe("Each message that can be marked, with what was found in it."),
    })
    .nullable()
    .describe("What messages can be marked with; null as long as `decision` is."),
});
type MarkingView = NonNullable<z.infer<typeof itemSchema>["marking"]>;
const queueSchema = z.object({
  item: itemSchema.nullable().describe("Null: the caller has judged everything."),
  isBlind: z.boolean(),
  progress: progressSchema,
  more: z.int().describe("Labels of qualified conversations until the precision is known within 10 points."),
  canUndo: z.boolean(),
});
const answer = { status: 200, description: "What comes next.", schema: queueSchema } as const;
const problems = { 404: "There is no such round.", 422: "The conversation cannot be judged so." };

export function reviewQueueRoutes(parts: ReadingParts): readonly ApiRoute[] {
  return [queueRoute(parts), voteRoute(parts), guessRoute(parts), skipRoute(parts), undoRoute(parts)];
}

function queueRoute(parts: ReadingParts): ApiRoute {
  return route({
    method: "GET",
    path: `${REVIEWS}/{round}/queue`,
    operationId: "readReviewQueue",
    summary: "The conversation that the caller judges next, and how far the round is",
    scope: "conversations:read",
    params: roundParams,
    answer,
    problems: { 404: problems[404] },
    handle: async ({ params, actor }) => {
      const round = await roundOf(parts.db, params.environment, params.round);
      return { body: await shown(parts, round, actor.name) };
    },
  });
}

function voteRoute(parts: ReadingParts): ApiRoute {
  return route({
    method: "POST",
    path: `${REVIEWS}/{round}/votes`,
    operationId: "castVote",
    summary: "Judges a conversation: a vote given again takes the place of the one before",
    scope: "reviews:vote",
    params: roundParams,
    body: z.strictObject({
      position,
      qualified: voteSchema.describe("Whether it was right to hand it off, or not to."),
      routed: voteSchema
        .nullable()
        .default(null)
        .describe("Whether it went to the right person; of a handoff alone."),
      complete: voteSchema
        .nullable()
        .default(null)
        .describe("Whether they had what they need; of a handoff alone."),
      note: z.string().max(2_000).default(""),
      meanings: z
        .array(meantSchema)
        .max(500)
        .default([])
        .describe("Which signals messages mean; of those left out, what was found follows the vote."),
    }),
    answer,
    problems,
    handle: async ({ params, body: { position: at, ...ballot }, actor }) => {
      const round = await roundOf(parts.db, params.environment, params.round);
      const saying = { round: round.id, position: at, reviewer: actor.name };
      await vote(parts.db, round, saying, ballot, async (id) =>
        markingIn(await decisionOf(parts.db, params.environment, id), parts.policyOf),
      );
      return { body: await shown(parts, round, actor.name) };
    },
  });
}

function guessRoute(parts: ReadingParts): ApiRoute {
  return route({
    method: "POST",
    path: `${REVIEWS}/{round}/guesses`,
    operationId: "castGuess",
    summary: "Says what the caller would do; from then on they see what was decided",
    scope: "reviews:vote",
    params: roundParams,
    body: z.strictObject({ position, guess: z.enum(GUESSES) }),
    answer,
    problems,
    handle: async ({ params, body, actor }) => {
      const round = await roundOf(parts.db, params.environment, params.round);
      const saying = { round: round.id, position: body.position, reviewer: actor.name };
      await guess(parts.db, saying, body.guess);
      return { body: await shown(parts, round, actor.name) };
    },
  });
}

function skipRoute(parts: ReadingParts): ApiRoute {
  return route({
    method: "POST",
    path: `${REVIEWS}/{round}/skips`,
    operationId: "skipReviewItem",
    summary: "Sets a conversation aside: it comes again when nothing else is left",
    scope: "reviews:vote",
    params: roundParams,
    body: z.strictObject({ position }),
    answer,
    problems,
    handle: async ({ params, body, actor }) => {
      const round = await roundOf(parts.db, params.environment, params.round);
      await skip(parts.db, { round: round.id, position: body.position, reviewer: actor.name });
      return { body: await shown(parts, round, actor.name) };
    },
  });
}

function undoRoute(parts: ReadingParts): ApiRoute {
  return route({
    method: "DELETE",
    path: `${REVIEWS}/{round}/votes`,
    operationId: "undoVote",
    summary: "Takes the caller's last vote or setting aside in the round back",
    scope: "reviews:vote",
    params: roundParams,
    answer,
    problems,
    handle: async ({ params, actor }) => {
      const round = await roundOf(parts.db, params.environment, params.round);
      await undo(parts.db, round, actor.name);
      return { body: await shown(parts, round, actor.name) };
    },
  });
}

async function shown(
  parts: ReadingParts,
  round: Round,
  reviewer: string,
): Promise<z.infer<typeof queueSchema>> {
  const { item, progress, more, canUndo } = await queueOf(parts.db, round, reviewer);
  const told = item === null ? null : await itemView(parts, round, item);
  return { item: told, isBlind: round.isBlind, progress, more, canUndo };
}

/** What of the decision's conversation can be marked; nothing once its words are erased. */
async function markingIn(decision: WholeDecision, policyOf: PolicyOfVersion): Promise<MarkingView> {
  const { evidence, scores } = decision.frozen?.inputs ?? {};
  const policy = await policyThen(decision, policyOf);
  const { signals, found } = markingOf(evidence?.snapshot.messages ?? [], scores?.signals ?? [], policy);
  return { signals: [...signals], found: found.map((one) => ({ ...one, signals: [...one.signals] })) };
}

/** In a blind round nothing of the decision is told before the reviewer has said what they would do. */
async function itemView(
  { db, policyOf, linksOf }: ReadingParts,
  { environment, isBlind }: Round,
  { position: at, decision: id, guess: said }: Item,
): Promise<z.infer<typeof itemSchema>> {
  const decision = await decisionOf(db, environment, id);
  const { frozen, conversation } = decision;
  if (frozen === null) throw new Refusal(404, "Its words were erased just now; ask again.");
  const { snapshot } = frozen.inputs.evidence;
  const { signals } = frozen.inputs.scores;
  const isOpen = !isBlind || said !== null;
  const handoff = isOpen ? await handoffOfDecision(db, id) : null;
  const after = handoff === null ? null : await afterHandoff(db, environment, handoff);
  return {
    ...wordsView(snapshot, isOpen ? signals : []),
    position: at,
    conversation,
    url: (await linksOf(environment)).conversation(conversation),
    guess: said,
    decision: isOpen ? await viewOf(decision, policyOf) : null,
    marking: isOpen ? await markingIn(decision, policyOf) : null,
    summary: handoff === null ? [] : summarize(snapshot, signals).sentences.map(({ text }) => text),
    handedOver: (after?.effects ?? [])
      .filter(({ followUp }) => followUp === null)
      .flatMap(({ request }) => recordWrites(request))
      .map(({ object, fields }) => ({ object, fields: [...fields] })),
  };
}
