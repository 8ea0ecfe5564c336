/** /api/v1/environments/{environment}/reviews: samples of what was decided, what reviewers say of them, and what that means. */
import { z } from "zod";
import type { Db } from "../../store/database.ts";
import { findRound, listRounds, progressOf, type Round } from "../../review/queries.ts";
import { beginRound, labelLines, roundResults, trainingIn, trainingLines } from "../../review/rounds.ts";
import { FEWEST } from "../../qualify/meaning/learn.ts";
import { LEFT_OUT, rowsBySignal } from "../../review/training.ts";
import { QUESTIONS, VOTES } from "../../review/votes.ts";
import type { Clock } from "../../kernel/time.ts";
import { instant } from "./decision-view.ts";
import { environmentOf, environmentParam } from "./environments.ts";
import { shareSchema } from "./figures.ts";
import { type ApiRoute, Refusal, route, streamRoute } from "./route.ts";

export const REVIEWS = "/environments/{environment}/reviews";
export const roundParams = environmentParam.extend({ round: z.coerce.number<string>().int().min(1) });
const NO_ROUND = { 404: "There is no such round." };

const stratumSchema = z.object({
  name: z.string(),
  isQualified: z.boolean().describe("Whether Baton let through what is in it."),
  size: z.int().describe("Conversations of that time."),
  drawn: z.int(),
});
const roundSchema = z.object({
  id: z.int(),
  since: instant,
  until: instant.describe("Left out."),
  seed: z.int(),
  isBlind: z.boolean(),
  strata: z.array(stratumSchema),
  madeBy: z.string(),
  madeAt: instant,
});
export const meantSchema = z.strictObject({
  message: z.string().max(200).describe("Id of a message of the customer's."),
  signals: z.array(z.string().max(200)).max(100).describe("None: it means none of them."),
});
export const progressSchema = z.object({
  conversations: z.int().describe("Those that can be judged, or were."),
  voted: z.int().describe("Judged by anybody."),
  mine: z.int().describe("Judged by the caller."),
  setAside: z.int().describe("Set aside by the caller."),
});

const estimate = z.object({
  value: z.number().nullable().describe("Null where nothing can be said."),
  low: z.number().describe("The 95 % interval, 0 to 1."),
  high: z.number(),
  labels: z.int(),
});
const named = z.object({ name: z.string(), right: estimate });
const phrase = z.object({ phrase: z.string(), right: z.int(), wrong: z.int() });
const question = z.enum(QUESTIONS);
const voteOrNone = z.enum(VOTES).nullable();

const resultsSchema = z.object({
  round: roundSchema,
  labels: z.int(),
  verdict: z.object({
    precision: estimate,
    recall: estimate,
    moreForPrecision: z
      .int()
      .describe("Labels of qualified conversations until the precision is known within 10 points."),
    counts: z.object({
      rightAndQualified: z.int(),
      wrongAndQualified: z.int(),
      rightAndNot: z.int(),
      wrongAndNot: z.int(),
    }),
  }),
  routed: estimate.describe("Of what was handed off, the share that went to the right person."),
  complete: estimate.describe("Of what was handed off, the share that told all they need."),
  strata: z.array(stratumSchema.extend({ labelled: z.int() })),
  recipes: z.array(named.extend({ routed: estimate, complete: estimate })),
  signals: z.array(named),
  scores: z.array(z.string()),
  score: z.string().nullable().describe("The one that was swept."),
  threshold: z.number().nullable().describe("Where it stands."),
  sweep: z.array(
    z.object({
      threshold: z.number(),
      precision: estimate,
      recall: estimate,
      volume: z.number(),
      f1: z.number(),
    }),
  ),
  suggestion: z.object({ threshold: z.number().nullable(), reason: z.string() }),
  noise: z.array(phrase).describe("Phrases that let wrong conversations through."),
  misses: z.array(phrase).describe("Words that missed ones share."),
  agreement: z.array(
    z.object({
      reviewers: z.array(z.string()).length(2),
      question,
      same: shareSchema,
      kappa: z.number().nullable().describe("Cohen's."),
      why: z.string().nullable().describe("Why there is none."),
    }),
  ),
  disputed: z
    .array(
      z.object({
        position: z.int(),
        conversation: z.string(),
        stratum: z.string(),
        votes: z.array(
          z.object({
            reviewer: z.string(),
            qualified: z.enum(VOTES),
            routed: voteOrNone,
            complete: voteOrNone,
            note: z.string(),
            meanings: z.array(meantSchema),
          }),
        ),
      }),
    )
    .describe("Where reviewers say the opposite; only those that the caller has judged."),
  hidden: z.int().describe("How many more there are."),
  afterwards: z
    .object({ moved: shareSchema, rejected: shareSchema })
    .describe("Of that time's live handoffs, those that others have now, and those that were rejected."),
});

export interface ReviewParts {
  readonly db: Db;
  readonly clock: Clock;
}

export function reviewRoutes(parts: ReviewParts): readonly ApiRoute[] {
  return [
    listRoute(parts),
    beginRoute(parts),
    resultsRoute(parts),
    labelsRoute(parts),
    trainingRoute(parts),
    rowsRoute(parts),
  ];
}

function shown<R extends Round>(round: R): Omit<R, "environment"> {
  const { environment: _, ...rest } = round;
  return rest;
}

/** The round, or a refusal with 404. */
export async function roundOf(db: Db, environment: string, id: number): Promise<Round> {
  const round = await findRound(db, environment, id);
  if (round === null) throw new Refusal(404, `There is no review round ${id} in ${environment}.`);
  return round;
}

