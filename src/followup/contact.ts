/**
 * Who has been in touch with the customer, how, and when: answers in Intercom, work in Salesforce, and claims in Slack,
 * of the people whom the handoff concerns. Pure.
 */
import type { EpochMs } from "../kernel/time.ts";
import type { Recipe } from "../policy/schema.ts";
import type { CrmView } from "../qualify/crm.ts";
import type { Snapshot } from "../conversation/snapshot.ts";
import type { OwnerRef, Told } from "../decide/decision.ts";
import type { CrmTouches, Teammate } from "../handoff/ports.ts";

/** Somebody whom a handoff concerns, by what links them across the systems. */
export interface Party {
  readonly as: "owner" | "csm" | "told";
  readonly crmId: string | null;
  readonly email: string | null;
}

/** One contact that was seen. */
export interface Contact {
  /** What they are to the handoff; the owner may be the CSM too. */
  readonly as: readonly Party["as"][];
  readonly who: string;
  /** "answered in Intercom", "completed the Task \"Call\"". */
  readonly what: string;
  readonly at: EpochMs;
}

/** What is seen of somebody who pressed Claim. */
export const CLAIMED = "claimed it in Slack";

export type Unless = NonNullable<Recipe["followUp"]>["unless"];

/** The owner, the account's customer success manager, and everybody whom the handoff told by name. */
export function partiesOf(owner: OwnerRef, told: readonly Told[], crm: CrmView | null): readonly Party[] {
  const csm = crm?.accounts[0]?.csm ?? null;
  return [
    ...(owner.kind === "user" ? [{ as: "owner" as const, crmId: owner.id, email: owner.email }] : []),
    ...(csm === null ? [] : [{ as: "csm" as const, crmId: csm.id, email: csm.email }]),
    ...told.flatMap((one) =>
      one.kind === "slack-user" || one.kind === "email"
        ? [{ as: "told" as const, crmId: null, email: one.email }]
        : [],
    ),
  ];
}

export interface Seen {
  readonly parties: readonly Party[];
  readonly teammates: readonly Teammate[];
  readonly snapshot: Snapshot;
  readonly touches: CrmTouches;
  /** Claims in Slack that count here. */
  readonly claims: readonly Contact[];
  readonly since: EpochMs;
  /** Answers that Baton itself gave in a teammate's name: no contact. */
  readonly ownAnswers: readonly string[];
}

/** Every contact since `since`, the earliest first. Whoever owns the record in Salesforce by now counts as owner too. */
export function contactsIn(seen: Seen): readonly Contact[] {
  const current = seen.touches.owner;
  const parties: readonly Party[] =
    current === null
      ? seen.parties
      : [...seen.parties, { as: "owner", crmId: current.id, email: current.email }];
  const claims = seen.claims.filter(({ at }) => at >= seen.since);
  return [...answers(seen, parties), ...work(seen, parties), ...claims].toSorted((a, b) => a.at - b.at);
}

function answers(
  { teammates, snapshot, since, ownAnswers }: Seen,
  parties: readonly Party[],
): readonly Contact[] {
  // Intercom's times are whole seconds.
  const from = Math.floor(since / 1_000) * 1_000;
  const own = new Set(ownAnswers.map(plain));
  return snapshot.messages.flatMap(({ role, authorId, author, at, text }): readonly Contact[] => {
    if (role !== "teammate" || at === null || at < from || own.has(plain(text))) return [];
    const emails = teammates.find(({ id }) => id === authorId)?.emails ?? [];
    const are = parties.filter(({ email }) => email !== null && emails.includes(email.toLowerCase()));
    const what = "answered in Intercom";
    return are.length === 0 ? [] : [{ as: rolesOf(are), who: author ?? "a teammate", what, at }];
  });
}

function work({ touches, since }: Seen, parties: readonly Party[]): readonly Contact[] {
  const from = Math.floor(since / 1_000) * 1_000;
  return touches.touches.flatMap(({ by, what, at }): readonly Contact[] => {
    const email = by.email?.toLowerCase();
    const are = parties.filter(
      (one) => one.crmId === by.id || (email !== undefined && one.email?.toLowerCase() === email),
    );
    if (are.length === 0 || at < from) return [];
    return [{ as: rolesOf(are), who: by.name ?? by.email ?? by.id, what: `${what} in Salesforce`, at }];
  });
}

function rolesOf(parties: readonly Party[]): readonly Party["as"][] {
  return [...new Set(parties.map(({ as }) => as))];
}

/** The first contact that a timer with this `unless` was waiting for; null when there was none. */
export function contactFor(unless: Unless, contacts: readonly Contact[]): Contact | null {
  switch (unless) {
    case "contacted":
      return contacts[0] ?? null;
    case "contactedBy.csm":
      return contacts.find(({ as }) => as.includes("csm")) ?? null;
    case "contactedBy.owner":
      return contacts.find(({ as }) => as.includes("owner")) ?? null;
  }
}

/** "Ana Alvarez answered in Intercom at 2026-03-10T12:00:00.000Z". */
export function contactText({ who, what, at }: Contact): string {
  return `${who} ${what} at ${new Date(at).toISOString()}`;
}

function plain(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
