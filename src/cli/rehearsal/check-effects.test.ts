import { describe, expect, test } from "vitest";
import type { EffectRequest } from "../../handoff/effects.ts";
import { check } from "./check.ts";
import { type Facts, NOTHING } from "./facts.ts";
import {
  HANDOFF,
  call,
  CRM,
  EFFECTS,
  crmCall,
  tagCall,
  teamCall,
  post,
  mail,
  DECISION,
  DONE,
  GOOD,
  withEffect,
  NONE,
  counts,
  outsideIn,
} from "./one-handoff.ts";

test("a rehearsal in which everything happened once has nothing to say", () => {
  expect(check(GOOD)).toEqual({ ...NONE, problems: [] });
  expect(counts(NOTHING)).toEqual(NONE);
});

describe("a lost effect is noticed", () => {
  test.for<[string, Facts]>([
    [
      "a Lead that is not there",
      { ...GOOD, salesforce: { ...GOOD.salesforce, records: GOOD.salesforce.records.slice(1) } },
    ],
    [
      "a Task that is not there",
      { ...GOOD, salesforce: { ...GOOD.salesforce, records: GOOD.salesforce.records.slice(0, 1) } },
    ],
    [
      "an update that was never sent",
      { ...GOOD, salesforce: { ...GOOD.salesforce, calls: [{ ...crmCall, body: {} }] } },
    ],
    ["a record under another id", withEffect(0, { result: { ids: { record: "00Q9", task: "00T1" } } })],
    [
      "a tag that is not there",
      {
        ...GOOD,
        intercom: {
          ...GOOD.intercom,
          calls: [teamCall],
          conversations: [{ id: "100", tags: [], team: "Enterprise Sales", answers: [] }],
        },
      },
    ],
    [
      "a conversation that was never moved",
      {
        ...GOOD,
        intercom: {
          ...GOOD.intercom,
          calls: [tagCall],
          conversations: [{ id: "100", tags: ["Enterprise Signal"], team: null, answers: [] }],
        },
      },
    ],
    ["a Slack message that never came", { ...GOOD, slack: { calls: [], keys: [] } }],
    ["a mail that never came", { ...GOOD, mail: { calls: [], keys: [] } }],
    ["an effect still planned", withEffect(3, { state: "planned" })],
    ["an effect still under way", withEffect(3, { state: "sending", error: "no answer" })],
    [
      "an effect that is called done and can't be",
      withEffect(3, { request: { kind: "impossible", what: "tell nobody", reason: "-" } }),
    ],
  ])("%s", ([, facts]) => {
    expect(counts(facts)).toMatchObject({ lost: 1, outOfOrder: 0, failed: 0 });
  });

  test("an effect that was never planned", () => {
    const effects = EFFECTS.slice(0, 4);
    const facts = { ...GOOD, handoffs: [{ ...DONE, effects }], mail: { calls: [], keys: [] } };
    expect(check(facts).problems).toEqual([
      { kind: "lost", line: `${HANDOFF} has 1 people to tell where its decision asks for 2` },
    ]);
  });

  test("a primary contact that the new Opportunity does not have", () => {
    const role: EffectRequest = {
      ...CRM,
      operations: [
        { kind: "create", ref: "record", object: "Opportunity", key: "h-record", fields: {} },
        {
          kind: "create",
          ref: "role",
          object: "OpportunityContactRole",
          key: null,
          fields: { OpportunityId: { ref: "record" }, ContactId: "003A" },
        },
      ],
    };
    const facts = withEffect(0, { request: role, result: { ids: { record: "0061", role: "00K1" } } });
    const records = [{ object: "Opportunity", id: "0061", key: "h-record" }];
    const salesforce = { ...GOOD.salesforce, calls: [call({ keys: ["h-record"] })], records };
    expect(counts({ ...facts, salesforce })).toMatchObject({ lost: 1, doubled: 0 });
    const contactRoles = [{ opportunity: "0061", contact: "003A" }];
    expect(counts({ ...facts, salesforce: { ...salesforce, contactRoles } })).toEqual(NONE);
    const twice = [...contactRoles, ...contactRoles];
    expect(counts({ ...facts, salesforce: { ...salesforce, contactRoles: twice } })).toMatchObject({
      doubled: 1,
    });
  });
});

describe("a doubled effect is noticed", () => {
  test.for<[string, Facts]>([
    [
      "a second Lead",
      {
        ...GOOD,
        salesforce: {
          ...GOOD.salesforce,
          records: [...GOOD.salesforce.records, { object: "Lead", id: "00Q2", key: "h-record" }],
        },
      },
    ],
    ["a second tagging", { ...GOOD, intercom: { ...GOOD.intercom, calls: [tagCall, tagCall, teamCall] } }],
    ["a second move", { ...GOOD, intercom: { ...GOOD.intercom, calls: [tagCall, teamCall, teamCall] } }],
    ["a second Slack message", { ...GOOD, slack: { calls: [post, post], keys: ["h-tell1", "h-tell1"] } }],
    ["a second mail", { ...GOOD, mail: { calls: [mail, mail], keys: ["h-tell2", "h-tell2"] } }],
  ])("%s", ([, facts]) => {
    expect(counts(facts)).toEqual({ ...NONE, doubled: 1 });
  });

  test("a second committed write of the same records, both of them", () => {
    const facts = { ...GOOD, salesforce: { ...GOOD.salesforce, calls: [crmCall, { ...crmCall, seq: 2 }] } };
    expect(counts(facts).doubled).toBe(3);
  });

  test("a second handoff of the same episode, and one that rests on no decision", () => {
    const again = { ...DONE, id: `${HANDOFF}-again`, effects: [] };
    expect(counts({ ...GOOD, handoffs: [DONE, again] }).doubled).toBe(2);
  });

  test("more to tell than the decision names", () => {
    expect(counts({ ...GOOD, decisions: [{ ...DECISION, notices: 1 }] })).toEqual({ ...NONE, doubled: 1 });
  });
});

