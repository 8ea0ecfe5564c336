/** What happens after the handoff: the acknowledgement, and the follow-ups of each recipe, contact or no contact. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { durationMs } from "../../src/kernel/time.ts";
import { saasDefault } from "../../src/policy/templates/saas-default.ts";
import {
  clearFaults,
  faultOn,
  handoffOf,
  openTestHouse,
  recordsOf,
  slackMessages,
  type Talk,
  type TestHouse,
  WORDS,
  writes,
  type Writer,
} from "../support/house.ts";
import { timersOf } from "../support/timers.ts";

// Reminders of the SLA have a journey of their own; the pool works by day and night.
const POLICY = saasDefault
  .replace(/\n {2}sla:\n(?: {4}.*\n)+/, "\n")
  .replace("whenAllAway: hold", "whenAllAway: ignore-hours");

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ policy: POLICY });
});
afterAll(() => house.close());

const DAY = durationMs("24h");

async function later(ms: number): Promise<void> {
  house.advance(ms);
  await house.settle();
}

const timer = async ({ conversation }: Talk, kind: "acknowledge" | "follow-up") =>
  (await timersOf(house, conversation)).find((one) => one.kind === kind);

const adminId = (email: string): string => {
  const admins = [...house.emulators.intercom.workspace.admins.values()];
  return admins.find((admin) => admin.email === email)?.id ?? `nobody has ${email}`;
};

const answersIn = ({ conversation }: Talk) =>
  (house.emulators.intercom.workspace.conversations.get(conversation)?.parts ?? []).filter(
    (part) => part.type === "comment" && part.author.type === "admin",
  );

const contactOf = ({ contactId }: Talk) => {
  const { contacts, tags } = house.emulators.intercom.workspace;
  const contact = contacts.get(contactId);
  return {
    tags: [...(contact?.tagIds ?? [])].map((id) => tags.get(id)?.name),
    attributes: contact?.customAttributes ?? {},
  };
};

const org = () => house.emulators.salesforce.state;

/** The e-mail address of a Salesforce user. */
const emailOf = (id: unknown): string =>
  String(
    org()
      .rows("User")
      .find((user) => user["Id"] === id)?.["Email"],
  );

const trial = (who: string, more: Partial<Writer> = {}): Promise<Talk> =>
  writes(house, { who, contactTags: ["trial"], plan: "trial", text: WORDS.upgrade, ...more });

const churn = (who: string, more: Partial<Writer> = {}): Promise<Talk> =>
  writes(house, { who, situation: "customer-with-csm", text: WORDS.churn, ...more });

describe("somebody on trial who wants to buy", () => {
  test("is enrolled in the nudge after a day without contact, once", async () => {
    const talk = await trial("nils");
    expect((await handoffOf(house, talk.conversation)).recipe).toBe("trial-conversion");
    await later(DAY - durationMs("1m"));
    expect(await timer(talk, "follow-up")).toMatchObject({ state: "armed" });
    await later(durationMs("2m"));
    const fired = await timer(talk, "follow-up");
    expect(fired).toMatchObject({
      state: "done",
      effects: [
        { kind: "set-attributes", state: "done" },
        { kind: "tag-contact", state: "done" },
      ],
    });
    expect(contactOf(talk).tags).toContain("Upgrade nudge");
    expect(contactOf(talk).attributes).toMatchObject({ baton_nudge: "eligible" });
    await later(DAY);
    expect(await timer(talk, "follow-up")).toEqual(fired);
  });

  test.for([
    [
      "answered in Intercom",
      (talk: Talk, owner: string) => {
        house.emulators.intercom.teammateReplies({
          conversationId: talk.conversation,
          adminId: adminId(emailOf(owner)),
          body: "Happy to help with that!",
        });
      },
    ],
    [
      "completed the Task",
      (_talk: Talk, _owner: string, records: ReturnType<typeof recordsOf>) => {
        const task = records.find((record) => record.object === "Task");
        org().update("Task", String(task?.["Id"]), { Status: "Completed" });
      },
    ],
    [
      "held the Event",
      (_talk: Talk, owner: string, records: ReturnType<typeof recordsOf>) => {
        const opportunity = records.find((record) => record.object === "Opportunity");
        const at = (ms: number) => new Date(house.now() + ms).toISOString();
        org().insert("Event", {
          Subject: "Demo",
          WhatId: String(opportunity?.["Id"]),
          OwnerId: owner,
          StartDateTime: at(60_000),
          EndDateTime: at(120_000),
        });
      },
    ],
    [
      "sent the mail",
      (_talk: Talk, owner: string, records: ReturnType<typeof recordsOf>) => {
        const opportunity = records.find((record) => record.object === "Opportunity");
        org().insert("EmailMessage", {
          Subject: "Your upgrade",
          RelatedToId: String(opportunity?.["Id"]),
          Incoming: false,
          MessageDate: new Date(house.now() + 60_000).toISOString(),
          CreatedById: owner,
        });
      },
    ],
    [
      "moved the Opportunity",
      (_talk: Talk, owner: string, records: ReturnType<typeof recordsOf>) => {
        const opportunity = records.find((record) => record.object === "Opportunity");
        const change = { StageName: "Needs Analysis", LastModifiedById: owner };
        org().update("Opportunity", String(opportunity?.["Id"]), change);
      },
    ],
  ] as const)("is left alone when the owner %s in time", async ([what, act]) => {
    const talk = await trial(`tina${what.replaceAll(/\W/g, "").toLowerCase()}`);
    const handoff = await handoffOf(house, talk.conversation);
    act(talk, handoff.answer.owner.owner.id, recordsOf(house, handoff));
    await later(DAY + durationMs("1m"));
    const cancelled = await timer(talk, "follow-up");
    expect(cancelled).toMatchObject({ state: "cancelled", effects: [] });
    expect(cancelled?.reason).toContain(what);
    expect(contactOf(talk).tags).not.toContain("Upgrade nudge");
  });

  test("is enrolled although somebody else answered: that is no contact by who has it", async () => {
    const talk = await trial("olaf");
    house.emulators.intercom.teammateReplies({ conversationId: talk.conversation, body: "Hello!" });
    await later(DAY + durationMs("1m"));
    expect(await timer(talk, "follow-up")).toMatchObject({ state: "done" });
  });

  test("is left alone when the conversation was closed", async () => {
    const talk = await trial("cleo");
    house.emulators.intercom.closeConversation({ conversationId: talk.conversation });
    await later(DAY + durationMs("1m"));
    expect(await timer(talk, "follow-up")).toMatchObject({
      state: "cancelled",
      reason: "the conversation was closed",
    });
  });

  test("is left alone when the conversation was deleted, at once", async () => {
    const talk = await trial("dora");
    house.emulators.intercom.deleteConversation({ conversationId: talk.conversation });
    await house.settle();
    expect(await timer(talk, "follow-up")).toMatchObject({
      state: "cancelled",
      reason: "the conversation was deleted in Intercom",
    });
  });
});

