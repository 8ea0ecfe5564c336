/** /api/v1/environments/{environment}/policy/drafts/{draft}: what a draft comes to, before anybody publishes it. */
import { z } from "zod";
import { may } from "../../access/actor.ts";
import { evidenceOfRow, rowSchema } from "../../conversation/row.ts";
import { preview, triggersOf } from "../../decide/preview.ts";
import { listEnvironments } from "../../decide/queries.ts";
import { type Backtest, liveSideOf } from "../../insights/backtest.ts";
import type { Effects, Waited } from "../../insights/effects.ts";
import { storedScores, windowFacts } from "../../insights/queries.ts";
import type { Clock } from "../../kernel/time.ts";
import { policyOf, readPolicy } from "../../policy/read.ts";
import { compile } from "../../qualify/compile.ts";
import { lintReading } from "../../qualify/lint-reading.ts";
import { score } from "../../qualify/score.ts";
import type { Db } from "../../store/database.ts";
import { liveVersion } from "../../versions/queries.ts";
import { backtestSchema, MOST_DECISIONS, tooMany } from "./backtests.ts";
import { draftFor, draftParams, DRAFTS } from "./drafts.ts";
import { environmentOf, environmentParam } from "./environments.ts";
import { findingSchema } from "./findings.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";

const DAY_MS = 86_400_000;
const days = z.coerce.number<string>().int().min(1).max(90).default(30);

export interface TryParts {
  readonly db: Db;
  readonly effects: Effects;
  readonly clock: Clock;
}

export function tryDraftRoutes(parts: TryParts): readonly ApiRoute[] {
  return [
    findingsRoute(parts),
    scoreRoute(parts),
    effectRoute(parts),
    promotionEffectRoute(parts),
    scoresRoute(parts),
  ];
}

function findingsRoute({ db, clock }: TryParts): ApiRoute {
  return route({
    method: "GET",
    path: `${DRAFTS}/{draft}/findings`,
    operationId: "lintDraft",
    summary: "What is wrong with a draft or worth knowing, each at its place",
    scope: "policy:read",
    params: draftParams,
    answer: { status: 200, description: "In the order of the text.", schema: z.array(findingSchema) },
    problems: { 404: "There is no such draft." },
    handle: async ({ params: { environment, draft } }) => {
      const { document } = await draftFor(db, environment, draft);
      return { body: lintReading(readPolicy(document), { now: clock(), owners: null }) };
    },
  });
}

const sampleSchema = z.strictObject({
  text: z.string().trim().min(1).max(20_000).describe("What the customer writes."),
  plan: z.string().optional(),
  employees: z.int().min(0).optional(),
  tags: z.array(z.string()).optional().describe("On the conversation and on the person."),
});
const scoredSchema = z.object({
  scores: z.record(z.string(), z.object({ value: z.number(), threshold: z.number() })),
  contributions: z.array(
    z.object({
      score: z.string(),
      kind: z.string(),
      label: z.string(),
      points: z.number().describe("Those of a score add up to its value."),
      reason: z.string(),
      evidence: z.array(z.string()).describe("The words that it rests on."),
    }),
  ),
  excluded: z.string().nullable(),
  recipe: z.string().nullable(),
  qualified: z.boolean(),
});

function scoreRoute({ db, clock }: TryParts): ApiRoute {
  return route({
    method: "POST",
    path: `${DRAFTS}/{draft}/score`,
    operationId: "scoreByDraft",
    summary: "Scores a message as the draft would, and stores nothing",
    scope: "policy:read",
    params: draftParams,
    body: sampleSchema,
    answer: {
      status: 200,
      description: "Without Salesforce: what only it knows is not proven.",
      schema: scoredSchema,
    },
    problems: { 404: "There is no such draft.", 422: "The draft has faults." },
    handle: async ({ params: { environment, draft }, body: { text, plan, employees, tags } }) => {
      const { document } = await draftFor(db, environment, draft);
      const compiled = compile(policyOf(document, `draft "${draft}"`));
      const now = clock();
      const row = { id: "sample", text, tags, contact: { plan, tags }, company: { plan, employees } };
      const evidence = evidenceOfRow(rowSchema.parse(row), now);
      const { values, contributions, signals } = score(evidence, compiled, now);
      const given = { evidence, policy: compiled.policy, triggers: triggersOf(evidence), now };
      const verdict = preview({ ...given, scores: { values, contributions, signals } });
      const shown = contributions.map(({ signals: places, ...one }) => ({
        ...one,
        evidence: places.flatMap((place) => signals[place]?.text ?? []),
      }));
      return { body: { scores: values, contributions: shown, ...verdict } };
    },
  });
}

const effectSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("running"), done: z.int(), of: z.int() }),
  z.object({ kind: z.literal("done"), report: backtestSchema }),
]);
const AGAIN = "An answer within a second: ask again until it is done. What nobody asks about is given up.";

function effectRoute(parts: TryParts): ApiRoute {
  return route({
    method: "GET",
    path: `${DRAFTS}/{draft}/effect`,
    operationId: "draftEffect",
    summary: "What a draft would have done instead of the live policy",
    scope: "policy:read",
    params: draftParams,
    query: z.object({ days }),
    answer: { status: 200, description: AGAIN, schema: effectSchema },
    problems: {
      404: "There is no such draft.",
      422: "The draft has faults, nothing is live, or the window holds too much.",
    },
    handle: async ({ params: { environment, draft: wanted }, query }) => {
      const { document, revision } = await draftFor(parts.db, environment, wanted);
      const draft = { what: `draft "${wanted}"`, document, version: `revision ${revision}` };
      return { body: await effectOf(parts, environment, draft, query.days) };
    },
  });
}

function promotionEffectRoute(parts: TryParts): ApiRoute {
  return route({
    method: "GET",
    path: "/environments/{environment}/policy/promote/effect",
    operationId: "promotionEffect",
    summary: "What another environment's live version would have done here instead of the live policy",
    scope: "policy:read",
    params: environmentParam,
    query: z.object({ from: z.string().describe("The environment it comes from."), days }),
    answer: { status: 200, description: AGAIN, schema: effectSchema },
    problems: {
      404: "There is no such environment, or nothing is live in it.",
      422: "The text has faults, nothing is live here, or the window holds too much.",
    },
    handle: async ({ params: { environment }, query: { from, days }, actor }) => {
      const version = may(actor, "policy:read", { environment: from })
        ? await liveVersion(parts.db, from)
        : null;
      if (version === null) throw new Refusal(404, `"${from}" has no live policy.`);
      const { document, number } = version;
      const draft = { what: `promotion of ${from}`, document, version: `v${number}` };
      return { body: await effectOf(parts, environment, draft, days) };
    },
  });
}

async function effectOf(
  { db, effects, clock }: TryParts,
  name: string,
  { what, document, version }: { readonly what: string; readonly document: string; readonly version: string },
  days: number,
): Promise<Waited<Backtest>> {
  const draft = policyOf(document, what);
  const environment = (await listEnvironments(db)).find((one) => one.name === name);
  if (environment === undefined) throw new Refusal(404, `There is no environment "${name}".`);
  const matter = { subject: `${name} ${what}`, version: `${version} ${environment.policyVersion} ${days}` };
  return effects.ask(matter, async () => {
    const until = clock();
    const window = { environment: name, since: until - days * DAY_MS, until };
    const { decisions } = await windowFacts(db, window);
    if (decisions > MOST_DECISIONS) throw new Refusal(422, tooMany(decisions));
    const live = await liveSideOf(db, environment);
    return { window, draft, ...live, against: "live", each: false, examples: 50 };
  });
}

const WIDTH = 5;

function scoresRoute({ db, clock }: TryParts): ApiRoute {
  return route({
    method: "GET",
    path: "/environments/{environment}/scores",
    operationId: "scoreHistogram",
    summary: "How many conversations had how many points, by score",
    scope: "policy:read",
    params: environmentParam,
    query: z.object({ days }),
    answer: {
      status: 200,
      description: "A conversation counts once, by its highest; the last step holds all above it.",
      schema: z.record(
        z.string(),
        z.object({
          width: z.number(),
          bins: z.array(z.object({ from: z.number(), conversations: z.int() })),
        }),
      ),
    },
    problems: { 404: "There is no such environment." },
    handle: async ({ params: { environment }, query }) => {
      await environmentOf(db, environment);
      const until = clock();
      const window = { environment, since: until - query.days * DAY_MS, until };
      const found = await storedScores(db, window, WIDTH);
      const names = [...new Set(found.map(({ name }) => name))];
      const bins = (name: string) =>
        found.filter((one) => one.name === name).map(({ from, conversations }) => ({ from, conversations }));
      return { body: Object.fromEntries(names.map((name) => [name, { width: WIDTH, bins: bins(name) }])) };
    },
  });
}
