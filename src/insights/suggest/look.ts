/** A suggestion for an environment's policy with what it would have done: reads the past, and writes nothing. */
import type { Environment } from "../../decide/queries.ts";
import { UserError } from "../../kernel/failure.ts";
import type { EpochMs, Ms } from "../../kernel/time.ts";
import { policyOf } from "../../policy/read.ts";
import { rewritten, treeOf } from "../../policy/rewrite.ts";
import { compile } from "../../qualify/compile.ts";
import { documentOf } from "../../versions/queries.ts";
import { type Archive, type Backtest, backtest, liveSideOf, type Watch } from "../backtest.ts";
import { closedConversations, endedConversations } from "../closings/queries.ts";
import { type ClosedCase, caseOf, suggest, type Suggestion, withSuggested } from "./suggest.ts";

export interface SuggestionQuestion {
  readonly environment: Environment;
  /** Null: the score that most of the closed conversations reached. */
  readonly score: string | null;
  /** Deals of conversations that were decided since then. */
  readonly since: EpochMs;
  readonly now: EpochMs;
}

export interface Proposal extends Suggestion {
  /** The live policy's text with the suggested points; null where nothing is suggested. */
  readonly document: string | null;
  /** What it would have done to the last 30 days instead of the live policy; null where nothing is suggested. */
  readonly backtest: Backtest | null;
  /** Conversations whose inputs cannot be read any more. */
  readonly unreadable: number;
}

/** More deals make the intervals hardly narrower, and are older. */
const MOST_CLOSED = 5_000;
const PAGE = 100;
const TRIED_MS: Ms = 30 * 86_400_000;
const EXAMPLES = 20;

/** Null when it was stopped. A UserError where no policy is live, or the score is none of its. */
export async function propose(
  archive: Archive,
  question: SuggestionQuestion,
  watch: Watch,
): Promise<Proposal | null> {
  const { environment, score, since, now } = question;
  const side = await liveSideOf(archive.db, environment);
  if (score !== null && side.live.scores[score] === undefined)
    throw new UserError(
      `suggest: the live policy of ${environment.name} has no score "${score}"; it has ${Object.keys(side.live.scores).join(", ")}.`,
    );
  const read = await casesOf(archive, question, side, watch);
  if (read === null) return null;
  const { cases, unreadable } = read;
  const suggestion = suggest(cases, side.live, score);
  if (suggestion.why !== null) return { ...suggestion, document: null, backtest: null, unreadable };
  const text = (await documentOf(archive.db, Number(environment.policyVersion))) ?? "";
  const document = rewritten(text, withSuggested(treeOf(text), suggestion));
  const window = { environment: environment.name, since: Math.max(since, now - TRIED_MS), until: now };
  const tried = {
    window,
    draft: policyOf(document, "the suggestion"),
    ...side,
    against: "live",
    each: false,
    examples: EXAMPLES,
  } as const;
  const ending = await backtest(archive, tried, watch);
  return ending.kind === "stopped" ? null : { ...suggestion, document, backtest: ending.report, unreadable };
}

async function casesOf(
  { db }: Archive,
  { environment, since, now }: SuggestionQuestion,
  { live }: Awaited<ReturnType<typeof liveSideOf>>,
  { signal, onProgress }: Watch,
): Promise<{ readonly cases: readonly ClosedCase[]; readonly unreadable: number } | null> {
  const window = { environment: environment.name, since, until: now };
  const ended = await endedConversations(db, window, MOST_CLOSED);
  const compiled = compile(live);
  const cases: ClosedCase[] = [];
  let unreadable = 0;
  for (let at = 0; at < ended.length; at += PAGE) {
    if (signal.aborted) return null;
    for (const closed of await closedConversations(db, ended.slice(at, at + PAGE))) {
      const one = caseOf(closed, compiled);
      if (one === null) unreadable += 1;
      else cases.push(one);
    }
    onProgress(Math.min(at + PAGE, ended.length), ended.length);
  }
  return { cases, unreadable };
}
