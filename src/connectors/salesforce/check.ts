/** Compares an org with what Baton needs, and says what to do about each difference. */
import { z } from "zod";
import type { CrmName } from "../../policy/names.ts";
import { API_PATH, type SalesforceClient } from "./client.ts";
import { type Describe, describeObject, type Field } from "./describe.ts";
import { readDirectory } from "./directory.ts";
import { type Finding, INSTALL, missing, ok, PERMISSIONS, warning } from "./finding.ts";
import { judgeName, readOrgNames } from "./named.ts";

export interface OrgNeeds {
  readonly metadata: "baton" | "none";
  readonly csmField: string | null;
  readonly leadScoreField: string | null;
  /** Stages, values and fields that the policy names. */
  readonly names: readonly CrmName[];
  /** Developer names of queues that the policy routes to. */
  readonly queues: readonly string[];
}

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

/** What the policy names and the org lacks, each once; stages are told either way. */
async function nameFindings(
  client: SalesforceClient,
  { metadata, names }: OrgNeeds,
  described: ReadonlyMap<string, Describe | null>,
): Promise<Finding[]> {
  const different = [...new Map(names.map((name) => [JSON.stringify(name), name])).values()];
  const org = await readOrgNames(client, different, described);
  // Fields of Baton's metadata, and objects that are not there, are told with their object.
  const isTold = (name: CrmName): boolean =>
    name.kind !== "stage" &&
    (org.described.get(name.object) === null ||
      (metadata === "baton" && OWN[name.object]?.useful.includes(name.field) === true));
  return different
    .filter((name) => !isTold(name))
    .map((name) => ({ name, finding: judgeName(name, org) }))
    .filter(({ name, finding }) => name.kind === "stage" || finding.level !== "ok")
    .map(({ finding }) => finding);
}

async function queueFindings(client: SalesforceClient, wanted: readonly string[]): Promise<Finding[]> {
  const { users, queues } = await readDirectory(client);
  const active = users.filter((user) => user.active).length;
  const found = wanted.map((name) => {
    const queue = queues.find((one) => one.name === name);
    if (queue === undefined)
      return missing(`queue "${name}" does not exist`, "Create it, or correct the policy's routing.");
    if (queue.isEmpty === true)
      return warning(
        `queue "${name}" has no members`,
        "Add somebody in Setup, Queues: nobody is told of what it owns.",
      );
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
  const [names, queues, limits] = await Promise.all([
    nameFindings(client, needs, described),
    queueFindings(client, needs.queues),
    limitFindings(client),
  ]);
  return [
    signedIn,
    ...objects.flatMap((object) => objectFindings(object, described.get(object) ?? null, needs)),
    ...optionalFinding("Account", needs.csmField, described.get("Account")),
    ...optionalFinding("Lead", needs.leadScoreField, described.get("Lead")),
    ...names,
    ...queues,
    ...limits,
  ];
}
