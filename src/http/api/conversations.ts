/** /api/v1/environments/{environment}/conversations: everything that was heard, each in its bucket, word by word. */
import { z } from "zod";
import { census } from "../../insights/census/queries.ts";
import { BUCKETS } from "../../decide/bucket.ts";
import {
  type ConversationFilter,
  type ConversationLine,
  conversationsBehind,
  conversationsOf,
  decisionsAbout,
  findConversation,
  type FoundConversation,
  listConversations,
  unknownConversations,
} from "../../insights/reading/conversation-queries.ts";
import type { WholeDecision } from "../../insights/reading/queries.ts";
import { readSearch } from "../../insights/reading/search.ts";
import { chosenIds, refuseUnknown, unknownProblem } from "./chosen.ts";
import { type Cell, csvOf, csvTime, pagesOf } from "./csv.ts";
import { decisionOf, decisionSchema, instant, viewOf } from "./decision-view.ts";
import { environmentOf, environmentParam } from "./environments.ts";
import { inCells, paging, type ReadingParts, searchParam, timeParam } from "./handoffs.ts";
import { type ApiRoute, Refusal, route, streamRoute } from "./route.ts";
import { wordsSchema, wordsView } from "./words-view.ts";

const bucket = z.enum(BUCKETS);
const lineSchema = z.object({
  id: z.string(),
  bucket,
  heardAt: instant.describe("When Baton last stored something of it; milliseconds since 1970."),
  person: z.string().nullable(),
  email: z.string().nullable(),
  company: z.string().nullable(),
  recipe: z.string().nullable(),
  exclusion: z.string().nullable(),
  decidedAt: instant.nullable(),
  handoff: z.string().nullable(),
});
const filterQuery = z.object({
  q: searchParam,
  bucket: bucket.optional(),
  since: timeParam.describe("Heard last since then; milliseconds since 1970."),
});

const detailSchema = z.object({
  id: z.string(),
  bucket,
  heardAt: instant,
  url: z.string().nullable(),
  ...wordsSchema.shape,
  decision: decisionSchema.nullable().describe("The one that was asked for, else the newest."),
  decisions: z
    .array(
      z.object({
        id: z.int(),
        kind: z.string(),
        recipe: z.string().nullable(),
        exclusion: z.string().nullable(),
        policy: z.int(),
        decidedAt: instant,
        isErased: z.boolean(),
        handoff: z.string().nullable(),
      }),
    )
    .describe("The newest first."),
});

function shown(found: ConversationLine): z.infer<typeof lineSchema> {
  const { mark: _, ...line } = found;
  return line;
}

function filterOf(environment: string, query: z.infer<typeof filterQuery>): ConversationFilter {
  const { q, bucket: asked = null, since = null } = query;
  return { environment, search: readSearch(q ?? ""), bucket: asked, since };
}

export function conversationRoutes(parts: ReadingParts): readonly ApiRoute[] {
  return [
    censusRoute(parts),
    listRoute(parts),
    exportRoute(parts),
    exportChosenRoute(parts),
    detailRoute(parts),
  ];
}

function censusRoute({ db }: ReadingParts): ApiRoute {
  return route({
    method: "GET",
    path: "/environments/{environment}/census",
    operationId: "readCensus",
    summary: "How many conversations stand in each bucket; each stands in exactly one",
    scope: "handoffs:read",
    params: environmentParam,
    query: filterQuery.pick({ since: true }),
    answer: {
      status: 200,
      description: "Everything that was heard, by bucket.",
      schema: z.object({
        heard: z.int().describe("The sum of the buckets."),
        buckets: z.object({
          new: z.int(),
          excluded: z.int(),
          "below-threshold": z.int(),
          held: z.int(),
          "handed-off": z.int(),
          failed: z.int(),
        }),
      }),
    },
    problems: { 404: "There is no such environment." },
    handle: async ({ params: { environment }, query: { since = null } }) => {
      await environmentOf(db, environment);
      return { body: await census(db, environment, since) };
    },
  });
}

function listRoute({ db }: ReadingParts): ApiRoute {
  return route({
    method: "GET",
    path: "/environments/{environment}/conversations",
    operationId: "listConversations",
    summary: "Conversations by a filter, the last heard first, page by page",
    scope: "conversations:read",
    params: environmentParam,
    query: filterQuery.extend(paging.shape),
    answer: {
      status: 200,
      description: "One page.",
      schema: z.object({ rows: z.array(lineSchema), total: z.int().describe("Of all pages.") }),
    },
    problems: { 404: "There is no such environment." },
    handle: async ({ params: { environment }, query: { page, limit, ...query } }) => {
      await environmentOf(db, environment);
      const offset = (page - 1) * limit;
      const { rows, total } = await listConversations(db, filterOf(environment, query), { limit, offset });
      return { body: { rows: rows.map(shown), total } };
    },
  });
}

