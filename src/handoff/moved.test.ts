import { describe, expect, test } from "vitest";
import { afterMove, type Anew, referredIds } from "./moved.ts";
import type { CrmOperation } from "./ports.ts";

const LEAD = "00Q000000000001AAA";
const CONTACT = "003000000000001AAA";
const OTHER = "003000000000002AAA";
const DEAL = "006000000000001AAA";

const update: CrmOperation = {
  kind: "update",
  ref: "record",
  object: "Lead",
  id: LEAD,
  fields: { Plan__c: "pro" },
};
const task: CrmOperation = {
  kind: "create",
  ref: "task",
  object: "Task",
  key: "k-task",
  fields: { Subject: "Call", WhoId: LEAD, WhatId: null, OwnerId: "005000000000001AAA" },
};
const conversation: CrmOperation = {
  kind: "create",
  ref: "conversation",
  object: "Baton_Conversation__c",
  key: "k-conversation",
  fields: { Lead__c: LEAD },
};
const role: CrmOperation = {
  kind: "create",
  ref: "role",
  object: "OpportunityContactRole",
  key: null,
  fields: { OpportunityId: { ref: "record" }, ContactId: CONTACT, IsPrimary: true },
};

test("a write refers to the records it changes and points to, not to owners and words", () => {
  expect(referredIds([update, task, conversation, role])).toEqual([LEAD, CONTACT]);
});

describe("a write whose records have moved", () => {
  test("stays as it is when none has", () => {
    expect(afterMove([update, task], { [LEAD]: LEAD }, null)).toBeNull();
  });

  test("goes to the Contact of a converted Lead, and changes the Lead no more", () => {
    expect(afterMove([update, task, conversation], { [LEAD]: CONTACT }, null)).toEqual({
      operations: [
        { ...task, fields: { ...task.fields, WhoId: CONTACT } },
        { ...conversation, fields: { Contact__c: CONTACT } },
      ],
      notes: [`${LEAD} is ${CONTACT} meanwhile: merged or converted`],
    });
  });

  test("goes to the winner of a merge", () => {
    const winner = "00Q000000000009AAA";
    expect(afterMove([update, task, conversation], { [LEAD]: winner }, null)?.operations).toEqual([
      { ...update, id: winner },
      { ...task, fields: { ...task.fields, WhoId: winner } },
      { ...conversation, fields: { Lead__c: winner } },
    ]);
    expect(afterMove([role], { [CONTACT]: OTHER }, null)?.operations).toEqual([
      { ...role, fields: { ...role.fields, ContactId: OTHER } },
    ]);
  });

  test("lets go of what was deleted: the Task and the conversation stay", () => {
    expect(afterMove([update, task, conversation, role], { [LEAD]: null, [CONTACT]: null }, null)).toEqual({
      operations: [
        { ...task, fields: { Subject: "Call", WhatId: null, OwnerId: "005000000000001AAA" } },
        { ...conversation, fields: {} },
      ],
      notes: [`${LEAD} was deleted meanwhile`, `${CONTACT} was deleted meanwhile`],
    });
    const onDeal: CrmOperation = { ...task, fields: { WhatId: DEAL } };
    expect(afterMove([onDeal], { [LEAD]: null }, null)?.operations).toEqual([onDeal]);
  });

  const anew: Anew = {
    id: LEAD,
    create: { kind: "create", ref: "record", object: "Lead", key: "k-record", fields: { LastName: "Lopez" } },
  };

  test("makes a deleted Lead again, first of all, and everything is the new one's", () => {
    expect(afterMove([update, conversation, task], { [LEAD]: null }, anew)).toEqual({
      operations: [
        anew.create,
        { ...conversation, fields: { Lead__c: { ref: "record" } } },
        { ...task, fields: { ...task.fields, WhoId: { ref: "record" } } },
      ],
      notes: [`${LEAD} was deleted meanwhile: a new Lead takes its place`],
    });
  });

  test("makes no second Lead where the first was only merged or converted", () => {
    expect(afterMove([update, task], { [LEAD]: CONTACT }, anew)?.operations).toEqual([
      { ...task, fields: { ...task.fields, WhoId: CONTACT } },
    ]);
  });
});
