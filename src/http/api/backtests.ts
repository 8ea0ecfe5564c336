/** /api/v1/environments/{environment}/backtests: what a draft would do to the decisions of the past, while you wait. */
import { z } from "zod";
import { listEnvironments } from "../../decide/queries.ts";
import { backtest, liveSideOf, type Archive } from "../../insights/backtest.ts";
import { windowFacts } from "../../insights/queries.ts";
import type { EpochMs } from "../../kernel/time.ts";
import { policyOf } from "../../policy/read.ts";
import { draftFor } from "./drafts.ts";
import { environmentParam } from "./environments.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";

/** More take longer than a caller waits: `baton backtest` shows its progress. */
export const MOST_DECISIONS = 25_000;
const LONGEST_MS = 60_000;

const both = z.object({ before: z.int(), after: z.int() });
const counts = z.record(z.string(), both);
const movements = z.object({
  same: z.int(),
  enters: z.int(),
  leaves: z.int(),
  changes: z.int(),
  changed: z.record(z.string(), z.int()).describe("Of those that change: how many change this part."),
  unsure: z.int().describe("Not told without asking Salesforce about people it was never asked about."),
});
const example = z.object({
  conversation: z.string(),
  link: z.string().nullable(),
  before: z.string(),
  after: z.string(),
});
const against = z.enum(["stored", "live"]);

export const backtestSchema = z.object({
  window: z.object({ environment: z.string(), since: z.int(), until: z.int() }),
  against,
  decisions: z.int(),
  conversations: z.int(),
  movements,
  examples: z.record(z.string(), z.array(example)).describe("By movement."),
  standings: counts,
  recipes: counts,
  exclusions: counts,
  scores: z.record(
    z.string(),
    z.object({
      width: z.number(),
      thresholdBefore: z.number().nullable(),
      thresholdAfter: z.number().nullable(),
      bins: z.array(both.extend({ from: z.number() })),
    }),
  ),
  loads: z.array(both.extend({ owner: z.string() })),
  assumed: z.array(z.string()).describe("Whom only the draft names: taken as existing and active."),
  notJudgedByMeaning: z.object({ conversations: z.int(), signals: z.array(z.string()) }),
  unreadable: z.object({ decisions: z.int(), why: z.string().nullable() }),
  rules: z.array(
    z.object({ path: z.string(), problem: z.string().nullable(), movements: movements.nullable() }),
  ),
});

export function backtestRoutes(archive: Archive, clock: () => EpochMs): readonly ApiRoute[] {
  const { db } = archive;
  let isRunning = false;
  return [
    route({
      method: "POST",
      path: "/environments/{environment}/backtests",
      operationId: "backtest",
      summary: "Runs a draft over the stored decisions since a time, and writes nothing; one at a time",
      scope: "policy:read",
      params: environmentParam,
      body: z.strictObject({
        draft: z.string().describe("Name of a draft of the environment."),
        since: z.int().min(0).describe("Milliseconds since 1970."),
        against: against
          .default("stored")
          .describe("What happened, or what the live policy makes of the same."),
        each: z.boolean().default(false).describe("Also each difference from the live policy alone."),
        examples: z.int().min(0).max(100).default(5).describe("Of each movement."),
      }),
      answer: { status: 200, description: "Before and after.", schema: backtestSchema },
      problems: {
        404: "There is no such environment, or no such draft.",
        409: "Another backtest is running.",
        422: "The draft has faults, nothing is live, or the window holds more than can be waited for.",
      },
      handle: async ({ params: { environment: name }, body: { draft: wanted, since, ...rest } }) => {
        const environment = (await listEnvironments(db)).find((one) => one.name === name);
        if (environment === undefined) throw new Refusal(404, `There is no environment "${name}".`);
        const { document } = await draftFor(db, name, wanted);
        const draft = policyOf(document, `draft "${wanted}"`);
        const window = { environment: name, since, until: clock() };
        const { decisions } = await windowFacts(db, window);
        if (decisions > MOST_DECISIONS)
          throw new Refusal(422, `${tooMany(decisions)} Name a later time, or run \`baton backtest\`.`);
        const live = await liveSideOf(db, environment);
        if (isRunning) throw new Refusal(409, "Another backtest is running; try again when it has ended.");
        isRunning = true;
        try {
          const signal = AbortSignal.timeout(LONGEST_MS);
          const ending = await backtest(
            archive,
            { window, draft, ...live, ...rest },
            { signal, onProgress: () => {} },
          );
          if (ending.kind === "done") return { body: ending.report };
          throw new Refusal(
            422,
            `After ${LONGEST_MS / 1_000} s ${ending.done} of ${ending.of} decisions were done. Name a later time, or run \`baton backtest\`.`,
          );
        } finally {
          isRunning = false;
        }
      },
    }),
  ];
}

export function tooMany(decisions: number): string {
  return `The window holds ${decisions} decisions, and ${MOST_DECISIONS} can be waited for.`;
}
