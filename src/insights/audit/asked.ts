/** An audit that somebody started on a screen, as it is stored. */
import type { EpochMs, Ms } from "../../kernel/time.ts";
import type { GivenRange } from "./inputs.ts";

export interface AuditQuestion {
  /** How far back a live one looks; null for a file. */
  readonly days: number | null;
  readonly withinMs: Ms;
  readonly dealSize: GivenRange;
  readonly closeRate: GivenRange;
  readonly currency: string;
}

export interface AuditFault {
  readonly line: number;
  readonly message: string;
}

export interface Audit {
  readonly id: string;
  readonly environment: string;
  readonly kind: "file" | "live";
  readonly source: string;
  readonly question: AuditQuestion;
  readonly askedBy: string;
  readonly askedAt: EpochMs;
  readonly state: "waiting" | "running" | "done" | "failed" | "stopped";
  readonly done: number;
  /** Null: not known yet. */
  readonly total: number | null;
  readonly heardAt: EpochMs;
  readonly endedAt: EpochMs | null;
  readonly why: string | null;
  /** Places that are no conversation: how many, and the first of them. */
  readonly faults: { readonly count: number; readonly first: readonly AuditFault[] };
}

/** A file is in one process's memory; one that is silent for so long has died with it. */
const SILENT_MS: Ms = 60_000;

/** As people are shown it: a file's audit whose process has died has failed, whatever the row says. */
export function shownAudit<Stored extends Audit>(audit: Stored, now: EpochMs): Stored {
  const { kind, state, heardAt } = audit;
  const isOver = state !== "waiting" && state !== "running";
  if (kind === "live" || isOver || now - heardAt <= SILENT_MS) return audit;
  const why = "Baton was stopped before it had read the file: upload it again.";
  return { ...audit, state: "failed", why };
}
