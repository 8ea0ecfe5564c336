/** The audit log: who changed what, added to and never changed. */
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import { BEGINNING, type ChainLink, firstBreak, hashOfRow } from "./chain.ts";
import { appendRow, auditRows, lockHead } from "./audit-queries.ts";

/** What was done, as the function that does it tells. */
export interface Act {
  readonly actor: string;
  /** "policy.publish", "pause.begin": what it was done to, and what was done. */
  readonly action: string;
  /** The name or id of what it was done to. */
  readonly subject: string;
  /** Null: no environment in particular. */
  readonly environment: string | null;
  /** Short facts; never a secret, never a customer's words. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/**
 * Adds a row, in the transaction that makes the change where there is one. Everybody who adds waits for whoever added
 * before to commit: call it last.
 */
export async function record(db: Db | Tx, act: Act): Promise<void> {
  if (!db.isTransaction) return inTransaction(db, (tx) => record(tx, act));
  const head = await lockHead(db);
  const row = {
    seq: (head.seq ?? 0) + 1,
    at: head.now,
    actor: act.actor,
    action: act.action,
    subject: act.subject,
    environment: act.environment,
    facts: JSON.stringify(act.facts ?? {}),
    previous: head.hash ?? BEGINNING,
  };
  await appendRow(db, { ...row, hash: hashOfRow(row) });
}

export type Verification =
  | { readonly kind: "whole"; readonly rows: number; readonly head: string }
  | { readonly kind: "broken"; readonly seq: number; readonly why: string };

const PAGE = 1_000;

/** Reads the whole log, page by page. Rows cut off at its end show only against a head that was noted before. */
export async function verifyAuditLog(db: Db): Promise<Verification> {
  let last: ChainLink = { seq: 0, hash: BEGINNING };
  for (;;) {
    const rows = await auditRows(db, { after: last.seq, limit: PAGE });
    const broken = firstBreak(last, rows);
    if (broken !== null) return { kind: "broken", ...broken };
    last = rows.at(-1) ?? last;
    if (rows.length < PAGE) return { kind: "whole", rows: last.seq, head: last.hash };
  }
}
