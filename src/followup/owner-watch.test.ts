import { describe, expect, test } from "vitest";
import type { CrmOperation, RecordOwner } from "../handoff/ports.ts";
import { changesIn, nextLook, watchedRecord } from "./owner-watch.ts";

const AT = Date.parse("2026-03-10T12:00:00Z");

test.for([
  [0, AT + 60_000],
  [1, AT + 600_000],
  [2, AT + 3_600_000],
  [3, null],
] as const)("after %i looks the next is due at %s", ([looks, due]) => {
  expect(nextLook(AT, looks)).toBe(due);
});

describe("the watched record of a write", () => {
  const write = (...operations: readonly CrmOperation[]) =>
    ({
      kind: "crm-write",
      operations,
      owner: { kind: "queue", id: "q", name: "Q" },
      alternates: [],
      about: "x",
    }) as const;
  const create = (object: string, fields: CrmOperation["fields"]): CrmOperation => ({
    kind: "create",
    ref: "record",
    object,
    key: "k",
    fields,
  });
  const update: CrmOperation = {
    kind: "update",
    ref: "r",
    object: "Lead",
    id: "00Q1",
    fields: { OwnerId: "a" },
  };
  const result = { ids: { record: "0061" } };

  test.for([
    [
      "a new Opportunity",
      write(create("Opportunity", { OwnerId: "a", StageName: "New" })),
      result,
      ["0061", "a", "New"],
    ],
    [
      "a new Lead",
      write(create("Lead", { OwnerId: "a", Status: "Open" })),
      { ids: { record: "00Q1" } },
      ["00Q1", "a", "Open"],
    ],
    ["an updated Lead", write(update), null, ["00Q1", "a", null]],
    [
      "a Lead whose planned owner was refused",
      write(update),
      { owner: { kind: "user", id: "b", email: null, name: null } } as const,
      ["00Q1", "b", null],
    ],
    ["a Task on what is there", write(create("Task", { OwnerId: "a" })), result, null],
    ["a Lead that keeps its owner", write(create("Lead", {})), result, null],
    ["a Lead without an answer", write(create("Lead", { OwnerId: "a" })), null, null],
  ] as const)("%s", ([, request, given, expected]) => {
    const record = watchedRecord(request, given);
    expect(record === null ? null : [record.id, record.ownerId, record.stage]).toEqual(expected);
  });
});

describe("what has changed", () => {
  const record = { id: "00Q1", ownerId: "ana", stage: "Open" };
  const watched = { record, given: ["ana", "ben@x.example"], seen: [] };
  const person = (id: string, name: string | null, email: string | null) => ({
    id,
    name,
    email,
    active: true,
  });
  const now = (over: Partial<RecordOwner>): RecordOwner => ({
    id: "00Q1",
    owner: person("ana", "Ana", null),
    stage: "Open",
    changedBy: { id: "flow", name: "Flow Bot" },
    changedAt: AT,
    ...over,
  });

  test.for([
    ["nothing", now({}), []],
    [
      "an owner",
      now({ owner: person("kim", "Kim", null) }),
      [
        "Flow Bot gave the record to Kim at 2026-03-10T12:00:00.000Z, after Baton had given it to somebody else.",
      ],
    ],
    [
      "an owner known by address alone, by somebody without a name",
      now({ owner: person("kim", null, "kim@x.example"), changedBy: { id: "005", name: null } }),
      [
        "005 gave the record to kim@x.example at 2026-03-10T12:00:00.000Z, after Baton had given it to somebody else.",
      ],
    ],
    [
      "a queue",
      now({ owner: person("00G1", null, null) }),
      [
        "Flow Bot gave the record to 00G1 at 2026-03-10T12:00:00.000Z, after Baton had given it to somebody else.",
      ],
    ],
    [
      "a stage",
      now({ stage: "Lost" }),
      [
        'Flow Bot moved the record from "Open" to "Lost" at 2026-03-10T12:00:00.000Z, after Baton had written it.',
      ],
    ],
    ["no stage any more", now({ stage: null }), []],
    ["somebody to whom Baton gave it later", now({ owner: person("ben", "Ben", "Ben@x.example") }), []],
    [
      "what its new owner took over by hand",
      now({ owner: person("kim", "Kim", null), changedBy: { id: "kim", name: "Kim" } }),
      [],
    ],
    [
      "what its first owner passed on",
      now({ owner: person("kim", "Kim", null), changedBy: { id: "ana", name: "Ana" } }),
      [],
    ],
  ] as const)("%s", ([, found, texts]) => {
    expect(changesIn(watched, found).map(({ text }) => text)).toEqual(texts);
  });

  test("is told once", () => {
    const found = now({ owner: person("kim", "Kim", null), stage: "Lost" });
    const seen = changesIn(watched, found);
    expect(seen.map(({ what, to }) => `${what} ${to}`)).toEqual(["owner kim", "stage Lost"]);
    expect(changesIn({ ...watched, seen }, found)).toEqual([]);
  });

  test("no stage was given: none is compared", () => {
    expect(changesIn({ ...watched, record: { ...record, stage: null } }, now({ stage: "Lost" }))).toEqual([]);
  });
});
