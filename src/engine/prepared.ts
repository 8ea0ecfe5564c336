/**
 * Prepared statements for the few statements DBOS sends for every step. Planning them anew each time is most of their
 * cost in PostgreSQL. Only lookups by primary key are named: DBOS's claims rely on partial indexes that a plan made
 * once could not use.
 */
const HOT: readonly RegExp[] = [
  /^SELECT status FROM "dbos"\.workflow_status WHERE workflow_uuid=\$1$/,
  /^SELECT output, error, child_workflow_id, function_name, serialization\s+FROM "dbos"\.operation_outputs/,
  /^SELECT owner_xid FROM "dbos"\.workflow_status WHERE workflow_uuid = \$1 FOR NO KEY UPDATE$/,
  /^INSERT INTO "dbos"\.(operation_outputs|workflow_output)\s/,
  /^UPDATE "dbos"\.workflow_status SET status=\$2, .* WHERE workflow_uuid\s*=\s*\$1/s,
];

/** Whether this is one of the statements of every step, safe to plan once. */
export function isHot(text: string): boolean {
  return HOT.some((pattern) => pattern.test(text.trim()));
}
