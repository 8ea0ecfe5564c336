/** /api/v1/environments/{environment}/audits: what leaked between Intercom and sales, out of a file or the connection. */
import { z } from "zod";
import { type Audit, type AuditQuestion, shownAudit } from "../../insights/audit/asked.ts";
import { endAudit, insertAudit, listAudits, loadAudit } from "../../insights/audit/queries.ts";
import { pageOf } from "../../insights/audit/page.ts";
import type { AuditReport } from "../../insights/audit/report.ts";
import type { Clock } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";
import { environmentOf, environmentParam } from "./environments.ts";
import { quantileSchema, shareSchema } from "./figures.ts";
import { type ApiRoute, Refusal, route, streamRoute } from "./route.ts";

export interface AuditParts {
  readonly db: Db;
  readonly clock: Clock;
  /** Starts the run that reads the connection. */
  readonly startLive: (audit: string, environment: string) => Promise<void>;
  /** Begins to count the bytes of a file, plain or packed with gzip; returns at once. */
  readonly startFile: (audit: Audit, file: Uint8Array) => void;
}

const MEGABYTE = 1024 * 1024;
/** As sent: packed with gzip some 100 MB of an export. */
const MOST_BYTES = 16 * MEGABYTE;
const MOST_LISTED = 50;

const AUDITS = "/environments/{environment}/audits";
const auditParams = environmentParam.extend({ audit: z.string() });

const given = z
  .strictObject({
    low: z.number().min(0),
    high: z.number().min(0),
    mark: z.enum(["measured", "assumed", "published"]),
    source: z.string().trim().min(1).max(300).describe("Where it comes from."),
  })
  .refine(({ low, high }) => low <= high, { error: "low must not be above high" });
const questionShape = {
  withinMs: z.int().min(60_000).max(31_536_000_000).describe("An answer within this time is in time."),
  dealSize: given,
  closeRate: given
    .refine(({ high }) => high <= 1, { error: "no more than 1 (100 %) of leads can close" })
    .describe("0 to 1."),
  currency: z.string().trim().min(1).max(8),
};
const days = z.int().min(1).max(3_650).describe("Conversations that began in the last so many days.");
const askedSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("file"), name: z.string().trim().min(1).max(200), ...questionShape }),
  z.strictObject({ kind: z.literal("live"), days, ...questionShape }),
]);

const instant = z.number().describe("Milliseconds since 1970.");
const auditSchema = z.object({
  id: z.string(),
  environment: z.string(),
  kind: z.enum(["file", "live"]),
  source: z.string(),
  question: z.object({ days: z.int().nullable(), ...questionShape }),
  askedBy: z.string(),
  askedAt: instant,
  state: z.enum(["waiting", "running", "done", "failed", "stopped"]),
  done: z.int(),
  total: z.int().nullable(),
  heardAt: instant,
  endedAt: instant.nullable(),
  why: z.string().nullable().describe("Why it failed."),
  faults: z.object({
    count: z.int().describe("Places that are no conversation."),
    first: z.array(z.object({ line: z.int(), message: z.string() })),
  }),
});

const money = z.object({ low: z.number(), expected: z.number(), high: z.number() });
const group = z.object({ id: z.string(), name: z.string(), qualified: z.int(), leaked: shareSchema });
const counts = z.record(z.string(), z.int());
const reportSchema = z.object({
  source: z.string(),
  policy: z.string(),
  madeAt: z.string(),
  census: z.object({ in: z.int(), buckets: counts }),
  exclusions: z.array(z.object({ name: z.string(), n: z.int() })),
  period: z.object({ from: z.string(), to: z.string(), days: z.number() }).nullable(),
  qualified: z.object({
    n: z.int(),
    perMonth: z.number().nullable(),
    recipes: z.array(group),
    signals: z.array(group),
  }),
  response: z.object({
    timed: z.int(),
    p50Ms: quantileSchema,
    p90Ms: quantileSchema,
    within: z.array(z.object({ minutes: z.int(), answered: shareSchema })),
  }),
  records: z.object({ there: shareSchema, p50Ms: quantileSchema, p90Ms: quantileSchema }).nullable(),
  leakage: z.object({
    definition: z.string(),
    fates: counts,
    leaked: shareSchema,
    leads: shareSchema,
    perMonth: money.nullable(),
  }),
  money: z.object({
    name: z.string(),
    formula: z.string(),
    currency: z.string(),
    ofThese: money.nullable(),
    perMonth: money.nullable(),
    perYear: money.nullable(),
  }),
  inputs: z.array(z.object({ name: z.string(), value: z.string(), mark: z.string(), source: z.string() })),
  samples: z.array(
    z.object({
      id: z.string(),
      fate: z.string(),
      score: z.object({ name: z.string(), value: z.number(), threshold: z.number() }),
      at: z.string().nullable(),
      quote: z.string().nullable(),
      url: z.string().nullable(),
    }),
  ),
});

export function auditRoutes(parts: AuditParts): readonly ApiRoute[] {
  return [...readingRoutes(parts), startRoute(parts), fileRoute(parts), stopRoute(parts), pageRoute(parts)];
}

