import { describe, expect, test } from "vitest";
import { company, NOBODY, NOON, person, policy, snapshot } from "../../tests/support/cases.ts";
import type { RecordPlan } from "../decide/decision.ts";
import type { Snapshot } from "../conversation/snapshot.ts";
import { factsOf } from "../qualify/facts.ts";
import { type CrmWords, type HandoffDecision, planAnew, planCrmWrite } from "./crm-plan.ts";

const OWNER = { kind: "user", id: "005K", email: "kim@us.example", name: "Kim" } as const;
const common = { situation: "unknown", because: "a test" } as const;

function caseOf(
  record: RecordPlan,
  mapping: unknown,
  over: Partial<Snapshot>,
): readonly [HandoffDecision, CrmWords] {
  const rules = policy({ mapping });
  const talk = snapshot(over);
  const decision: HandoffDecision = {
    kind: "handoff",
    judgement: { kind: "below-threshold", exclusions: [], recipes: [] },
    recipe: "qualified",
    episode: 1,
    handoff: "handoff:production:100:qualified:1",
    record,
    owner: { owner: OWNER, route: "default", via: "user", receipts: [], pool: null, alternates: [] },
    told: [],
    seconds: [],
  };
  const words: CrmWords = {
    snapshot: talk,
    policy: rules,
    lookup: factsOf({ snapshot: talk, crm: NOBODY }, null),
    recipeName: "Any other",
    now: NOON,
    conversationUrl: "https://app.example/100",
    summary: ["Asks for SSO."],
    transcriptParts: ["<p>Hi</p>"],
  };
  return [decision, words];
}
function planned(record: RecordPlan, mapping: unknown = {}, over: Partial<Snapshot> = {}) {
  return planCrmWrite(...caseOf(record, mapping, over));
}
const shapeOf = (operations: ReturnType<typeof planned>) =>
  operations.map(({ ref, object }) => `${ref}: ${object}`);

describe("a Contact that a recipe asks for", () => {
  const record: RecordPlan = { kind: "create-contact", source: "Chat", accountId: null, ...common };

  test("is a Contact under a new Account, with the conversation and the Task on it", () => {
    const operations = planned(record);
    expect(shapeOf(operations)).toEqual([
      "account: Account",
      "record: Contact",
      "conversation: Baton_Conversation__c",
      "task: Task",
    ]);
    expect(operations[1]?.fields).toMatchObject({
      LastName: "Lopez",
      LeadSource: "Chat",
      AccountId: { ref: "account" },
      OwnerId: "005K",
    });
    expect(operations[2]?.fields).toMatchObject({ Contact__c: { ref: "record" } });
    expect(operations[3]?.fields).toMatchObject({ WhoId: { ref: "record" } });
  });

  test("goes under the Account that is known", () => {
    const operations = planned({ ...record, accountId: "001A" });
    expect(operations[0]).toMatchObject({ object: "Contact", fields: { AccountId: "001A" } });
    expect(operations[1]?.fields).toMatchObject({ Account__c: "001A" });
  });

  test("has no Account when nobody knows the company", () => {
    const [contact] = planned(record, {}, { company: company({ name: null }) });
    expect(contact).toMatchObject({ object: "Contact" });
    expect(contact?.fields).not.toHaveProperty("AccountId");
  });
});

test("an Opportunity on a person account has no contact role", () => {
  const record: RecordPlan = {
    kind: "create-opportunity",
    contactId: "003P",
    accountId: "001P",
    isPersonAccount: true,
    type: null,
    stage: "Qualification",
    closeAt: NOON,
    source: null,
    ...common,
  };
  expect(shapeOf(planned(record))).toEqual([
    "record: Opportunity",
    "conversation: Baton_Conversation__c",
    "task: Task",
  ]);
  expect(shapeOf(planned({ ...record, isPersonAccount: false }))).toContain("role: OpportunityContactRole");
});

describe("the mapping", () => {
  const lead: RecordPlan = { kind: "create-lead", source: null, accountId: null, ...common };

  test("fills each object's own fields, in the direction it says", () => {
    const mapping = {
      lead: [
        { from: "company.customerSince", to: "Since__c" },
        { from: "contact.email", to: "Email__c", direction: "to-intercom" },
        { from: "contact.tags", to: "Tags__c" },
        { from: "contact.name", to: "FirstName", with: "first-name" },
      ],
      account: [{ from: "company.country", to: "BillingCountry" }],
    };
    const over = {
      contact: person({ tags: ["a", "b"] }),
      company: company({ customerSince: NOON, country: "DE" }),
    };
    const [first] = planned(lead, mapping, over);
    expect(first?.fields).toMatchObject({
      Since__c: new Date(NOON).toISOString(),
      Tags__c: "a;b",
      FirstName: "Ana",
      LastName: "Lopez",
    });
    expect(first?.fields).not.toHaveProperty("Email__c");
    const contact: RecordPlan = { kind: "create-contact", source: null, accountId: null, ...common };
    expect(planned(contact, mapping, over)[0]).toMatchObject({
      object: "Account",
      fields: { Name: "Acme", BillingCountry: "DE" },
    });
  });

  test("gives the Lead source where neither the policy nor a tag names one", () => {
    const mapping = { lead: [{ from: "contact.role", to: "LeadSource" }] };
    expect(planned(lead, mapping)[0]?.fields).toMatchObject({ LeadSource: "user" });
    expect(planned({ ...lead, source: "Web" }, mapping)[0]?.fields).toMatchObject({ LeadSource: "Web" });
  });

  test("never touches what a rep may have typed on an open Lead", () => {
    const mapping = {
      lead: [
        { from: "contact.email", to: "Email" },
        { from: "contact.name", to: "Nick__c" },
      ],
    };
    const record: RecordPlan = { kind: "update-lead", leadId: "00QA", source: "Web", ...common };
    expect(planned(record, mapping)[0]).toEqual({
      kind: "update",
      ref: "record",
      object: "Lead",
      id: "00QA",
      fields: { Nick__c: "Ana Lopez" },
    });
  });

  test("is planned a second time as a new Lead, should the open one have been deleted", () => {
    const [decision, words] = caseOf(
      { kind: "update-lead", leadId: "00QA", source: "Web", ...common },
      {},
      {},
    );
    expect(planAnew(decision, words)).toMatchObject({
      id: "00QA",
      create: {
        kind: "create",
        ref: "record",
        object: "Lead",
        fields: { LeadSource: "Web", OwnerId: "005K" },
      },
    });
    const [other] = caseOf({ kind: "create-lead", source: null, accountId: null, ...common }, {}, {});
    expect(planAnew(other, words)).toBeNull();
  });
});
