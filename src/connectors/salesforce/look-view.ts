/**
 * From the rows of a look-up to the view of one person: merged and converted records are followed, deleted ones left
 * out, the account chosen. Pure.
 */
import { getDomain } from "tldts";
import type {
  CrmContact,
  CrmLead,
  CrmMatch,
  CrmOpportunity,
  CrmQuestion,
  CrmView,
} from "../../qualify/crm.ts";
import { type AccountCandidate, chooseAccount } from "../../qualify/match.ts";
import { type Followed, MOST_ACCOUNTS } from "./look-queries.ts";
import type { AccountRow, ContactRow, LeadRow } from "./look-rows.ts";

/** The rows of the five answers. */
export interface LookRows {
  readonly leads: readonly LeadRow[];
  readonly contacts: readonly ContactRow[];
  readonly contactAccounts: readonly AccountRow[];
  readonly leadAccounts: readonly AccountRow[];
  readonly accounts: readonly AccountRow[];
}

function distinct<T extends { readonly id: string }>(rows: readonly T[]): T[] {
  const byId = new Map<string, T>();
  for (const row of rows) if (!byId.has(row.id)) byId.set(row.id, row);
  return [...byId.values()];
}

/**
 * Where the rows lead that nobody has read yet: winners of merges, contacts and accounts of converted leads. Ids in
 * `seen` were asked for before.
 */
export function leadsOn(rows: LookRows, seen: ReadonlySet<string>): Followed {
  const known = new Set([
    ...seen,
    ...[...rows.leads, ...rows.contacts].map(({ id }) => id),
    ...[...rows.contactAccounts, ...rows.leadAccounts, ...rows.accounts].map(({ account }) => account.id),
  ]);
  const unread = (ids: readonly (string | null)[]): string[] => [
    ...new Set(ids.filter((id): id is string => id !== null && !known.has(id))),
  ];
  const converted = rows.leads.flatMap((row) => (row.isDeleted ? [] : (row.converted ?? [])));
  const people = [...rows.contacts, ...converted];
  return {
    leads: unread(rows.leads.map((row) => (row.isDeleted ? row.masterId : null))),
    contacts: unread(people.map((one) => (one.isDeleted ? one.masterId : null))),
    accounts: unread(people.map((one) => (one.isDeleted ? null : one.contact.accountId))),
  };
}

/** Open before closed, the person's own before the company's, the last touched first. */
function byRelevance(a: CrmOpportunity, b: CrmOpportunity): number {
  return (
    Number(a.isClosed) - Number(b.isClosed) ||
    Number(b.ofContact) - Number(a.ofContact) ||
    (b.lastActivityAt ?? 0) - (a.lastActivityAt ?? 0)
  );
}

const sure = (by: CrmMatch["by"], reason: string, confidence = 1): CrmMatch => ({ by, confidence, reason });

/** Why a Lead or Contact is the person's: its address, a merge that ended in it, or Baton's key. */
function personMatch(
  by: "lead" | "contact",
  row: { readonly id: string; readonly email: string | null },
  losers: ReadonlyMap<string, string>,
  { email }: CrmQuestion,
): CrmMatch {
  if (email !== null && row.email?.toLowerCase() === email.toLowerCase())
    return sure(by, `its address is ${email}`);
  const loser = losers.get(row.id);
  return loser === undefined
    ? sure("key", "Baton made it in an earlier handoff", 0.99)
    : sure(by, `${loser} was merged into it`);
}

/** Winner to loser, for merges seen among the rows. */
function mergesIn(
  rows: readonly { readonly id: string; readonly isDeleted: boolean; readonly masterId: string | null }[],
): ReadonlyMap<string, string> {
  return new Map(
    rows.flatMap((row) => (row.isDeleted && row.masterId !== null ? [[row.masterId, row.id]] : [])),
  );
}