describe("a customer who may leave", () => {
  test("is answered in the owner's name within minutes, once, and only then", async () => {
    const talk = await churn("vera");
    const { answer } = await handoffOf(house, talk.conversation);
    const { owner } = answer.owner;
    const first = owner.kind === "user" ? owner.name?.split(" ")[0] : "Our team";
    expect(await timer(talk, "acknowledge")).toMatchObject({ state: "done", effects: [{ kind: "reply" }] });
    expect(answersIn(talk)).toMatchObject([
      {
        author: { id: adminId(emailOf(owner.id)) },
        body: `<p>Thank you for telling us. ${first} is looking at this now and will be in touch.</p>`,
      },
    ]);
  });

  test("is not answered by Baton when a person was quicker", async () => {
    const { intercom } = house.emulators;
    house.emulators.applyFaults({
      seed: 1,
      salesforce: { rules: [faultOn("POST", "/services/data/*", { kind: "delay", ms: 1_500 })] },
    });
    const talking = churn("wanda");
    const started = await new Promise<string>((resolve) => {
      const look = setInterval(() => {
        const last = [...intercom.workspace.conversations.values()].at(-1);
        if (last?.source.author.name?.startsWith("Wanda") !== true) return;
        clearInterval(look);
        resolve(last.id);
      }, 10);
    });
    intercom.teammateReplies({ conversationId: started, body: "I am on it, Wanda." });
    const talk = await talking;
    clearFaults(house);
    expect(await timer(talk, "acknowledge")).toMatchObject({ state: "skipped" });
    expect((await timer(talk, "acknowledge"))?.reason).toContain("had answered before it");
    expect(answersIn(talk)).toHaveLength(1);
  });

  test("is written up and told again after a day without the CSM; Baton's own answer is no contact", async () => {
    const talk = await churn("xena");
    await later(DAY + durationMs("1m"));
    const fired = await timer(talk, "follow-up");
    expect(fired).toMatchObject({
      state: "done",
      effects: [
        { kind: "notify", state: "done" },
        { kind: "crm-write", state: "done" },
      ],
    });
    const [notify] = fired?.effects ?? [];
    const messages = slackMessages(house, notify?.key ?? "");
    expect(messages).toMatchObject([{ to: "#churn" }]);
    expect(JSON.stringify(messages)).toContain("No contact within 24h: Xena Nguyen");
    const tasks = org()
      .rows("Task")
      .filter((task) => task["Baton_Key__c"] === fired?.effects[1]?.key);
    expect(tasks).toMatchObject([{ Subject: "Churn follow-up overdue", WhatId: talk.crm?.accountId }]);
  });

  test("counts as in touch with only when it was the CSM", async () => {
    const both = await churn("yoko");
    const owner = await churn("zoe");
    for (const [talk, email] of [
      [both, "csm"],
      [owner, "owner"],
    ] as const) {
      const account = org()
        .rows("Account")
        .find((row) => row["Id"] === talk.crm?.accountId);
      const id = email === "csm" ? account?.["CSM__c"] : account?.["OwnerId"];
      house.emulators.intercom.teammateReplies({
        conversationId: talk.conversation,
        adminId: adminId(emailOf(id)),
        body: "Let us talk.",
      });
    }
    await later(DAY + durationMs("1m"));
    expect(await timer(both, "follow-up")).toMatchObject({ state: "cancelled", effects: [] });
    expect(await timer(owner, "follow-up")).toMatchObject({ state: "done" });
  });
});
