/** What reviewers say of a conversation, and what their votes come to. Pure. */

export const VOTES = ["yes", "no", "cannot-say"] as const;
export type Vote = (typeof VOTES)[number];

/** What a reviewer would do, said before they see what was decided. */
export const GUESSES = ["hand-off", "leave", "cannot-say"] as const;
export type Guess = (typeof GUESSES)[number];

/** The questions; the last two are asked of what was handed off alone. */
export const QUESTIONS = ["qualified", "routed", "complete"] as const;
export type Question = (typeof QUESTIONS)[number];

export interface Votes {
  /** Whether it was right to let it through, or not to. */
  readonly qualified: Vote;
  /** Whether it went to the right person; null where nobody got it. */
  readonly routed: Vote | null;
  /** Whether they had what they need to act. */
  readonly complete: Vote | null;
}

/** The signals that one message of the customer means, by its id; none of them where the list is empty. */
export interface Meant {
  readonly message: string;
  readonly signals: readonly string[];
}

export interface Ballot extends Votes {
  readonly note: string;
  /** Of the messages that the reviewer spoke of; each at most once. */
  readonly meanings: readonly Meant[];
}

export interface CastVote extends Ballot {
  readonly reviewer: string;
}

/** A conversation of a round with every vote about it. */
export interface Reviewed {
  readonly position: number;
  readonly conversation: string;
  readonly stratum: string;
  /** Of the decision; what is not asked of it has no votes. */
  readonly kind: "handoff" | "held" | "excluded" | "below-threshold";
  readonly recipe: string | null;
  readonly votes: readonly CastVote[];
}

export function hasQualified({ kind }: Pick<Reviewed, "kind">): boolean {
  return kind === "handoff" || kind === "held";
}

/** What most of those say who can; null where nobody can, or as many say the opposite. */
export function verdictOn(votes: readonly Votes[], question: Question): boolean | null {
  const count = (vote: Vote): number => votes.filter((one) => one[question] === vote).length;
  const lead = count("yes") - count("no");
  return lead === 0 ? null : lead > 0;
}

/** Whether the conversation should have qualified, as its votes say; null where they do not say. */
export function shouldQualify(reviewed: Reviewed): boolean | null {
  const isRight = verdictOn(reviewed.votes, "qualified");
  return isRight === null ? null : isRight === hasQualified(reviewed);
}