function leadsOf(rows: LookRows, question: CrmQuestion, scoreField: string | null): readonly CrmLead[] {
  const merges = mergesIn(rows.leads);
  return distinct(rows.leads.filter((row) => !row.isDeleted))
    .filter((row) => !row.isConverted || row.lead.convertedContactId !== null)
    .map((row) => {
      const score = scoreField === null ? null : row.raw[scoreField];
      return {
        ...row.lead,
        score: typeof score === "number" ? score : null,
        match: personMatch("lead", row, merges, question),
      };
    });
}

/** Contacts by address first, then those that a conversion made and that have another address today. */
function contactsOf(rows: LookRows, question: CrmQuestion): readonly CrmContact[] {
  const merges = new Map([
    ...mergesIn(rows.contacts),
    ...mergesIn(rows.leads.flatMap((row) => row.converted ?? [])),
  ]);
  const read = distinct(rows.contacts.filter((row) => !row.isDeleted)).map((row) => ({
    ...row.contact,
    match: personMatch("contact", row, merges, question),
  }));
  const converted = rows.leads.flatMap((row) =>
    row.isDeleted || row.converted === null || row.converted.isDeleted
      ? []
      : [{ ...row.converted.contact, match: sure("lead", `the Lead ${row.id} was converted into it`) }],
  );
  return distinct([...read, ...converted]);
}

function candidatesOf(
  rows: LookRows,
  contacts: readonly CrmContact[],
  question: CrmQuestion,
): readonly AccountCandidate[] {
  const order = contacts.map(({ accountId }) => accountId);
  const all = [...rows.contactAccounts, ...rows.leadAccounts, ...rows.accounts];
  const place = ({ account }: AccountRow): number => {
    const at = order.indexOf(account.id);
    return at === -1 ? order.length : at;
  };
  // A name that so many carry that not all were read may be anybody's.
  const isCommon = rows.accounts.length >= MOST_ACCOUNTS;
  const byContact = new Map(contacts.map(({ accountId, match }) => [accountId, match?.by ?? null]));
  // The Contact of a conversion may be gone; the account it was made in is still the person's.
  const converted = new Set(
    rows.leads.map((row) =>
      row.isDeleted || row.converted?.isDeleted === false ? null : row.convertedAccountId,
    ),
  );
  return distinct(all.map((row) => ({ id: row.account.id, row })))
    .map(({ row }) => row)
    .toSorted((a, b) => place(a) - place(b))
    .flatMap((row): AccountCandidate[] => {
      const { account, opportunities } = row;
      const found = (by: AccountCandidate["by"]): AccountCandidate[] => [{ account, opportunities, by }];
      const way = byContact.get(account.id);
      if (way !== undefined) return found(way === "lead" ? "lead" : "contact");
      if (converted.has(account.id)) return found("lead");
      if (row.key !== null && question.keys.includes(row.key)) return found("key");
      // LIKE also finds "notacme.com" and "acme.com.evil.example".
      const hasDomain = account.website !== null && getDomain(account.website) === question.domain;
      if (hasDomain) return found("domain");
      return isCommon || question.companyName === null ? [] : found("name");
    });
}

/** Puts the answers together: each record once, the best match first, and why it is the best. */
export function viewOf(rows: LookRows, question: CrmQuestion, scoreField: string | null): CrmView {
  const found = contactsOf(rows, question);
  const candidates = candidatesOf(rows, found, question);
  const company = { domain: question.domain, name: question.companyName };
  const { accounts, opportunities, competing } = chooseAccount(candidates, company);
  const home = accounts[0]?.id ?? null;
  const isHome = (contact: CrmContact): number => Number(contact.accountId === home);
  const ofPerson = rows.contacts.flatMap((row) => (row.isDeleted ? [] : row.opportunities));
  return {
    leads: leadsOf(rows, question, scoreField),
    contacts: found.toSorted((a, b) => isHome(b) - isHome(a)),
    accounts,
    opportunities: distinct([...ofPerson, ...opportunities]).sort(byRelevance),
    competing,
  };
}
