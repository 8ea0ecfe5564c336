import avro from "avsc";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ChangeEvent, fieldsOf, newsOf, readerOf } from "./pubsub-event.ts";

const USER = "005000000000001AAA";
const event = (change: Partial<ChangeEvent>): ChangeEvent => ({
  entityName: "Opportunity",
  recordIds: ["006000000000001AAA"],
  changeType: "UPDATE",
  commitUser: "005000000000002AAA",
  changedFields: ["StageName"],
  ...change,
});

describe("what an event says of deals", () => {
  test("a new stage names the deals", () => {
    expect(newsOf(event({}), USER)).toEqual({ kind: "changed", deals: ["006000000000001AAA"] });
  });

  test.each([
    ["another object", { entityName: "Account" }],
    ["another field", { changedFields: ["Amount"] }],
    ["a deal that is deleted", { changeType: "DELETE" }],
    ["a change by Baton's own user", { commitUser: USER }],
    ["the same user by the short form of the id", { commitUser: USER.slice(0, 15) }],
  ])("%s asks for nothing", (_, change) => {
    expect(newsOf(event(change), USER)).toBeNull();
  });

  test.each(["CREATE", "UNDELETE"])("%s names the deal, whatever fields it lists", (changeType) => {
    expect(newsOf(event({ changeType, changedFields: [] }), USER)?.kind).toBe("changed");
  });

  test("a gap names its deals and says how many", () => {
    const one = event({ changeType: "GAP_UPDATE", changedFields: [] });
    expect(newsOf(one, USER)).toMatchObject({ kind: "gap", why: "Salesforce lost what changed in a deal" });
    const two = { ...one, recordIds: ["006000000000001AAA", "006000000000002AAA"] };
    expect(newsOf(two, USER)).toMatchObject({
      kind: "gap",
      deals: two.recordIds,
      why: expect.stringContaining("in 2 deals"),
    });
  });

  test.each([
    ["an overflow", { changeType: "GAP_OVERFLOW" }],
    ["a wildcard of ids", { recordIds: ["006*"] }],
    ["no id", { recordIds: [] }],
  ])("%s polls everything", (_, change) => {
    expect(newsOf(event(change), USER)?.kind).toBe("overflow");
  });
});

describe("which fields changed", () => {
  const names = ["ChangeEventHeader", "Name", "StageName", "Amount", "MailingAddress"];

  test("bits stand over the fields of the schema, the lowest first", () => {
    expect(fieldsOf(["0x0C"], names)).toEqual(["StageName", "Amount"]);
  });

  test("a part of a compound field names the compound field, once", () => {
    expect(fieldsOf(["4-0x02", "4-0x01"], names)).toEqual(["MailingAddress"]);
  });

  test("what is neither, or beyond the schema, is left out", () => {
    expect(fieldsOf(["soon", "0xFF00", "99-0x01", ""], names)).toEqual([]);
  });

  test("every set of fields comes back from its bits", () => {
    const wide = Array.from({ length: 120 }, (_, n) => `F${n}`);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(119)), (places) => {
        const bits = places.reduce((sum, place) => sum | (1n << BigInt(place)), 0n);
        const read = fieldsOf([`0x${bits.toString(16)}`], wide);
        expect(read).toEqual(places.toSorted((a, b) => a - b).map((place) => wide[place]));
      }),
    );
  });
});

describe("bytes", () => {
  const header = {
    type: "record",
    name: "ChangeEventHeader",
    fields: [
      { name: "entityName", type: "string" },
      { name: "recordIds", type: { type: "array", items: "string" } },
      { name: "changeType", type: "string" },
      { name: "commitNumber", type: "long" },
      { name: "commitUser", type: "string" },
      { name: "changedFields", type: { type: "array", items: "string" } },
    ],
  };
  const schema = {
    type: "record",
    name: "OpportunityChangeEvent",
    fields: [
      { name: "ChangeEventHeader", type: header },
      { name: "StageName", type: ["null", "string"] },
    ],
  };
  const written = (commitNumber: number): Uint8Array =>
    avro.Type.forSchema(schema as avro.Schema).toBuffer({
      ChangeEventHeader: { ...event({ changedFields: ["0x02"] }), commitNumber },
      StageName: "Closed Won",
    });

  test("are read by their schema, numbers beyond JavaScript's too", () => {
    expect(readerOf(JSON.stringify(schema))(written(1))).toEqual(event({}));
    const bytes = Buffer.from(written(Number.MAX_SAFE_INTEGER - 1));
    expect(readerOf(JSON.stringify(schema))(bytes).changedFields).toEqual(["StageName"]);
  });

  test("of another schema, or cut off, are an error", () => {
    expect(() => readerOf(JSON.stringify(schema))(written(1).slice(0, 9))).toThrow("truncated");
    expect(() => readerOf(`{"type":"string"}`)).toThrow("fields");
  });
});
