/** The account, people and companies as the vendor's own client sees them. */
import type { Intercom } from "intercom-client";
import { afterEach, describe, expect, test } from "vitest";
import { collect, errorOf, firstAdmin, startWithClient, stopAll } from "./test-harness.ts";

afterEach(stopAll);

describe("the account", () => {
  test("/me names the workspace that webhooks carry", async () => {
    const { client } = await startWithClient();
    expect((await client.admins.identify())?.app?.id_code).toBe("abc123def");
  });

  test("admins and teams are listed", async () => {
    const { emulator, client } = await startWithClient();
    const lin = emulator.addAdmin({ name: "Lin", email: "lin@acme.example" });
    const sales = emulator.addTeam({ name: "Sales", adminIds: [lin.id] });
    expect((await client.admins.list()).admins?.map((admin) => admin?.name)).toEqual(["Ada Reyes", "Lin"]);
    expect((await client.teams.list()).teams).toMatchObject([
      { id: sales.id, name: "Sales", admin_ids: [Number(lin.id)] },
    ]);
  });

  test("custom attributes are listed and created, once", async () => {
    const { client } = await startWithClient();
    const shape = { name: "seats", model: "contact", data_type: "integer" } as const;
    expect(await client.dataAttributes.create(shape as Intercom.CreateDataAttributeRequest)).toMatchObject({
      name: "seats",
    });
    const again = client.dataAttributes.create(shape as Intercom.CreateDataAttributeRequest);
    expect(await errorOf(again)).toMatchObject({ status: 400, code: "parameter_invalid" });
    const { data } = await client.dataAttributes.list({ model: "contact" });
    expect(data?.map((attribute) => attribute.name)).toEqual(
      expect.arrayContaining(["plan", "baton_score", "seats"]),
    );
  });
});

