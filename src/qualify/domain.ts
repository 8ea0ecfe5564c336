/**
 * The company behind a person: the registrable domain that Intercom or enrichment knows, else that of the work address.
 */
import commonProviders from "email-providers/common.json" with { type: "json" };
import allProviders from "email-providers/all.json" with { type: "json" };
import { getDomain } from "tldts";
import type { Snapshot } from "../conversation/snapshot.ts";

const freeMail = new Set<string>([...commonProviders, ...allProviders]);

/** Registrable domain in lower case ("acme.co.uk"), or null: none known, free mail, or no public suffix. */
export function companyDomain(snapshot: Snapshot): string | null {
  const known = registrable(snapshot.company?.domain ?? null);
  if (known !== null) return known;
  const address = snapshot.contact?.email ?? null;
  return registrable(address === null ? null : address.slice(address.lastIndexOf("@") + 1));
}

/** The registrable part of a host name, web address or mail domain; null for free mail and for what is no domain. */
export function registrable(host: string | null): string | null {
  if (host === null) return null;
  const domain = getDomain(host.trim().toLowerCase());
  return domain === null || freeMail.has(domain) ? null : domain;
}
