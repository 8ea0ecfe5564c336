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
import type { Replayable } from "../emulated.ts";
import type { Expectation } from "./facts.ts";

type Answer = ReturnType<typeof preview>;

/** Scores fade with time; this long after the replay the answer is asked for once more. */
const LATER_MS = 15 * 60_000;

/**
 * "must": it qualifies at its end, whether enrichment answers or not, now and a little later. "must-not": at no point
 * of it does it qualify. "either" is everything between.
 */
export function expectationOf(
  conversation: Replayable,
  policy: CompiledPolicy,
  now: EpochMs,
): Pick<Expectation, "handoff" | "because"> {
  const answers = (turns: number): readonly Answer[] =>
    [true, false].flatMap((enriched) =>
      [now, now + LATER_MS].map((at) => answerTo(conversation, policy, at, turns, enriched)),
    );
  const end = answers(conversation.turns.length);
  const last = end[0];
  const because = last?.excluded ?? last?.recipe ?? "below the threshold";
  if (end.every((answer) => answer.qualified)) return { handoff: "must", because };
  const onTheWay = conversation.turns.map((_turn, i) => answers(i + 1));
  const ever = [...onTheWay.flat(), ...end].some((answer) => answer.qualified);
  return { handoff: ever ? "either" : "must-not", because };
}

function answerTo(
  conversation: Replayable,
  { policy, ...compiled }: CompiledPolicy,
  now: EpochMs,
  turns: number,
  enriched: boolean,
): Answer {
  const evidence = evidenceOfRow(rowSchema.parse(scoreRow(conversation, turns, enriched)), now);
  const scores = score(evidence, { policy, ...compiled }, now);
  return preview({ evidence, scores, policy, triggers: triggersOf(evidence), now });
}

const NOTHING_EXPECTED = { recipe: null, excluded: null, qualified: false } as const;

/** The first `turns` of the conversation as `baton score` reads it, as Intercom will know it. */
function scoreRow(conversation: Replayable, turns: number, enriched: boolean): unknown {
  const { contact, company, enrichment = {} } = conversation;
  const said = conversation.turns.slice(0, turns);
  const seen = said.filter((turn) => turn.role === "customer").map((turn) => turn.at);
  return demoScoreRow({
    ...conversation,
    turns: said,
    // Who writes has been seen.
    contact: { ...contact, lastSeenAt: Math.max(contact.lastSeenAt ?? 0, ...seen) },
    ...(company !== undefined && { company: enriched ? { ...enrichment, ...company } : company }),
    expect: NOTHING_EXPECTED,
  });
}
