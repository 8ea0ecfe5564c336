import { describe, expect, test } from "vitest";
import { isHot } from "./prepared.ts";

describe("statements worth preparing", () => {
  test.for([
    [true, 'SELECT status FROM "dbos".workflow_status WHERE workflow_uuid=$1'],
    [
      true,
      'SELECT output, error, child_workflow_id, function_name, serialization\n       FROM "dbos".operation_outputs\n      WHERE workflow_uuid=$1 AND function_id=$2',
    ],
    [true, 'SELECT owner_xid FROM "dbos".workflow_status WHERE workflow_uuid = $1 FOR NO KEY UPDATE'],
    [true, 'INSERT INTO "dbos".operation_outputs\n       (workflow_uuid, function_id) VALUES ($1, $2)'],
    [true, 'INSERT INTO "dbos".workflow_output (workflow_uuid, output, error)\n  VALUES ($1, $2, $3)'],
    [
      true,
      'UPDATE "dbos".workflow_status SET status=$2, updated_at=1\n WHERE workflow_uuid=$1 AND owner_xid=$3',
    ],
    [
      false,
      'UPDATE "dbos".workflow_status\n SET status = $1, owner_xid = $8 WHERE workflow_uuid = ANY($5::text[]) AND status = $6',
    ],
    [
      false,
      'SELECT workflow_uuid FROM "dbos".workflow_status WHERE status = $1 AND queue_name = $2 LIMIT 50',
    ],
    [false, "BEGIN"],
  ] as const)("%s: %s", ([hot, text]) => {
    expect(isHot(text)).toBe(hot);
  });
});
