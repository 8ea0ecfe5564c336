/**
 * What the words of a conversation ask for, found by the policy alone: no events, no runs, no database. The rehearsal
 * holds Baton's answers against it.
 */
import { demoScoreRow } from "../../../demo/conversations.ts";
import { evidenceOfRow, rowSchema } from "../../conversation/row.ts";
import { preview, triggersOf } from "../../decide/preview.ts";
import type { EpochMs } from "../../kernel/time.ts";
import type { CompiledPolicy } from "../../qualify/compile.ts";
import { score } from "../../qualify/score.ts";
import type { KnownToSalesforce, Replayable } from "../emulated.ts";
import type { Expectation } from "./facts.ts";

type Answer = ReturnType<typeof preview>;

/** Scores fade with time; this long after the replay the answer is asked for once more. */
const LATER_MS = 15 * 60_000;

/** What others than Intercom know of the company: nothing, enrichment, Salesforce's account. */
type Known = NonNullable<Replayable["enrichment"]> | KnownToSalesforce;

/**
 * "must": it qualifies at its end, whatever enrichment and Salesforce's account add, now and a little later.
 * "must-not": at no point of it does it qualify. "either" is everything between.
 */
export function expectationOf(
  conversation: Replayable,
  policy: CompiledPolicy,
  now: EpochMs,
  salesforce: KnownToSalesforce = {},
): Pick<Expectation, "handoff" | "because"> {
  const { enrichment = {} } = conversation;
  const knowledge: readonly Known[] = [{}, enrichment, salesforce, { ...salesforce, ...enrichment }];
  const answers = (turns: number): readonly Answer[] =>
    knowledge.flatMap((known) =>
      [now, now + LATER_MS].map((at) => answerTo(scoreRow(conversation, turns, known), policy, at)),
    );
  const end = answers(conversation.turns.length);
  const told = end.find((answer) => answer.qualified) ?? end[0];
  const because = told?.recipe ?? told?.excluded ?? "below the threshold";
  if (end.every((answer) => answer.qualified)) return { handoff: "must", because };
  const onTheWay = conversation.turns.flatMap((_turn, i) => answers(i + 1));
  return { handoff: onTheWay.some((answer) => answer.qualified) ? "either" : "must-not", because };
}

function answerTo(row: unknown, compiled: CompiledPolicy, now: EpochMs): Answer {
  const evidence = evidenceOfRow(rowSchema.parse(row), now);
  const scores = score(evidence, compiled, now);
  const { policy } = compiled;
  return preview({ evidence, scores, policy, triggers: triggersOf(evidence), now });
}

const NOTHING_EXPECTED = { recipe: null, excluded: null, qualified: false } as const;

/** The first `turns` of the conversation as `baton score` reads it, as Intercom will know it. */
function scoreRow(conversation: Replayable, turns: number, known: Known): unknown {
  const { contact, company } = conversation;
  const said = conversation.turns.slice(0, turns);
  const seen = said.filter((turn) => turn.role === "customer").map((turn) => turn.at);
  return demoScoreRow({
    ...conversation,
    turns: said,
    // Who writes has been seen.
    contact: { ...contact, lastSeenAt: Math.max(contact.lastSeenAt ?? 0, ...seen) },
    ...(company !== undefined && { company: { ...known, ...company } }),
    expect: NOTHING_EXPECTED,
  });
}
