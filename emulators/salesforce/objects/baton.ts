/** What Baton's own metadata adds to an org. An org seeded with `metadata: "none"` has none of it. */
import { field, keyField, lookup, object, type FieldDef, type ObjectDef, readOnly, text } from "../fields.ts";

const scoreFields: readonly FieldDef[] = [
  field("Baton_Score__c", "double"),
  text("Plan__c", 80),
  field("Last_Active__c", "datetime"),
  field("Engagement_Score__c", "double"),
  field("Baton_Summary__c", "longtext", { length: 32_768 }),
];

/** Fields on standard objects, by object. */
export const batonFields: Readonly<Record<string, readonly FieldDef[]>> = {
  Lead: [keyField, ...scoreFields],
  Contact: [keyField, ...scoreFields],
  Account: [keyField],
  Opportunity: [keyField, ...scoreFields],
  Task: [keyField],
  Event: [keyField],
};

const records = { children: "Baton_Conversations__r" };

/** Baton's own objects. */
export const batonObjects: readonly ObjectDef[] = [
  object("Baton_Conversation__c", "a00", [
    readOnly("Name", "string", { length: 80 }),
    keyField,
    field("Transcript__c", "html", { length: 131_072 }),
    field("Summary__c", "longtext", { length: 32_768 }),
    field("Intercom_Url__c", "url"),
    field("Score__c", "double"),
    lookup("Lead__c", ["Lead"], records),
    lookup("Contact__c", ["Contact"], records),
    lookup("Account__c", ["Account"], records),
    lookup("Opportunity__c", ["Opportunity"], records),
    lookup("OwnerId", ["Group", "User"]),
  ]),
  object("Baton_Conversation_Part__c", "a01", [
    readOnly("Name", "string", { length: 80 }),
    keyField,
    field("Transcript__c", "html", { length: 131_072 }),
    field("Number__c", "double"),
    lookup("Conversation__c", ["Baton_Conversation__c"], { children: "Parts__r", cascade: true }),
    lookup("OwnerId", ["Group", "User"]),
  ]),
];

/** What person accounts add (knowledge: the fields exist only where the feature is on). */
export const personAccountFields: Readonly<Record<string, readonly FieldDef[]>> = {
  Account: [
    readOnly("IsPersonAccount", "boolean"),
    text("FirstName", 40),
    text("LastName", 80),
    field("PersonEmail", "email"),
    lookup("PersonContactId", ["Contact"], { createable: false, updateable: false }),
  ],
  Contact: [readOnly("IsPersonAccount", "boolean")],
};
