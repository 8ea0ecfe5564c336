/** How one effect can end, and what it leaves behind. */
import type { FailureFacts } from "../kernel/failure.ts";
import type { OwnerRef } from "../decide/decision.ts";

/** What a finished effect leaves behind: ids, never words. */
export interface EffectResult {
  readonly ids?: Readonly<Record<string, string>>;
  readonly about?: string | undefined;
  /** Set when Salesforce refused the planned owner and the next one took it. */
  readonly owner?: OwnerRef;
  readonly already?: boolean;
  readonly id?: string;
  /** What of the plan its target could not take. */
  readonly notes?: readonly string[];
}

export type Outcome =
  | { readonly state: "done"; readonly result: EffectResult }
  | { readonly state: "would" }
  | {
      readonly state: "maybe" | "failed" | "skipped";
      readonly facts: FailureFacts | { readonly message: string };
    };

export function done(result: EffectResult): Outcome {
  return { state: "done", result };
}

export function skipped(message: string): Outcome {
  return { state: "skipped", facts: { message } };
}

/** A failure as it is stored: without its cause, which may hold anything. */
export function plainFacts({ target, code, status, message }: FailureFacts): Omit<FailureFacts, "cause"> {
  return status === undefined ? { target, code, message } : { target, code, status, message };
}
