/** How far two reviewers agree who labelled the same conversations, independently of each other. Pure. */
import { shareOf, type Share } from "../insights/share.ts";
import { QUESTIONS, type Question, type Reviewed, type Vote } from "./votes.ts";

export interface Agreement {
  readonly reviewers: readonly [string, string];
  readonly question: Question;
  /** Of the conversations that both judged, those on which they say the same. */
  readonly same: Share;
  /** Cohen's kappa: 1 is full agreement, 0 what chance alone would give; null where it cannot be said. */
  readonly kappa: number | null;
  /** Why there is no kappa, as one sentence; null where there is one. */
  readonly why: string | null;
}

/** Of fewer conversations kappa says nothing. */
export const FEWEST_BOTH = 20;

/** Every two reviewers with conversations in common, question by question. */
export function agreements(items: readonly Reviewed[]): readonly Agreement[] {
  const reviewers = [...new Set(items.flatMap(({ votes }) => votes.map(({ reviewer }) => reviewer)))].sort();
  return reviewers.flatMap((a, i) =>
    reviewers.slice(i + 1).flatMap((b) =>
      QUESTIONS.flatMap((question) => {
        const pairs = pairsOf(items, question, a, b);
        return pairs.length === 0 ? [] : [agreementOf([a, b], question, pairs)];
      }),
    ),
  );
}

type Pair = readonly [Vote, Vote];

function pairsOf(items: readonly Reviewed[], question: Question, a: string, b: string): readonly Pair[] {
  return items.flatMap(({ votes }) => {
    const of = (name: string): Vote | null =>
      votes.find(({ reviewer }) => reviewer === name)?.[question] ?? null;
    const [one, other] = [of(a), of(b)];
    return one === null || other === null ? [] : [[one, other] as const];
  });
}

/** J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20, 1960. */
function agreementOf(
  reviewers: readonly [string, string],
  question: Question,
  pairs: readonly Pair[],
): Agreement {
  const n = pairs.length;
  const same = shareOf(pairs.filter(([one, other]) => one === other).length, n);
  const head = { reviewers, question, same };
  if (n < FEWEST_BOTH)
    return { ...head, kappa: null, why: `too few: both judged ${n}, and it takes ${FEWEST_BOTH}` };
  const part = (vote: Vote, at: 0 | 1): number => pairs.filter((pair) => pair[at] === vote).length / n;
  const byChance = (["yes", "no", "cannot-say"] as const).reduce(
    (sum, vote) => sum + part(vote, 0) * part(vote, 1),
    0,
  );
  if (byChance === 1)
    return { ...head, kappa: null, why: "both always say the same: chance alone would agree as well" };
  return { ...head, kappa: (same.k / n - byChance) / (1 - byChance), why: null };
}

/** Whether two say the opposite of each other on any question. */
export function isDisputed({ votes }: Reviewed): boolean {
  return QUESTIONS.some((question) => {
    const said = new Set(votes.map((vote) => vote[question]));
    return said.has("yes") && said.has("no");
  });
}