function readingRoutes({ db, clock }: AuditParts): readonly ApiRoute[] {
  return [
    route({
      method: "GET",
      path: AUDITS,
      operationId: "listAudits",
      summary: "Audits of past conversations, the latest first, without their reports",
      scope: "conversations:read",
      params: environmentParam,
      answer: { status: 200, description: "The latest first.", schema: z.array(auditSchema) },
      problems: { 404: "There is no such environment." },
      handle: async ({ params: { environment } }) => {
        await environmentOf(db, environment);
        const now = clock();
        const found = await listAudits(db, environment, MOST_LISTED);
        return { body: found.map((audit) => shownAudit(audit, now)) };
      },
    }),
    route({
      method: "GET",
      path: `${AUDITS}/{audit}`,
      operationId: "readAudit",
      summary: "One audit: how far it is, and its report when it is done",
      scope: "conversations:read",
      params: auditParams,
      answer: {
        status: 200,
        description: "The report is null until it is done.",
        schema: auditSchema.extend({ report: reportSchema.nullable() }),
      },
      problems: { 404: "There is no such audit." },
      handle: async ({ params: { environment, audit } }) => ({
        body: shownAudit(await auditFor(db, environment, audit), clock()),
      }),
    }),
  ];
}

async function auditFor(
  db: Db,
  environment: string,
  id: string,
): Promise<Audit & { readonly report: AuditReport | null }> {
  const found = await loadAudit(db, environment, id);
  if (found === null) throw new Refusal(404, "There is no such audit.");
  return found;
}

function startRoute({ db, clock, startLive }: AuditParts): ApiRoute {
  return route({
    method: "POST",
    path: AUDITS,
    operationId: "startAudit",
    summary: "Begins an audit: of the connected Intercom, or of a file that is sent afterwards",
    scope: "environments:write",
    params: environmentParam,
    body: askedSchema,
    answer: {
      status: 201,
      description: "A live one is under way; one of a file waits for it.",
      schema: auditSchema,
    },
    problems: { 404: "There is no such environment." },
    handle: async ({ params: { environment }, body, actor }) => {
      await environmentOf(db, environment);
      const { withinMs, dealSize, closeRate, currency } = body;
      const isLive = body.kind === "live";
      const source = isLive ? `Intercom of ${environment}, the last ${body.days} days` : body.name;
      const question: AuditQuestion = {
        days: isLive ? body.days : null,
        withinMs,
        dealSize,
        closeRate,
        currency,
      };
      const audit = { environment, kind: body.kind, source, question, askedBy: actor.name };
      const id = await insertAudit(db, audit, clock());
      if (isLive) await startLive(id, environment);
      return { body: await auditFor(db, environment, id) };
    },
  });
}

function fileRoute({ db, clock, startFile }: AuditParts): ApiRoute {
  return route({
    method: "PUT",
    path: `${AUDITS}/{audit}/file`,
    operationId: "sendAuditFile",
    summary: "The file of an audit, plain or packed with gzip: it is counted and not kept",
    scope: "environments:write",
    params: auditParams,
    upload: { mostBytes: MOST_BYTES },
    answer: { status: 200, description: "Counting has begun.", schema: auditSchema },
    problems: {
      404: "There is no such audit.",
      409: "It does not wait for a file.",
      413: `The file is larger than ${MOST_BYTES / MEGABYTE} MB as it is sent.`,
    },
    handle: async ({ params: { environment, audit: id }, file }) => {
      const audit = await auditFor(db, environment, id);
      if (audit.kind !== "file" || audit.state !== "waiting")
        throw new Refusal(409, "This audit does not wait for a file: begin another.");
      startFile(audit, file);
      return { body: shownAudit({ ...audit, state: "running" as const, heardAt: clock() }, clock()) };
    },
  });
}

function stopRoute({ db, clock }: AuditParts): ApiRoute {
  return route({
    method: "POST",
    path: `${AUDITS}/{audit}/stop`,
    operationId: "stopAudit",
    summary: "Ends an audit before its time; what was counted is thrown away",
    scope: "environments:write",
    params: auditParams,
    answer: { status: 200, description: "It is stopped, or was over.", schema: auditSchema },
    problems: { 404: "There is no such audit." },
    handle: async ({ params: { environment, audit: id } }) => {
      await auditFor(db, environment, id);
      await endAudit(db, id, { state: "stopped" }, clock());
      return { body: await auditFor(db, environment, id) };
    },
  });
}

function pageRoute({ db }: AuditParts): ApiRoute {
  return streamRoute({
    path: `${AUDITS}/{audit}/page`,
    operationId: "auditPage",
    summary: "The report of an audit as one page that prints on A4",
    scope: "conversations:read",
    params: auditParams,
    answer: { description: "One document without scripts.", type: "text/html" },
    problems: { 404: "There is no such audit, or it is not done." },
    handle: async ({ params: { environment, audit } }) => {
      const { report } = await auditFor(db, environment, audit);
      if (report === null) throw new Refusal(404, "This audit has no report.");
      const chunks = (async function* () {
        yield pageOf(report);
      })();
      return { chunks, fileName: "leakage-audit.html" };
    },
  });
}
