/** The port SyncPeople over one workspace: people and companies as they are now, page by page, and writes to them. */
import type { IntercomClient } from "intercom-client";
import type { EpochMs } from "../../kernel/time.ts";
import type { Values } from "../../sync/fields.ts";
import type { CompanyReading, PeopleQuestion, PersonReading, SyncPeople } from "../../sync/ports.ts";
import { orNull, parsed } from "./answers.ts";
import { type AttributeDesk, type Attributes, declareAttributes } from "./attributes.ts";
import { type AttributeMapping, companyOf, personOf } from "./map.ts";
import * as schema from "./schema.ts";

interface Workspace {
  readonly sdk: () => Promise<IntercomClient>;
  readonly settings: { readonly apiUrl: string; readonly attributes: AttributeMapping };
  readonly attributes: AttributeDesk;
  readonly companyAttributes: AttributeDesk;
}

/** Most people of a page (OpenAPI, pagination). */
const PEOPLE_A_PAGE = 150;
/** A look for what no webhook brought ends after so many; the next one goes on. */
const MOST_CHANGED = 1_500;
/** Dates are compared by calendar day in the workspace's own zone, and the bound itself is left out. */
const DAY_SPAN_S = 2 * 86_400;

export function createSync(workspace: Workspace): SyncPeople {
  const { sdk, settings } = workspace;
  const url = (path: string): string => `${settings.apiUrl}${path}`;
  return {
    async readPerson(id, question) {
      const api = await sdk();
      const body = await orNull(api.contacts.find({ contact_id: id }));
      if (body === null) return null;
      return readingOf(workspace, parsed(schema.Contact, body, "GET", url(`/contacts/${id}`)), question);
    },
    async peopleByEmails(emails) {
      const found = new Map<string, string>();
      for (let at = 0; at < emails.length; at += PEOPLE_A_PAGE) {
        const some = emails.slice(at, at + PEOPLE_A_PAGE);
        const people = await search(workspace, { field: "email", operator: "IN", value: some });
        const users = people.filter(({ role }) => role === "user");
        for (const { email, id } of [...users, ...people]) {
          const address = email?.toLowerCase();
          if (address !== undefined && !found.has(address)) found.set(address, id);
        }
      }
      return found;
    },
    async pageOfPeople(from, question) {
      const api = await sdk();
      const request = { per_page: PEOPLE_A_PAGE, ...(from !== null && { starting_after: from }) };
      const { response } = await api.contacts.list(request);
      const page = parsed(schema.ContactPage, response, "GET", url("/contacts"));
      const people = await inGroups(page.data, (contact) => readingOf(workspace, contact, question));
      return { people, total: page.total_count, next: page.pages?.next?.starting_after ?? null };
    },
    peopleChangedSince: (since) => changedSince(workspace, since),
    async setPerson(id, fields) {
      const { own, attributes } = parted(fields, "contact.", settings.attributes.plan[0]);
      await declareAttributes(workspace.attributes, attributes);
      const api = await sdk();
      await api.contacts.update({ contact_id: id, ...own, custom_attributes: { ...attributes } });
    },
    readCompany: (id) => readCompany(workspace, id),
    async setCompany(id, fields) {
      const { own, attributes } = parted(fields, "company.");
      await declareAttributes(workspace.companyAttributes, attributes);
      const { employees: size, ...rest } = own;
      const api = await sdk();
      const body = {
        ...rest,
        ...(size !== undefined && { size: Number(size) }),
        // The SDK's type knows texts only; the API takes what the attribute was declared as.
        custom_attributes: attributes as Record<string, string>,
      };
      await api.companies.update({ company_id: id, body });
    },
  };
}

/** Tags have names only in their own list; no mapping of a single person is worth that call. */
async function readingOf(
  workspace: Workspace,
  contact: schema.Contact,
  { companies }: PeopleQuestion,
): Promise<PersonReading> {
  const [first] = contact.companies.ids;
  const company = !companies || first === undefined ? null : await readCompany(workspace, first);
  return {
    person: personOf(contact, [], workspace.settings.attributes),
    company,
    updatedAt: contact.updated_at ?? 0,
  };
}

async function readCompany({ sdk, settings }: Workspace, id: string): Promise<CompanyReading | null> {
  const api = await sdk();
  const body = await orNull(api.companies.find({ company_id: id }));
  if (body === null) return null;
  const company = parsed(schema.Company, body, "GET", `${settings.apiUrl}/companies/${id}`);
  return { company: companyOf(company, settings.attributes), updatedAt: company.updated_at ?? 0 };
}

const AT_A_TIME = 10;

async function inGroups<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_A_TIME)
    results.push(...(await Promise.all(items.slice(at, at + AT_A_TIME).map(work))));
  return results;
}

type Query = Parameters<IntercomClient["contacts"]["search"]>[0]["query"];

async function search(
  { sdk, settings }: Workspace,
  query: Query,
  more: object = {},
  enough: (people: readonly schema.Contact[]) => boolean = () => false,
): Promise<readonly schema.Contact[]> {
  const api = await sdk();
  const people: schema.Contact[] = [];
  let from: string | null = null;
  do {
    // The SDK's type leaves out `sort`, which the API takes (OpenAPI, SearchContacts).
    const pagination = { per_page: PEOPLE_A_PAGE, ...(from !== null && { starting_after: from }) };
    const { response } = await api.contacts.search({ query, pagination, ...more });
    const page = parsed(schema.ContactPage, response, "POST", `${settings.apiUrl}/contacts/search`);
    people.push(...page.data);
    from = page.pages?.next?.starting_after ?? null;
  } while (from !== null && !enough(people));
  return people;
}

/** The latest first, so that a day's worth of people is not read for the last minutes of it. */
async function changedSince(
  workspace: Workspace,
  since: EpochMs,
): Promise<readonly { readonly id: string; readonly updatedAt: EpochMs }[]> {
  const day = Math.floor(since / 1_000) - DAY_SPAN_S;
  const people = await search(
    workspace,
    { field: "updated_at", operator: ">", value: day },
    { sort: { field: "updated_at", order: "descending" } },
    (found) => found.length >= MOST_CHANGED || (found.at(-1)?.updated_at ?? 0) < since,
  );
  return people.flatMap(({ id, updated_at: at }) =>
    at !== null && at >= since ? [{ id, updatedAt: at }] : [],
  );
}

interface Parted {
  readonly own: Readonly<Record<string, string>>;
  readonly attributes: Attributes;
}

/** Intercom's own fields and custom attributes; `plan` names the attribute that holds a person's plan. */
function parted(fields: Values, prefix: string, plan?: string): Parted {
  const own: Record<string, string> = {};
  const attributes: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) continue;
    const rest = name.slice(prefix.length);
    if (rest.startsWith("attributes.")) attributes[rest.slice("attributes.".length)] = value;
    else if (rest === "plan" && plan !== undefined) attributes[plan] = value;
    else own[rest] = String(value);
  }
  return { own, attributes };
}
