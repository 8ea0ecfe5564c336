import { describe, expect, test } from "vitest";
import { evidenceOfRow, rowSchema } from "../conversation/row.ts";
import { fields } from "../policy/fields.ts";
import { factsOf } from "./facts.ts";
import type { Evidence, FoundSignal, Scores } from "./scores.ts";

const evidenceOf = (row: Record<string, unknown>): Evidence =>
  evidenceOfRow(rowSchema.parse({ id: 1, ...row }), 0);
const owner = (email: string): object => ({ email });

const whole = evidenceOf({
  turns: [
    { role: "customer", text: "hi" },
    { role: "agent", text: "hello" },
    { role: "customer", text: "", redacted: true },
  ],
  contact: {
    email: "ann@Acme.com",
    name: "Ann",
    phone: "+1",
    role: "user",
    plan: "trial",
    tags: ["vip"],
    lastSeenAt: "2026-01-01T00:00:00Z",
    signedUpAt: 1_700_000_000,
    score: 55,
    attributes: { seats: 3, langs: ["en"], nested: { a: 1 }, mixed: [{}], gone: null },
  },
  company: {
    name: "Acme",
    domain: "ACME.com",
    employees: 12,
    plan: "pro",
    industry: "Retail",
    country: "DE",
    state: "BY",
    annualRevenue: 1,
    annualValue: 2,
    customerSince: "2020-01-01",
    technology: ["Segment"],
    attributes: { tier: "gold" },
  },
  tags: ["bug", "second"],
  team: "Billing",
  url: "https://example.com/1",
  crm: {
    leads: [{ status: "Open", score: 70, owner: owner("l@x.example") }],
    contacts: [{}],
    accounts: [
      {
        name: "Acme Inc",
        owner: owner("a@x.example"),
        csm: owner("c@x.example"),
        website: "acme.com",
        employees: 99,
        annualRevenue: 3,
        country: "US",
        state: "CA",
      },
    ],
    opportunities: [{ name: "Deal", stage: "Negotiation", amount: 500, owner: owner("o@x.example") }],
  },
});

const signal = (name: string): FoundSignal => ({
  signal: name,
  label: name,
  kind: "tag",
  text: name,
  points: 0,
  at: null,
});
const scores: Scores = {
  signals: [signal("enterprise"), signal("enterprise"), signal("pricing")],
  values: { buying: { value: 41.5, threshold: 40 } },
  contributions: [],
};

