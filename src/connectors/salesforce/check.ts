/** Compares an org with what Baton needs, and says what to do about each difference. */
import { z } from "zod";
import { API_PATH, type SalesforceClient } from "./client.ts";
import { type Describe, describeObject, type Field } from "./describe.ts";
import { queryRows, readDirectory } from "./directory.ts";
import { soql } from "./soql.ts";

export interface Finding {
  /** "missing": handoffs will fail. "warning": something will be left out. */
  readonly level: "ok" | "warning" | "missing";
  /** What was looked at, and what was found. */
  readonly what: string;
  /** What to do about it; null when all is well. */
  readonly fix: string | null;
}

export interface OrgNeeds {
  readonly metadata: "baton" | "none";
  readonly csmField: string | null;
  readonly leadScoreField: string | null;
  /** Fields that the policy's mapping writes, by object. */
  readonly mapped: Readonly<Record<string, readonly string[]>>;
  /** Sources that the policy names, for LeadSource of Leads. */
  readonly sources: readonly string[];
  /** Stages that the policy creates Opportunities in. */
  readonly stages: readonly string[];
  /** Developer names of queues that the policy routes to. */
  readonly queues: readonly string[];
}

/** What a policy that says nothing else needs. */
export const DEFAULT_NEEDS = { mapped: {}, sources: [], stages: ["Qualification"], queues: [] } as const;

const SCORE_FIELDS = ["Baton_Score__c", "Plan__c", "Last_Active__c", "Engagement_Score__c"];

/** Objects of every org, with the fields that Baton writes and does not own. */
const STANDARD: Readonly<Record<string, readonly string[]>> = {
  Lead: ["LastName", "Company", "Email", "OwnerId", "LeadSource"],
  Contact: ["LastName", "Email", "AccountId"],
  Account: ["Name", "Website"],
  Opportunity: ["Name", "StageName", "CloseDate", "AccountId", "OwnerId"],
  OpportunityContactRole: ["OpportunityId", "ContactId", "IsPrimary"],
  Task: ["Subject", "WhoId", "WhatId", "OwnerId", "Description", "Priority"],
};

/** What Baton's metadata adds. Fields named second are for the default mapping: without them a value is left out. */
const OWN: Readonly<
  Record<string, { readonly needed: readonly string[]; readonly useful: readonly string[] }>
> = {
  Lead: { needed: ["Baton_Key__c"], useful: SCORE_FIELDS },
  Contact: { needed: ["Baton_Key__c"], useful: SCORE_FIELDS },
  Account: { needed: ["Baton_Key__c"], useful: [] },
  Opportunity: { needed: ["Baton_Key__c"], useful: SCORE_FIELDS },
  Task: { needed: ["Baton_Key__c"], useful: [] },
  Baton_Conversation__c: {
    needed: [
      "Baton_Key__c",
      "Transcript__c",
      "Summary__c",
      "Score__c",
      "Intercom_Url__c",
      "Lead__c",
      "Contact__c",
      "Account__c",
      "Opportunity__c",
    ],
    useful: [],
  },
  Baton_Conversation_Part__c: {
    needed: ["Baton_Key__c", "Transcript__c", "Number__c", "Conversation__c"],
    useful: [],
  },
};

const INSTALL = "Run `baton salesforce install` with an admin's connection.";
const PERMISSIONS = "Assign the permission set Baton_Integration to the integration user.";

const ok = (what: string): Finding => ({ level: "ok", what, fix: null });
const missing = (what: string, fix: string): Finding => ({ level: "missing", what, fix });
const warning = (what: string, fix: string): Finding => ({ level: "warning", what, fix });

function keyFinding(object: string, field: Field): Finding[] {
  const faults = [
    field.externalId === true ? null : "an External ID",
    field.unique === true ? null : "unique",
    field.caseSensitive === true ? null : "case-sensitive",
  ].filter((fault) => fault !== null);
  if (faults.length === 0) return [];
  return [missing(`${object}.Baton_Key__c is not ${faults.join(", not ")}`, INSTALL)];
}

/** What is wrong with one object, or one line that says it is right. */
export function objectFindings(object: string, found: Describe | null, needs: OrgNeeds): Finding[] {
  const own = needs.metadata === "baton" ? OWN[object] : undefined;
  const fix = object.startsWith("Baton_") ? INSTALL : PERMISSIONS;
  if (found === null) return [missing(`${object} is missing or not visible`, fix)];
  const fields = new Map(found.fields.map((field) => [field.name, field]));
  const absent = (names: readonly string[]): string[] => names.filter((name) => !fields.has(name));
  const faults: Finding[] = [
    ...(found.createable ? [] : [missing(`${object} cannot be created`, PERMISSIONS)]),
    ...absent(STANDARD[object] ?? []).map((name) => missing(`${object}.${name} is not visible`, PERMISSIONS)),
    ...absent(own?.needed ?? []).map((name) =>
      missing(`${object}.${name} is missing or not visible`, INSTALL),
    ),
    ...absent(own?.useful ?? []).map((name) =>
      warning(`${object}.${name} is missing: its value is left out`, INSTALL),
    ),
    ...(own?.needed ?? [])
      .filter((name) => fields.get(name)?.createable === false)
      .map((name) => missing(`${object}.${name} cannot be written`, PERMISSIONS)),
  ];
  const key = fields.get("Baton_Key__c");
  if (own !== undefined && key !== undefined) faults.push(...keyFinding(object, key));
  return faults.length === 0 ? [ok(`${object} is ready`)] : faults;
}