describe("a write that nobody asked for is noticed", () => {
  test.for<[string, Facts]>([
    [
      "a Salesforce call without a key",
      { ...GOOD, salesforce: { ...GOOD.salesforce, calls: [crmCall, call()] } },
    ],
    [
      "a Salesforce call with a foreign key",
      { ...GOOD, salesforce: { ...GOOD.salesforce, calls: [crmCall, call({ keys: ["x"] })] } },
    ],
    [
      "a record with a foreign key",
      {
        ...GOOD,
        salesforce: {
          ...GOOD.salesforce,
          records: [...GOOD.salesforce.records, { object: "Task", id: "00T9", key: "x" }],
        },
      },
    ],
    [
      "a tag",
      {
        ...GOOD,
        intercom: {
          ...GOOD.intercom,
          calls: [tagCall, teamCall, call({ keys: ["conversation:100", "tag-name:VIP"] })],
        },
      },
    ],
    [
      "a reply to the customer",
      {
        ...GOOD,
        intercom: {
          ...GOOD.intercom,
          calls: [tagCall, teamCall, call({ path: "/conversations/100/reply", keys: ["conversation:100"] })],
        },
      },
    ],
    ["a Slack message", { ...GOOD, slack: { ...GOOD.slack, calls: [post, { ...post, keys: [] }] } }],
    [
      "a mail",
      { ...GOOD, mail: { ...GOOD.mail, calls: [mail, { ...mail, keys: ["<x@ourcompany.example>"] }] } },
    ],
  ])("%s", ([, facts]) => {
    expect(counts(facts)).toEqual({ ...NONE, doubled: 1 });
  });

  test("but a tag may be made before it is put on, and reads, refusals and conversations opened in Slack are none", () => {
    const harmless: Facts = {
      ...GOOD,
      intercom: {
        ...GOOD.intercom,
        calls: [call({ path: "/tags", body: { name: "enterprise signal" } }), tagCall, teamCall],
      },
      salesforce: { ...GOOD.salesforce, calls: [crmCall, call({ committed: false, keys: ["x"] })] },
      slack: { ...GOOD.slack, calls: [call({ path: "/api/conversations.open" }), post] },
    };
    expect(counts(harmless)).toEqual(NONE);
  });

  test("in shadow mode nothing may go out", () => {
    const effects = EFFECTS.map((one) => ({ ...one, state: "would" as const }));
    const facts = { ...GOOD, handoffs: [{ ...DONE, mode: "shadow" as const, effects }] };
    expect(counts(facts).doubled).toBe(3);
    const nothing = { ...facts, ...outsideIn(NOTHING) };
    expect(counts(nothing)).toEqual(NONE);
  });
});

describe("what the target cannot tell", () => {
  test("an effect that ended as maybe is counted, whether it is there or not", () => {
    const maybe = withEffect(4, { state: "maybe" });
    expect(counts(maybe)).toEqual({ ...NONE, maybe: 1 });
    expect(counts({ ...maybe, mail: { calls: [], keys: [] } })).toEqual({ ...NONE, maybe: 1 });
  });

  test("but not if it is there twice", () => {
    const maybe = withEffect(4, { state: "maybe" });
    const keys = ["h-tell2", "h-tell2"];
    expect(counts({ ...maybe, mail: { calls: [mail, mail], keys } })).toEqual({
      ...NONE,
      maybe: 1,
      doubled: 1,
    });
  });
});

test("a record that the org's duplicate rule named instead of a new one is no loss", () => {
  const facts = withEffect(0, { result: { ids: { old: "001A", task: "00T1" } } });
  const records = GOOD.salesforce.records.slice(1);
  expect(counts({ ...facts, salesforce: { ...GOOD.salesforce, records } })).toEqual(NONE);
});

test("a write of sync is asked for by its own change, field by field", () => {
  const records = [{ attributes: { type: "Lead" }, id: "00Q1", Phone: "1" }];
  const sync = call({ method: "PATCH", path: "/services/data/v66.0/composite/sobjects", body: { records } });
  const person = call({ method: "PUT", path: "/contacts/c1", keys: ["contact:c1"] });
  const facts = {
    ...GOOD,
    salesforce: { ...GOOD.salesforce, calls: [...GOOD.salesforce.calls, sync] },
    intercom: { ...GOOD.intercom, calls: [...GOOD.intercom.calls, person] },
  };
  expect(counts({ ...facts, synced: ["00Q1 Phone", "c1"] })).toEqual(NONE);
  expect(counts({ ...facts, synced: ["00Q1 Email", "c1"] })).toEqual({ ...NONE, doubled: 1 });
  expect(counts({ ...facts, synced: ["00Q1 Phone"] })).toEqual({ ...NONE, doubled: 1 });
});
