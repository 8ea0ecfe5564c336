import { describe, expect, test } from "vitest";
import type { CrmOperation } from "../../handoff/ports.ts";
import { org, connect, subrequests, sub, compositeOf, LEAD, TASK, CREATED } from "./little-org.ts";

describe("in an org without Baton's metadata", () => {
  test("the summary goes to the task, and no field or object of Baton is named", async () => {
    await using server = await org(() =>
      compositeOf(
        sub("lead", 201, { id: "00Q000000000001AAA" }),
        sub("task", 201, { id: "00T000000000001AAA" }),
      ),
    );
    const conversation: CrmOperation = {
      kind: "create",
      ref: "conversation",
      object: "Baton_Conversation__c",
      key: "handoff-1-conversation",
      fields: { Summary__c: "Ana asks for SSO.", Lead__c: { ref: "lead" } },
    };
    const lead = { ...LEAD, fields: { ...LEAD.fields, Baton_Score__c: 55, Plan__c: "pro" } };
    const task = {
      ...TASK,
      fields: { ...TASK.fields, Description: "Call her.", Conversation__c: { ref: "conversation" } },
    };
    await connect(server, { metadata: "none" }).write([lead, conversation, task]);
    expect(subrequests(server.seen[1]).map(({ body }) => body)).toEqual([
      LEAD.fields,
      { Subject: "Call", WhoId: "@{lead.id}", Description: "Call her.\n\nAna asks for SSO." },
    ]);
  });

  test("an earlier write cannot be found by key", async () => {
    await using server = await org(() => CREATED);
    expect(await connect(server, { metadata: "none" }).find([LEAD])).toBeNull();
    expect(server.seen).toHaveLength(0);
  });
});
