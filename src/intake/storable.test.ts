import { describe, expect, test } from "vitest";
import { parkedRow, readArrival } from "./storable.ts";

const NOW = Date.UTC(2026, 10, 23);
const bytes = (text: string): Uint8Array => Buffer.from(text);
const notice = (over: object): string =>
  JSON.stringify({
    app_id: "w1",
    id: "notif_1",
    topic: "conversation.user.replied",
    created_at: 1_768_031_793,
    data: { item: { id: "5" } },
    ...over,
  });

function rowOf(text: string | Uint8Array) {
  const arrived = readArrival(typeof text === "string" ? bytes(text) : text, "w0", NOW);
  if (arrived.kind !== "event") throw new Error("a ping");
  return arrived.row;
}

test("a notification is stored as the JSON it came as", () => {
  const text = notice({});
  expect(rowOf(text)).toEqual({
    workspace: "w1",
    notificationId: "notif_1",
    topic: "conversation.user.replied",
    conversation: "5",
    contact: null,
    partKey: null,
    createdAt: 1_768_031_793_000,
    body: text,
    raw: null,
    parkedReason: null,
  });
});

test("a ping is told, of the connection's workspace where it names none", () => {
  expect(readArrival(bytes(notice({ topic: "ping", id: null })), "w0", NOW)).toEqual({
    kind: "ping",
    workspace: "w1",
  });
  expect(readArrival(bytes('{"topic":"ping"}'), "w0", NOW)).toEqual({ kind: "ping", workspace: "w0" });
  expect(readArrival(bytes('{"topic":"ping"}'), null, NOW)).toEqual({ kind: "ping", workspace: "" });
});

describe("what PostgreSQL cannot hold is cleaned, and the truth kept beside", () => {
  test.for([
    [
      "U+0000 written out",
      '{"id":"1","topic":"contact.deleted","data":{"item":{"id":"a\\u0000b"}}}',
      "a\u2400b",
    ],
    ["half a pair", '{"id":"1","topic":"contact.deleted","data":{"item":{"id":"a\\ud83d b"}}}', "a\ufffd b"],
  ] as const)("%s", ([, text, contact]) => {
    const row = rowOf(text);
    expect(row).toMatchObject({ contact, raw: text, parkedReason: null });
    expect(row.body).not.toMatch(/\\u0000|\\ud83d/);
  });

  test("keys and lists too, and a key named __proto__ stays a key", () => {
    const row = rowOf('{"topic":"x","a\\u0000":[{"__proto__":{"b":"\\u0000"}},1,null]}');
    expect(JSON.parse(row.body ?? "")).toEqual(
      JSON.parse('{"topic":"x","a\u2400":[{"__proto__":{"b":"\u2400"}},1,null]}'),
    );
  });

  test("a whole pair written out stays what it is", () => {
    const row = rowOf(notice({ note: "x" }).replace('"x"', '"\\ud83d\\ude00"'));
    expect(JSON.parse(row.body ?? "").note).toBe("😀");
  });
});

describe("parked with the reason", () => {
  test.for([
    ["no JSON", "{", "the body is no JSON"],
    ["a bare number", "5", "the body is no JSON"],
    ["nothing at all", "", "the body is no JSON"],
    ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00]), "the body is no JSON"],
    [
      "nesting without end",
      `${"[".repeat(10_000)}${"]".repeat(10_000)}`,
      "JSON nested deeper than 200 levels",
    ],
    ["a new topic", notice({ topic: "ticket.resolved" }), 'nothing Baton knows: topic "ticket.resolved"'],
    [
      "a person without an id",
      notice({ topic: "contact.created", data: { item: {} } }),
      "names no conversation and no person",
    ],
    ["a company alone", notice({ topic: "company.updated" }), "names no conversation and no person"],
  ] as const)("%s", ([, text, reason]) => {
    const row = rowOf(text);
    expect(row.parkedReason).toBe(reason);
    expect(`${row.raw}${row.body}`).not.toContain("\u0000");
  });

  test("a body that the database refused after all", () => {
    const text = notice({});
    expect(parkedRow(rowOf(text), "why")).toMatchObject({
      body: null,
      raw: text,
      partKey: null,
      parkedReason: "why",
    });
    expect(parkedRow({ ...rowOf(text), raw: "as it came" }, "why").raw).toBe("as it came");
  });
});

test("without an id the bytes are the id, so that a repeat is known", () => {
  const one = rowOf(notice({ id: null, n: 1 }));
  expect(one.notificationId).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(rowOf(notice({ id: null, n: 1 })).notificationId).toBe(one.notificationId);
  expect(rowOf(notice({ id: null, n: 2 })).notificationId).not.toBe(one.notificationId);
});

test.for([
  ["the future", 9_999_999_999, NOW],
  ["tomorrow at the latest", NOW / 1_000 + 3_600, NOW + 3_600_000],
  ["nothing", 0, NOW],
  ["no number", "later", NOW],
] as const)("the time of %s", ([, created_at, at]) => {
  expect(rowOf(notice({ created_at })).createdAt).toBe(at);
});

test("ids longer than an index holds are cut", () => {
  expect(rowOf(notice({ id: "x".repeat(9_000) })).notificationId.length).toBe(500);
});
