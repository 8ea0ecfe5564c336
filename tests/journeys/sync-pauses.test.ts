/** A side is paused: sync leaves both alone, and brings what changed meanwhile, once, when it is resumed. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { pause, resume } from "../../src/handoff/pause.ts";
import { openTestHouse, type TestHouse } from "../support/house.ts";
import { withMapping } from "../support/mapping.ts";

const MAPPING = {
  lead: [{ from: "contact.phone", to: "Phone", direction: "both" }],
  contact: [],
  account: [],
};

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ policy: withMapping(MAPPING) });
  await look();
});
afterAll(() => house.close());

const crm = () => house.emulators.salesforce.state;
const calls = () =>
  house.emulators.salesforce.ledger.entries().filter(({ path }) => path.startsWith("/services/data/")).length;
const phoneOf = (lead: string) =>
  crm()
    .allRows("Lead")
    .find((row) => row["Id"] === lead)?.["Phone"];

async function look(): Promise<void> {
  house.advance(2_000);
  await house.service.house.sync();
  await house.settle();
}

test.for(["salesforce", "intercom"] as const)(
  "while %s is paused nothing is asked or written; what changed is there afterwards",
  async (destination) => {
    const { intercom } = house.emulators;
    const email = `${destination}@a.example`;
    const old = "+1 555 0100";
    const lead = crm().insert("Lead", { LastName: "Ana", Company: "A", Email: email, Phone: old });
    const { id: contactId } = intercom.addContact({ email, name: "Ana", phone: old, role: "user" });
    await look();
    const asked = { environment: "production", destination, reason: "maintenance" };
    await pause(house.database.db, asked, "nora", house.now());
    const before = calls();
    house.advance(2_000);
    intercom.changeContact({ contactId, phone: "+1 555 0111", customAttributes: {} });
    await house.settle();
    await look();
    expect([phoneOf(lead), calls()]).toEqual([old, before]);
    expect(
      await resume(house.database.db, { environment: "production", destination }, "the test"),
    ).toMatchObject({ waiting: 1 });
    await house.settle();
    expect(phoneOf(lead)).toBe("+1 555 0111");
  },
);
