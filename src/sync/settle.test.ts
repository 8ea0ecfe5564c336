import { describe, expect, test } from "vitest";
import { company, NOON, person, policy } from "../../tests/support/cases.ts";
import type { OpenChange } from "./queries.ts";
import { idOf, type Matter, settle, type Subject, valuesOf } from "./settle.ts";

const MAPPING = {
  lead: [
    { from: "contact.phone", to: "Phone", direction: "both" },
    { from: "contact.name", to: "Nickname__c" },
    { from: "company.name", to: "Company" },
  ],
  account: [{ from: "company.employees", to: "NumberOfEmployees", direction: "both" }],
};
const RULES = policy({ mapping: MAPPING });

function subject(phone: string | null): Subject {
  return {
    kind: "person",
    person: person({ phone }),
    company: { company: company(), updatedAt: NOON },
    updatedAt: NOON,
  };
}

/** The org has no Nickname__c. */
function matter(phone: string | null, inSalesforce: string | null, over: Partial<Matter> = {}): Matter {
  return {
    subject: subject(phone),
    record: {
      object: "Lead",
      id: "00Q1",
      email: null,
      domain: null,
      changedAt: NOON - 1_000,
      values: { Phone: inSalesforce, Company: "Acme" },
    },
    fields: {},
    open: [],
    policy: RULES,
    aligning: false,
    now: NOON,
    ...over,
  };
}

const stored = (over: Partial<OpenChange> = {}): OpenChange => ({
  row: "1",
  id: "c1",
  field: "Phone",
  from: "contact.phone",
  to: "salesforce",
  before: "1",
  after: "2",
  ...over,
});
const known = (intercom: string, salesforce: string) => ({
  Phone: {
    intercom: { value: intercom, at: NOON },
    salesforce: { value: salesforce, at: NOON },
    wrote: null,
  },
});

test("what is new is planned; a field that the org lacks is remembered and left alone", () => {
  const { changes, still, ends, fields } = settle(matter("2", "1"));
  expect(changes).toMatchObject([{ field: "Phone", to: "salesforce", before: "1", after: "2" }]);
  expect({ still, ends }).toEqual({ still: [], ends: [] });
  expect(fields["Nickname__c"]).toEqual({
    intercom: { value: "Ana Lopez", at: NOON },
    salesforce: { value: null, at: 0 },
    wrote: null,
  });
});

describe("a change that was stored before", () => {
  test("is still to be written while both sides are as they were, and nothing else is planned for its field", () => {
    const settled = settle(matter("2", "1", { fields: known("2", "1"), open: [stored()] }));
    expect(settled).toMatchObject({ still: [{ row: "1" }], ends: [], changes: [] });
  });

  test("is done when its target holds it, and that is remembered as the target's own", () => {
    const settled = settle(matter("2", "2", { fields: known("2", "1"), open: [stored()] }));
    expect(settled).toMatchObject({ still: [], ends: [{ row: "1", state: "done" }], changes: [] });
    expect(settled.fields["Phone"]?.salesforce).toEqual({ value: "2", at: NOON });
  });

  test.for<[string, Matter, string]>([
    [
      "its source was changed again",
      matter("3", "1", { fields: known("2", "1"), open: [stored()] }),
      "its source was changed again before it was written",
    ],
    [
      "its target was changed",
      matter("2", "9", { fields: known("2", "1"), open: [stored()] }),
      "its target was changed before it was written",
    ],
    [
      "the mapping has its field no more",
      matter("1", "1", { open: [stored({ field: "Gone__c" })] }),
      "the mapping or the record has this field no more",
    ],
    [
      "Salesforce emptied what was on its way to Intercom",
      matter("1", null, { open: [stored({ to: "intercom" })] }),
      "its source was changed again before it was written",
    ],
  ])("is lost when %s", ([, question, error]) => {
    expect(settle(question).ends).toEqual([{ row: "1", state: "lost", error }]);
  });
});

test("a person is read with their company, a company alone", () => {
  const account: Subject = {
    kind: "company",
    id: "co1",
    company: company({ employees: 60 }),
    updatedAt: NOON,
  };
  expect(idOf(account)).toBe("co1");
  expect(idOf(subject("1"))).toBe("c1");
  expect(valuesOf(account, RULES.mapping.account)).toEqual({ NumberOfEmployees: 60 });
  const alone: Subject = { kind: "person", person: person(), company: null, updatedAt: NOON };
  expect(valuesOf(alone, RULES.mapping.lead)).toMatchObject({ Company: null });
});
