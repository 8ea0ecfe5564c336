/** /api/v1/environments/{environment}: what a person does about many failures at once; first the plan, then the same for good. */
import { z } from "zod";
import { DESTINATIONS, listPauses, MOST_STARTED_A_SECOND } from "../../handoff/pause-queries.ts";
import { unknownHandoffs } from "../../insights/reading/handoff-queries.ts";
import { retryHandoffs, retryIssues, skipIssues } from "../../issues/act.ts";
import type { IssueChange } from "../../issues/issue.ts";
import { planOf } from "../../issues/plan.ts";
import { listIssues, unknownIssues } from "../../issues/queries.ts";
import type { Clock } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";
import { chosenIds, refuseUnknown, unknownProblem } from "./chosen.ts";
import { environmentOf, environmentParam } from "./environments.ts";
import { dryRun } from "./policy.ts";
import { type ApiRoute, route } from "./route.ts";

const planSchema = z.object({
  dryRun: z.boolean(),
  things: z.int().describe("How many are changed in all; none on a second call."),
  issues: z
    .array(
      z.object({
        issue: z.string(),
        destination: z.enum(DESTINATIONS),
        code: z.string(),
        things: z.int(),
        isPaused: z.boolean().describe("What is tried again waits until somebody resumes the destination."),
      }),
    )
    .describe("Where, the most first."),
  left: z
    .array(z.object({ why: z.string(), things: z.int() }))
    .describe("What is left alone, by the reason."),
  aSecond: z.int().describe("What is tried again starts so many a second."),
});
const answer = {
  status: 200,
  description: "With `dryRun` the plan: done and taken back. Otherwise the same as it was done.",
  schema: planSchema,
} as const;

export function bulkRoutes(db: Db, clock: Clock): readonly ApiRoute[] {
  return [handoffsRoute(db), ...issuesRoutes(db, clock)];
}

function handoffsRoute(db: Db): ApiRoute {
  return route({
    method: "POST",
    path: "/environments/{environment}/handoffs/retry",
    operationId: "retryHandoffs",
    summary: "Tries again what failed of these handoffs; safe to call twice",
    scope: "issues:write",
    params: environmentParam,
    body: z.strictObject({ handoffs: chosenIds, dryRun }),
    answer,
    problems: unknownProblem,
    handle: async ({ params: { environment }, body, actor }) => {
      await environmentOf(db, environment);
      refuseUnknown("handoff", environment, await unknownHandoffs(db, environment, body.handoffs));
      const changes = await retryHandoffs(db, { environment, ...body, by: actor.name });
      return { body: await planned(db, environment, body.dryRun, changes) };
    },
  });
}

function issuesRoutes(db: Db, clock: Clock): readonly ApiRoute[] {
  const known = async (environment: string, issues: readonly string[]): Promise<void> => {
    await environmentOf(db, environment);
    refuseUnknown("issue", environment, await unknownIssues(db, environment, issues));
  };
  return [
    route({
      method: "POST",
      path: "/environments/{environment}/issues/retry",
      operationId: "retryIssues",
      summary: "Tries again everything that is open of these issues; safe to call twice",
      scope: "issues:write",
      params: environmentParam,
      body: z.strictObject({ issues: chosenIds, dryRun }),
      answer,
      problems: unknownProblem,
      handle: async ({ params: { environment }, body, actor }) => {
        await known(environment, body.issues);
        const changes = await retryIssues(db, { ...body, by: actor.name });
        return { body: await planned(db, environment, body.dryRun, changes) };
      },
    }),
    route({
      method: "POST",
      path: "/environments/{environment}/issues/skip",
      operationId: "skipIssues",
      summary: "Lets everything that is open of these issues be, with a reason; safe to call twice",
      scope: "issues:write",
      params: environmentParam,
      body: z
        .strictObject({
          issues: chosenIds,
          reason: z.string().trim().min(1).max(1_000).optional().describe("A dry run goes without it."),
          dryRun,
        })
        .refine(({ reason, dryRun: isDry }) => isDry || reason !== undefined, {
          path: ["reason"],
          error: "needs to say why",
        }),
      answer,
      problems: unknownProblem,
      handle: async ({ params: { environment }, body, actor }) => {
        await known(environment, body.issues);
        const { issues, reason = "", dryRun: isDry } = body;
        const asked = { issues, reason, dryRun: isDry, by: actor.name };
        const changes = await skipIssues(db, asked, clock());
        return { body: await planned(db, environment, body.dryRun, changes) };
      },
    }),
  ];
}

async function planned(
  db: Db,
  environment: string,
  isDry: boolean,
  changes: readonly IssueChange[],
): Promise<z.infer<typeof planSchema>> {
  const [issues, pauses] = await Promise.all([
    listIssues(db, { environment, all: true }),
    listPauses(db, environment),
  ]);
  const plan = planOf(
    changes,
    issues,
    pauses.map(({ destination }) => destination),
  );
  return {
    dryRun: isDry,
    ...plan,
    issues: [...plan.issues],
    left: [...plan.left],
    aSecond: MOST_STARTED_A_SECOND,
  };
}
