import { describe, expect, test } from "vitest";
import { company, NOON, person, policy } from "../../tests/support/cases.ts";
import { forIntercom, intercomValues, isSame, isSynced, objectsToPoll, syncedRows } from "./fields.ts";

type Direction = "to-salesforce" | "to-intercom" | "both";
const row = (from: string, to: string, direction: Direction = "to-salesforce") => ({ from, to, direction });
const DAY = 86_400_000;

describe("the lines of the mapping that are synced", () => {
  test.for([
    ["a field of the person goes both ways", row("contact.email", "Email", "both"), "both"],
    [
      "an attribute goes to Intercom",
      row("contact.attributes.tier", "Tier__c", "to-intercom"),
      "to-intercom",
    ],
    [
      "what Intercom makes itself goes to Salesforce alone",
      row("contact.lastSeenAt", "Seen__c", "both"),
      "to-salesforce",
    ],
    ["and never the other way", row("contact.lastSeenAt", "Seen__c", "to-intercom"), null],
    [
      "a company's field on a Lead goes to Salesforce alone",
      row("company.name", "Company", "both"),
      "to-salesforce",
    ],
    ["what a conversation alone knows is not synced", row("score.buying", "Score__c"), null],
  ] as const)("%s", ([, line, direction]) => {
    const rows = syncedRows(policy({ mapping: { lead: [line] } }), "Lead");
    expect(rows.map((one) => one.direction)).toEqual(direction === null ? [] : [direction]);
  });

  test("a part of a name cannot be written back", () => {
    const line = { ...row("contact.name", "LastName", "both"), with: "last-name" };
    expect(syncedRows(policy({ mapping: { lead: [line] } }), "Lead")).toMatchObject([
      { direction: "to-salesforce" },
    ]);
  });

  test("an Account takes fields of the company alone", () => {
    const mapping = {
      account: [row("company.employees", "NumberOfEmployees", "both"), row("contact.plan", "Plan__c")],
    };
    expect(syncedRows(policy({ mapping }), "Account").map(({ to }) => to)).toEqual(["NumberOfEmployees"]);
    expect(isSynced(policy({ mapping }), "company")).toBe(true);
    expect(isSynced(policy({ mapping }), "person")).toBe(false);
  });

  test("Salesforce is asked only for objects that have something to tell Intercom", () => {
    const mapping = {
      lead: [row("contact.email", "Email", "both")],
      contact: [row("contact.phone", "Phone")],
    };
    expect(objectsToPoll(policy({ mapping }))).toEqual(["Lead"]);
  });
});

test("Intercom's values are read as Salesforce would take them", () => {
  const rows = [
    { ...row("contact.name", "FirstName"), with: "first-name" as const },
    row("contact.lastSeenAt", "Seen__c"),
    row("company.name", "Company"),
    row("contact.phone", "Phone"),
  ];
  expect(intercomValues(rows, { person: person({ lastSeenAt: NOON }), company: company() })).toEqual({
    FirstName: "Ana",
    Seen__c: "2026-03-10T12:00:00.000Z",
    Company: "Acme",
    Phone: null,
  });
  expect(intercomValues([row("contact.name", "LastName")], { person: null, company: null })).toEqual({
    LastName: null,
  });
});

test.for([
  ["blanks around a text", row("contact.phone", "Phone"), "1 ", "1", true],
  ["another case of a text", row("contact.phone", "Phone"), "a", "A", false],
  ["another case of an address", row("contact.email", "Email"), "Ana@acme.example", "ana@acme.example", true],
  ["a number as text", row("company.employees", "Size__c"), 60, "60", true],
  ["nothing and nothing", row("contact.phone", "Phone"), null, null, true],
  ["nothing and something", row("contact.phone", "Phone"), null, "1", false],
  [
    "parts of a second",
    row("contact.signedUpAt", "Up__c"),
    "2026-03-10T12:00:00.400Z",
    "2026-03-10T12:00:00.000+0000",
    true,
  ],
  ["a second", row("contact.signedUpAt", "Up__c"), "2026-03-10T12:00:01Z", "2026-03-10T12:00:00Z", false],
  ["the time of a date", row("contact.signedUpAt", "Up__c"), "2026-03-10T12:00:01Z", "2026-03-10", true],
  [
    "an hour of being seen",
    row("contact.lastSeenAt", "Seen__c"),
    "2026-03-10T12:00:00Z",
    "2026-03-10T13:00:00Z",
    true,
  ],
  [
    "a day of being seen",
    row("contact.lastSeenAt", "Seen__c"),
    "2026-03-10T12:00:00Z",
    "2026-03-11T13:00:00Z",
    false,
  ],
  ["instants that are none", row("contact.attributes.renewsAt", "Renews__c"), "soon", "later", false],
  ["an instant and none", row("contact.attributes.renewsAt", "Renews__c"), "2026-03-10", "later", false],
] as const)("%s: the same is %s", ([, line, left, right, same]) => {
  expect(isSame(line, left, right)).toBe(same);
});

test("instants go to Intercom as seconds, the rest as it is", () => {
  const renews = row("contact.attributes.renewsAt", "Renews__c");
  expect(forIntercom(renews, new Date(DAY).toISOString())).toBe(86_400);
  expect(forIntercom(renews, "soon")).toBe("soon");
  expect(forIntercom(row("contact.phone", "Phone"), "1")).toBe("1");
});
