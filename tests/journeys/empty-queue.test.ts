/** A queue in which nobody is gets its leads, and a person is told until somebody is there. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { durationMs } from "../../src/kernel/time.ts";
import { roundTheClock } from "../../src/cli/emulated.ts";
import { listIssues } from "../../src/issues/queries.ts";
import { saasDefault } from "../../src/policy/templates/saas-default.ts";
import { handoffOf, openTestHouse, type TestHouse, WORDS, writes } from "../support/house.ts";

function toQueue(): string {
  const document = parseDocument(roundTheClock(saasDefault));
  document.setIn(["routing", "routes", "default"], document.createNode([{ queue: "Enterprise_Inbound" }]));
  return document.toString();
}

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ policy: toQueue() });
});
afterAll(() => house.close());

const crm = () => house.emulators.salesforce.state;
const issues = () => listIssues(house.database.db, { environment: "production", all: false });

test("an issue names the queue, once, and ends with the handoff that finds somebody there", async () => {
  const queue = String(
    crm()
      .rows("Group")
      .find((row) => row["DeveloperName"] === "Enterprise_Inbound")?.["Id"],
  );
  const members = crm()
    .rows("GroupMember")
    .filter((row) => row["GroupId"] === queue);
  for (const row of members) crm().delete("GroupMember", String(row["Id"]));

  for (const who of ["emil", "enno"]) {
    const { conversation } = await writes(house, { who, text: WORDS.buying });
    expect((await handoffOf(house, conversation)).answer.owner.owner).toMatchObject({
      kind: "queue",
      id: queue,
    });
  }
  expect(await issues()).toMatchObject([
    {
      code: "queue_without_members",
      affected: 1,
      message: 'Nobody is in the Salesforce queue "Enterprise_Inbound", so nobody is told of what it owns.',
    },
  ]);

  crm().insert("GroupMember", {
    GroupId: queue,
    UserOrGroupId: String(crm().userByEmail("ana@ourcompany.example")?.["Id"]),
  });
  house.advance(durationMs("1h"));
  await house.settle();
  await writes(house, { who: "etta", text: WORDS.buying });
  expect(await issues()).toEqual([]);
});
