import { describe, expect, test } from "vitest";
import { beginRound, noRow, rowOnce, tableOf } from "./table.ts";

const rows = new Map(Array.from({ length: 500 }, (_, at) => [at * 9_007_199_254_739, at * 5]));

describe("the table of features", () => {
  test("gives each feature its row, and none to others, even where they share a place", () => {
    const table = tableOf(rows);
    beginRound(table);
    for (const [feature, row] of rows) expect(rowOnce(table, feature)).toBe(row);
    for (const feature of rows.keys()) expect(rowOnce(table, feature + 1)).toBe(noRow);
    expect(table.size).toBe(500);
  });

  test("gives a row once a round", () => {
    const table = tableOf(new Map([[7, 0]]));
    beginRound(table);
    expect([rowOnce(table, 7), rowOnce(table, 7)]).toEqual([0, noRow]);
    beginRound(table);
    expect(rowOnce(table, 7)).toBe(0);
  });

  test("of a model without features gives nothing", () => {
    const table = tableOf(new Map());
    beginRound(table);
    expect(rowOnce(table, 7)).toBe(noRow);
  });

  test("forgets what was met when the rounds begin anew", () => {
    const table = tableOf(new Map([[7, 0]]));
    beginRound(table);
    rowOnce(table, 7);
    table.round = 0xff_ff_ff_ff;
    beginRound(table);
    expect(table.round).toBe(1);
    expect(rowOnce(table, 7)).toBe(0);
  });
});
