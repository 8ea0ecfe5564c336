/** From a customer's words to the record, its owner, Intercom and the people: each row of the table of records. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  decisionsOf,
  handoffOf,
  handoffsOf,
  mails,
  openTestHouse,
  recordsOf,
  slackMessages,
  standingsOf,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";
import { writesOutside } from "../support/written.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.close());

const userId = (email: string) => house.emulators.salesforce.state.userByEmail(email)?.["Id"];
const rowOf = (object: string, id: string | null | undefined) =>
  house.emulators.salesforce.state.rows(object).find((row) => row["Id"] === id);
const intercom = () => house.emulators.intercom.workspace;
const tagsOf = (ids: Iterable<string>) => [...ids].map((id) => intercom().tags.get(id)?.name);

describe("somebody who wants to buy", () => {
  test("and whom nobody knows becomes a Lead of the pool, with the conversation and a Task", async () => {
    const { conversation } = await writes(house, { who: "una", text: WORDS.buying });
    const handoff = await handoffOf(house, conversation);
    const [lead, talk, task, ...others] = recordsOf(house, handoff);
    const owner = handoff.answer.owner.owner.id;
    expect(handoff).toMatchObject({ recipe: "qualified", status: "done" });
    expect([userId("ana@ourcompany.example"), userId("ben@ourcompany.example")]).toContain(owner);
    expect(lead).toMatchObject({
      object: "Lead",
      FirstName: "Una",
      LastName: "Nguyen",
      Company: "una works",
      Email: "una@una.example",
      OwnerId: owner,
    });
    expect(Number(lead?.["Baton_Score__c"])).toBeGreaterThanOrEqual(40);
    expect(talk).toMatchObject({ object: "Baton_Conversation__c", Lead__c: lead?.["Id"] });
    expect(talk?.["Transcript__c"]).toContain("security review");
    expect(talk?.["Intercom_Url__c"]).toContain(conversation);
    expect(task).toMatchObject({ object: "Task", WhoId: lead?.["Id"], OwnerId: owner });
    expect(others).toEqual([]);
    expect(await standingsOf(house, conversation)).toEqual({ production: "handed-off" });
  });

  test("costs two Salesforce calls: one that looks and one that writes", async () => {
    const before = house.emulators.salesforce.state.calls.total;
    await writes(house, { who: "tessa", text: WORDS.buying });
    expect(house.emulators.salesforce.state.calls.total - before).toBe(2);
  });

  test("from a company with an Account becomes a Lead of the Account's owner", async () => {
    const { conversation, crm } = await writes(house, {
      who: "abby",
      situation: "account-by-domain",
      text: WORDS.buying,
    });
    const [lead] = recordsOf(house, await handoffOf(house, conversation));
    expect(lead).toMatchObject({ object: "Lead", OwnerId: crm?.ownerId });
  });

  test("and is an open Lead gets a Task there; what the rep typed stays, Baton's own fields move on", async () => {
    const { crm, conversation } = await writes(house, {
      who: "olga",
      situation: "open-lead",
      plan: "business",
      tags: ["Pricing page"],
      text: WORDS.buying,
    });
    const handoff = await handoffOf(house, conversation);
    expect(handoff.answer.record).toMatchObject({ kind: "update-lead", leadId: crm?.leadId });
    const lead = rowOf("Lead", crm?.leadId);
    expect(lead).toMatchObject({
      FirstName: "Olga",
      Company: "olga works",
      LeadSource: "Web",
      OwnerId: crm?.ownerId,
      Plan__c: "business",
      Engagement_Score__c: 1,
    });
    expect(Number(lead?.["Baton_Score__c"])).toBeGreaterThanOrEqual(40);
    expect(recordsOf(house, handoff)).toMatchObject([
      { object: "Baton_Conversation__c", Lead__c: crm?.leadId },
      { object: "Task", WhoId: crm?.leadId, OwnerId: crm?.ownerId },
    ]);
  });

  test("and is a Lead of somebody who left gets a Task for the next on the route, with the reason", async () => {
    const { conversation, crm } = await writes(house, {
      who: "lena",
      situation: "lead-with-inactive-owner",
      text: WORDS.buying,
    });
    const handoff = await handoffOf(house, conversation);
    const task = recordsOf(house, handoff).find((record) => record.object === "Task");
    expect(task?.["OwnerId"]).not.toBe(crm?.ownerId);
    expect(handoff.answer.owner.pool?.pool).toBe("mid-market");
    expect(handoff.answer.owner.receipts).toContainEqual(
      expect.objectContaining({ kind: "skipped", reason: "inactive in Salesforce" }),
    );
  });

  test.for(["contact", "converted-lead"] as const)(
    "and is known as a %s without anything open gets an Opportunity with a primary contact role",
    async (situation) => {
      const { conversation, crm } = await writes(house, {
        who: `cleo${situation.length}`,
        situation,
        text: WORDS.buying,
      });
      const handoff = await handoffOf(house, conversation);
      const [opportunity, talk, task] = recordsOf(house, handoff);
      expect(opportunity).toMatchObject({
        object: "Opportunity",
        AccountId: crm?.accountId,
        StageName: "Qualification",
        OwnerId: rowOf("Account", crm?.accountId)?.["OwnerId"],
      });
      expect(talk).toMatchObject({ Opportunity__c: opportunity?.["Id"], Contact__c: crm?.contactId });
      expect(task).toMatchObject({ WhatId: opportunity?.["Id"], WhoId: crm?.contactId });
      const roles = house.emulators.salesforce.state
        .rows("OpportunityContactRole")
        .filter((role) => role["OpportunityId"] === opportunity?.["Id"]);
      expect(roles).toMatchObject([{ ContactId: crm?.contactId, IsPrimary: true }]);
    },
  );

  test("and has an open Opportunity gets a Task on it for its owner", async () => {
    const { conversation, crm } = await writes(house, {
      who: "otto",
      situation: "open-opportunity",
      text: WORDS.buying,
    });
    const handoff = await handoffOf(house, conversation);
    expect(recordsOf(house, handoff)).toMatchObject([
      { object: "Baton_Conversation__c", Opportunity__c: crm?.opportunityId, Contact__c: crm?.contactId },
      { object: "Task", WhatId: crm?.opportunityId, OwnerId: crm?.ownerId },
    ]);
  });

  test("and is a customer who asks for an upgrade gets a Task on the Account for its owner", async () => {
    const { conversation, crm } = await writes(house, {
      who: "ugo",
      situation: "customer-with-csm",
      text: WORDS.upgrade,
    });
    const task = recordsOf(house, await handoffOf(house, conversation)).at(-1);
    expect(task).toMatchObject({ object: "Task", WhatId: crm?.accountId, OwnerId: crm?.ownerId });
  });

  test("and is a customer with any other wish gets a Task for the CSM", async () => {
    const { conversation, crm } = await writes(house, {
      who: "cora",
      situation: "customer-with-csm",
      text: WORDS.buying,
    });
    const task = recordsOf(house, await handoffOf(house, conversation)).at(-1);
    const csm = userId(crm?.csmEmail ?? "");
    expect(task).toMatchObject({ object: "Task", WhatId: crm?.accountId, OwnerId: csm });
  });

  test("and has a colleague in another conversation reaches the same rep of the pool", async () => {
    const first = await writes(house, { who: "sticky", text: WORDS.buying });
    const second = await writes(house, {
      who: "sticky",
      email: "other@sticky.example",
      text: WORDS.buying,
    });
    const owners = [
      await handoffOf(house, first.conversation),
      await handoffOf(house, second.conversation),
    ].map((handoff) => handoff.answer.owner.owner.id);
    expect(owners[1]).toBe(owners[0]);
  });
});

describe("what people are told", () => {
  test("the owner gets a Slack message with key, both links, the summary and the reasons", async () => {
    const { conversation } = await writes(house, { who: "petra", text: WORDS.buying });
    const handoff = await handoffOf(house, conversation);
    const notice = handoff.effects.find((effect) => effect.kind === "notify");
    const [lead] = recordsOf(house, handoff);
    const messages = slackMessages(house, notice?.key ?? "");
    const owner = handoff.answer.owner.owner;
    expect(messages.map((message) => message.to)).toEqual([owner.kind === "user" ? owner.email : ""]);
    expect(messages[0]?.metadata).toMatchObject({ event_type: "baton_alert" });
    const shown = JSON.stringify(messages[0]?.blocks);
    expect(shown).toContain(String(lead?.["Id"]));
    expect(shown).toContain(conversation);
    expect(shown).toContain("Enterprise intent");
    expect(shown).toContain("security review");
    expect(shown).toContain("threshold 40");
  });

  test("an enterprise inbound chat is mailed with transcript and enrichment, tagged and moved to its team", async () => {
    const { conversation } = await writes(house, { who: "enid", employees: 900, text: WORDS.buying });
    const handoff = await handoffOf(house, conversation);
    expect(handoff).toMatchObject({ recipe: "enterprise-inbound", status: "done" });
    expect(recordsOf(house, handoff)[0]).toMatchObject({ object: "Lead", LeadSource: "Enterprise Inbound" });
    const notice = handoff.effects.find((effect) => effect.kind === "notify");
    const [mail, ...more] = mails(house, notice?.key ?? "");
    const owner = handoff.answer.owner.owner;
    expect(more).toEqual([]);
    expect(mail?.to).toEqual([owner.kind === "user" ? owner.email : ""]);
    expect(mail?.html).toContain("procurement would like to talk to sales");
    expect(mail?.html).toContain(conversation);
    const stored = intercom().conversations.get(conversation);
    expect(tagsOf((stored?.tags ?? []).map((tag) => tag.tagId))).toEqual(["Enterprise Signal"]);
    expect(intercom().teams.get(stored?.teamAssigneeId ?? "")?.name).toBe("Enterprise Sales");
  });

  test("a trial user with high intent becomes an Opportunity, and the owner hears the policy's own line", async () => {
    const { conversation } = await writes(house, {
      who: "trixi",
      plan: "trial",
      contactTags: ["trial"],
      text: WORDS.upgrade,
    });
    const handoff = await handoffOf(house, conversation);
    expect(handoff).toMatchObject({ recipe: "trial-conversion", status: "done" });
    const [account, contact, opportunity] = recordsOf(house, handoff);
    expect(account).toMatchObject({ object: "Account", Name: "trixi works" });
    expect(contact).toMatchObject({ object: "Contact", AccountId: account?.["Id"], LastName: "Nguyen" });
    expect(opportunity).toMatchObject({ object: "Opportunity", Type: "Trial Conversion" });
    const notice = handoff.effects.find((effect) => effect.kind === "notify");
    const [message] = slackMessages(house, notice?.key ?? "");
    expect(JSON.stringify(message)).toContain("High-intent trial user - see Salesforce");
  });

  test("a customer about to leave is an urgent Task, a message in #churn, to the CSM and to the AE, and a tag", async () => {
    const { conversation, crm, contactId } = await writes(house, {
      who: "chad",
      situation: "customer-with-csm",
      text: WORDS.churn,
    });
    const handoff = await handoffOf(house, conversation);
    expect(handoff).toMatchObject({ recipe: "churn-risk", status: "done" });
    expect(recordsOf(house, handoff)).toMatchObject([
      { object: "Baton_Conversation__c", Account__c: crm?.accountId },
      {
        object: "Task",
        Subject: "Churn Risk - Urgent",
        Priority: "High",
        WhatId: crm?.accountId,
        OwnerId: crm?.ownerId,
      },
    ]);
    const told = handoff.effects
      .filter((effect) => effect.kind === "notify")
      .flatMap((effect) => slackMessages(house, effect.key).map((message) => message.to));
    expect(told).toEqual(["#churn", crm?.csmEmail, crm?.ownerEmail]);
    expect(tagsOf(intercom().contacts.get(contactId)?.tagIds ?? [])).toContain("Churn Risk");
  });

  test("a question about integration is a second Task for the queue Solutions_Engineers", async () => {
    const { conversation } = await writes(house, { who: "ines", text: WORDS.integration });
    const handoff = await handoffOf(house, conversation);
    const queue = house.emulators.salesforce.state
      .rows("Group")
      .find((group) => group["DeveloperName"] === "Solutions_Engineers")?.["Id"];
    const tasks = recordsOf(house, handoff).filter((record) => record.object === "Task");
    expect(tasks.map((task) => task["OwnerId"])).toEqual([handoff.answer.owner.owner.id, queue]);
  });
});

describe("nobody in sales hears of", () => {
  test.for([
    ["routine billing", "billing-by-finance", { who: "bill", team: "Billing", text: WORDS.buying }],
    [
      "a bug report without a wish to buy",
      "technical-support",
      { who: "bugsy", tags: ["bug"], text: "Pricing quote export fails, per API rate limit and webhook." },
    ],
    ["a deal in negotiation", "late-stage", { who: "nelly", situation: "late-stage", text: WORDS.buying }],
    [
      "our own people",
      "own-people",
      { who: "ourco", email: "somebody@ourcompany.example", company: null, text: WORDS.buying },
    ],
  ] as const)("%s", async ([, exclusion, writer]) => {
    const before = writesOutside(house);
    const { conversation } = await writes(house, writer);
    expect(await standingsOf(house, conversation)).toEqual({ production: "excluded" });
    expect((await decisionsOf(house, conversation)).at(-1)).toMatchObject({ kind: "excluded", exclusion });
    expect(await handoffsOf(house, conversation)).toEqual([]);
    expect(writesOutside(house)).toEqual(before);
  });

  test("somebody who only says thanks", async () => {
    const before = writesOutside(house);
    const { conversation } = await writes(house, { who: "thora", text: WORDS.idle });
    expect(await standingsOf(house, conversation)).toEqual({ production: "below-threshold" });
    expect(writesOutside(house)).toEqual(before);
  });
});
