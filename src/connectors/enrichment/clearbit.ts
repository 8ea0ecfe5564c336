/** Clearbit's response shape (dashboard.clearbit.com/docs, Enrichment API) as Baton's enrichment. Pure. */
import { z } from "zod";
import type { Enrichment } from "../../handoff/ports.ts";

const text = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);
const number = z
  .number()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);

const ClearbitCompany = z.object({
  name: text,
  domain: text,
  category: z.object({ industry: text }).nullish().catch(null),
  geo: z.object({ countryCode: text, stateCode: text }).nullish().catch(null),
  metrics: z.object({ employees: number, annualRevenue: number }).nullish().catch(null),
  tech: z.array(z.string()).nullish().catch(null),
});

const ClearbitPerson = z.object({
  email: text,
  name: z.object({ fullName: text }).nullish().catch(null),
  phone: text,
  employment: z.object({ title: text, role: text, seniority: text }).nullish().catch(null),
});

export const Combined = z.object({
  person: ClearbitPerson.nullish().catch(null),
  company: ClearbitCompany.nullish().catch(null),
});

function known<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null)) as Partial<T>;
}

function companyOf(company: z.infer<typeof ClearbitCompany>): Enrichment["company"] {
  const { name, domain, geo, metrics, tech } = company;
  const technology = tech === null || tech === undefined || tech.length === 0 ? {} : { technology: tech };
  return {
    ...known({
      name,
      domain: domain?.toLowerCase() ?? null,
      employees: metrics?.employees ?? null,
      annualRevenue: metrics?.annualRevenue ?? null,
      industry: company.category?.industry ?? null,
      country: geo?.countryCode ?? null,
      state: geo?.stateCode ?? null,
    }),
    ...technology,
  };
}

function personOf(person: z.infer<typeof ClearbitPerson>): Enrichment["person"] {
  const attributes = known({
    title: person.employment?.title ?? null,
    jobRole: person.employment?.role ?? null,
    seniority: person.employment?.seniority ?? null,
  });
  const { phone, email } = person;
  return { ...known({ name: person.name?.fullName ?? null, phone, email }), attributes };
}

/** Null when the answer knows neither the person nor the company. */
export function enrichmentOfClearbit(combined: z.infer<typeof Combined>): Enrichment | null {
  const company = combined.company ? companyOf(combined.company) : null;
  const person = combined.person ? personOf(combined.person) : null;
  return company === null && person === null ? null : { company, person, source: "clearbit" };
}
