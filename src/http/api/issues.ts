/** /api/v1/environments/{environment}/issues: what did not go through, and what a person does about it. */
import { z } from "zod";
import { answerIssue, retryIssue, skipIssue } from "../../issues/act.ts";
import { doneWords, type Issue, type IssueChange, nextStep } from "../../issues/issue.ts";
import { affectedBy, findIssue, listIssues } from "../../issues/queries.ts";
import type { Clock } from "../../kernel/time.ts";
import { DESTINATIONS } from "../../handoff/pause-queries.ts";
import type { Db } from "../../store/database.ts";
import { bulkRoutes } from "./bulk.ts";
import { environmentOf, environmentParam } from "./environments.ts";
import { type ApiRoute, type Call, Refusal, route } from "./route.ts";

const instant = z.number().describe("Milliseconds since 1970.");
const status = z.enum(["open", "retrying", "resolved", "skipped"]);
const issueSchema = z.object({
  id: z.string().describe("The same whenever this cause is seen again."),
  environment: z.string(),
  destination: z.enum(DESTINATIONS),
  code: z.string().describe("The vendor's own code, or Baton's."),
  status,
  firstSeen: instant,
  lastSeen: instant,
  times: z.int().describe("How often it was seen."),
  affected: z.int().describe("How many things it ever happened to."),
  open: z.int().describe("To how many of them it still does."),
  handoffs: z.int(),
  message: z.string(),
  next: z.string().describe("What a person does about it."),
});
const thingSchema = z.object({
  subject: z.string().describe('"effect:KEY", or what else failed; the part before the colon is its kind.'),
  state: status,
  times: z.int(),
  lastSeen: instant,
  message: z.string(),
  handoff: z.string().nullable(),
  conversation: z.string().nullable(),
  words: z.string().describe("What of the handoff was done, and what was not."),
});
const changeSchema = z.object({
  action: z.enum(["retry", "skip", "answer"]),
  environment: z.string(),
  issue: z.string(),
  by: z.string(),
  reason: z.string().nullable(),
  changed: z.array(z.string()).describe("What it changed; nothing on a second call."),
  left: z.array(z.object({ subject: z.string(), why: z.string() })),
});
const issueParam = environmentParam.extend({ issue: z.string() });
const effect = z
  .string()
  .min(1)
  .optional()
  .describe("One effect's key or subject; everything open without it.");
const problems = { 404: "There is no such issue.", 412: "`If-Match` names an earlier state of the issue." };
const answer = {
  status: 200,
  description: "What it changed and what it left alone.",
  schema: changeSchema,
} as const;

export function issueRoutes(db: Db, clock: Clock): readonly ApiRoute[] {
  return [...readingRoutes(db), ...actingRoutes(db, clock), ...bulkRoutes(db, clock)];
}

function readingRoutes(db: Db): readonly ApiRoute[] {
  return [
    route({
      method: "GET",
      path: "/environments/{environment}/issues",
      operationId: "listIssues",
      summary: "Failures grouped by destination and code, the newest seen first",
      scope: "issues:read",
      params: environmentParam,
      query: z.object({
        all: z.enum(["true", "false"]).default("false").describe("The resolved and the skipped, too."),
      }),
      answer: { status: 200, description: "None: nothing failed.", schema: z.array(issueSchema) },
      problems: { 404: "There is no such environment." },
      handle: async ({ params: { environment }, query }) => {
        await environmentOf(db, environment);
        const issues = await listIssues(db, { environment, all: query.all === "true" });
        return { body: issues.map(withNext) };
      },
    }),
    route({
      method: "GET",
      path: "/environments/{environment}/issues/{issue}",
      operationId: "readIssue",
      summary: "One issue with what it happened to",
      scope: "issues:read",
      params: issueParam,
      query: z.object({
        limit: z.coerce.number<string>().int().min(0).max(1_000).default(100).describe("Most things."),
      }),
      answer: {
        status: 200,
        description: "The open things first.",
        schema: issueSchema.extend({ things: z.array(thingSchema) }),
      },
      problems: { 404: "There is no such issue." },
      handle: async ({ params, query: { limit } }) => {
        const issue = await issueOf(db, params);
        const things = (await affectedBy(db, issue, limit)).map(({ done, notDone, ...one }) => ({
          ...one,
          words: doneWords({ done, notDone }),
        }));
        return { body: { ...withNext(issue), things }, etag: etagOf(issue) };
      },
    }),
  ];
}

function actingRoutes(db: Db, clock: Clock): readonly ApiRoute[] {
  return [
    route({
      method: "POST",
      path: "/environments/{environment}/issues/{issue}/retry",
      operationId: "retryIssue",
      summary: "Tries again what failed, one thing or all; safe to call twice",
      scope: "issues:write",
      params: issueParam,
      body: z.strictObject({ effect }),
      answer,
      problems: { ...problems, 422: "What may have arrived is answered, not retried." },
      handle: async ({ params, body, actor, header }) => {
        const asked = { issue: await matched(db, params, header), effect: body.effect ?? null };
        return { body: found(await retryIssue(db, asked, actor.name)) };
      },
    }),
    route({
      method: "POST",
      path: "/environments/{environment}/issues/{issue}/skip",
      operationId: "skipIssue",
      summary: "Lets what failed be, with a reason",
      scope: "issues:write",
      params: issueParam,
      body: z.strictObject({ effect, reason: z.string().trim().min(1).max(1_000) }),
      answer,
      problems,
      handle: async ({ params, body, actor, header }) => {
        const { reason } = body;
        const asked = { issue: await matched(db, params, header), effect: body.effect ?? null, reason };
        return { body: found(await skipIssue(db, asked, actor.name, clock())) };
      },
    }),
    route({
      method: "POST",
      path: "/environments/{environment}/issues/{issue}/answer",
      operationId: "answerIssue",
      summary: "Says of what may have arrived that it did, or has it sent once more",
      scope: "issues:write",
      params: issueParam,
      body: z.strictObject({ effect: z.string().min(1), arrived: z.boolean() }),
      answer,
      problems: { ...problems, 422: "It is known that this failed." },
      handle: async ({ params, body, actor, header }) => {
        const asked = { issue: await matched(db, params, header), ...body };
        return { body: found(await answerIssue(db, asked, actor.name, clock())) };
      },
    }),
  ];
}

type Place = z.infer<typeof issueParam>;

function withNext(issue: Issue): Issue & { readonly next: string } {
  return { ...issue, next: nextStep(issue) };
}

async function issueOf(db: Db, { environment, issue: id }: Place): Promise<Issue> {
  const issue = await findIssue(db, id);
  if (issue === null || issue.environment !== environment)
    throw new Refusal(404, `There is no issue "${id}" in ${environment}.`);
  return issue;
}

/** Changes whenever the issue does. */
function etagOf({ times, open, status }: Issue): string {
  return `${times}-${open}-${status}`;
}

/** The issue's id, if it is as the caller saw it; who sends no If-Match takes it as it is. */
async function matched(db: Db, place: Place, header: Call<never, never, never>["header"]): Promise<string> {
  const issue = await issueOf(db, place);
  const seen = header("if-match")?.trim().replace(/^W\//, "").replaceAll('"', "");
  if (seen !== undefined && seen !== "*" && seen !== etagOf(issue))
    throw new Refusal(412, `Issue "${issue.id}" has changed since it was read; read it again.`);
  return issue.id;
}

function found(change: IssueChange | null): IssueChange {
  if (change === null) throw new Refusal(404, "The issue is gone.");
  return change;
}
