/** /api/v1/environments/{environment}/handoffs: what was handed to whom, why, and what became of it. */
import { z } from "zod";
import type { OwnerRef } from "../../decide/decision.ts";
import {
  HANDOFF_ORDERS,
  HANDOFF_STATES,
  type HandoffFilter,
  type HandoffLine,
  handoffChoices,
  handoffsBehind,
  handoffsOf,
  listHandoffs,
  unknownHandoffs,
} from "../../insights/reading/handoff-queries.ts";
import { readSearch } from "../../insights/reading/search.ts";
import type { Db } from "../../store/database.ts";
import type { PolicyOfVersion } from "../../versions/loader.ts";
import { chosenIds, refuseUnknown, unknownProblem } from "./chosen.ts";
import { csvOf, csvTime, pagesOf, type Cell } from "./csv.ts";
import { decisionOf, instant, viewOf } from "./decision-view.ts";
import { environmentOf, environmentParam } from "./environments.ts";
import { handoffDetail, handoffDetailSchema, type Links } from "./handoff-detail.ts";
import { type ApiRoute, Refusal, route, streamRoute } from "./route.ts";

export interface ReadingParts {
  readonly db: Db;
  readonly policyOf: PolicyOfVersion;
  readonly linksOf: (environment: string) => Promise<Links>;
}

const ownerSchema = z.object({ id: z.string(), name: z.string(), isQueue: z.boolean() });
export const paging = z.object({
  page: z.coerce.number<string>().int().min(1).max(100_000).default(1),
  limit: z.coerce.number<string>().int().min(1).max(200).default(50),
});
export const timeParam = z.coerce
  .number<string>()
  .int()
  .min(0)
  .optional()
  .describe("Milliseconds since 1970.");
export const searchParam = z
  .string()
  .max(200)
  .optional()
  .describe("An address, the id of a conversation, a record or a handoff, part of a name or company.");

const lineSchema = z.object({
  id: z.string(),
  conversation: z.string(),
  recipe: z.string(),
  episode: z.int(),
  mode: z.enum(["shadow", "live"]),
  status: z.enum(HANDOFF_STATES),
  startedAt: instant,
  finishedAt: instant.nullable(),
  signalledAt: instant.nullable().describe("Intercom's time of the message that qualified."),
  person: z.string().nullable(),
  email: z.string().nullable(),
  company: z.string().nullable(),
  owner: ownerSchema.nullable().describe("Whose it is now."),
  scores: z.record(z.string(), z.object({ value: z.number(), threshold: z.number() })),
  contactedAt: instant.nullable().describe("The first contact that a timer saw."),
  closedReason: z.string().nullable(),
});

const filterQuery = z.object({
  q: searchParam,
  state: z.enum(HANDOFF_STATES).optional(),
  recipe: z.string().optional(),
  owner: z.string().optional().describe("An id of `choices.owners`."),
  since: timeParam,
  until: timeParam,
  uncontacted: z
    .enum(["true", "false"])
    .default("false")
    .describe("Only those that nobody contacted, rejected or closed."),
});

function ownerOf(owner: OwnerRef): z.infer<typeof ownerSchema> {
  const name = owner.kind === "queue" ? owner.name : (owner.name ?? owner.email ?? owner.id);
  return { id: owner.id, name, isQueue: owner.kind === "queue" };
}

function shown(found: HandoffLine): z.infer<typeof lineSchema> {
  const { mark: _, owner, ...line } = found;
  return { ...line, owner: owner === null ? null : ownerOf(owner) };
}

function filterOf(environment: string, query: z.infer<typeof filterQuery>): HandoffFilter {
  const { q, state = null, recipe = null, owner = null, since = null, until = null, uncontacted } = query;
  return {
    environment,
    search: readSearch(q ?? ""),
    state,
    recipe,
    owner,
    since,
    until,
    uncontacted: uncontacted === "true",
  };
}

export function handoffRoutes({ db, policyOf, linksOf }: ReadingParts): readonly ApiRoute[] {
  return [
    listRoute(db),
    exportRoute(db),
    exportChosenRoute(db),
    route({
      method: "GET",
      path: "/environments/{environment}/handoffs/{handoff}",
      operationId: "readHandoff",
      summary:
        "One handoff: the decision with its reasons, every effect with its attempts, what happened since",
      scope: "handoffs:read",
      params: environmentParam.extend({ handoff: z.string() }),
      answer: {
        status: 200,
        description: "Without the conversation's words but for the evidence.",
        schema: lineSchema.extend(handoffDetailSchema.shape),
      },
      problems: { 404: "There is no such handoff." },
      handle: async ({ params: { environment, handoff } }) => {
        const filter = filterOf(environment, { uncontacted: "false" });
        const [line] = await handoffsBehind(
          db,
          { ...filter, search: { kind: "handoff", id: handoff } },
          null,
          1,
        );
        if (line === undefined) throw new Refusal(404, `There is no handoff "${handoff}" in ${environment}.`);
        const detail = await handoffDetail(db, environment, line, await linksOf(environment));
        const decision = await viewOf(await decisionOf(db, environment, detail.decision), policyOf);
        return { body: { ...shown(line), ...detail, decision } };
      },
    }),
  ];
}

