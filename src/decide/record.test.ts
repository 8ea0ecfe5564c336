import { describe, expect, test } from "vitest";
import {
  account,
  crmContact,
  lead,
  NOBODY,
  NOON,
  opportunity,
  policy,
  scores,
  snapshot,
} from "../../tests/support/cases.ts";
import { factsOf } from "../qualify/facts.ts";
import type { CrmView } from "../qualify/crm.ts";
import { planRecord } from "./record.ts";

const won = opportunity({ id: "0069", isClosed: true, isWon: true });
const VIEWS = {
  unknown: NOBODY,
  "open lead": { ...NOBODY, leads: [lead()] },
  contact: { ...NOBODY, contacts: [crmContact()], accounts: [account()] },
  "contact without account": { ...NOBODY, contacts: [crmContact({ accountId: null })] },
  "account of the domain": { ...NOBODY, accounts: [account()] },
  "person account": {
    ...NOBODY,
    contacts: [crmContact()],
    accounts: [account({ isPersonAccount: true })],
  },
  "account by website": {
    ...NOBODY,
    accounts: [account({ match: { by: "domain", confidence: 0.95, reason: "its website is acme.example" } })],
  },
  "open opportunity": {
    ...NOBODY,
    contacts: [crmContact()],
    accounts: [account()],
    opportunities: [opportunity()],
  },
  "unnamed opportunity": {
    ...NOBODY,
    contacts: [crmContact()],
    accounts: [account()],
    opportunities: [opportunity({ name: null })],
  },
  customer: { ...NOBODY, contacts: [crmContact()], accounts: [account()], opportunities: [won] },
  "customer without account": {
    ...NOBODY,
    contacts: [crmContact({ accountId: null })],
    opportunities: [won],
  },
  "converted lead": { ...NOBODY, leads: [lead({ convertedContactId: "0031" })] },
} as const satisfies Record<string, CrmView>;

function plan(
  view: keyof typeof VIEWS,
  record: unknown = "by-situation",
  records: unknown = [],
  signals: readonly string[] = [],
) {
  const rules = policy({ recipes: [{ id: "r", name: "R", record, owner: { route: "default" } }], records });
  const [recipe] = rules.recipes;
  if (recipe === undefined) throw new Error("no recipe");
  const crm = VIEWS[view];
  const lookup = factsOf({ snapshot: snapshot(), crm }, scores({}, signals));
  return planRecord({ recipe, policy: rules, crm, lookup, now: NOON, source: "chat" });
}

describe("the table of situations", () => {
  test.for([
    ["unknown", { kind: "create-lead", source: "chat", accountId: null }, null],
    ["account of the domain", { kind: "create-lead", accountId: "0011" }, null],
    ["converted lead", { kind: "create-lead" }, null],
    ["open lead", { kind: "update-lead", leadId: "00Q1" }, null],
    [
      "contact",
      {
        kind: "create-opportunity",
        contactId: "0031",
        accountId: "0011",
        stage: "Qualification",
        closeAt: NOON + 30 * 86_400_000,
      },
      null,
    ],
    ["contact without account", { kind: "create-opportunity", contactId: "0031", accountId: null }, null],
    [
      "open opportunity",
      { kind: "task", on: { object: "Opportunity", id: "0061" }, contactId: "0031" },
      "opportunity.owner",
    ],
    [
      "unnamed opportunity",
      {
        kind: "task",
        on: { object: "Opportunity", id: "0061" },
        because: 'the open Opportunity "0061"',
      },
      "opportunity.owner",
    ],
    ["customer", { kind: "task", on: { object: "Account", id: "0011" } }, "account.csm"],
    ["customer without account", { kind: "task", on: { object: "Contact", id: "0031" } }, "account.csm"],
  ] as const)("%s", ([view, record, ownerWish]) => {
    expect(plan(view)).toMatchObject({ record, ownerWish });
  });
});

