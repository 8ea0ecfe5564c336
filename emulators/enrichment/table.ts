/** What the provider knows: companies by domain, people by e-mail address. */
import { z } from "zod";
import { SeedError } from "../core/control.ts";

const Company = z.strictObject({
  domain: z.string().min(1),
  name: z.string().optional(),
  employees: z.int().min(0).optional(),
  annualRevenue: z.number().min(0).optional(),
  industry: z.string().optional(),
  /** ISO 3166 alpha-2. */
  country: z.string().length(2).optional(),
  state: z.string().optional(),
  /** Technology the company uses: "okta", "workday". */
  technology: z.array(z.string()).default([]),
  /** So many lookups answer 202 (queued) before this company is found. */
  pendingLookups: z.int().min(0).default(0),
});
export type KnownCompany = z.infer<typeof Company>;

const Person = z.strictObject({
  email: z.email(),
  name: z.string().optional(),
  title: z.string().optional(),
  /** "executive", "director", "manager". */
  seniority: z.string().optional(),
});
export type KnownPerson = z.infer<typeof Person>;

const Seed = z.strictObject({
  companies: z.array(Company).default([]),
  people: z.array(Person).default([]),
});
/** What `POST /__emulator/seed` adds to the table. */
export type EnrichmentSeed = z.input<typeof Seed>;

export interface Table {
  readonly companies: Map<string, KnownCompany>;
  readonly people: Map<string, KnownPerson>;
  /** Lookups that are still to answer 202, by domain. */
  readonly pending: Map<string, number>;
  /** Unix milliseconds until which the key is refused. */
  keyRefusedUntil: number;
}

/** A table that knows nobody. */
export function emptyTable(): Table {
  return { companies: new Map(), people: new Map(), pending: new Map(), keyRefusedUntil: 0 };
}

/** Adds a seed; a domain or address that is there already is replaced. Throws `SeedError` naming the place. */
export function seedTable(table: Table, json: unknown): { companies: number; people: number } {
  const parsed = Seed.safeParse(json ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SeedError(`seed: ${z.core.toDotPath(issue?.path ?? []) || "the body"}: ${issue?.message}`);
  }
  for (const company of parsed.data.companies) {
    const domain = company.domain.toLowerCase();
    table.companies.set(domain, { ...company, domain });
    table.pending.set(domain, company.pendingLookups);
  }
  for (const person of parsed.data.people) table.people.set(person.email.toLowerCase(), person);
  return { companies: table.companies.size, people: table.people.size };
}

/** The company of a domain; "queued" while its pending lookups last, undefined when nobody knows it. */
export function lookUpCompany(table: Table, domain: string): KnownCompany | "queued" | undefined {
  const key = domain.toLowerCase();
  const left = table.pending.get(key) ?? 0;
  if (left === 0) return table.companies.get(key);
  table.pending.set(key, left - 1);
  return "queued";
}
