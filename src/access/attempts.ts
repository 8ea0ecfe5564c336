/** Lets attempts at a password through, ever more slowly for an account and for an address that keep failing. */
import { createHash } from "node:crypto";
import type { EpochMs, Ms } from "../kernel/time.ts";
import { type Db, inTransaction } from "../store/database.ts";
import { ACCOUNT, ADDRESS, delayAfter, FORGOTTEN_AFTER_MS, type Patience } from "./delay.ts";
import { lockAttempts, putAttempts, takeBackAttempt } from "./people-queries.ts";

/** From where an attempt comes, and on whom; null where it names nobody. */
export interface AttemptOn {
  readonly address: string;
  readonly account: string | null;
}

/**
 * Counts the attempt as failed before it is made, so that many at once are no way around. Returns how long the caller
 * must wait, in which case nothing was counted; 0 lets it through.
 */
export async function beginAttempt(db: Db, on: AttemptOn, now: EpochMs): Promise<Ms> {
  return inTransaction(db, async (tx) => {
    const states = [];
    for (const { key, patience } of keysOf(on)) {
      const row = await lockAttempts(tx, key);
      if (row !== null && row.blockedUntil > now) return row.blockedUntil - now;
      const before = row !== null && row.lastAt > now - FORGOTTEN_AFTER_MS ? row.failures : 0;
      states.push({ key, patience, failures: before + 1 });
    }
    for (const { key, patience, failures } of states)
      await putAttempts(tx, key, {
        failures,
        lastAt: now,
        blockedUntil: now + delayAfter(failures, patience),
      });
    return 0;
  });
}

/** The account starts afresh; its address only forgets this one attempt, or an account of one's own would clear it. */
export async function endAttempt(db: Db, on: AttemptOn): Promise<void> {
  for (const { key, patience } of keysOf(on)) await takeBackAttempt(db, key, patience === ACCOUNT);
}

function keysOf({
  address,
  account,
}: AttemptOn): readonly { readonly key: string; readonly patience: Patience }[] {
  const from = { key: hashOf(`address ${address}`), patience: ADDRESS };
  return account === null
    ? [from]
    : [{ key: hashOf(`account ${account.trim().toLowerCase()}`), patience: ACCOUNT }, from];
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
