/**
 * A policy made ready for many conversations: its phrases in one tree of words, so that the cost of reading a message
 * does not grow with the number of phrases.
 */
import type { Policy, ScoreRule, Signal } from "../policy/schema.ts";
import type { Ms } from "../kernel/time.ts";
import { parseDuration } from "../kernel/time.ts";
import type { Model } from "./meaning/model.ts";
import { shippedModel } from "./meaning/shipped.ts";
import { phraseVariants } from "./inflect.ts";
import { foldTag } from "./words.ts";

/** One phrase of a signal in one of its forms. */
export interface PhraseEnd {
  /** Position in `CompiledPolicy.signals`. */
  readonly signal: number;
  /** Position in the signal's `phrases`, then `hints`; all forms of a phrase share it. */
  readonly phrase: number;
}

/** A node of the tree: what follows this word, and which phrases end here. */
export interface PhraseNode {
  readonly next: Map<string, PhraseNode>;
  readonly ends: PhraseEnd[];
}

export interface CompiledSignal {
  readonly name: string;
  readonly label: string;
  readonly rule: Signal;
  /** The `PhraseEnd.phrase` of its hints. */
  readonly hints: ReadonlySet<number>;
  /** Folded, as they are compared. */
  readonly tags: ReadonlySet<string>;
  readonly usage: {
    /** As the policy writes it. */
    readonly name: string;
    readonly event: string;
    readonly atLeast: number;
    readonly withinMs: Ms;
    readonly within: string;
  } | null;
}

export interface CompiledScore {
  readonly name: string;
  readonly rule: ScoreRule;
  readonly signals: readonly string[];
  readonly halfLifeMs: Ms | null;
}

export interface CompiledPolicy {
  readonly policy: Policy;
  readonly signals: readonly CompiledSignal[];
  readonly scores: readonly CompiledScore[];
  readonly phrases: PhraseNode;
  /** Null when no signal asks for meaning. */
  readonly model: Model | null;
}

const node = (): PhraseNode => ({ next: new Map(), ends: [] });

/**
 * Builds the matcher of `policy` once; the result is used for any number of conversations. Signals with `meaning` are
 * read by `model`, by the one that comes with Baton when there is none.
 */
export function compile(policy: Policy, model?: Model): CompiledPolicy {
  const phrases = node();
  const signals = Object.entries(policy.signals).map(([name, rule], index) => {
    for (const [phrase, text] of [...rule.phrases, ...rule.hints].entries()) {
      for (const words of phraseVariants(text)) plant(phrases, words, { signal: index, phrase });
    }
    return compileSignal(name, rule);
  });
  const scores = Object.entries(policy.scores).map(([name, rule]) => ({
    name,
    rule,
    signals: [...new Set(rule.signals)],
    halfLifeMs: rule.recency === undefined ? null : parseDuration(rule.recency.halfLife),
  }));
  const asksForMeaning = signals.some(({ rule }) => rule.meaning);
  return { policy, signals, scores, phrases, model: asksForMeaning ? (model ?? shippedModel()) : null };
}

/** The same policy read by another text model; one that asks for none stays as it is. */
export function withModel(compiled: CompiledPolicy, model: Model): CompiledPolicy {
  return compiled.model === null ? compiled : { ...compiled, model };
}

function compileSignal(name: string, rule: Signal): CompiledSignal {
  const usage =
    rule.usage === undefined
      ? null
      : {
          name: rule.usage.event,
          event: foldTag(rule.usage.event),
          atLeast: rule.usage.atLeast,
          withinMs: Number(parseDuration(rule.usage.within)),
          within: rule.usage.within,
        };
  const hints = new Set(rule.hints.map((_, at) => rule.phrases.length + at));
  return { name, label: rule.label ?? name, rule, hints, tags: new Set(rule.tags.map(foldTag)), usage };
}

function plant(root: PhraseNode, words: readonly string[], end: PhraseEnd): void {
  let at = root;
  for (const word of words) {
    const next = at.next.get(word) ?? node();
    at.next.set(word, next);
    at = next;
  }
  const known = at.ends.some((other) => other.signal === end.signal);
  if (!known && words.length > 0) at.ends.push(end);
}
