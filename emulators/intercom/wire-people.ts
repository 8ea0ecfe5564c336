/** Contacts, companies, tags, teammates, notes and attributes as REST 2.14 shows them. */
import type { Admin, Company, Contact, DataAttribute, Note, Tag, Team, Workspace } from "./workspace.ts";

export type Wire = Record<string, unknown>;

/** A contact as `GET /contacts/{id}` answers it. */
export function contactWire(workspace: Workspace, contact: Contact): Wire {
  const url = `/contacts/${contact.id}`;
  return {
    type: "contact",
    id: contact.id,
    workspace_id: workspace.appId,
    external_id: contact.externalId,
    role: contact.role,
    email: contact.email,
    email_domain: contact.email?.split("@")[1] ?? null,
    phone: contact.phone,
    name: contact.name,
    avatar: null,
    owner_id: contact.ownerId,
    social_profiles: { type: "list", data: [] },
    has_hard_bounced: contact.hasHardBounced,
    marked_email_as_spam: contact.isMarkedAsSpam,
    unsubscribed_from_emails: contact.isUnsubscribed,
    created_at: contact.createdAt,
    updated_at: contact.updatedAt,
    signed_up_at: contact.signedUpAt,
    last_seen_at: contact.lastSeenAt,
    last_replied_at: contact.lastRepliedAt,
    last_contacted_at: contact.lastContactedAt,
    last_email_opened_at: null,
    last_email_clicked_at: null,
    language_override: null,
    browser: null,
    browser_version: null,
    browser_language: null,
    os: null,
    ...noDevices,
    location: { type: "location", ...contact.location, country_code: null, continent_code: null },
    custom_attributes: contact.customAttributes,
    tags: linkList(`${url}/tags`, "tag", "/tags", contact.tagIds),
    notes: linkList(`${url}/notes`, "note", "/notes", noteIdsOf(workspace, contact.id)),
    companies: linkList(`${url}/companies`, "company", "/companies", contact.companyIds),
    opted_out_subscription_types: linkList(`${url}/subscriptions`, "subscription", "/subscriptions", []),
    opted_in_subscription_types: linkList(`${url}/subscriptions`, "subscription", "/subscriptions", []),
    utm_campaign: null,
    utm_source: null,
    referrer: null,
    sms_consent: false,
    unsubscribed_from_sms: false,
    enabled_push_messaging: null,
  };
}

/** No simulated person uses a mobile app. */
const noDevices = {
  android_app_name: null,
  android_app_version: null,
  android_device: null,
  android_os_version: null,
  android_sdk_version: null,
  android_last_seen_at: null,
  ios_app_name: null,
  ios_app_version: null,
  ios_device: null,
  ios_os_version: null,
  ios_sdk_version: null,
  ios_last_seen_at: null,
};

function linkList(url: string, type: string, base: string, ids: Iterable<string>): Wire {
  const all = [...ids];
  const data = all.slice(0, 10).map((id) => ({ id, type, url: `${base}/${id}` }));
  return { type: "list", data, url, total_count: all.length, has_more: all.length > 10 };
}

function noteIdsOf(workspace: Workspace, contactId: string): string[] {
  if (workspace.notes.size === 0) return [];
  return [...workspace.notes.values()].filter((note) => note.contactId === contactId).map((note) => note.id);
}

/** A company as `GET /companies/{id}` answers it: `plan` is `{}` when unset. */
export function companyWire(workspace: Workspace, company: Company): Wire {
  return {
    type: "company",
    id: company.id,
    company_id: company.companyId,
    app_id: workspace.appId,
    name: company.name,
    plan: company.plan === null ? {} : planWire(company.plan),
    remote_created_at: company.remoteCreatedAt,
    created_at: company.createdAt,
    updated_at: company.updatedAt,
    last_request_at: null,
    size: company.size,
    website: company.website,
    industry: company.industry,
    monthly_spend: company.monthlySpend,
    session_count: 0,
    user_count: contactsOfCompany(workspace, company.id).length,
    custom_attributes: company.customAttributes,
    tags: { type: "tag.list", tags: tagsOf(workspace, company.tagIds) },
    segments: { type: "segment.list", segments: [] },
  };
}

export function planWire(name: string): Wire {
  return { type: "plan", id: "269315", name };
}

export function contactsOfCompany(workspace: Workspace, companyId: string): Contact[] {
  return [...workspace.contacts.values()].filter((contact) => contact.companyIds.has(companyId));
}

export function tagsOf(workspace: Workspace, tagIds: Iterable<string>): Wire[] {
  return [...tagIds].flatMap((id) => {
    const tag = workspace.tags.get(id);
    return tag === undefined ? [] : [tagWire(tag)];
  });
}

export function tagWire(tag: Tag): Wire {
  return { type: "tag", id: tag.id, name: tag.name };
}

export function adminWire(admin: Admin): Wire {
  return {
    type: "admin",
    id: admin.id,
    name: admin.name,
    email: admin.email,
    job_title: "",
    away_mode_enabled: false,
    away_mode_reassign: false,
    away_status_reason_id: null,
    has_inbox_seat: true,
    team_ids: admin.teamIds.map(Number),
    avatar: null,
    team_priority_level: {},
  };
}

export function teamWire(team: Team): Wire {
  return {
    type: "team",
    id: team.id,
    name: team.name,
    admin_ids: team.adminIds.map(Number),
    admin_priority_level: {},
    assignment_limit: null,
    distribution_method: null,
  };
}

export function noteWire(workspace: Workspace, note: Note): Wire {
  const admin = note.adminId === null ? undefined : workspace.admins.get(note.adminId);
  return {
    type: "note",
    id: note.id,
    created_at: note.createdAt,
    contact: { type: "contact", id: note.contactId },
    author: admin === undefined ? null : adminWire(admin),
    body: note.body,
  };
}

export function attributeWire(attribute: DataAttribute): Wire {
  return {
    type: "data_attribute",
    id: attribute.id,
    model: attribute.model,
    name: attribute.name,
    full_name: `custom_attributes.${attribute.name}`,
    label: attribute.name,
    description: attribute.description,
    data_type: attribute.dataType,
    ...(attribute.options.length > 0 && { options: attribute.options }),
    api_writable: true,
    messenger_writable: false,
    ui_writable: true,
    custom: true,
    archived: false,
    created_at: attribute.createdAt,
    updated_at: attribute.createdAt,
  };
}
