/** What people do in the org behind an integration's back: convert, merge, delete, undelete. */
import { findObject, liveRowsBy, type Org, patchRow, rowOf, type Row, stamp } from "./org.ts";
import { changeRow, deleteRecord, insertRow, stamps } from "./records.ts";
import { ownerNamed } from "./rules.ts";
import type { SchemaObject } from "./schema.ts";

export interface Conversion {
  readonly lead: string;
  /** An existing account or contact to convert into; new ones otherwise. */
  readonly account?: string | undefined;
  readonly contact?: string | undefined;
  /** Without an opportunity. Default: one is made. */
  readonly doNotCreateOpportunity?: boolean | undefined;
  readonly opportunityName?: string | undefined;
  /** A queue-owned lead needs one. */
  readonly owner?: string | undefined;
}

export interface Converted {
  readonly accountId: string;
  readonly contactId: string;
  readonly opportunityId: string | null;
}

/** An action that can't be done; `message` is one line. */
export class ActionError extends Error {
  override readonly name = "ActionError";
}

/** Converts a lead as convertLead does: its tasks move to the contact, lookups of custom objects stay on the lead. */
export function convertLead(org: Org, conversion: Conversion): Converted {
  const lead = liveRow(org, "Lead", conversion.lead);
  if (lead["IsConverted"] === true) throw new ActionError(`lead ${conversion.lead} is converted already`);
  const ownerId = conversion.owner === undefined ? lead["OwnerId"] : ownerNamed(org, conversion.owner);
  if (typeof ownerId !== "string" || !ownerId.startsWith("005")) {
    throw new ActionError("converted objects can only be owned by users: give the conversion an owner");
  }
  const accountId =
    conversion.account ??
    insertRow(org, objectNamed(org, "Account"), {
      Name: lead["Company"] ?? lead["Name"] ?? null,
      Website: lead["Website"] ?? null,
      NumberOfEmployees: lead["NumberOfEmployees"] ?? null,
      OwnerId: ownerId,
    });
  const contactId =
    conversion.contact ??
    insertRow(org, objectNamed(org, "Contact"), {
      FirstName: lead["FirstName"] ?? null,
      LastName: lead["LastName"] ?? null,
      Email: lead["Email"] ?? null,
      Phone: lead["Phone"] ?? null,
      AccountId: accountId,
      OwnerId: ownerId,
    });
  const opportunityId =
    conversion.doNotCreateOpportunity === true
      ? null
      : newOpportunity(org, conversion, lead, { accountId, contactId, ownerId });
  const status = [...(org.tables.get("LeadStatus")?.rows.values() ?? [])].find(
    (row) => row["IsConverted"] === true,
  );
  changeRow(org, objectNamed(org, "Lead"), lead, {
    IsConverted: true,
    ConvertedDate: stamp(org.now()).slice(0, 10),
    ConvertedAccountId: accountId,
    ConvertedContactId: contactId,
    ConvertedOpportunityId: opportunityId,
    Status: status?.["MasterLabel"] ?? "Closed - Converted",
  });
  for (const name of ["Task", "Event"]) {
    const object = objectNamed(org, name);
    const who = object.fields.get("whoid");
    if (who === undefined) continue;
    for (const row of liveRowsBy(org, name, who, String(lead["Id"]))) {
      changeRow(org, object, row, { WhoId: contactId, WhatId: opportunityId ?? accountId });
    }
  }
  return { accountId, contactId, opportunityId };
}

/** Merges records into `master`: the losers are deleted, name their master, and hand over what points to them. */
export function mergeRecords(
  org: Org,
  objectName: string,
  masterId: string,
  loserIds: readonly string[],
): void {
  const object = objectNamed(org, objectName);
  if (!object.fields.has("masterrecordid")) throw new ActionError(`${objectName} records can't be merged`);
  liveRow(org, object.name, masterId);
  for (const loserId of loserIds) {
    const loser = liveRow(org, object.name, loserId);
    for (const other of org.schema.objects.values()) {
      for (const field of other.def.fields) {
        if (!field.to.includes(object.name) || field.name === "MasterRecordId") continue;
        for (const row of liveRowsBy(org, other.name, field, loserId)) {
          patchRow(org, other.name, row, { ...stamps(org, org.userId, false), [field.name]: masterId });
        }
      }
    }
    patchRow(org, object.name, loser, {
      ...stamps(org, org.userId, false),
      IsDeleted: true,
      MasterRecordId: masterId,
    });
  }
}

/** Puts a record into the recycle bin. */
export function binRecord(org: Org, objectName: string, id: string): void {
  deleteRecord(org, objectNamed(org, objectName), liveRow(org, objectName, id), org.userId);
}

/** Takes a record out of the recycle bin. */
export function undeleteRecord(org: Org, objectName: string, id: string): void {
  const row = rowOf(org, objectName, id);
  if (row?.["IsDeleted"] !== true) throw new ActionError(`${objectName} ${id} is not in the recycle bin`);
  patchRow(org, objectName, row, { ...stamps(org, org.userId, false), IsDeleted: false });
}

/** The object of that name. Throws ActionError. */
export function objectNamed(org: Org, name: string): SchemaObject {
  const object = findObject(org, name);
  if (object === undefined) throw new ActionError(`the org has no object ${name}`);
  return object;
}

/** A record that is not deleted. Throws ActionError. */
export function liveRow(org: Org, objectName: string, id: string): Row {
  const row = rowOf(org, objectName, id);
  if (row === undefined || row["IsDeleted"] === true)
    throw new ActionError(`there is no ${objectName} ${id}`);
  return row;
}

function newOpportunity(
  org: Org,
  conversion: Conversion,
  lead: Row,
  ids: { readonly accountId: string; readonly contactId: string; readonly ownerId: string },
): string {
  const company = String(lead["Company"] ?? lead["Name"]);
  const id = insertRow(org, objectNamed(org, "Opportunity"), {
    Name: conversion.opportunityName ?? `${company}-`,
    AccountId: ids.accountId,
    StageName: "Prospecting",
    CloseDate: stamp(org.now() + 90 * 86_400_000).slice(0, 10),
    OwnerId: ids.ownerId,
  });
  insertRow(org, objectNamed(org, "OpportunityContactRole"), {
    OpportunityId: id,
    ContactId: ids.contactId,
    IsPrimary: true,
  });
  return id;
}
