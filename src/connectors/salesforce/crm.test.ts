import { expect, test } from "vitest";
import { org, connect, sub, records, compositeOf } from "./little-org.ts";

test("the directory lists users with an address and queues with what they may own, page after page", async () => {
  await using server = await org(({ path, query }) => {
    if (path.endsWith("/query/01g-2000"))
      return { json: records({ Id: "005000000000002AAA", Name: "Ben", Email: null, IsActive: true }) };
    if (query.get("q")?.includes("QueueSobject") === true) {
      const queue = {
        QueueId: "00G000000000001AAA",
        Queue: { DeveloperName: "Enterprise_Inbound", Name: "Enterprise Inbound" },
      };
      return { json: records({ ...queue, SobjectType: "Lead" }, { ...queue, SobjectType: "Task" }) };
    }
    const first = records({ Id: "005000000000001AAA", Name: "Ana", Email: "ana@x.example", IsActive: false });
    return { json: { ...first, done: false, nextRecordsUrl: "/services/data/v66.0/query/01g-2000" } };
  });
  expect(await connect(server).directory()).toEqual({
    users: [{ id: "005000000000001AAA", name: "Ana", email: "ana@x.example", active: false }],
    queues: [{ id: "00G000000000001AAA", name: "Enterprise_Inbound", objects: ["Lead", "Task"] }],
  });
});

test.for([
  ["somebody is in", records({ GroupId: "00G000000000001AAA" }), {}],
  ["nobody is in", records(), { isEmpty: true }],
  ["Baton may not see who is in", records({ Id: "005000000000001AAA" }), {}],
] as const)("a queue that %s", async ([, members, isEmpty]) => {
  await using server = await org(({ query }) => {
    const asked = query.get("q") ?? "";
    if (asked.includes("GroupMember")) return { json: members };
    const queue = { QueueId: "00G000000000001AAA", Queue: { DeveloperName: "Inbound" }, SobjectType: "Lead" };
    return { json: asked.includes("QueueSobject") ? records(queue) : records() };
  });
  const queue = { id: "00G000000000001AAA", name: "Inbound", objects: ["Lead"] };
  expect((await connect(server).directory()).queues).toEqual([{ ...queue, ...isEmpty }]);
});

test("a record opens under the instance of the session", async () => {
  await using server = await org(() => compositeOf(sub("lead", 201, { id: "00Q000000000001AAA" })));
  const crm = connect(server, { loginUrl: `${server.url}/` });
  expect(crm.recordUrl("00Q000000000001AAA")).toBe(`${server.url}/00Q000000000001AAA`);
});
