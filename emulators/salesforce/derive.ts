/** What the platform fills in by itself: names, stage flags, history rows, activity dates. */
import {
  allRows,
  findObject,
  liveRowsBy,
  nextId,
  type Org,
  patchRow,
  putRow,
  rowOf,
  type Row,
  stamp,
} from "./org.ts";

/** Computed fields of a record as it is about to be saved; `before` is undefined for a new one. */
export function derivedFields(org: Org, object: string, row: Row, before: Row | undefined): Row {
  switch (object) {
    case "User":
    case "Contact":
    case "Lead":
      return { Name: fullName(row) };
    case "Account":
      return typeof row["LastName"] === "string" ? { Name: fullName(row), IsPersonAccount: true } : {};
    case "Opportunity":
      return opportunityFields(org, row, before);
    case "Task":
      return taskFields(org, row, before);
    case "Event":
      return { AccountId: accountOf(org, row), ...eventDates(row) };
    default:
      return {};
  }
}

/** What else changes in the org once a record is saved. */
export function afterSave(org: Org, object: string, row: Row, before: Row | undefined): void {
  switch (object) {
    case "Opportunity":
      return recordHistory(org, row, before);
    case "Lead":
      return recordLeadHistory(org, row, before);
    case "OpportunityContactRole":
      return keepOnePrimary(org, row);
    case "Task":
      if (row["IsClosed"] === true) touchActivityDate(org, row, String(row["ActivityDate"] ?? today(org)));
      return;
    case "Event":
      return touchActivityDate(org, row, String(row["ActivityDate"] ?? today(org)));
    case "Account":
      return mirrorPersonContact(org, row);
    default:
  }
}

function fullName(row: Row): string {
  return [row["FirstName"], row["LastName"]].filter((part) => typeof part === "string").join(" ");
}

function today(org: Org): string {
  return stamp(org.now()).slice(0, 10);
}

function opportunityFields(org: Org, row: Row, before: Row | undefined): Row {
  const stage = stageNamed(org, row["StageName"]);
  const isStageNew = before?.["StageName"] !== row["StageName"];
  const isProbabilitySet = before?.["Probability"] !== row["Probability"] && row["Probability"] !== null;
  const probability =
    isStageNew && !isProbabilitySet ? (stage?.["DefaultProbability"] ?? null) : (row["Probability"] ?? null);
  const amount = row["Amount"];
  return {
    IsClosed: stage?.["IsClosed"] ?? false,
    IsWon: stage?.["IsWon"] ?? false,
    Probability: probability,
    ForecastCategoryName: stage?.["ForecastCategoryName"] ?? null,
    ExpectedRevenue: typeof amount === "number" ? (amount * Number(probability ?? 0)) / 100 : null,
    LastStageChangeDate: isStageNew ? stamp(org.now()) : (row["LastStageChangeDate"] ?? null),
  };
}

function stageNamed(org: Org, name: unknown): Row | undefined {
  for (const row of allRows(org, "OpportunityStage")) if (row["MasterLabel"] === name) return row;
  return undefined;
}

function taskFields(org: Org, row: Row, before: Row | undefined): Row {
  const isClosed = row["Status"] === "Completed";
  return {
    IsClosed: isClosed,
    IsHighPriority: row["Priority"] === "High",
    AccountId: accountOf(org, row),
    CompletedDateTime: isClosed
      ? before?.["IsClosed"] === true
        ? (before["CompletedDateTime"] ?? null)
        : stamp(org.now())
      : null,
  };
}

function accountOf(org: Org, row: Row): string | null {
  const what = String(row["WhatId"] ?? "");
  if (rowOf(org, "Account", what)) return what;
  const parent = rowOf(org, "Opportunity", what) ?? rowOf(org, "Contact", String(row["WhoId"] ?? ""));
  return typeof parent?.["AccountId"] === "string" ? parent["AccountId"] : null;
}

function eventDates(row: Row): Row {
  const start = row["StartDateTime"] ?? row["ActivityDateTime"] ?? null;
  const day = typeof start === "string" ? start.slice(0, 10) : (row["ActivityDate"] ?? null);
  return { StartDateTime: start, ActivityDateTime: start, ActivityDate: day };
}