const HEAD = [
  "conversation",
  "bucket",
  "person",
  "email",
  "company",
  "recipe",
  "exclusion",
  "heard_at",
  "decided_at",
];

function cells(line: ConversationLine): readonly Cell[] {
  const { id, bucket: stands, person, email, company, recipe, exclusion, heardAt, decidedAt } = line;
  return [id, stands, person, email, company, recipe, exclusion, csvTime(heardAt), csvTime(decidedAt)];
}

function exportRoute({ db }: ReadingParts): ApiRoute {
  return streamRoute({
    path: "/environments/{environment}/conversations.csv",
    operationId: "exportConversations",
    summary: "Every conversation of a filter as CSV, the last heard first, without its words",
    scope: "conversations:read",
    params: environmentParam,
    query: filterQuery,
    answer: { description: "Times in UTC; no cell is a formula.", type: "text/csv" },
    problems: { 404: "There is no such environment." },
    handle: async ({ params: { environment }, query, signal }) => {
      await environmentOf(db, environment);
      const filter = filterOf(environment, query);
      const pages = pagesOf<ConversationLine>(
        (after, limit) => conversationsBehind(db, filter, after, limit),
        signal,
      );
      return { chunks: csvOf(HEAD, inCells(pages, cells)), fileName: `conversations-${environment}.csv` };
    },
  });
}

function exportChosenRoute({ db }: ReadingParts): ApiRoute {
  return streamRoute({
    path: "/environments/{environment}/conversations.csv",
    operationId: "exportChosenConversations",
    summary: "These conversations as CSV, the last heard first, without their words",
    scope: "conversations:read",
    params: environmentParam,
    body: z.strictObject({ conversations: chosenIds }),
    answer: { description: "Times in UTC; no cell is a formula.", type: "text/csv" },
    problems: unknownProblem,
    handle: async ({ params: { environment }, body: { conversations } }) => {
      await environmentOf(db, environment);
      refuseUnknown("conversation", environment, await unknownConversations(db, environment, conversations));
      const rows = await conversationsOf(db, environment, conversations);
      return { chunks: csvOf(HEAD, [rows.map(cells)]), fileName: `conversations-${environment}.csv` };
    },
  });
}

function detailRoute({ db, policyOf, linksOf }: ReadingParts): ApiRoute {
  return route({
    method: "GET",
    path: "/environments/{environment}/conversations/{conversation}",
    operationId: "readConversation",
    summary:
      "One conversation as text, with the places of the signals of a decision, and all decisions about it",
    scope: "conversations:read",
    params: environmentParam.extend({ conversation: z.string() }),
    query: z.object({
      decision: z.coerce.number<string>().int().min(1).optional().describe("Its words as they were then."),
    }),
    answer: { status: 200, description: "No markup in any text.", schema: detailSchema },
    problems: { 404: "There is no such conversation, or no such decision about it." },
    handle: async ({ params: { environment, conversation }, query }) => {
      await environmentOf(db, environment);
      const found = await findConversation(db, environment, conversation);
      if (found === null)
        throw new Refusal(404, `There is no conversation "${conversation}" in ${environment}.`);
      const decisions = await decisionsAbout(db, environment, found);
      const id = query.decision ?? decisions[0]?.id;
      const decision = id === undefined ? null : await decisionOf(db, environment, id);
      if (decision !== null && decision.conversation !== conversation)
        throw new Refusal(404, `Decision ${decision.id} is about another conversation.`);
      const told = worded(found, decision, query.decision !== undefined);
      return {
        body: {
          ...told,
          url: (await linksOf(environment)).conversation(conversation),
          decision: decision === null ? null : await viewOf(decision, policyOf),
          decisions,
        },
      };
    },
  });
}

/** The conversation as it is now, or as it was when it was decided; with the places of what the decision found. */
function worded(
  { id, bucket: stands, heardAt, snapshot: now }: FoundConversation,
  decision: WholeDecision | null,
  asThen: boolean,
) {
  const snapshot = (asThen ? decision?.frozen?.inputs.evidence.snapshot : null) ?? now;
  const signals = decision?.frozen?.inputs.scores.signals ?? [];
  return { id, bucket: stands, heardAt, ...wordsView(snapshot, signals) };
}
