/** /api/v1/environments/{environment}/policy/drafts: texts in work. The ETag of a draft is its revision. */
import { z } from "zod";
import type { Db } from "../../store/database.ts";
import { readPolicy } from "../../policy/read.ts";
import { rewritten, treeOf } from "../../policy/rewrite.ts";
import { discardDraft, rebaseDraft, saveDraft } from "../../versions/drafts.ts";
import { publishDraft } from "../../versions/publish.ts";
import { listDrafts, loadDraft } from "../../versions/queries.ts";
import { conflictLines, rebaseLines } from "../../versions/telling.ts";
import type { Draft } from "../../versions/version.ts";
import { environmentOf, environmentParam } from "./environments.ts";
import { contentSchema, dryRun, publishedOrRefused, publishedSchema } from "./policy.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";

export const draftParams = environmentParam.extend({ draft: z.string() });
export const DRAFTS = "/environments/{environment}/policy/drafts";

const summarySchema = z.object({
  name: z.string(),
  revision: z.int(),
  base: z.int().nullable().describe("Number of the version it was made from."),
  authors: z.array(z.string()),
  comment: z.string(),
  savedBy: z.string(),
  savedAt: z.int().describe("Milliseconds since 1970."),
});
const note = z.object({
  rule: z.string(),
  path: z.string(),
  line: z.int().optional(),
  message: z.string(),
});
const draftSchema = summarySchema.extend({
  document: z.string(),
  content: contentSchema.describe("What the text says, as data; null while it cannot be read."),
  faults: z.array(note).describe("What must be repaired before it can go live."),
  warnings: z.array(note),
});

export function draftRoutes(db: Db): readonly ApiRoute[] {
  return [...readingRoutes(db), saveRoute(db), ...endingRoutes(db), publishRoute(db)];
}

function readingRoutes(db: Db): readonly ApiRoute[] {
  return [
    route({
      method: "GET",
      path: DRAFTS,
      operationId: "listDrafts",
      summary: "The drafts, the last saved first, without their texts",
      scope: "policy:read",
      params: environmentParam,
      answer: { status: 200, description: "The last saved first.", schema: z.array(summarySchema) },
      problems: { 404: "There is no such environment." },
      handle: async ({ params: { environment } }) => {
        await environmentOf(db, environment);
        return { body: (await listDrafts(db, environment)).map(summaryOf) };
      },
    }),
    route({
      method: "GET",
      path: `${DRAFTS}/{draft}`,
      operationId: "readDraft",
      summary: "One draft with its text, its faults and its warnings",
      scope: "policy:read",
      params: draftParams,
      answer: { status: 200, description: "`ETag` is the revision.", schema: draftSchema },
      problems: { 404: "There is no such draft." },
      handle: async ({ params }) => shown(await draftFor(db, params.environment, params.draft)),
    }),
  ];
}

function saveRoute(db: Db): ApiRoute {
  return route({
    method: "PUT",
    path: `${DRAFTS}/{draft}`,
    operationId: "saveDraft",
    summary:
      "Saves a draft: `If-Match` names the revision that was edited, `If-None-Match: *` makes a new one",
    scope: "policy:write",
    params: draftParams,
    body: z
      .strictObject({
        document: z.string().optional().describe("The whole text, in YAML or JSON."),
        content: z
          .record(z.string(), z.unknown())
          .optional()
          .describe("Or the same as data: written into the draft's text, whose comments stay."),
        comment: z.string().default(""),
      })
      .refine(({ document, content }) => (document === undefined) !== (content === undefined), {
        error: "needs document or content, and not both",
      }),
    answer: { status: 200, description: "As it is stored; `ETag` is the new revision.", schema: draftSchema },
    problems: {
      404: "There is no such environment.",
      412: "Somebody saved meanwhile: `theirs` is their draft, `changes` what differs from it. Nothing was written.",
      422: "The name or the text cannot be stored.",
      428: "Neither `If-Match` nor `If-None-Match` was sent.",
    },
    handle: async ({ params: { environment, draft: name }, body, actor, header }) => {
      const expected = expectedRevision(header);
      await environmentOf(db, environment);
      const { comment, content } = body;
      // Over a draft that was saved meanwhile nothing is written, whatever it says.
      const document =
        body.document ?? rewritten((await loadDraft(db, environment, name))?.document ?? "", content);
      const asked = { environment, name, document, comment, person: actor.name, expected };
      const outcome = await saveDraft(db, asked);
      switch (outcome.kind) {
        case "saved":
          return shown(outcome.draft);
        case "gone":
          throw new Refusal(
            412,
            `Draft "${name}" was published or discarded meanwhile; save it as a new one.`,
          );
        case "conflict": {
          const detail = conflictLines(outcome).join("\n");
          throw new Refusal(412, detail, {
            theirs: shown(outcome.theirs).body,
            changes: outcome.changes,
          });
        }
      }
    },
  });
}

