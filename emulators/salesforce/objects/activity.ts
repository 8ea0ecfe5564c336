/** Task, Event, EmailMessage and files (object reference of each; the limits are in ../README.md). */
import { field, lookup, object, type FieldDef, type ObjectDef, picklist, readOnly, text } from "../fields.ts";

const who = lookup("WhoId", ["Contact", "Lead"], { label: "Name ID", children: "Tasks" });
const whatTargets = ["Account", "Opportunity", "Baton_Conversation__c"];

function activityFields(children: string): FieldDef[] {
  return [
    { ...who, children },
    lookup("WhatId", whatTargets, { label: "Related To ID", children }),
    lookup("AccountId", ["Account"], { createable: false, updateable: false }),
    text("Subject", 255),
    // 32,000 characters of plain text (field reference: Task.Description).
    field("Description", "longtext", { length: 32_000 }),
    readOnly("IsArchived", "boolean"),
    field("IsReminderSet", "boolean"),
    field("ReminderDateTime", "datetime"),
  ];
}

/** The objects of the activity timeline. */
export const activityObjects: readonly ObjectDef[] = [
  object("Task", "00T", [
    ...activityFields("Tasks"),
    field("ActivityDate", "date", { label: "Due Date Only" }),
    picklist("Status", ["Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred"], {
      defaultValue: "Not Started",
    }),
    picklist("Priority", ["High", "Normal", "Low"], { defaultValue: "Normal" }),
    picklist("Type", ["Call", "Email", "Meeting", "Other"]),
    picklist("TaskSubtype", ["Task", "Call", "Email"], { defaultValue: "Task", updateable: false }),
    readOnly("IsClosed", "boolean"),
    readOnly("IsHighPriority", "boolean"),
    readOnly("CompletedDateTime", "datetime"),
    lookup("OwnerId", ["Group", "User"], { label: "Assigned To ID" }),
  ]),
  object("Event", "00U", [
    ...activityFields("Events"),
    field("ActivityDateTime", "datetime"),
    field("ActivityDate", "date"),
    field("StartDateTime", "datetime"),
    field("EndDateTime", "datetime"),
    field("DurationInMinutes", "int"),
    text("Location", 255),
    lookup("OwnerId", ["User"], { label: "Assigned To ID" }),
  ]),
  object("EmailMessage", "02s", [
    text("Subject", 3000),
    field("HtmlBody", "html", { length: 131_072 }),
    field("TextBody", "longtext", { length: 131_072 }),
    text("FromAddress", 1000),
    text("FromName", 1000),
    text("ToAddress", 4000),
    picklist("Status", ["0", "1", "2", "3", "4", "5"], { defaultValue: "0" }),
    field("Incoming", "boolean"),
    field("MessageDate", "datetime"),
    lookup("RelatedToId", ["Account", "Opportunity"], { children: "Emails" }),
    lookup("ActivityId", ["Task"], { createable: false, updateable: false }),
  ]),
  object("ContentVersion", "068", [
    text("Title", 255, { required: true }),
    text("PathOnClient", 500),
    field("VersionData", "longtext", { length: 50_000_000 }),
    lookup("FirstPublishLocationId", ["Account", "Contact", "Lead", "Opportunity", "Baton_Conversation__c"], {
      children: "ContentVersions",
    }),
    lookup("ContentDocumentId", ["ContentDocument"], { createable: false, updateable: false }),
    field("IsLatest", "boolean", { defaultValue: true, createable: false, updateable: false }),
    lookup("OwnerId", ["User"]),
  ]),
];