function optionalFinding(
  object: string,
  field: string | null,
  found: Describe | null | undefined,
): Finding[] {
  if (field === null || found === null || found === undefined) return [];
  if (found.fields.some(({ name }) => name === field)) return [ok(`${object}.${field} is there`)];
  return [
    warning(
      `${object}.${field} is missing: Baton does without`,
      "Add the field, or name another one in the connection.",
    ),
  ];
}

/** Fields of Baton's metadata are named with the metadata. */
function notOwn(
  fields: readonly string[],
  own: { readonly useful: readonly string[] } | undefined,
  { metadata }: OrgNeeds,
): readonly string[] {
  return metadata === "baton" ? fields.filter((name) => own?.useful.includes(name) !== true) : fields;
}

const MAPPING_FIX = "Add the field, give its user access to it, or correct the policy's mapping.";

/** Mapped fields that the org has not or that its user may not write, one line each. */
export function mappingFindings(
  object: string,
  mapped: readonly string[],
  found: Describe | null | undefined,
): Finding[] {
  if (found === null || found === undefined) return [];
  const fields = new Map(found.fields.map((field) => [field.name, field]));
  return mapped.flatMap((name) => {
    const field = fields.get(name);
    if (field !== undefined && field.createable !== false) return [];
    const what = field === undefined ? "is missing or not visible" : "cannot be written";
    return [warning(`${object}.${name}, which the policy maps, ${what}: its value is left out`, MAPPING_FIX)];
  });
}

/** Sources that a closed list of LeadSource does not have. */
export function sourceFindings(sources: readonly string[], lead: Describe | null | undefined): Finding[] {
  const field = lead?.fields.find(({ name }) => name === "LeadSource");
  if (field === undefined || !field.restrictedPicklist) return [];
  const known = new Set(
    field.picklistValues.filter(({ active }) => active).map(({ value }) => value.toLowerCase()),
  );
  return sources
    .filter((source) => !known.has(source.toLowerCase()))
    .map((source) =>
      warning(
        `Lead.LeadSource has no active value "${source}": it is left out`,
        "Add the value in Salesforce, or name another source in the policy.",
      ),
    );
}

async function stageFindings(client: SalesforceClient, stages: readonly string[]): Promise<Finding[]> {
  const rows = await queryRows(
    client,
    soql`SELECT ApiName, IsActive FROM OpportunityStage`,
    z.object({ ApiName: z.string(), IsActive: z.boolean() }),
  );
  const active = new Set(rows.filter(({ IsActive }) => IsActive).map(({ ApiName }) => ApiName));
  return stages.map((stage) =>
    active.has(stage)
      ? ok(`stage "${stage}" is active`)
      : missing(`stage "${stage}" is not an active Opportunity stage`, "Name an active stage in the policy."),
  );
}

async function queueFindings(client: SalesforceClient, wanted: readonly string[]): Promise<Finding[]> {
  const { users, queues } = await readDirectory(client);
  const active = users.filter((user) => user.active).length;
  const found = wanted.map((name) => {
    const queue = queues.find((one) => one.name === name);
    if (queue === undefined)
      return missing(`queue "${name}" does not exist`, "Create it, or correct the policy's routing.");
    if (queue.objects.includes("Lead")) return ok(`queue "${name}" takes ${queue.objects.join(", ")}`);
    return warning(`queue "${name}" does not take Leads`, "Add Lead to the queue's supported objects.");
  });
  return [
    active > 0
      ? ok(`active users that are visible: ${active}`)
      : missing("no active user is visible", PERMISSIONS),
    ...found,
  ];
}

const Limits = z.object({ DailyApiRequests: z.object({ Max: z.number(), Remaining: z.number() }) });

async function limitFindings(client: SalesforceClient): Promise<Finding[]> {
  const limits = Limits.safeParse(
    await client.call({ method: "GET", path: `${API_PATH}/limits`, effect: "read" }),
  );
  if (!limits.success) return [];
  const { Max, Remaining } = limits.data.DailyApiRequests;
  const what = `${Remaining} of ${Max} API calls of the last 24 hours are left`;
  return [
    Remaining < Max / 10
      ? warning(what, "A handoff takes two calls: buy more, or slow other integrations.")
      : ok(what),
  ];
}

/** Signs in and looks at everything Baton needs; nothing is written. Throws only when the org cannot be asked. */
export async function checkOrg(client: SalesforceClient, needs: OrgNeeds): Promise<Finding[]> {
  const signedIn = ok(`signed in to ${await client.connect()}`);
  const objects = [
    ...new Set([...Object.keys(STANDARD), ...(needs.metadata === "baton" ? Object.keys(OWN) : [])]),
  ];
  const described = new Map(
    await Promise.all(objects.map(async (object) => [object, await describeObject(client, object)] as const)),
  );
  const [stages, queues, limits] = await Promise.all([
    stageFindings(client, needs.stages),
    queueFindings(client, needs.queues),
    limitFindings(client),
  ]);
  return [
    signedIn,
    ...objects.flatMap((object) => objectFindings(object, described.get(object) ?? null, needs)),
    ...Object.entries(needs.mapped).flatMap(([object, fields]) =>
      mappingFindings(object, notOwn(fields, OWN[object], needs), described.get(object)),
    ),
    ...sourceFindings(needs.sources, described.get("Lead")),
    ...optionalFinding("Account", needs.csmField, described.get("Account")),
    ...optionalFinding("Lead", needs.leadScoreField, described.get("Lead")),
    ...stages,
    ...queues,
    ...limits,
  ];
}