function listRoute(db: Db): ApiRoute {
  return route({
    method: "GET",
    path: "/environments/{environment}/handoffs",
    operationId: "listHandoffs",
    summary: "Handoffs by a filter, page by page",
    scope: "handoffs:read",
    params: environmentParam,
    query: filterQuery.extend({ ...paging.shape, order: z.enum(HANDOFF_ORDERS).default("newest") }),
    answer: {
      status: 200,
      description: "One page.",
      schema: z.object({
        rows: z.array(lineSchema),
        total: z.int().describe("Of all pages."),
        choices: z
          .object({
            recipes: z.array(z.string()),
            owners: z.array(z.object({ id: z.string(), name: z.string() })),
          })
          .describe("What the filter can be set to."),
      }),
    },
    problems: { 404: "There is no such environment." },
    handle: async ({ params: { environment }, query: { page, limit, order, ...query } }) => {
      await environmentOf(db, environment);
      const place = { order, limit, offset: (page - 1) * limit };
      const [{ rows, total }, choices] = await Promise.all([
        listHandoffs(db, filterOf(environment, query), place),
        handoffChoices(db, environment),
      ]);
      return { body: { rows: rows.map(shown), total, choices } };
    },
  });
}

const HEAD = [
  "handoff",
  "conversation",
  "person",
  "email",
  "company",
  "recipe",
  "mode",
  "status",
  "owner",
  "scores",
  "signalled_at",
  "started_at",
  "finished_at",
  "contacted_at",
  "closed",
] as const;

function cells(line: HandoffLine): readonly Cell[] {
  const { person, email, company, recipe, owner, scores } = line;
  const points = Object.entries(scores).map(([name, { value }]) => `${name} ${value}`);
  return [
    line.id,
    line.conversation,
    person,
    email,
    company,
    recipe,
    line.mode,
    line.status,
    owner === null ? null : ownerOf(owner).name,
    points.join("; "),
    csvTime(line.signalledAt),
    csvTime(line.startedAt),
    csvTime(line.finishedAt),
    csvTime(line.contactedAt),
    line.closedReason,
  ];
}

function exportRoute(db: Db): ApiRoute {
  return streamRoute({
    path: "/environments/{environment}/handoffs.csv",
    operationId: "exportHandoffs",
    summary: "Every handoff of a filter as CSV, the newest first",
    scope: "handoffs:read",
    params: environmentParam,
    query: filterQuery,
    answer: { description: "Times in UTC; no cell is a formula.", type: "text/csv" },
    problems: { 404: "There is no such environment." },
    handle: async ({ params: { environment }, query, signal }) => {
      await environmentOf(db, environment);
      const filter = filterOf(environment, query);
      const pages = pagesOf<HandoffLine>((after, limit) => handoffsBehind(db, filter, after, limit), signal);
      return { chunks: csvOf(HEAD, inCells(pages, cells)), fileName: `handoffs-${environment}.csv` };
    },
  });
}

function exportChosenRoute(db: Db): ApiRoute {
  return streamRoute({
    path: "/environments/{environment}/handoffs.csv",
    operationId: "exportChosenHandoffs",
    summary: "These handoffs as CSV, the newest first",
    scope: "handoffs:read",
    params: environmentParam,
    body: z.strictObject({ handoffs: chosenIds }),
    answer: { description: "Times in UTC; no cell is a formula.", type: "text/csv" },
    problems: unknownProblem,
    handle: async ({ params: { environment }, body: { handoffs } }) => {
      await environmentOf(db, environment);
      refuseUnknown("handoff", environment, await unknownHandoffs(db, environment, handoffs));
      const rows = await handoffsOf(db, environment, handoffs);
      return { chunks: csvOf(HEAD, [rows.map(cells)]), fileName: `handoffs-${environment}.csv` };
    },
  });
}

export async function* inCells<Row>(
  pages: AsyncIterable<readonly Row[]>,
  cellsOf: (row: Row) => readonly Cell[],
): AsyncIterable<readonly (readonly Cell[])[]> {
  for await (const page of pages) yield page.map(cellsOf);
}
