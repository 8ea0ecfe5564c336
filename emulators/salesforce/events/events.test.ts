/** The event bus as the public client of Salesforce's Pub/Sub API sees it: its own description of the service, its own Avro. */
import PubSubApiClient from "salesforce-pubsub-api-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SalesforceEmulator, startSalesforceEmulator } from "../emulator.ts";

let salesforce: SalesforceEmulator;
let client: PubSubApiClient;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

beforeAll(async () => {
  salesforce = await startSalesforceEmulator({
    port: 0,
    clientId: "id",
    clientSecret: "secret",
    eventsPort: 0,
  });
  client = new PubSubApiClient(
    {
      authType: "user-supplied",
      accessToken: salesforce.accessToken(),
      instanceUrl: "https://acme.my.salesforce.com",
      organizationId: salesforce.state.organization,
      pubSubEndpoint: new URL(String(salesforce.changeEvents?.url)).host,
      rejectUnauthorizedSsl: false,
    },
    silent,
  );
  await client.connect();
});
afterAll(async () => {
  await salesforce.stop();
  client.close();
});

test("a change arrives with its record, its fields and its user", async () => {
  const events: { readonly payload: Record<string, unknown> }[] = [];
  client.subscribe("/data/OpportunityChangeEvent", (_subscription, type, data) => {
    if (type === "event") events.push(data as { readonly payload: Record<string, unknown> });
  });
  await until(() => salesforce.changeEvents?.streams() === 1);
  const deal = salesforce.state.insert("Opportunity", {
    Name: "Acme",
    StageName: "Qualification",
    CloseDate: "2027-01-31",
  });
  salesforce.state.update("Opportunity", deal, { StageName: "Closed Won" });
  await until(() => events.length === 2);
  const [made, changed] = events.map(({ payload }) => payload);
  expect(made).toMatchObject({ StageName: "Qualification", ChangeEventHeader: { changeType: "CREATE" } });
  expect(changed).toMatchObject({
    Name: null,
    StageName: "Closed Won",
    ChangeEventHeader: {
      changeType: "UPDATE",
      recordIds: [deal],
      commitUser: salesforce.state.integrationUser,
      changedFields: expect.arrayContaining(["StageName", "IsWon", "Probability"]) as unknown,
    },
  });
});

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not in time: ${String(holds)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
