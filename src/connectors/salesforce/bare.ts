/**
 * Orgs without Baton's metadata: the same operations without Baton's fields and objects. The summary of the conversation
 * goes into the Task's description. Weaker: without a key a repeat after an ambiguous answer can double a record.
 */
import type { CrmOperation, CrmValue } from "../../handoff/ports.ts";

const OWN_OBJECT = /^Baton_\w+__c$/;
/** Fields that Baton's metadata adds to standard objects. */
const OWN_FIELDS: ReadonlySet<string> = new Set(["Plan__c", "Last_Active__c", "Engagement_Score__c"]);
/** Task.Description holds 32,000 characters of plain text. */
const DESCRIPTION_LENGTH = 32_000;

function isOwnField(field: string): boolean {
  return OWN_OBJECT.test(field) || OWN_FIELDS.has(field);
}

function standardFields(operation: CrmOperation, left: ReadonlySet<string>): Record<string, CrmValue> {
  return Object.fromEntries(
    Object.entries(operation.fields).filter(([field, value]) => {
      const pointsAtLeft = typeof value === "object" && value !== null && left.has(value.ref);
      return !isOwnField(field) && !pointsAtLeft;
    }),
  );
}

function conversationText(operations: readonly CrmOperation[]): string {
  return operations
    .filter(({ object }) => object === "Baton_Conversation__c")
    .flatMap(({ fields }) => [fields["Summary__c"], fields["Intercom_Url__c"]])
    .filter((part): part is string => typeof part === "string" && part !== "")
    .join("\n\n");
}

/** The operations that such an org understands. Nothing is left out silently: the text moves to the Task. */
export function withoutMetadata(operations: readonly CrmOperation[]): CrmOperation[] {
  const left = new Set(operations.filter(({ object }) => OWN_OBJECT.test(object)).map(({ ref }) => ref));
  const text = conversationText(operations);
  return operations.flatMap((operation): CrmOperation[] => {
    if (left.has(operation.ref)) return [];
    const fields = standardFields(operation, left);
    if (operation.object === "Task" && operation.kind === "create") {
      const own = typeof fields["Description"] === "string" ? fields["Description"] : "";
      const isNew = text !== "" && !own.includes(text);
      fields["Description"] = (isNew ? `${own}\n\n${text}`.trim() : own).slice(0, DESCRIPTION_LENGTH);
    }
    return [operation.kind === "create" ? { ...operation, key: null, fields } : { ...operation, fields }];
  });
}
