/**
 * What a handoff does to the outside, one effect at a time. Planned as data with the decision, stored, then carried out.
 */
import { createHash } from "node:crypto";
import type { OwnerRef } from "../decide/decision.ts";
import type { Target } from "../kernel/failure.ts";
import type { EpochMs } from "../kernel/time.ts";
import type { Anew } from "./moved.ts";
import type { Alert, CrmOperation, Recipient } from "./ports.ts";

export type EffectRequest =
  | {
      readonly kind: "crm-write";
      readonly operations: readonly CrmOperation[];
      readonly owner: OwnerRef;
      /** Who comes next if Salesforce refuses the owner at the last moment. */
      readonly alternates: readonly OwnerRef[];
      /** The record that alerts link to: one that exists, or the `ref` of one this write creates. */
      readonly about: string | { readonly ref: string };
      /** The record that is made again should the one that the write changes have been deleted. */
      readonly anew?: Anew;
    }
  | { readonly kind: "tag-conversation"; readonly conversation: string; readonly tag: string }
  | { readonly kind: "tag-contact"; readonly contact: string; readonly tag: string }
  | { readonly kind: "move-to-team"; readonly conversation: string; readonly team: string }
  | {
      readonly kind: "set-attributes";
      readonly contact: string;
      readonly attributes: Readonly<Record<string, string | number | boolean>>;
    }
  | {
      /** An answer to the customer as a teammate; not sent once a person has answered, nor too late. */
      readonly kind: "reply";
      readonly conversation: string;
      readonly admin: string;
      readonly text: string;
      /** Answers of people since then stand in its way. */
      readonly since: EpochMs;
      readonly notAfter: EpochMs;
    }
  | { readonly kind: "notify"; readonly recipient: Recipient; readonly alert: Alert }
  /** The policy asks for something nobody can do here; shown as skipped, never silent. */
  | { readonly kind: "impossible"; readonly what: string; readonly reason: string };

export interface PlannedEffect {
  readonly kind: EffectRequest["kind"];
  readonly target: Target;
  /** Unique for ever, [A-Za-z0-9_-], at most 80 characters. */
  readonly key: string;
  readonly request: EffectRequest;
}

/**
 * The key a write carries: the handoff's fingerprint and what it is for. Same handoff, same purpose, same key, so a
 * repeat is recognised by the target. 22 characters of SHA-256 are 132 bits.
 */
export function effectKey(handoff: string, purpose: string): string {
  const fingerprint = createHash("sha256").update(handoff).digest("base64url").slice(0, 22);
  return `${fingerprint}-${purpose.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 57)}`;
}

/** Keys of the Lead, Contact, Opportunity and Account that an earlier handoff may have made of a person. */
export function recordKeys(handoff: string): readonly string[] {
  return ["record", "contact", "account"].map((purpose) => effectKey(handoff, purpose));
}