function listRoute({ db }: ReviewParts): ApiRoute {
  return route({
    method: "GET",
    path: REVIEWS,
    operationId: "listReviews",
    summary: "The review rounds, the newest first, each with how far it is",
    scope: "conversations:read",
    params: environmentParam,
    answer: {
      status: 200,
      description: "The newest first.",
      schema: z.array(roundSchema.extend(progressSchema.shape)),
    },
    problems: { 404: "There is no such environment." },
    handle: async ({ params: { environment }, actor }) => {
      await environmentOf(db, environment);
      const rounds = await listRounds(db, environment, actor.name);
      return { body: rounds.map(shown) };
    },
  });
}

function beginRoute({ db, clock }: ReviewParts): ApiRoute {
  return route({
    method: "POST",
    path: REVIEWS,
    operationId: "beginReview",
    summary: "Draws a stratified sample of what was decided in a stretch of time, for reviewers to judge",
    scope: "reviews:write",
    params: environmentParam,
    body: z.strictObject({
      since: z.int().min(0).describe("Milliseconds since 1970."),
      until: z.int().min(0).optional().describe("Left out of the stretch; now when absent."),
      size: z.int().min(1).max(2_000).default(60),
      seed: z
        .int()
        .min(0)
        .max(2_147_483_647)
        .optional()
        .describe("The same seed draws the same; the number of the environment's rounds when absent."),
      isBlind: z
        .boolean()
        .default(false)
        .describe("Reviewers say what they would do before they see what was decided."),
    }),
    answer: {
      status: 201,
      description: "The round.",
      schema: roundSchema.extend(progressSchema.shape),
    },
    problems: {
      404: "There is no such environment.",
      422: "Nothing was decided in that time.",
    },
    handle: async ({ params: { environment }, body, actor }) => {
      await environmentOf(db, environment);
      const now = clock();
      const { since, until = now, size, seed = null, isBlind } = body;
      const asked = { environment, since, until, size, seed, isBlind };
      const round = await beginRound(db, asked, actor.name, now);
      return { body: { ...shown(round), ...(await progressOf(db, round.id, actor.name)) } };
    },
  });
}

function resultsRoute({ db }: ReviewParts): ApiRoute {
  return route({
    method: "GET",
    path: `${REVIEWS}/{round}/results`,
    operationId: "reviewResults",
    summary:
      "Precision, recall and context completeness for all of that time, with intervals and what to change",
    scope: "conversations:read",
    params: roundParams,
    query: z.object({
      score: z.string().optional().describe("Whose threshold is swept; the first when absent."),
    }),
    answer: {
      status: 200,
      description: "Estimates by the strata's weights, with 95 % intervals.",
      schema: resultsSchema,
    },
    problems: NO_ROUND,
    handle: async ({ params: { environment, round: id }, query: { score = null }, actor }) => {
      const found = await roundResults(db, await roundOf(db, environment, id), score, actor.name);
      return { body: { ...found, round: shown(found.round) } };
    },
  });
}

function labelsRoute({ db }: ReviewParts): ApiRoute {
  return streamRoute({
    path: `${REVIEWS}/{round}/labels.jsonl`,
    operationId: "exportLabels",
    summary: "The labelled conversations with their words, one a line, as `baton validate` reads them",
    scope: "reviews:write",
    params: roundParams,
    answer: { description: "Without who voted, and without notes.", type: "application/x-ndjson" },
    problems: NO_ROUND,
    handle: async ({ params: { environment, round: id } }) => {
      const round = await roundOf(db, environment, id);
      return { chunks: labelLines(db, round), fileName: `labels-${environment}-${id}.jsonl` };
    },
  });
}

const trainingSchema = z.object({
  rows: z.int().describe("Messages of which reviewers say what they mean."),
  none: z.int().describe("Of them, those that mean no signal."),
  conversations: z.int().describe("Judged ones that give rows."),
  signals: z.array(z.object({ signal: z.string(), rows: z.int() })).describe("The most first."),
  least: z.int().describe("Rows that a signal needs to be learnt."),
  leftOut: z.array(z.object({ why: z.string(), conversations: z.int() })).describe("Those that give none."),
  disputed: z.int().describe("Messages left out, since reviewers say they mean different things."),
});

function trainingRoute({ db }: ReviewParts): ApiRoute {
  return route({
    method: "GET",
    path: `${REVIEWS}/training`,
    operationId: "reviewTraining",
    summary: "How much a text model can learn from what reviewers say, of all rounds",
    scope: "conversations:read",
    params: environmentParam,
    answer: { status: 200, description: "Counts, no words.", schema: trainingSchema },
    problems: { 404: "There is no such environment." },
    handle: async ({ params: { environment } }) => {
      await environmentOf(db, environment);
      const { rows, conversations, leftOut, disputed } = await trainingIn(db, environment);
      return {
        body: {
          rows: rows.length,
          none: rows.filter(({ signals }) => signals.length === 0).length,
          conversations,
          signals: [...rowsBySignal(rows)],
          least: FEWEST,
          leftOut: leftOut.map(({ why, conversations: left }) => ({
            why: LEFT_OUT[why],
            conversations: left,
          })),
          disputed,
        },
      };
    },
  });
}

function rowsRoute({ db }: ReviewParts): ApiRoute {
  return streamRoute({
    path: `${REVIEWS}/training.jsonl`,
    operationId: "exportTraining",
    summary: "Messages with the signals they mean, one a line, as `baton policy train --labels` reads them",
    scope: "reviews:write",
    params: environmentParam,
    answer: { description: "The words and the signals, nothing else.", type: "application/x-ndjson" },
    problems: { 404: "There is no such environment." },
    handle: async ({ params: { environment } }) => {
      await environmentOf(db, environment);
      return { chunks: trainingLines(db, environment), fileName: `training-${environment}.jsonl` };
    },
  });
}
