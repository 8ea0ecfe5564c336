import { describe, expect, test } from "vitest";
import { type AuditRow, BEGINNING, firstBreak, hashOfRow } from "./chain.ts";

const START = { seq: 0, hash: BEGINNING };

/** A chain of so many rows. */
function chain(length: number): AuditRow[] {
  const rows: AuditRow[] = [];
  for (let seq = 1; seq <= length; seq += 1) {
    const row = {
      seq,
      at: 1_000 * seq,
      actor: "nora",
      action: "policy.publish",
      subject: `version ${seq}`,
      environment: "production",
      facts: "{}",
      previous: rows.at(-1)?.hash ?? BEGINNING,
    };
    rows.push({ ...row, hash: hashOfRow(row) });
  }
  return rows;
}

describe("a chain of rows", () => {
  test("is whole as it was written, also from its middle on", () => {
    const rows = chain(4);
    expect(firstBreak(START, rows)).toBeNull();
    expect(firstBreak(rows[1] ?? START, rows.slice(2))).toBeNull();
    expect(firstBreak(START, [])).toBeNull();
  });

  test.for([
    ["seq", 9, "is missing", 2],
    ["at", 5, "was changed", 2],
    ["actor", "ben", "was changed", 2],
    ["action", "x", "was changed", 2],
    ["subject", "x", "was changed", 2],
    ["environment", null, "was changed", 2],
    ["facts", '{"a":1}', "was changed", 2],
    ["previous", BEGINNING, "does not name the row before it", 2],
    ["hash", BEGINNING, "was changed", 2],
  ] as const)("shows that %s of a row became %j", ([field, value, why, seq]) => {
    const rows = chain(3).map((row) => (row.seq === 2 ? { ...row, [field]: value } : row));
    expect(firstBreak(START, rows)).toEqual({ seq, why });
  });

  test("shows a row that was changed together with its hash in the row after it", () => {
    const rows = chain(3).map((row) => {
      if (row.seq !== 2) return row;
      const forged = { ...row, actor: "ben" };
      return { ...forged, hash: hashOfRow(forged) };
    });
    expect(firstBreak(START, rows)).toEqual({ seq: 3, why: "does not name the row before it" });
  });
});
