import { expect, test } from "vitest";
import { owner } from "../../../tests/support/cases.ts";
import { differencesIn, type HandedRecord } from "./read-back.ts";

const record = (id: string, given: readonly string[] = []): HandedRecord => ({
  handoff: `handoff of ${id}`,
  conversation: "100",
  id,
  given,
});
const owned = (id: string, by: ReturnType<typeof owner>) => ({
  id,
  owner: by,
  stage: null,
  changedBy: { id: "005X", name: null },
  changedAt: 0,
});
const kim = owner("kim", { id: "005K", email: "Kim@us.example" });

test("what is where Baton left it, with whom it was given to, differs in nothing", () => {
  const records = [
    record("00Q1", ["005K"]),
    record("00Q2", ["kim@us.example"]),
    record("001A"),
    record("00Q3", ["005Z"]),
  ];
  const where = { "00Q1": "00Q1", "00Q2": "00Q2", "001A": "001A", "00Q3": "00Q3" };
  expect(differencesIn(records, where, [owned("00Q1", kim), owned("00Q2", kim)])).toEqual([]);
});

test("what was deleted, merged or converted, or given to somebody else is named", () => {
  const records = [
    record("00Q1"),
    record("00Q2"),
    record("00Q3", ["005Z"]),
    record("00Q4", ["005Z"]),
    record("00Q5", ["005Z"]),
    record("00Q6"),
  ];
  const where = { "00Q1": null, "00Q2": "0031", "00Q3": "00Q3", "00Q4": "00Q4", "00Q5": "00Q5" };
  const nameless = { ...kim, email: null };
  const owners = [
    owned("00Q3", kim),
    owned("00Q4", { ...nameless, name: "Kim" }),
    owned("00Q5", { ...nameless, name: null }),
  ];
  expect(differencesIn(records, where, owners)).toMatchObject([
    { kind: "gone", id: "00Q1" },
    { kind: "moved", id: "00Q2", to: "0031" },
    { kind: "other-owner", id: "00Q3", owner: "Kim@us.example" },
    { kind: "other-owner", id: "00Q4", owner: "Kim" },
    { kind: "other-owner", id: "00Q5", owner: "005K" },
    { kind: "gone", id: "00Q6" },
  ]);
});
