/** An environment in shadow mode says what it would sync, and writes nothing. */
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHouse, type TestHouse } from "../support/house.ts";
import { writesOutside } from "../support/written.ts";
import { withMapping } from "../support/mapping.ts";

let house: TestHouse;
beforeAll(async () => {
  const mapping = { lead: [{ from: "contact.phone", to: "Phone", direction: "both" }] };
  house = await openTestHouse({
    environments: [{ name: "sandbox", mode: "shadow" }],
    policy: withMapping(mapping),
  });
});
afterAll(() => house.close());

test("each change is stored once as it would be, in both directions", async () => {
  const { intercom, salesforce } = house.emulators;
  const look = async () => {
    house.advance(2_000);
    await house.service.house.sync();
    await house.settle();
  };
  await look();
  const email = "sha@sha.example";
  const lead = salesforce.state.insert("Lead", { LastName: "Sha", Company: "sha", Email: email, Phone: "1" });
  const { id: contact } = intercom.addContact({ email, name: "Sha", phone: "1", role: "user" });
  await look();
  intercom.changeContact({ contactId: contact, phone: "2" });
  await look();
  salesforce.state.update("Lead", lead, { Phone: "3" });
  await look();
  await look();
  const { rows } = await sql`
    select state, written_to, before #>> '{}' as before, after #>> '{}' as after from sync_changes order by id`.execute(
    house.database.db,
  );
  expect(rows).toEqual([
    { state: "would", written_to: "salesforce", before: "1", after: "2" },
    { state: "would", written_to: "intercom", before: "2", after: "3" },
  ]);
  expect(writesOutside(house)).toEqual([]);
});