describe("facts", () => {
  test.for([
    ["contact.email", "ann@Acme.com"],
    ["contact.emailDomain", "acme.com"],
    ["contact.name", "Ann"],
    ["contact.phone", "+1"],
    ["contact.role", "user"],
    ["contact.plan", "trial"],
    ["contact.tags", ["vip"]],
    ["contact.lastSeenAt", Date.UTC(2026, 0, 1)],
    ["contact.signedUpAt", 1_700_000_000_000],
    ["contact.score", 55],
    ["contact.attributes.seats", 3],
    ["contact.attributes.langs", ["en"]],
    ["contact.attributes.gone", null],
    ["contact.attributes.nested", undefined],
    ["contact.attributes.mixed", undefined],
    ["contact.attributes.absent", undefined],
    ["contact.attributes.toString", undefined],
    ["contact.toString", undefined],
    ["company.name", "Acme"],
    ["company.domain", "acme.com"],
    ["company.employees", 12],
    ["company.plan", "pro"],
    ["company.industry", "Retail"],
    ["company.country", "DE"],
    ["company.state", "BY"],
    ["company.annualRevenue", 1],
    ["company.annualValue", 2],
    ["company.customerSince", Date.UTC(2020, 0, 1)],
    ["company.technology", ["Segment"]],
    ["company.attributes.tier", "gold"],
    ["conversation.team", "Billing"],
    ["conversation.tags", ["bug", "second"]],
    ["conversation.firstTag", "bug"],
    ["conversation.state", "open"],
    ["conversation.customerMessages", 2],
    ["conversation.url", "https://example.com/1"],
    ["conversation.attributes.x", undefined],
    ["signals", ["enterprise", "pricing"]],
    ["score.buying", 41.5],
    ["score.churn", undefined],
    ["score.toString", undefined],
    ["crm.situation", "open-opportunity"],
    ["crm.score", 70],
    ["crm.hasLead", true],
    ["crm.hasContact", true],
    ["crm.hasAccount", true],
    ["crm.match", null],
    ["crm.matchConfidence", null],
    ["crm.competing", 0],
    ["crm.openOpportunities", 1],
    ["crm.isPersonAccount", false],
    ["crm.lead.status", "Open"],
    ["crm.lead.owner", "l@x.example"],
    ["crm.openOpportunity.name", "Deal"],
    ["crm.openOpportunity.stage", "Negotiation"],
    ["crm.openOpportunity.amount", 500],
    ["crm.openOpportunity.owner", "o@x.example"],
    ["crm.account.name", "Acme Inc"],
    ["crm.account.owner", "a@x.example"],
    ["crm.account.csm", "c@x.example"],
    ["crm.account.employees", 99],
    ["crm.account.annualRevenue", 3],
    ["crm.account.country", "US"],
    ["crm.account.state", "CA"],
    ["crm.account.website", "acme.com"],
    ["crm.attributes.x", undefined],
    ["nonsense", undefined],
    ["nonsense.field", undefined],
  ] as const)("%s is %s", ([field, value]) => {
    expect(factsOf(whole, scores)(field)).toEqual(value);
  });

  test("every field that the linter knows is told when everything is known", () => {
    const silent = fields.filter(
      ({ name }) => factsOf(whole, scores)(name) === undefined && !name.startsWith("opportunity."),
    );
    expect(silent).toEqual([]);
  });

  test("extra facts come first, by their whole name", () => {
    const lookup = factsOf(whole, scores, { "opportunity.isWon": true, "contact.plan": null });
    expect(lookup("opportunity.isWon")).toBe(true);
    expect(lookup("contact.plan")).toBeNull();
  });

  test("nobody knows what was not looked up", () => {
    const lookup = factsOf(evidenceOf({ text: "hi" }), null);
    const known = fields.filter(({ name }) => lookup(name) !== undefined).map(({ name }) => name);
    expect(known).toEqual([
      "conversation.team",
      "conversation.tags",
      "conversation.firstTag",
      "conversation.state",
      "conversation.customerMessages",
      "conversation.url",
    ]);
    expect(lookup("score.buying")).toBeUndefined();
  });

  test("an empty person and company know nothing, and are not empty text", () => {
    const lookup = factsOf(evidenceOf({ text: "hi", contact: {}, company: {} }), null);
    expect(
      ["contact.email", "contact.emailDomain", "company.employees", "company.technology"].map(lookup),
    ).toEqual([undefined, undefined, undefined, undefined]);
  });

  test("what Salesforce was asked and does not have is empty, not unknown", () => {
    const lookup = factsOf(evidenceOf({ text: "hi", crm: {} }), null);
    for (const { name } of fields.filter((one) => one.name.startsWith("crm.")))
      expect(lookup(name)).not.toBeUndefined();
    expect(lookup("crm.situation")).toBe("unknown");
    expect(lookup("crm.openOpportunity.stage")).toBeNull();
    expect(lookup("crm.hasLead")).toBe(false);
  });

  test("the number of employees falls back to the first account that has one", () => {
    const crm = { accounts: [{}, { employees: 250 }] };
    expect(factsOf(evidenceOf({ text: "hi", crm }), null)("company.employees")).toBe(250);
    expect(
      factsOf(evidenceOf({ text: "hi", crm, company: { employees: 7 } }), null)("company.employees"),
    ).toBe(7);
    expect(factsOf(evidenceOf({ text: "hi", crm, company: {} }), null)("company.employees")).toBe(250);
    expect(
      factsOf(evidenceOf({ text: "hi", crm: {}, company: {} }), null)("company.employees"),
    ).toBeUndefined();
  });
});
