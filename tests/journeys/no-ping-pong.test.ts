/** What Baton writes on one side comes back from there as news: nothing is written because of it, for as long as one looks. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { openTestHouse, seedWriter, type TestHouse, WORDS, writes } from "../support/house.ts";
import { withMapping } from "../support/mapping.ts";

const both = [
  { from: "contact.email", to: "Email", direction: "both" },
  { from: "contact.phone", to: "Phone", direction: "both" },
];

let house: TestHouse;
beforeAll(async () => {
  // Without an SLA, which would give the lead to somebody else within the hour.
  const policy = parseDocument(withMapping({ lead: both, contact: both }));
  policy.deleteIn(["routing", "sla"]);
  house = await openTestHouse({ policy: String(policy) });
  await rounds(1);
});
afterAll(() => house.close());

const MINUTES_A_ROUND = 2;

/** Every job that looks at one side and writes to the other, round after round. */
async function rounds(times: number): Promise<void> {
  for (let round = 0; round < times; round += 1) {
    house.advance(MINUTES_A_ROUND * 60_000);
    await house.service.house.pollDeals();
    await house.service.house.sync();
    await house.service.house.sweepIntercom();
    await house.settle();
  }
}

/** Committed writes to Intercom and Salesforce; what people are told in Slack goes on, since nobody answers. */
function writesToSystems(): readonly string[] {
  const { intercom, salesforce } = house.emulators;
  return [intercom, salesforce].flatMap(({ ledger }) =>
    ledger.entries().flatMap(({ committed, method, path }) => (committed ? [`${method} ${path}`] : [])),
  );
}

test("an hour after handoffs, changed people and a won deal nothing has been written twice", async () => {
  const crm = house.emulators.salesforce.state;
  const { intercom } = house.emulators;
  // A new lead, a customer of a deal, and somebody whose telephone changes on both sides.
  await writes(house, { who: "loopa", text: WORDS.buying });
  const { contactId } = seedWriter(house, { who: "loopo" });
  const deal = crm.insert("Opportunity", {
    Name: "Loop",
    StageName: "Qualification",
    CloseDate: "2027-01-31",
  });
  const contact = crm.insert("Contact", {
    LastName: "Loopo",
    Email: "loopo@loopo.example",
    Phone: "+1 555 0100",
  });
  crm.insert("OpportunityContactRole", { OpportunityId: deal, ContactId: contact });
  await rounds(2);
  crm.update("Opportunity", deal, { StageName: "Closed Won" });
  crm.update("Contact", contact, { Phone: "+1 555 0101" });
  await rounds(2);
  intercom.changeContact({ contactId, phone: "+1 555 0102", customAttributes: {} });
  await rounds(3);
  expect(crm.allRows("Contact").find((row) => row["Id"] === contact)).toMatchObject({ Phone: "+1 555 0102" });
  const before = writesToSystems();
  await rounds(60 / MINUTES_A_ROUND);
  expect(writesToSystems()).toEqual(before);
}, 180_000);
