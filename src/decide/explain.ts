/** Why this record and this account, as the rep reads it in the alert. Pure. */
import type { EpochMs } from "../kernel/time.ts";
import type { CrmOpportunity, CrmView } from "../qualify/crm.ts";
import { openOpportunities } from "../qualify/situation.ts";

/** So many records are named; of more only how many. */
const MOST_NAMED = 3;

/** Which of the open opportunities, and which others there are. */
export function whyOpportunity(crm: CrmView): string {
  const [chosen, ...others] = openOpportunities(crm);
  if (chosen === undefined) return "no open Opportunity";
  if (others.length === 0) return `the open Opportunity ${titled(chosen)}`;
  const count = others.length + 1;
  return `most recently active of ${count} open: ${titled(chosen)}${activity(chosen)}; others: ${listed(
    others.map((one) => `${titled(one)}${activity(one)}`),
  )}`;
}

/**
 * Which account and by what rule, and which others fit; null when there is nothing to explain: the account of the
 * person's own Contact without a rival, or none at all.
 */
export function whyAccount(crm: CrmView): string | null {
  const [account] = crm.accounts;
  const rivals = crm.competing.map(({ name, id, reason }) => `${quoted(name ?? id)} (${reason})`);
  const match = account?.match ?? null;
  const isPlain = rivals.length === 0 && (match === null || match.by === "contact");
  if (isPlain) return null;
  if (account === undefined || match === null) return `no account is sure: ${listed(rivals)}`;
  const chosen = `account ${quoted(account.name ?? account.id)}, ${Math.round(match.confidence * 100)} % sure: ${match.reason}`;
  return rivals.length === 0 ? chosen : `${chosen}; not ${listed(rivals)}`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).join(", ");
  return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more` : shown;
}

function titled(opportunity: CrmOpportunity): string {
  return quoted(opportunity.name ?? opportunity.id);
}

function quoted(name: string): string {
  return `"${name}"`;
}

function activity({ lastActivityAt }: CrmOpportunity): string {
  return lastActivityAt === null ? " (no activity)" : ` (${day(lastActivityAt)})`;
}

function day(at: EpochMs): string {
  return new Date(at).toISOString().slice(0, 10);
}
