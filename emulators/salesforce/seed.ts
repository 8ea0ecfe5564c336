/** What `POST /__emulator/seed` takes: settings, situations, records and actions, applied in this order. */
import { z } from "zod";
import { SeedError } from "../core/control.ts";
import type { FieldValue } from "./fields.ts";
import {
  ActionError,
  binRecord,
  convertLead,
  liveRow,
  mergeRecords,
  objectNamed,
  undeleteRecord,
} from "./lifecycle.ts";
import { findObject, type Org, type Row, setObjects } from "./org.ts";
import { changeRow, insertRow } from "./records.ts";
import { standardObjects } from "./schema.ts";
import { defaultSettings, SettingsChange } from "./settings.ts";
import { seedSituations, Situations } from "./situations.ts";
import { standardLeadStatuses, standardStages } from "./objects/sales.ts";

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const fields = z.record(z.string(), value);

const Action = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("convert"),
    lead: z.string(),
    account: z.string().optional(),
    contact: z.string().optional(),
    owner: z.string().optional(),
    opportunityName: z.string().optional(),
    doNotCreateOpportunity: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal("merge"),
    object: z.string(),
    master: z.string(),
    losers: z.array(z.string()),
  }),
  z.strictObject({ kind: z.literal("delete"), object: z.string(), id: z.string() }),
  z.strictObject({ kind: z.literal("undelete"), object: z.string(), id: z.string() }),
  z.strictObject({ kind: z.literal("update"), object: z.string(), id: z.string(), fields }),
  z.strictObject({ kind: z.literal("expire-tokens") }),
]);
/** Something a person does in the org. */
export type Action = z.infer<typeof Action>;

const Seed = z.strictObject({
  ...SettingsChange.shape,
  settings: SettingsChange.optional(),
  situations: Situations.optional(),
  /** Object -> records. `ref` names a record, `"@name"` as a value stands for its id. */
  records: z.record(z.string(), z.array(fields)).optional(),
  actions: z.array(Action).optional(),
});

/** Applies a seed and says what it made. Throws SeedError naming the place in the JSON. */
export function applySeed(org: Org, body: unknown, expireTokens: () => void): unknown {
  const parsed = Seed.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new SeedError(`seed: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not readable"}`);
  }
  const { situations, records, actions, settings, ...change } = parsed.data;
  changeSettings(org, { ...settings, ...change });
  try {
    const seeded = situations === undefined ? undefined : seedSituations(org, situations);
    const refs: Record<string, string> = {};
    const ids = records === undefined ? undefined : insertAll(org, records, refs);
    const results = actions?.map((action) => runAction(org, action, expireTokens));
    return {
      ...(seeded && { situations: seeded }),
      ...(ids && { records: ids, refs }),
      ...(results && { actions: results }),
    };
  } catch (error) {
    if (error instanceof ActionError) throw new SeedError(`seed: ${error.message}`);
    throw error;
  }
}

/** Changes how the org behaves from now on. */
export function changeSettings(org: Org, change: SettingsChange): void {
  const before = org.settings;
  const given = Object.fromEntries(Object.entries(change).filter(([, one]) => one !== undefined));
  org.settings = { ...before, ...given };
  if (change.rowLocks !== undefined) org.lockCounts = [];
  const { metadata, personAccounts, accountTeams } = org.settings;
  const isNewShape =
    metadata !== before.metadata ||
    personAccounts !== before.personAccounts ||
    accountTeams !== before.accountTeams;
  const switches = { baton: metadata === "baton", personAccounts, accountTeams };
  if (isNewShape) setObjects(org, standardObjects(switches));
  else if (change.fields !== undefined) setObjects(org, org.objects);
}

/** Empties the org and gives it what every org has: its own record, the integration user, stages, statuses. */
export function startOver(org: Org, settings: SettingsChange): void {
  org.tables.clear();
  org.serials.clear();
  org.lockCounts = [];
  org.settings = defaultSettings;
  setObjects(org, standardObjects({ baton: true, personAccounts: false, accountTeams: false }));
  changeSettings(org, settings);
  insertRow(org, objectNamed(org, "Organization"), {
    Name: "Emulated Org",
    OrganizationType: "Enterprise Edition",
    InstanceName: "EMU1",
    IsSandbox: true,
  });
  insertRow(org, objectNamed(org, "User"), {
    FirstName: "Integration",
    LastName: "User",
    Username: "integration@baton.example",
    Email: "integration@baton.example",
  });
  standardStages.forEach(([label, isClosed, isWon, probability], place) => {
    insertRow(org, objectNamed(org, "OpportunityStage"), {
      MasterLabel: label,
      ApiName: label,
      IsActive: true,
      IsClosed: isClosed,
      IsWon: isWon,
      SortOrder: place + 1,
      DefaultProbability: probability,
      ForecastCategoryName: isClosed ? (isWon ? "Closed" : "Omitted") : "Pipeline",
    });
  });
  standardLeadStatuses.forEach(([label, isConverted], place) => {
    insertRow(org, objectNamed(org, "LeadStatus"), {
      MasterLabel: label,
      ApiName: label,
      SortOrder: place + 1,
      IsDefault: place === 0,
      IsConverted: isConverted,
    });
  });
}

/** Field names of a seed, checked; unknown ones throw ActionError. */
export function knownFields(org: Org, objectName: string, given: Readonly<Record<string, FieldValue>>): Row {
  const object = objectNamed(org, objectName);
  const row: Row = {};
  for (const [name, one] of Object.entries(given)) {
    const field = object.fields.get(name.toLowerCase());
    if (field === undefined) throw new ActionError(`${objectName} has no field ${name}`);
    row[field.name] = one;
  }
  return row;
}

function insertAll(
  org: Org,
  records: Readonly<Record<string, readonly Readonly<Record<string, FieldValue>>[]>>,
  refs: Record<string, string>,
): Record<string, string[]> {
  const ids: Record<string, string[]> = {};
  for (const [objectName, rows] of Object.entries(records)) {
    ids[objectName] = rows.map((row) => {
      const { ref, ...given } = row;
      const resolved = Object.fromEntries(
        Object.entries(given).map(([name, one]) => [
          name,
          typeof one === "string" && one.startsWith("@") ? refOf(refs, one) : one,
        ]),
      );
      const id = insertRow(org, objectNamed(org, objectName), knownFields(org, objectName, resolved));
      if (typeof ref === "string") refs[ref] = id;
      return id;
    });
  }
  return ids;
}

function refOf(refs: Readonly<Record<string, string>>, name: string): string {
  const id = refs[name.slice(1)];
  if (id === undefined) throw new ActionError(`no earlier record has the ref ${name.slice(1)}`);
  return id;
}

function runAction(org: Org, action: Action, expireTokens: () => void): unknown {
  switch (action.kind) {
    case "convert": {
      const { kind: _kind, ...conversion } = action;
      return convertLead(org, conversion);
    }
    case "merge":
      return mergeRecords(org, action.object, action.master, action.losers);
    case "delete":
      return binRecord(org, action.object, action.id);
    case "undelete":
      return undeleteRecord(org, action.object, action.id);
    case "update": {
      const object = findObject(org, action.object);
      if (object === undefined) throw new ActionError(`the org has no object ${action.object}`);
      return changeRow(
        org,
        object,
        liveRow(org, object.name, action.id),
        knownFields(org, object.name, action.fields),
      );
    }
    case "expire-tokens":
      return expireTokens();
    default:
      throw new Error(`no such action: ${JSON.stringify(action satisfies never)}`);
  }
}
