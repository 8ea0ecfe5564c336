/**
 * Phrases that are found where another phrase of the policy stands, in any of the forms that are matched.
 */
import type { Remark } from "../policy/lint/finding.ts";
import type { Policy } from "../policy/schema.ts";
import { phraseVariants } from "./inflect.ts";

interface Phrase {
  readonly signal: string;
  readonly at: number;
  readonly text: string;
  /** Its forms, each as its words with a blank before and after every one. */
  readonly forms: readonly string[];
}

/** A warning for each phrase that stands twice, a note for each that stands inside another. */
export function phraseRemarks(policy: Policy): readonly Remark[] {
  const phrases = Object.entries(policy.signals).flatMap(([signal, rule]) =>
    rule.phrases.map((text, at): Phrase => ({
      signal,
      at,
      text,
      forms: phraseVariants(text).map((words) => ` ${words.join(" ")} `),
    })),
  );
  return phrases.flatMap((phrase, index) => {
    const twin = phrases.slice(0, index).find((other) => isTwin(phrase, other));
    if (twin !== undefined) return [repeated(phrase, twin)];
    const inner = phrases.filter(
      (other) => !isTwin(phrase, other) && other.forms.some((form) => isInside(form, phrase)),
    );
    return inner.map((other) => nested(phrase, other));
  });
}

function isTwin(phrase: Phrase, other: Phrase): boolean {
  return phrase !== other && phrase.forms.some((form) => other.forms.includes(form));
}

function isInside(form: string, { forms }: Phrase): boolean {
  return forms.some((longer) => longer !== form && longer.includes(form));
}

function repeated(phrase: Phrase, twin: Phrase): Remark {
  const isSame = phrase.signal === twin.signal;
  return {
    severity: "warning",
    rule: "phrase-repeated",
    path: ["signals", phrase.signal, "phrases", phrase.at],
    message: `"${phrase.text}" finds the same words as "${twin.text}" of signal ${twin.signal}`,
    proof: isSame
      ? "words count once for a signal, whichever of its phrases finds them"
      : `the same words then count for ${twin.signal} and for ${phrase.signal}`,
    next: "leave out one of them",
  };
}

function nested(phrase: Phrase, inner: Phrase): Remark {
  const isSame = phrase.signal === inner.signal;
  return {
    severity: "note",
    rule: "phrase-inside",
    path: ["signals", phrase.signal, "phrases", phrase.at],
    message: isSame
      ? `"${phrase.text}" holds "${inner.text}" of the same signal`
      : `"${phrase.text}" holds "${inner.text}" of signal ${inner.signal}: both signals are found there`,
    proof: isSame
      ? "where both fit, the longer one counts and the shorter one does not"
      : `each signal looks for its own phrases, so one wording gives points for ${inner.signal} and for ${phrase.signal}`,
    next: isSame ? null : "leave it so when both are meant",
  };
}
