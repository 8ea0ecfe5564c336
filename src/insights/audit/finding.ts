/** What would have become of one past conversation, and what did: whether it qualified, when, and who answered it. Pure. */
import type { Message } from "../../conversation/snapshot.ts";
import { recipeOf } from "../../decide/judge.ts";
import { preview, triggersOf } from "../../decide/preview.ts";
import type { EpochMs, Ms } from "../../kernel/time.ts";
import type { Recipe } from "../../policy/schema.ts";
import type { CompiledPolicy } from "../../qualify/compile.ts";
import { score } from "../../qualify/score.ts";
import type { Evidence, FoundSignal, Scores } from "../../qualify/scores.ts";

/** The first answer of a person after the message that qualified. */
export type Answer =
  { readonly kind: "after"; readonly ms: Ms } | { readonly kind: "untimed" } | { readonly kind: "none" };

/** What Salesforce holds of the person; "not asked" where nobody looked. */
export type RecordKnown = "there" | "missing" | "not asked";

export interface Qualified {
  readonly kind: "qualified";
  readonly id: string;
  readonly recipe: string;
  /** Whether its recipe looks for new business; one that only makes a Task (churn) does not. */
  readonly isLead: boolean;
  /** The score that stands furthest above its threshold. */
  readonly score: { readonly name: string; readonly value: number; readonly threshold: number };
  /** When the message came that qualified; null without times. */
  readonly at: EpochMs | null;
  readonly answer: Answer;
  readonly record: RecordKnown;
  /** From the message that qualified to the record; 0 where it was there before; null: not known. */
  readonly recordAfterMs: Ms | null;
  /** Names of the signals that were found. */
  readonly signals: readonly string[];
  /** The words that weighed most, as the customer wrote them. */
  readonly quote: string | null;
  readonly url: string | null;
}

export type Finding =
  | Qualified
  | { readonly kind: "excluded"; readonly exclusion: string }
  | { readonly kind: "below-threshold" }
  | { readonly kind: "no-customer-message" };

/**
 * As Baton would have decided at the time: each customer's message as of its own time, with what had been said until
 * then; what bears no time, as of `now`. The first that qualifies counts, else how the last one left it.
 */
export function findingOf(evidence: Evidence, policy: CompiledPolicy, now: EpochMs): Finding {
  const { messages } = evidence.snapshot;
  const last = messages.findLastIndex(isCustomers);
  if (last === -1) return { kind: "no-customer-message" };
  const end = judgedAt(last, evidence, policy, now);
  // Where nothing at all was found, nothing was found earlier.
  const isPlain = end.recipe === null && end.scores.signals.length === 0;
  const first = isPlain ? null : firstQualified(last, evidence, policy, now);
  const { place, verdict } = first ?? { place: last, verdict: end };
  if (verdict.recipe !== null) return qualifiedBy(verdict.recipe, verdict.scores, place, evidence, policy);
  return verdict.excluded === null
    ? { kind: "below-threshold" }
    : { kind: "excluded", exclusion: verdict.excluded };
}

function qualifiedBy(
  recipe: string,
  scores: Scores,
  place: number,
  evidence: Evidence,
  { policy }: CompiledPolicy,
): Qualified {
  const { snapshot } = evidence;
  return {
    kind: "qualified",
    id: snapshot.conversation,
    recipe,
    isLead: isLead(recipeOf(policy, recipe)),
    score: strongest(scores),
    at: snapshot.messages[place]?.at ?? null,
    answer: answerAfter(snapshot.messages, place),
    record: recordOf(evidence),
    recordAfterMs: null,
    signals: [...new Set(scores.signals.map(({ signal }) => signal))],
    quote: quoteOf(scores.signals),
    url: snapshot.url,
  };
}

function isLead({ record }: Recipe): boolean {
  return record === "by-situation" || record.create !== "Task";
}

function isCustomers(message: Message): boolean {
  return message.role === "customer";
}

/** What the policy says right after the message at `place`. */
function judgedAt(place: number, evidence: Evidence, policy: CompiledPolicy, now: EpochMs) {
  const messages = evidence.snapshot.messages.slice(0, place + 1);
  const until = { ...evidence, snapshot: { ...evidence.snapshot, messages } };
  const then = messages.at(-1)?.at ?? now;
  const scores = score(until, policy, then);
  const triggers = triggersOf(until);
  return { scores, ...preview({ evidence: until, scores, policy: policy.policy, triggers, now: then }) };
}

function firstQualified(before: number, evidence: Evidence, policy: CompiledPolicy, now: EpochMs) {
  for (const [place, message] of evidence.snapshot.messages.slice(0, before).entries()) {
    if (!isCustomers(message)) continue;
    const verdict = judgedAt(place, evidence, policy, now);
    if (verdict.recipe !== null) return { place, verdict };
  }
  return null;
}

/** Bots and notes answer nobody. */
function answerAfter(messages: readonly Message[], position: number): Answer {
  const asked = messages[position]?.at ?? null;
  const answer = messages.slice(position + 1).find(({ role }) => role === "teammate");
  if (answer === undefined) return { kind: "none" };
  if (asked === null || answer.at === null) return { kind: "untimed" };
  return { kind: "after", ms: Math.max(0, answer.at - asked) };
}

/** What Salesforce says of a person: their oldest record, and when somebody of the org first did something on it. */
export interface PersonInCrm {
  readonly createdAt: EpochMs | null;
  readonly touchedAt: EpochMs | null;
}

/** With what Salesforce says of the person; null: it has no record of them. A touch there answers like a message does. */
export function withRecord(qualified: Qualified, known: PersonInCrm | null): Qualified {
  if (known === null) return { ...qualified, record: "missing" };
  const { at, answer } = qualified;
  const after = (then: EpochMs | null): Ms | null => (at === null || then === null ? null : then - at);
  const created = after(known.createdAt);
  const touched = after(known.touchedAt);
  const isSooner = touched !== null && (answer.kind !== "after" || touched < answer.ms);
  return {
    ...qualified,
    record: "there",
    recordAfterMs: created === null ? null : Math.max(0, created),
    answer: isSooner ? { kind: "after", ms: Math.max(0, touched) } : answer,
  };
}

function recordOf({ crm }: Evidence): RecordKnown {
  if (crm === null) return "not asked";
  const { leads, contacts, opportunities } = crm;
  return leads.length + contacts.length + opportunities.length > 0 ? "there" : "missing";
}

function strongest({ values }: Scores): Qualified["score"] {
  const [best] = Object.entries(values)
    .map(([name, { value, threshold }]) => ({ name, value, threshold }))
    .toSorted((a, b) => b.value / b.threshold - a.value / a.threshold);
  return best ?? { name: "score", value: 0, threshold: 0 };
}

function quoteOf(signals: readonly FoundSignal[]): string | null {
  const [best] = signals.filter(({ turn }) => turn !== undefined).toSorted((a, b) => b.points - a.points);
  return best?.text ?? null;
}