describe("a recipe that names its record", () => {
  const leadFrom = { create: "Lead", source: "Enterprise Inbound" };
  const trial = {
    create: "Opportunity",
    type: "Trial Conversion",
    stage: "Demo",
    closeIn: "10d",
    source: "Trial",
  };

  test("gets a Lead of its own source for somebody unknown", () => {
    expect(plan("unknown", leadFrom).record).toMatchObject({
      kind: "create-lead",
      source: "Enterprise Inbound",
    });
    expect(plan("unknown", { create: "Lead" }).record).toMatchObject({ source: "chat" });
  });
  test("uses the open Lead instead of making a second", () => {
    expect(plan("open lead", leadFrom).record).toMatchObject({
      kind: "update-lead",
      source: "Enterprise Inbound",
    });
  });
  test("gets a Contact for somebody unknown, under the account of the domain", () => {
    expect(plan("unknown", { create: "Contact", source: "Chat" }).record).toMatchObject({
      kind: "create-contact",
      source: "Chat",
      accountId: null,
    });
    expect(plan("account of the domain", { create: "Contact" }).record).toMatchObject({
      kind: "create-contact",
      source: "chat",
      accountId: "0011",
    });
  });
  test("gets a Task on the Contact who is there already, and the open Lead instead of a Contact beside it", () => {
    expect(plan("customer", { create: "Contact", subject: "Hello" }).record).toMatchObject({
      kind: "task",
      on: { object: "Contact", id: "0031" },
      subject: "Hello",
      because: 'recipe "R" asks for Contact; the person is one already',
    });
    expect(plan("open lead", { create: "Contact" }).record).toMatchObject({
      kind: "update-lead",
      source: "chat",
    });
  });
  test("makes no Lead for a person who is a Contact", () => {
    expect(plan("contact", leadFrom).record.kind).toBe("create-opportunity");
  });
  test("gets its Opportunity with type, stage and close date", () => {
    const { record } = plan("contact", trial);
    expect(record).toMatchObject({
      type: "Trial Conversion",
      stage: "Demo",
      closeAt: NOON + 10 * 86_400_000,
      source: "Trial",
    });
  });
  test("gets its Opportunity for somebody unknown and for a customer, too", () => {
    expect(plan("unknown", trial).record).toMatchObject({
      kind: "create-opportunity",
      contactId: null,
      accountId: null,
    });
    expect(plan("account of the domain", trial).record).toMatchObject({ accountId: "0011" });
    expect(plan("customer", trial).record).toMatchObject({ kind: "create-opportunity" });
  });
  test("makes no Opportunity beside an open one or a Lead", () => {
    expect(plan("open opportunity", trial).record.kind).toBe("task");
    expect(plan("open lead", trial).record.kind).toBe("update-lead");
  });

  const urgent = { create: "Task", on: "Account", subject: "Churn Risk - Urgent", priority: "High" };
  test.for([
    ["customer", { object: "Account", id: "0011" }],
    ["contact without account", { object: "Contact", id: "0031" }],
    ["open lead", { object: "Lead", id: "00Q1" }],
    ["unknown", null],
  ] as const)("puts its Task on the nearest thing: %s", ([view, on]) => {
    expect(plan(view, urgent).record).toMatchObject({
      kind: "task",
      on,
      subject: "Churn Risk - Urgent",
      priority: "High",
    });
  });
});

test("an Opportunity on a person account gets no contact role", () => {
  expect(plan("person account").record).toMatchObject({
    kind: "create-opportunity",
    contactId: "0031",
    accountId: "0011",
    isPersonAccount: true,
  });
  expect(plan("contact").record).toMatchObject({ isPersonAccount: false });
});

test("the record says by which rule its account was found", () => {
  expect(plan("account by website").record.because).toBe(
    'nobody in Salesforce has this address; account "Acme", 95 % sure: its website is acme.example',
  );
});

test("a Task without a place goes to the account first", () => {
  expect(plan("customer", { create: "Task" }).record).toMatchObject({
    on: { object: "Account" },
    subject: "Follow up: R",
  });
});

describe("the policy's own record rules", () => {
  const rule = {
    when: { field: "crm.situation", operator: "=", value: "customer" },
    and: { field: "signals", operator: "containsAny", value: ["upgrade"] },
    create: "Task",
    on: "Account",
    owner: "account.owner",
  };

  test("override the table where they hold", () => {
    expect(plan("customer", "by-situation", [rule], ["upgrade"])).toMatchObject({
      ownerWish: "account.owner",
    });
  });
  test("leave it alone where they don't", () => {
    expect(plan("customer", "by-situation", [rule])).toMatchObject({ ownerWish: "account.csm" });
  });
  test("need no second condition", () => {
    const { and: _, ...alone } = rule;
    expect(plan("customer", "by-situation", [alone])).toMatchObject({ ownerWish: "account.owner" });
  });
});
