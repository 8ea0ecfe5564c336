/**
 * The table in the shape of Clearbit's Enrichment API (combined and company lookup):
 * dashboard.clearbit.com/docs#enrichment-api. New keys need HubSpot since 2025 (help.clearbit.com article
 * 19677786369687); the shape lives on in the providers that answer like it.
 */
import type { KnownCompany, KnownPerson } from "./table.ts";

/** Clearbit's `company`; null where the table knows nothing. */
export function clearbitCompany(company: KnownCompany) {
  return {
    id: deterministicId(company.domain),
    name: company.name ?? null,
    legalName: null,
    domain: company.domain,
    category: { sector: null, industryGroup: null, industry: company.industry ?? null, subIndustry: null },
    geo: { countryCode: company.country ?? null, stateCode: company.state ?? null, city: null },
    metrics: {
      employees: company.employees ?? null,
      employeesRange: employeesRange(company.employees),
      annualRevenue: company.annualRevenue ?? null,
      estimatedAnnualRevenue: null,
    },
    tech: company.technology,
    type: "private",
  };
}

/** Clearbit's `person`; the employment names the company. */
export function clearbitPerson(person: KnownPerson, company: KnownCompany | null) {
  const [givenName = null, ...family] = (person.name ?? "").split(" ").filter((piece) => piece !== "");
  return {
    id: deterministicId(person.email),
    name: { fullName: person.name ?? null, givenName, familyName: family.join(" ") || null },
    email: person.email,
    employment: {
      domain: company?.domain ?? null,
      name: company?.name ?? null,
      title: person.title ?? null,
      seniority: person.seniority ?? null,
    },
  };
}

/** The ranges of Clearbit's documentation. */
function employeesRange(employees: number | undefined): string | null {
  if (employees === undefined) return null;
  const ranges: readonly (readonly [number, string])[] = [
    [10, "1-10"],
    [50, "11-50"],
    [250, "51-250"],
    [1_000, "251-1K"],
    [5_000, "1K-5K"],
    [10_000, "5K-10K"],
    [50_000, "10K-50K"],
    [100_000, "50K-100K"],
  ];
  return ranges.find(([most]) => employees <= most)?.[1] ?? "100K+";
}

function deterministicId(text: string): string {
  let hash = 2_166_136_261;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619) >>> 0;
  }
  return `00000000-0000-4000-8000-${hash.toString(16).padStart(12, "0")}`;
}
