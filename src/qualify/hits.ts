/** How often each phrase of a policy was what a customer wrote. */
import type { CompiledPolicy } from "./compile.ts";
import { phrasesOf } from "./find.ts";

/** Words that counted for a signal, as customers wrote them, and at how many places. */
export interface CountedWords {
  readonly signal: string;
  readonly text: string;
  readonly times: number;
}

export interface Hits {
  readonly signal: string;
  /** As the policy writes it. */
  readonly phrase: string;
  readonly times: number;
}

/** Every phrase and hint of the policy, in its order; words that none of a signal's phrases is by now count nowhere. */
export function hitsOf(counted: readonly CountedWords[], compiled: CompiledPolicy): readonly Hits[] {
  const times = new Map<string, number>();
  for (const one of counted)
    for (const { signal, phrase } of phrasesOf(one.text, compiled)) {
      if (compiled.signals[signal]?.name !== one.signal) continue;
      const key = `${signal} ${phrase}`;
      times.set(key, (times.get(key) ?? 0) + one.times);
    }
  return compiled.signals.flatMap(({ name, rule }, signal) =>
    [...rule.phrases, ...rule.hints].map((phrase, at) => ({
      signal: name,
      phrase,
      times: times.get(`${signal} ${at}`) ?? 0,
    })),
  );
}
