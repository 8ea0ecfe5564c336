/** The flat fields that a generic provider or a table can give, and how they become an enrichment. Pure. */
import type { Enrichment } from "../../handoff/ports.ts";

/** What a mapping may name. */
export const FIELDS = [
  "name",
  "domain",
  "employees",
  "annualRevenue",
  "industry",
  "country",
  "state",
  "plan",
  "technology",
  "personName",
  "phone",
  "title",
] as const;
export type Field = (typeof FIELDS)[number];
export type FieldValues = Readonly<Partial<Record<Field, unknown>>>;

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** "4,200" and "4200" are numbers; a range like "201-500" counts from its lower end, which promises no more than is known. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  const match = typeof value === "string" ? /^\s*\D?\s*(\d[\d,_ ]*(?:\.\d+)?)/.exec(value) : null;
  return match?.[1] === undefined ? undefined : Number(match[1].replaceAll(/[,_ ]/g, ""));
}

function listOf(value: unknown): readonly string[] | undefined {
  const parts = Array.isArray(value) ? value : (textOf(value)?.split(/[,;|]/) ?? []);
  const list = parts.map(textOf).filter((part) => part !== undefined);
  return list.length === 0 ? undefined : list;
}

function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Reads values of any shape; what is not of the field's kind is left out. Null when nothing is left. */
export function enrichmentOfFields(values: FieldValues, source: string): Enrichment | null {
  const company = defined({
    name: textOf(values.name),
    domain: textOf(values.domain)?.toLowerCase(),
    employees: numberOf(values.employees),
    annualRevenue: numberOf(values.annualRevenue),
    industry: textOf(values.industry),
    country: textOf(values.country),
    state: textOf(values.state),
    plan: textOf(values.plan),
    technology: listOf(values.technology),
  });
  const title = textOf(values.title);
  const person = defined({
    name: textOf(values.personName),
    phone: textOf(values.phone),
    attributes: title === undefined ? undefined : { title },
  });
  const isEmpty = (part: object): boolean => Object.keys(part).length === 0;
  if (isEmpty(company) && isEmpty(person)) return null;
  return { company: isEmpty(company) ? null : company, person: isEmpty(person) ? null : person, source };
}