/** A row per change of stage, amount, probability or close date (object reference: OpportunityHistory). */
function recordHistory(org: Org, row: Row, before: Row | undefined): void {
  const watched = ["StageName", "Amount", "Probability", "CloseDate"];
  if (before !== undefined && watched.every((name) => (before[name] ?? null) === (row[name] ?? null))) return;
  const object = findObject(org, "OpportunityHistory");
  if (object === undefined) return;
  const at = String(row["LastModifiedDate"]);
  putRow(org, "OpportunityHistory", {
    Id: nextId(org, object),
    IsDeleted: false,
    OpportunityId: row["Id"] ?? null,
    StageName: row["StageName"] ?? null,
    Amount: row["Amount"] ?? null,
    Probability: row["Probability"] ?? null,
    ExpectedRevenue: row["ExpectedRevenue"] ?? null,
    CloseDate: row["CloseDate"] ?? null,
    ForecastCategory: row["ForecastCategoryName"] ?? null,
    PrevAmount: before?.["Amount"] ?? null,
    PrevCloseDate: before?.["CloseDate"] ?? null,
    CreatedById: row["LastModifiedById"] ?? null,
    CreatedDate: at,
    LastModifiedById: row["LastModifiedById"] ?? null,
    LastModifiedDate: at,
    SystemModstamp: String(row["SystemModstamp"]),
  });
}

/** A row per change of a tracked field, and one for the conversion (object reference: LeadHistory). */
function recordLeadHistory(org: Org, row: Row, before: Row | undefined): void {
  const object = findObject(org, "LeadHistory");
  if (before === undefined || object === undefined) return;
  const isConverted = row["IsConverted"] === true && before["IsConverted"] !== true;
  const changed = ["Status", "OwnerId"].filter((name) => (before[name] ?? null) !== (row[name] ?? null));
  for (const name of isConverted ? [...changed, "leadConverted"] : changed) {
    putRow(org, "LeadHistory", {
      Id: nextId(org, object),
      IsDeleted: false,
      LeadId: row["Id"] ?? null,
      Field: name === "OwnerId" ? "Owner" : name,
      OldValue: before[name] ?? null,
      NewValue: row[name] ?? null,
      CreatedById: row["LastModifiedById"] ?? null,
      CreatedDate: row["LastModifiedDate"] ?? null,
    });
  }
}

function keepOnePrimary(org: Org, row: Row): void {
  const field = findObject(org, "OpportunityContactRole")?.fields.get("opportunityid");
  if (row["IsPrimary"] !== true || field === undefined) return;
  for (const other of liveRowsBy(org, "OpportunityContactRole", field, String(row["OpportunityId"]))) {
    if (other["Id"] !== row["Id"] && other["IsPrimary"] === true) {
      patchRow(org, "OpportunityContactRole", other, { IsPrimary: false });
    }
  }
}

function touchActivityDate(org: Org, row: Row, day: string): void {
  for (const id of [row["WhoId"], row["WhatId"], row["AccountId"]]) {
    if (typeof id !== "string") continue;
    const object = org.schema.prefixes.get(id.slice(0, 3));
    const target = object === undefined ? undefined : rowOf(org, object, id);
    if (object === undefined || target === undefined || !("LastActivityDate" in target)) continue;
    if (String(target["LastActivityDate"] ?? "") < day)
      patchRow(org, object, target, { LastActivityDate: day });
  }
}

/** A person account has a Contact that follows it (guide: person accounts). */
function mirrorPersonContact(org: Org, account: Row): void {
  const object = findObject(org, "Contact");
  if (account["IsPersonAccount"] !== true || object === undefined) return;
  const shared: Row = {
    FirstName: account["FirstName"] ?? null,
    LastName: account["LastName"] ?? null,
    Name: account["Name"] ?? null,
    Email: account["PersonEmail"] ?? null,
    SystemModstamp: account["SystemModstamp"] ?? null,
    LastModifiedDate: account["LastModifiedDate"] ?? null,
  };
  const existing = rowOf(org, "Contact", String(account["PersonContactId"] ?? ""));
  if (existing !== undefined) return patchRow(org, "Contact", existing, shared);
  const blank = Object.fromEntries(object.def.fields.map((one) => [one.name, one.defaultValue]));
  const id = nextId(org, object);
  putRow(org, "Contact", {
    ...blank,
    ...shared,
    Id: id,
    IsPersonAccount: true,
    AccountId: account["Id"] ?? null,
    OwnerId: account["OwnerId"] ?? null,
    CreatedById: account["CreatedById"] ?? null,
    CreatedDate: account["CreatedDate"] ?? null,
    LastModifiedById: account["LastModifiedById"] ?? null,
  });
  patchRow(org, "Account", account, { PersonContactId: id });
}
