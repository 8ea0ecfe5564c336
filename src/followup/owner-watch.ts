/**
 * Whose record is it now? What a handoff wrote is read again after 1, 10 and 60 minutes; where somebody else's
 * automation gave the record to another owner or stage, that is kept with who and when. Pure.
 */
import type { OwnerRef } from "../decide/decision.ts";
import type { EffectResult } from "../handoff/outcome.ts";
import type { EffectRequest } from "../handoff/effects.ts";
import type { RecordOwner } from "../handoff/ports.ts";
import type { EpochMs, Ms } from "../kernel/time.ts";

/** When it is looked, after the write. */
const LOOKS_AFTER_MS: readonly Ms[] = [60_000, 600_000, 3_600_000];

/** When the look after `looks` others is due; null: there is none. */
export function nextLook(beganAt: EpochMs, looks: number): EpochMs | null {
  const after = LOOKS_AFTER_MS[looks];
  return after === undefined ? null : beganAt + after;
}

/** The record to which the handoff gave an owner, and the stage it gave it; null where it gave none. */
export interface WatchedRecord {
  readonly id: string;
  readonly ownerId: string;
  readonly stage: string | null;
}

export function watchedRecord(
  request: Extract<EffectRequest, { kind: "crm-write" }>,
  result: EffectResult | null,
): WatchedRecord | null {
  for (const operation of request.operations) {
    const { object, fields } = operation;
    const planned = fields["OwnerId"];
    if (!OWNED.has(object) || typeof planned !== "string") continue;
    const id = operation.kind === "update" ? operation.id : result?.ids?.[operation.ref];
    if (id === undefined) return null;
    const stage = fields["StageName"] ?? fields["Status"];
    return { id, ownerId: result?.owner?.id ?? planned, stage: typeof stage === "string" ? stage : null };
  }
  return null;
}

const OWNED: ReadonlySet<string> = new Set(["Lead", "Opportunity"]);

/** One change that was seen. */
export interface OwnerChange {
  readonly what: "owner" | "stage";
  /** Id of the new owner, or the new stage. */
  readonly to: string;
  readonly owner: OwnerRef | null;
  /** Who changed it last, as Salesforce says it. */
  readonly by: string;
  readonly at: EpochMs;
  /** The same as one sentence. */
  readonly text: string;
}

export interface Watched {
  readonly record: WatchedRecord;
  /** Ids and addresses of everybody to whom Baton gave it. */
  readonly given: readonly string[];
  readonly seen: readonly Pick<OwnerChange, "what" | "to">[];
}

/** What is new since the write and the earlier looks. What its owner, old or new, did by hand is work, not a clash. */
export function changesIn({ record, given, seen }: Watched, now: RecordOwner): readonly OwnerChange[] {
  const by = now.changedBy.name ?? now.changedBy.id;
  const when = new Date(now.changedAt).toISOString();
  const known = (what: OwnerChange["what"], to: string): boolean =>
    seen.some((one) => one.what === what && one.to === to);
  const isGiven = (id: string, email: string | null): boolean =>
    given.includes(id) || (email !== null && given.includes(email.toLowerCase()));
  if (now.changedBy.id === now.owner.id || isGiven(now.changedBy.id, null)) return [];
  const changes: OwnerChange[] = [];
  const { id, name, email } = now.owner;
  if (!isGiven(id, email) && !known("owner", id)) {
    const owner: OwnerRef = id.startsWith("00G")
      ? { kind: "queue", id, name: name ?? id }
      : { kind: "user", id, name, email };
    const text = `${by} gave the record to ${name ?? email ?? id} at ${when}, after Baton had given it to somebody else.`;
    changes.push({ what: "owner", to: id, owner, by, at: now.changedAt, text });
  }
  if (
    record.stage !== null &&
    now.stage !== null &&
    now.stage !== record.stage &&
    !known("stage", now.stage)
  ) {
    const text = `${by} moved the record from "${record.stage}" to "${now.stage}" at ${when}, after Baton had written it.`;
    changes.push({ what: "stage", to: now.stage, owner: null, by, at: now.changedAt, text });
  }
  return changes;
}
