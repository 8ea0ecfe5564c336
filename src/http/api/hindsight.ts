/** /api/v1/environments/{environment}: what won and lost deals say about what Baton decided. */
import { z } from "zod";
import { type Environment, listEnvironments } from "../../decide/queries.ts";
import type { Archive } from "../../insights/backtest.ts";
import { openLine } from "../../insights/effects.ts";
import { type Proposal, propose } from "../../insights/suggest/look.ts";
import { lookForWinners } from "../../insights/winners/look.ts";
import type { MissedWinners } from "../../insights/winners/winners.ts";
import type { Clock } from "../../kernel/time.ts";
import { backtestSchema } from "./backtests.ts";
import { environmentParam } from "./environments.ts";
import { shareSchema } from "./figures.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";

const DAY_MS = 86_400_000;
const AGAIN = "An answer within a second: ask again until it is done. What nobody asks about is given up.";
/** An answer is counted anew after this time. */
const KEPT_MS = 300_000;

export interface HindsightParts {
  readonly archive: Archive;
  readonly clock: Clock;
}

export function hindsightRoutes(parts: HindsightParts): readonly ApiRoute[] {
  return [winnersRoute(parts), suggestionRoute(parts)];
}

const running = z.object({ kind: z.literal("running"), done: z.int(), of: z.int() });

const winnersSchema = z.object({
  conversations: z.int(),
  missed: shareSchema.describe("Of the people who bought after they wrote, those of whom nothing qualified."),
  examples: z.array(
    z.object({
      conversation: z.string(),
      url: z.string().nullable(),
      at: z.number().nullable().describe("Milliseconds since 1970."),
      exclusion: z.string().nullable().describe("What kept it out; null: it scored too low."),
      score: z.object({ name: z.string(), value: z.number(), threshold: z.number() }).nullable(),
    }),
  ),
  exclusions: z.array(z.object({ exclusion: z.string(), winners: z.int() })),
  phrases: z.array(
    z.object({
      phrase: z.string(),
      caught: z.int().describe("Missed winners who wrote it."),
      noise: shareSchema.describe("Others who wrote it, of all others."),
      bought: shareSchema.describe("Of whoever wrote it, those who bought."),
      points: z.int().nullable().describe("What it must give for all of them to reach a threshold."),
      excluded: z.int().describe("Of those caught, whom an exclusion keeps out all the same."),
      signal: z.string().nullable().describe("The signal that has the phrase already."),
    }),
  ),
  others: z.int().describe("Conversations that noise is counted in."),
});

function winnersRoute({ archive, clock }: HindsightParts): ApiRoute {
  const line = openLine<MissedWinners>(clock, KEPT_MS);
  return route({
    method: "GET",
    path: "/environments/{environment}/winners",
    operationId: "missedWinners",
    summary:
      "People who bought although nothing they wrote qualified, and the phrases that would have caught them",
    scope: "conversations:read",
    params: environmentParam,
    query: z.object({ days: z.coerce.number<string>().int().min(1).max(3_650).default(90) }),
    answer: {
      status: 200,
      description: AGAIN,
      schema: z.discriminatedUnion("kind", [
        running,
        z.object({ kind: z.literal("done"), report: winnersSchema }),
      ]),
    },
    problems: { 404: "There is no such environment.", 422: "Nothing is live." },
    handle: async ({ params: { environment: name }, query: { days } }) => {
      const environment = await environmentNamed(archive, name);
      const version = `${environment.policyVersion} ${days}`;
      const found = await line.ask({ subject: name, version }, async () => {
        const until = clock();
        const window = { environment: name, since: until - days * DAY_MS, until };
        return (watch) => lookForWinners(archive.db, environment, window, watch);
      });
      return { body: found };
    },
  });
}

const suggestionSchema = z.object({
  score: z.string().nullable(),
  won: z.int(),
  lost: z.int(),
  needed: z.int().describe("Won and lost conversations must each be as many."),
  weights: z.array(
    z.object({
      kind: z.enum(["signal", "bonus"]),
      id: z.string(),
      label: z.string(),
      points: z.number().describe("Today."),
      seen: z.int(),
      won: z.int(),
      fitted: z.object({ points: z.int(), low: z.int(), high: z.int() }).nullable(),
      suggested: z.number(),
    }),
  ),
  why: z.string().nullable().describe("Why nothing is suggested."),
  document: z
    .string()
    .nullable()
    .describe("The live policy with the suggested points: the text for a draft."),
  backtest: backtestSchema.nullable(),
  unreadable: z.int(),
});

function suggestionRoute({ archive, clock }: HindsightParts): ApiRoute {
  const line = openLine<Proposal>(clock, KEPT_MS);
  return route({
    method: "GET",
    path: "/environments/{environment}/policy/suggestion",
    operationId: "suggestPoints",
    summary: "Points weighed anew by won and lost deals, with what they would have done; nothing is applied",
    scope: "policy:read",
    params: environmentParam,
    query: z.object({
      score: z.string().optional().describe("The one that most closed conversations reached when absent."),
      days: z.coerce.number<string>().int().min(1).max(3_650).default(365),
    }),
    answer: {
      status: 200,
      description: AGAIN,
      schema: z.discriminatedUnion("kind", [
        running,
        z.object({ kind: z.literal("done"), report: suggestionSchema }),
      ]),
    },
    problems: { 404: "There is no such environment.", 422: "Nothing is live, or there is no such score." },
    handle: async ({ params: { environment: name }, query: { score = null, days } }) => {
      const environment = await environmentNamed(archive, name);
      const version = `${environment.policyVersion} ${days} ${score ?? ""}`;
      const found = await line.ask({ subject: name, version }, async () => {
        const now = clock();
        const question = { environment, score, since: now - days * DAY_MS, now };
        return (watch) => propose(archive, question, watch);
      });
      return { body: found };
    },
  });
}

async function environmentNamed({ db }: Archive, name: string): Promise<Environment> {
  const found = (await listEnvironments(db)).find((one) => one.name === name);
  if (found === undefined) throw new Refusal(404, `There is no environment "${name}".`);
  return found;
}
