/** /companies: upsert by the caller's own key, read, change, delete. */
import { route, type EmulatorAnswer, type Route } from "../../core/routes.ts";
import { badParameter } from "../errors.ts";
import { type Fields, fieldsOf, idOf, numberOf, secondsOf, textOf } from "../fields.ts";
import { numberedPageOf } from "../pages.ts";
import { type CompanyFields, detachCompany, findCompany, updateCompany, upsertCompany } from "../people.ts";
import { companyItem } from "../webhook-items.ts";
import { companyWire, contactsOfCompany, contactWire } from "../wire-people.ts";
import type { Company, Workspace } from "../workspace.ts";
import { knownAttributesOf } from "./contacts.ts";
import { companyOf } from "./lookup.ts";

/** The routes of companies. */
export function companyRoutes(workspace: Workspace): Route[] {
  const shown = (company: Company, committed: boolean): EmulatorAnswer => ({
    status: 200,
    body: companyWire(workspace, company),
    committed,
    keys: [`company:${company.id}`, `company-key:${company.companyId}`],
  });
  return [
    route("POST", "/companies", (request) => {
      const fields = fieldsOf(request);
      const given = companyFieldsOf(workspace, fields);
      const { company, isChanged } = upsertCompany(workspace, idOf(fields["company_id"]), given);
      return shown(company, isChanged);
    }),
    route("GET", "/companies", (request) => {
      const { company_id: companyId, name } = request.query;
      if (companyId === undefined && name === undefined) return listAnswer(workspace, request.query);
      const named = [...workspace.companies.values()].find((company) => company.name === name);
      const found = companyId === undefined ? named : findCompany(workspace, companyId);
      return shown(companyOf(workspace, found?.id), false);
    }),
    route("POST", "/companies/list", (request) => listAnswer(workspace, request.query)),
    route("GET", "/companies/:company_id", (request) =>
      shown(companyOf(workspace, request.params["company_id"]), false),
    ),
    route("PUT", "/companies/:company_id", (request) => {
      const company = companyOf(workspace, request.params["company_id"]);
      const fields = companyFieldsOf(workspace, fieldsOf(request));
      return shown(company, updateCompany(workspace, company, fields));
    }),
    route("DELETE", "/companies/:company_id", (request) => {
      const company = companyOf(workspace, request.params["company_id"]);
      for (const contact of contactsOfCompany(workspace, company.id))
        detachCompany(workspace, contact, company);
      workspace.companies.delete(company.id);
      workspace.emit("company.deleted", () => companyItem(workspace, company));
      return { status: 200, body: { id: company.id, object: "company", deleted: true }, committed: true };
    }),
    route("GET", "/companies/:company_id/contacts", (request) => {
      const company = companyOf(workspace, request.params["company_id"]);
      const contacts = contactsOfCompany(workspace, company.id);
      const { rows, pages } = numberedPageOf(contacts, request.query, 50);
      const data = rows.map((contact) => contactWire(workspace, contact));
      return { status: 200, body: { type: "list", data, total_count: contacts.length, pages } };
    }),
  ];
}

function companyFieldsOf(workspace: Workspace, fields: Fields): CompanyFields {
  const spend = numberOf(fields["monthly_spend"]);
  if (spend !== undefined && spend > 2_147_483_647) {
    throw badParameter("monthly_spend is too large", "parameter_invalid", "monthly_spend");
  }
  return {
    name: textOf(fields["name"]),
    plan: textOf(fields["plan"]),
    size: numberOf(fields["size"]),
    website: textOf(fields["website"]),
    industry: textOf(fields["industry"]),
    monthlySpend: spend === undefined ? undefined : Math.trunc(spend),
    remoteCreatedAt: secondsOf(fields["remote_created_at"]),
    customAttributes: knownAttributesOf(workspace, "company", fields["custom_attributes"]),
  };
}

/** Companies without a contact do not show in lists (OpenAPI, listAllCompanies). Pages by number, 15 rows. */
function listAnswer(workspace: Workspace, query: Fields): EmulatorAnswer {
  const attached = new Set([...workspace.contacts.values()].flatMap((contact) => [...contact.companyIds]));
  const companies = [...workspace.companies.values()].filter((company) => attached.has(company.id));
  const { rows, pages } = numberedPageOf(companies, query, 15);
  const data = rows.map((company) => companyWire(workspace, company));
  return { status: 200, body: { type: "list", data, total_count: companies.length, pages } };
}
