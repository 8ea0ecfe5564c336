/** One decision as the API tells it: points with their evidence, why this recipe and no other, who was passed over. */
import { z } from "zod";
import { verdictWords, ownersWhy, recipesWhy, sumsOf, toldWords } from "../../insights/reading/why.ts";
import { loadDecision, type WholeDecision } from "../../insights/reading/queries.ts";
import type { Db } from "../../store/database.ts";
import type { PolicyOfVersion } from "../../versions/loader.ts";
import type { Policy } from "../../policy/schema.ts";
import { Refusal } from "./route.ts";

export const instant = z.number().describe("Milliseconds since 1970.");
const verdict = z.enum(["yes", "no", "unknown"]);
const receipt = z.object({
  candidate: z.string(),
  kind: z.enum(["assigned", "skipped", "held"]),
  reason: z.string(),
});

export const decisionSchema = z.object({
  id: z.int(),
  kind: z.enum(["handoff", "held", "excluded", "below-threshold", "already-handed-off", "gone"]),
  recipe: z.string().nullable(),
  exclusion: z.string().nullable(),
  policy: z.int().describe("Number of the version that was live."),
  decidedAt: instant,
  isErased: z.boolean().describe("The words are gone; what follows is empty then."),
  words: z.string(),
  signals: z.array(
    z.object({
      signal: z.string(),
      label: z.string(),
      kind: z.enum(["phrase", "tag", "usage", "attribute", "meaning"]),
      text: z.string(),
      points: z.number(),
      message: z.string().nullable().describe("Id of the message in which it stands."),
      because: z.string().nullable(),
      at: instant.nullable(),
    }),
  ),
  scores: z.array(
    z.object({
      name: z.string(),
      value: z.number(),
      threshold: z.number(),
      rows: z.array(
        z.object({
          kind: z.enum(["signal", "bonus", "engagement", "recency", "multiply", "combine", "cap"]),
          label: z.string(),
          points: z.number(),
          sum: z.number().describe("What the score has come to with this row."),
          reason: z.string(),
          signals: z.array(z.int()).describe("Positions in `signals`."),
        }),
      ),
    }),
  ),
  exclusions: z.array(
    z.object({ id: z.string(), label: z.string().optional(), verdict, reasons: z.array(z.string()) }),
  ),
  recipes: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      verdict: z
        .enum(["taken", "fits", "missing"])
        .describe("fits: it asks for nothing that is missing; something else stood before it."),
      steps: z.array(z.object({ verdict, reason: z.string() })),
    }),
  ),
  record: z.object({ kind: z.string(), situation: z.string(), because: z.string() }).nullable(),
  owners: z
    .array(
      z.object({
        owner: z.string().nullable(),
        route: z.string(),
        via: z.string().nullable(),
        receipts: z.array(receipt),
      }),
    )
    .describe("The owner, then the second people."),
  heldUntil: instant.nullable(),
  told: z.array(z.string()),
});
export type DecisionView = z.infer<typeof decisionSchema>;

/** The decision of this id; a refusal with 404 where the environment has none. */
export async function decisionOf(db: Db, environment: string, id: number): Promise<WholeDecision> {
  const found = await loadDecision(db, environment, id);
  if (found === null) throw new Refusal(404, `There is no decision ${id} in ${environment}.`);
  return found;
}

/** The policy of that time; null where today's program does not read it any more. */
export async function policyThen(
  { policyVersion }: WholeDecision,
  policyOf: PolicyOfVersion,
): Promise<Policy | null> {
  return policyOf(policyVersion).then(
    ({ policy }) => policy,
    () => null,
  );
}

/** The decision in words; by the policy of that time. */
export async function viewOf(decision: WholeDecision, policyOf: PolicyOfVersion): Promise<DecisionView> {
  const policy = await policyThen(decision, policyOf);
  const { id, kind, recipe, exclusion, policy: number, decidedAt, frozen } = decision;
  const head = { id, kind, recipe, exclusion, policy: number, decidedAt };
  return frozen === null ? { ...head, ...ERASED } : { ...head, ...explained(frozen, policy) };
}

type Explained = Omit<DecisionView, "id" | "kind" | "recipe" | "exclusion" | "policy" | "decidedAt">;

const ERASED: Explained = {
  isErased: true,
  words: "Its words are erased.",
  signals: [],
  scores: [],
  exclusions: [],
  recipes: [],
  record: null,
  owners: [],
  heldUntil: null,
  told: [],
};

function explained(
  { inputs, answer }: NonNullable<WholeDecision["frozen"]>,
  policy: Policy | null,
): Explained {
  const judgement = "judgement" in answer ? answer.judgement : null;
  const taken = "recipe" in answer ? answer.recipe : null;
  const stored = (judgement?.recipes ?? []).map(({ id, reasons }) => ({
    id,
    name: id,
    verdict: id === taken ? ("taken" as const) : ("missing" as const),
    steps: reasons.map((reason) => ({ verdict: "unknown" as const, reason })),
  }));
  const isHandoff = answer.kind === "handoff";
  return {
    isErased: false,
    words: verdictWords(answer),
    signals: inputs.scores.signals.map(({ signal, label, kind, text, points, message, because, at }) => ({
      signal,
      label,
      kind,
      text,
      points,
      at,
      message: message ?? null,
      because: because ?? null,
    })),
    scores: sumsOf(inputs.scores).map(({ rows, ...score }) => ({
      ...score,
      rows: rows.map(({ signals, ...row }) => ({ ...row, signals: [...signals] })),
    })),
    exclusions: (judgement?.exclusions ?? []).map((one) => ({ ...one, reasons: [...one.reasons] })),
    recipes:
      policy === null
        ? stored
        : recipesWhy(inputs, policy, taken).map((one) => ({ ...one, steps: [...one.steps] })),
    record: isHandoff
      ? { kind: answer.record.kind, situation: answer.record.situation, because: answer.record.because }
      : null,
    owners: ownersWhy(answer).map(({ receipts, ...one }) => ({
      ...one,
      receipts: receipts.map(({ candidate, kind, reason }) => ({ candidate, kind, reason })),
    })),
    heldUntil: answer.kind === "held" ? answer.until : null,
    told: isHandoff ? answer.told.map(toldWords) : [],
  };
}