function endingRoutes(db: Db): readonly ApiRoute[] {
  return [
    route({
      method: "DELETE",
      path: `${DRAFTS}/{draft}`,
      operationId: "discardDraft",
      summary: "Ends a draft; its texts stay in the database's history",
      scope: "policy:write",
      params: draftParams,
      answer: { status: 200, description: "It is gone.", schema: z.object({ discarded: z.string() }) },
      problems: {
        404: "There is no such draft.",
        412: "Somebody saved meanwhile.",
        428: "`If-Match` is missing.",
      },
      handle: async ({ params: { environment, draft }, header, actor }) => {
        const revision = expectedRevision(header);
        await draftFor(db, environment, draft);
        const left = await discardDraft(db, { environment, name: draft, revision }, actor.name);
        if (left === "discarded") return { body: { discarded: draft } };
        throw new Refusal(
          412,
          `${left.savedBy} saved revision ${left.revision} meanwhile; nothing was discarded.`,
        );
      },
    }),
    route({
      method: "POST",
      path: `${DRAFTS}/{draft}/rebase`,
      operationId: "rebaseDraft",
      summary: "Takes what became live since the draft was begun into the draft",
      scope: "policy:write",
      params: draftParams,
      answer: { status: 200, description: "The draft on the live version.", schema: draftSchema },
      problems: {
        404: "There is no such draft.",
        409: "Both changed the same place; `conflicts` names each.",
      },
      handle: async ({ params: { environment, draft }, actor }) => {
        await draftFor(db, environment, draft);
        const outcome = await rebaseDraft(db, { environment, name: draft, person: actor.name });
        if (outcome.kind === "rebased" || outcome.kind === "current") return shown(outcome.draft);
        throw new Refusal(409, rebaseLines(outcome).join("\n"), { ...outcome });
      },
    }),
  ];
}

function publishRoute(db: Db): ApiRoute {
  return route({
    method: "POST",
    path: `${DRAFTS}/{draft}/publish`,
    operationId: "publishDraft",
    summary: "Makes a draft the live version",
    scope: "policy:publish",
    params: draftParams,
    body: z.strictObject({
      comment: z.string().default("").describe("Empty: the draft's own."),
      revision: z.int().optional().describe("Only if the draft is still this revision."),
      dryRun,
    }),
    answer: {
      status: 200,
      description: "The new version's number, and what it changes.",
      schema: publishedSchema,
    },
    problems: {
      403: "The token lacks the scope `policy:publish`, or the environment asks for another person than the authors.",
      404: "There is no such draft.",
      409: "Another version became live meanwhile, or the live one says just this.",
      422: "The draft has faults, or it is not at this revision any more.",
    },
    handle: async ({ params: { environment, draft }, body, actor }) => {
      await draftFor(db, environment, draft);
      const outcome = await publishDraft(db, { environment, draft, publisher: actor.name, ...body });
      return { body: publishedOrRefused(outcome) };
    },
  });
}

/** The revision of `If-Match`, null for `If-None-Match: *`; a Refusal when there is neither. */
function expectedRevision(header: (name: string) => string | undefined): number | null {
  const [, revision] = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header("if-match")?.trim() ?? "") ?? [];
  if (revision !== undefined) return Number(revision);
  if (header("if-none-match")?.trim() === "*") return null;
  throw new Refusal(
    428,
    "Say what you edited: `If-Match` with the draft's ETag, or `If-None-Match: *` for a new draft.",
  );
}

/** The draft, or a refusal with 404. */
export async function draftFor(db: Db, environment: string, name: string): Promise<Draft> {
  const draft = await loadDraft(db, environment, name);
  if (draft === null) throw new Refusal(404, `"${environment}" has no draft "${name}".`);
  return draft;
}

function summaryOf(draft: Draft) {
  const { name, revision, base, authors, comment, savedBy, savedAt } = draft;
  return { name, revision, base: base?.number ?? null, authors, comment, savedBy, savedAt };
}

function shown(draft: Draft) {
  const reading = readPolicy(draft.document);
  const isOk = reading.kind === "ok";
  const faults = isOk ? [] : reading.faults;
  const warnings = isOk ? reading.warnings : [];
  const { document } = draft;
  const body = { ...summaryOf(draft), document, content: treeOf(document), faults, warnings };
  return { body, etag: String(draft.revision) };
}
