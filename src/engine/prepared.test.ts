import { describe, expect, test } from "vitest";
import { isHot } from "./prepared.ts";
import { FIND_STEP, RECORD_END, RECORD_STEP } from "./trips.ts";

describe("statements worth preparing", () => {
  test.for([
    [true, 'SELECT status FROM "dbos".workflow_status WHERE workflow_uuid=$1'],
    [true, FIND_STEP],
    [true, RECORD_STEP],
    [true, RECORD_END],
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