describe("contacts", () => {
  test("are created, found, changed, and searched", async () => {
    const { client } = await startWithClient();
    const made = await client.contacts.create({ role: "user", email: "kim@acme.example", external_id: "42" });
    expect(await client.contacts.find({ contact_id: made.id ?? "" })).toMatchObject({
      email: "kim@acme.example",
    });
    expect(await client.contacts.showContactByExternalId({ external_id: "42" })).toMatchObject({
      id: made.id,
    });
    await client.contacts.update({
      contact_id: made.id ?? "",
      name: "Kim",
      custom_attributes: { plan: "pro" },
    });
    const found = await collect(
      await client.contacts.search({ query: { field: "email", operator: "=", value: "KIM@acme.example" } }),
    );
    expect(found).toMatchObject([{ id: made.id, name: "Kim", custom_attributes: { plan: "pro" } }]);
  });

  test("a second user of one address is a 409 that names the first; leads may share it", async () => {
    const { client } = await startWithClient();
    const first = await client.contacts.create({ role: "user", email: "kim@acme.example" });
    const again = await errorOf(client.contacts.create({ role: "user", email: "Kim@acme.example" }));
    expect(again).toEqual({
      status: 409,
      code: "conflict",
      message: `A contact matching those details already exists with id=${first.id}`,
    });
    await client.contacts.archive({ contact_id: first.id ?? "" });
    const archived = await errorOf(client.contacts.create({ role: "user", email: "kim@acme.example" }));
    expect(archived.message).toBe(
      `An archived contact matching those details already exists with id=${first.id}`,
    );
    await client.contacts.create({ role: "lead", email: "kim@acme.example" });
    await client.contacts.create({ role: "lead", email: "kim@acme.example" });
  });

  test("a custom attribute that nobody has created is refused", async () => {
    const { client } = await startWithClient();
    const made = client.contacts.create({ email: "kim@acme.example", custom_attributes: { shoe_size: 44 } });
    expect(await errorOf(made)).toMatchObject({ status: 400, code: "parameter_invalid" });
  });

  test("a merged lead is gone: its conversations, tags and companies belong to the user", async () => {
    const { emulator, client } = await startWithClient();
    const lead = emulator.addContact({ role: "lead", tags: ["Trial"], companies: ["Acme"] });
    const user = emulator.addContact({ role: "user", email: "kim@acme.example" });
    const { id } = emulator.startConversation({ contactId: lead.id, body: "hello" });
    await client.contacts.mergeLeadInUser({ from: lead.id, into: user.id });
    expect(await errorOf(client.contacts.find({ contact_id: lead.id }))).toMatchObject({
      status: 404,
      code: "not_found",
    });
    const conversation = await client.conversations.find({ conversation_id: id });
    expect(conversation.contacts?.contacts).toMatchObject([{ id: user.id }]);
    expect((await client.contacts.listAttachedTags({ contact_id: user.id })).data).toMatchObject([
      { name: "Trial" },
    ]);
    const wrongWay = client.contacts.mergeLeadInUser({ from: user.id, into: user.id });
    expect(await errorOf(wrongWay)).toMatchObject({ status: 400, code: "invalid_merge" });
  });

  test("a new contact is missing from searches as long as the index lags", async () => {
    let nowMs = Date.UTC(2026, 0, 2);
    const { emulator, client } = await startWithClient({ now: () => nowMs, searchLagMs: 60_000 });
    emulator.addContact({ email: "kim@acme.example" });
    const search = async () =>
      collect(await client.contacts.search({ query: { field: "email", operator: "~", value: "acme" } }));
    expect(await search()).toHaveLength(0);
    nowMs += 60_000;
    expect(await search()).toHaveLength(1);
  });

  test("contact search compares times by calendar day", async () => {
    const noon = Date.UTC(2026, 0, 2, 12);
    const { emulator, client } = await startWithClient({ now: () => noon });
    emulator.addContact({ email: "kim@acme.example" });
    const search = async (operator: "=" | ">" | "<", value: number) =>
      (await collect(await client.contacts.search({ query: { field: "created_at", operator, value } })))
        .length;
    expect(await search("=", noon / 1000 + 3600)).toBe(1);
    expect(await search(">", noon / 1000 - 3600)).toBe(0);
    expect(await search(">", noon / 1000 - 86_400)).toBe(1);
    expect(await search("<", noon / 1000 + 86_400)).toBe(1);
  });

  test("companies, tags and notes hang on a contact", async () => {
    const { emulator, client } = await startWithClient();
    const contact = emulator.addContact({ email: "kim@acme.example" });
    const company = await client.companies.createOrUpdate({ company_id: "acme", name: "Acme", plan: "pro" });
    expect(company).toMatchObject({ name: "Acme", plan: { name: "pro" } });
    await client.companies.attachContact({ contact_id: contact.id, id: company?.id ?? "" });
    const attached = await collect(await client.contacts.listAttachedCompanies({ contact_id: contact.id }));
    expect(attached).toMatchObject([{ company_id: "acme" }]);
    const tag = await client.tags.create({ name: "Win-back" });
    await client.tags.tagContact({ contact_id: contact.id, id: tag.id ?? "" });
    await client.tags.untagContact({ contact_id: contact.id, tag_id: tag.id ?? "" });
    expect(await errorOf(client.tags.tagContact({ contact_id: "gone", id: tag.id ?? "" }))).toMatchObject({
      status: 404,
      message: "User Not Found",
    });
    const note = await client.notes.create({ contact_id: contact.id, body: "Called.", admin_id: firstAdmin });
    expect(note).toMatchObject({ body: "Called." });
  });
});

describe("companies", () => {
  test("are upserted by the caller's own key and read by id, key and name", async () => {
    const { client } = await startWithClient();
    const first = await client.companies.createOrUpdate({ company_id: "acme", name: "Acme" });
    const second = await client.companies.createOrUpdate({
      company_id: "acme",
      size: 40,
      monthly_spend: 12.7,
    });
    expect(second?.id).toBe(first?.id);
    expect(await client.companies.find({ company_id: first?.id ?? "" })).toMatchObject({
      size: 40,
      monthly_spend: 12,
    });
    expect(await client.companies.retrieve({ name: "Acme" })).toMatchObject({ company_id: "acme" });
    expect(await errorOf(client.companies.find({ company_id: "none" }))).toMatchObject({ status: 404 });
  });
});

describe("events", () => {
  test("are accepted with 202; the same second again changes nothing; nobody is a 404", async () => {
    const { emulator, client } = await startWithClient();
    const contact = emulator.addContact({ email: "kim@acme.example" });
    const event = { event_name: "baton-winback-started", created_at: 1_767_000_000, id: contact.id };
    await client.events.create(event as Intercom.CreateDataEventRequest);
    await client.events.create(event as Intercom.CreateDataEventRequest);
    expect(emulator.ledger.entries().map(({ status, committed }) => [status, committed])).toEqual([
      [202, true],
      [202, false],
    ]);
    const nobody = client.events.create({ ...event, id: "gone" } as Intercom.CreateDataEventRequest);
    expect(await errorOf(nobody)).toMatchObject({ status: 404 });
  });
});
