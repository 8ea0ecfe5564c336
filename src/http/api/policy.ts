/** /api/v1/environments/{environment}/policy: the live version, history, differences, rollback. */
import { z } from "zod";
import { treeOf } from "../../policy/rewrite.ts";
import type { Db } from "../../store/database.ts";
import { compareTexts } from "../../versions/comparison.ts";
import { rollBack } from "../../versions/publish.ts";
import { isPublished, type Published, type PublishOutcome } from "../../versions/publish-outcome.ts";
import { listVersions, liveVersion, loadDraft, loadVersion } from "../../versions/queries.ts";
import { refusalLines } from "../../versions/telling.ts";
import type { Version } from "../../versions/version.ts";
import { environmentOf, environmentParam } from "./environments.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";

const summarySchema = z.object({
  number: z.int(),
  authors: z.array(z.string()),
  publisher: z.string(),
  comment: z.string(),
  kind: z.enum(["published", "rolled-back", "promoted"]),
  base: z.int().nullable(),
  source: z.object({ environment: z.string(), number: z.int() }).nullable(),
  sha256: z.string(),
  publishedAt: z.int().describe("Milliseconds since 1970."),
});
const versionSchema = summarySchema.extend({ document: z.string() });
/** What a text says, as data; null while it cannot be read. */
export const contentSchema = z.record(z.string(), z.unknown()).nullable();

const faultSchema = z.object({
  rule: z.string(),
  path: z.string(),
  line: z.int().optional(),
  message: z.string(),
});
const comparisonSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("compared"),
    changes: z.array(
      z.object({
        kind: z.enum(["added", "removed", "changed", "reordered"]),
        path: z.string(),
        before: z.unknown().optional(),
        after: z.unknown().optional(),
        words: z.string(),
      }),
    ),
  }),
  z.object({
    kind: z.literal("unreadable"),
    which: z.enum(["before", "after"]),
    faults: z.array(faultSchema),
  }),
]);
export const publishedSchema = z.object({
  kind: z.enum(["published", "would"]),
  number: z.int(),
  changes: comparisonSchema.nullable(),
});
export const dryRun = z.boolean().default(false).describe("Look at everything, write nothing.");

const number = z.coerce.number<string>().int().min(1);
const side = z.string().regex(/^(live|\d{1,9}|draft:[a-z0-9-]+)$/, "must be live, a number, or draft:NAME");

export function policyRoutes(db: Db): readonly ApiRoute[] {
  return [...liveRoutes(db), ...readingRoutes(db), rollbackRoute(db)];
}

function liveRoutes(db: Db): readonly ApiRoute[] {
  return [
    route({
      method: "GET",
      path: "/environments/{environment}/policy",
      operationId: "livePolicy",
      summary: "The live policy",
      scope: "policy:read",
      params: environmentParam,
      answer: {
        status: 200,
        description: "With its text, and what it says as data.",
        schema: versionSchema.extend({ content: contentSchema }),
      },
      problems: { 404: "There is no such environment, or nothing was published." },
      handle: async ({ params: { environment } }) => {
        const live = await liveVersion(db, environment);
        if (live === null) throw new Refusal(404, `"${environment}" has no live policy.`);
        return { body: { ...shown(live), content: treeOf(live.document) }, etag: String(live.number) };
      },
    }),
    route({
      method: "GET",
      path: "/environments/{environment}/policy/versions",
      operationId: "policyHistory",
      summary: "Everything that was ever live, newest first, without the texts",
      scope: "policy:read",
      params: environmentParam,
      query: z.object({ limit: z.coerce.number<string>().int().min(1).max(500).default(100) }),
      answer: { status: 200, description: "Newest first.", schema: z.array(summarySchema) },
      problems: { 404: "There is no such environment." },
      handle: async ({ params: { environment }, query: { limit } }) => {
        await environmentOf(db, environment);
        const versions = await listVersions(db, environment, limit);
        return {
          body: versions.map((version) => {
            const { document: _, ...summary } = shown(version);
            return summary;
          }),
        };
      },
    }),
  ];
}

function readingRoutes(db: Db): readonly ApiRoute[] {
  return [
    route({
      method: "GET",
      path: "/environments/{environment}/policy/versions/{number}",
      operationId: "policyVersion",
      summary: "One version with its text",
      scope: "policy:read",
      params: environmentParam.extend({ number }),
      answer: { status: 200, description: "With its text.", schema: versionSchema },
      problems: { 404: "There is no such version." },
      handle: async ({ params }) => ({
        body: shown(await versionFor(db, params.environment, params.number)),
      }),
    }),
    route({
      method: "GET",
      path: "/environments/{environment}/policy/diff",
      operationId: "policyDiff",
      summary: "What differs between two versions or drafts, in words",
      scope: "policy:read",
      params: environmentParam,
      query: z.object({ from: side.default("live"), to: side }),
      answer: { status: 200, description: "In the order of the document.", schema: comparisonSchema },
      problems: { 404: "One of them does not exist." },
      handle: async ({ params: { environment }, query: { from, to } }) => ({
        body: compareTexts(await textOf(db, environment, from), await textOf(db, environment, to)),
      }),
    }),
  ];
}

function rollbackRoute(db: Db): ApiRoute {
  return route({
    method: "POST",
    path: "/environments/{environment}/policy/rollback",
    operationId: "rollBackPolicy",
    summary: "Makes an earlier version's text live again, as a new version",
    scope: "policy:publish",
    params: environmentParam,
    body: z.strictObject({ number: z.int().min(1), comment: z.string().trim().min(1), dryRun }),
    answer: { status: 200, description: "The new version's number.", schema: publishedSchema },
    problems: {
      404: "There is no such version.",
      409: "It is live already.",
      422: "The format has moved on and the text has faults now.",
    },
    handle: async ({ params: { environment }, body, actor }) => {
      await versionFor(db, environment, body.number);
      const { comment, dryRun: isDry, number: target } = body;
      const asked = { environment, publisher: actor.name, comment, dryRun: isDry, number: target };
      return { body: publishedOrRefused(await rollBack(db, asked)) };
    },
  });
}

/** What was published; throws a Refusal with the outcome in it otherwise. */
export function publishedOrRefused(outcome: PublishOutcome): Published {
  if (isPublished(outcome)) return outcome;
  const { kind, ...rest } = outcome;
  const status = { faults: 422, "needs-review": 403, stale: 409, unchanged: 409 }[kind];
  throw new Refusal(status, refusalLines(outcome).join("\n"), { reason: kind, ...rest });
}

async function versionFor(db: Db, environment: string, wanted: number): Promise<Version> {
  const version = await loadVersion(db, environment, wanted);
  if (version === null) throw new Refusal(404, `"${environment}" has no version ${wanted}.`);
  return version;
}

async function textOf(db: Db, environment: string, place: string): Promise<string> {
  const [kind, name] = place.split(":");
  const found =
    name !== undefined
      ? await loadDraft(db, environment, name)
      : kind === "live"
        ? await liveVersion(db, environment)
        : await loadVersion(db, environment, Number(place));
  if (found === null)
    throw new Refusal(404, `"${environment}" has no ${place === "live" ? "live policy" : place}.`);
  return found.document;
}

function shown(version: Version) {
  const { id: _, environment: __, ...rest } = version;
  return rest;
}
