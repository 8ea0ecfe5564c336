/** What an alert says of its lead since it was sent, and what it still offers. Pure. */
import type { EpochMs } from "../kernel/time.ts";
import { CLAIMED, type Contact } from "../followup/contact.ts";

export interface Line {
  readonly text: string;
  /** Each reader sees it by their own clock. */
  readonly at: EpochMs;
}

export type Offer = "claim" | "reject" | "remind";

export interface Standing {
  /** The earliest first. */
  readonly lines: readonly Line[];
  readonly offers: readonly Offer[];
}

/** An alert of which nothing is known yet. */
export const FRESH: Standing = { lines: [], offers: ["claim", "reject", "remind"] };

/** What is stored of a lead after its handoff. */
export interface Happened {
  readonly claim: { readonly who: string; readonly email: string | null; readonly at: EpochMs } | null;
  readonly rejection: { readonly who: string; readonly reason: string; readonly at: EpochMs } | null;
  /** Each hand it went to. */
  readonly moves: readonly { readonly to: string; readonly at: EpochMs }[];
  /** When the time for the first contact was over. */
  readonly breaches: readonly EpochMs[];
  readonly contacts: readonly Contact[];
}

/** The first contact that was no claim. */
export function firstContact(contacts: readonly Contact[]): Contact | null {
  return contacts.filter(({ what }) => what !== CLAIMED).toSorted((a, b) => a.at - b.at)[0] ?? null;
}

export function standingOf({ claim, rejection, moves, breaches, contacts }: Happened): Standing {
  const contact = firstContact(contacts);
  const lines: readonly Line[] = [
    ...(claim === null ? [] : [{ text: `Claimed by ${claim.who}`, at: claim.at }]),
    ...(contact === null ? [] : [{ text: `Contacted: ${contact.who} ${contact.what}`, at: contact.at }]),
    ...breaches.map((at) => ({ text: "First contact was overdue", at })),
    ...moves.map(({ to, at }) => ({ text: `Given to ${to}`, at })),
    ...(rejection === null
      ? []
      : [{ text: `Not a lead, says ${rejection.who}: ${rejection.reason}`, at: rejection.at }]),
  ];
  const offers: readonly Offer[] =
    rejection !== null
      ? []
      : [
          ...(claim === null ? (["claim"] as const) : []),
          "reject",
          ...(contact === null ? (["remind"] as const) : []),
        ];
  return { lines: lines.toSorted((a, b) => a.at - b.at), offers };
}
