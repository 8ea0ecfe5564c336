/** Whether the org has what a policy names: stages, values of closed lists, fields that the mapping writes. */
import { z } from "zod";
import { PermanentFailure } from "../../kernel/failure.ts";
import type { CrmName, Named } from "../../policy/names.ts";
import type { TargetAnswer } from "../../versions/target.ts";
import type { SalesforceClient } from "./client.ts";
import { type Describe, describeObject } from "./describe.ts";
import { queryRows } from "./directory.ts";
import { type Finding, missing, ok, PERMISSIONS, warning } from "./finding.ts";
import { soql } from "./soql.ts";

export interface OrgNames {
  /** By object, of those that were asked for; null: missing or not visible. */
  readonly described: ReadonlyMap<string, Describe | null>;
  /** API names of the active Opportunity stages; null: the integration user may not see Opportunities. */
  readonly stages: ReadonlySet<string> | null;
}

/** What the org says about one name. Values that an open list does not have are none of its business: it takes them. */
export function judgeName(name: CrmName, { described, stages }: OrgNames): Finding {
  switch (name.kind) {
    case "stage":
      if (stages === null) return missing("Opportunity is missing or not visible", PERMISSIONS);
      return stages.has(name.stage)
        ? ok(`stage "${name.stage}" is active`)
        : missing(
            `stage "${name.stage}" is not an active Opportunity stage`,
            "Name an active stage in the policy.",
          );
    case "field":
      return ofField(name, described.get(name.object) ?? null);
    case "value":
      return ofValue(name, described.get(name.object) ?? null);
  }
}

const MAPPING_FIX = "Add the field, give its user access to it, or correct the policy's mapping.";

function ofField({ object, field: name }: CrmName & { kind: "field" }, found: Describe | null): Finding {
  if (found === null) return missing(`${object} is missing or not visible`, PERMISSIONS);
  const field = found.fields.find((one) => one.name === name);
  if (field !== undefined && field.createable !== false) return ok(`${object}.${name} can be written`);
  const what = field === undefined ? "is missing or not visible" : "cannot be written";
  return warning(`${object}.${name}, which the policy maps, ${what}: its value is left out`, MAPPING_FIX);
}

function ofValue(
  { object, field: name, value }: CrmName & { kind: "value" },
  found: Describe | null,
): Finding {
  if (found === null) return missing(`${object} is missing or not visible`, PERMISSIONS);
  const field = found.fields.find((one) => one.name === name);
  if (field === undefined)
    return warning(`${object}.${name} is not visible: "${value}" is left out`, PERMISSIONS);
  const known = field.picklistValues.some(
    (one) => one.active && one.value.toLowerCase() === value.toLowerCase(),
  );
  if (known || !field.restrictedPicklist) return ok(`${object}.${name} takes "${value}"`);
  return warning(
    `${object}.${name} has no active value "${value}": it is left out`,
    `Add the value in Salesforce, or name another one in the policy.`,
  );
}

/** Asks the org once for everything that these names need. Nothing is written. */
export async function readOrgNames(
  client: SalesforceClient,
  names: readonly CrmName[],
  known: ReadonlyMap<string, Describe | null> = new Map(),
): Promise<OrgNames> {
  const objects = new Set(names.flatMap((name) => (name.kind === "stage" ? [] : [name.object])));
  const asked = [...objects].filter((object) => !known.has(object));
  const [described, stages] = await Promise.all([
    Promise.all(asked.map(async (object) => [object, await describeObject(client, object)] as const)),
    names.some(({ kind }) => kind === "stage") ? activeStages(client) : null,
  ]);
  return { described: new Map([...known, ...described]), stages };
}

async function activeStages(client: SalesforceClient): Promise<ReadonlySet<string> | null> {
  const row = z.object({ ApiName: z.string(), IsActive: z.boolean() });
  try {
    const rows = await queryRows(client, soql`SELECT ApiName, IsActive FROM OpportunityStage`, row);
    return new Set(rows.filter(({ IsActive }) => IsActive).map(({ ApiName }) => ApiName));
  } catch (error) {
    if (error instanceof PermanentFailure && error.facts.code === "INVALID_TYPE") return null;
    throw error;
  }
}

/** One answer a name. */
export async function crmAnswers(
  client: SalesforceClient,
  names: readonly Named<CrmName>[],
): Promise<readonly TargetAnswer[]> {
  const org = await readOrgNames(client, names);
  return names.map((named) => ({ named, ...judgeName(named, org) }));
}
