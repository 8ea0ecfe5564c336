/** What the vendor's client sends and what the emulator answers, against Intercom's own OpenAPI file of 2.14. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Intercom, IntercomClient } from "intercom-client";
import { afterEach, describe, expect, test } from "vitest";
import { readContract } from "./contract-schema.ts";
import type { IntercomEmulator } from "./start.ts";
import { clientOf, collect, errorOf, firstAdmin, startEmulator, stopAll, token } from "./test-harness.ts";

const file = fileURLToPath(new URL("../../../shared/specs/intercom-openapi-2.14.yaml", import.meta.url));
const isThere = existsSync(file);
if (!isThere) console.info("skipped: ../shared/specs/intercom-openapi-2.14.yaml is not here");

afterEach(stopAll);

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly request: unknown;
  readonly status: number;
  readonly answer: unknown;
}

/** A fetch that keeps what went over it. */
function recordingFetch(exchanges: Exchange[]): typeof fetch {
  return async (input, init) => {
    const answer = await fetch(input, init);
    const text = await answer.clone().text();
    exchanges.push({
      method: init?.method ?? "GET",
      path: new URL(input instanceof Request ? input.url : input).pathname,
      request: typeof init?.body === "string" ? (JSON.parse(init.body) as unknown) : undefined,
      status: answer.status,
      answer: text === "" ? undefined : (JSON.parse(text) as unknown),
    });
    return answer;
  };
}

async function useEverything(client: IntercomClient, emulator: IntercomEmulator): Promise<void> {
  const sales = emulator.addTeam({ name: "Sales", adminIds: [firstAdmin] });
  await client.admins.identify();
  await client.admins.list();
  await client.admins.find({ admin_id: Number(firstAdmin) });
  await client.teams.list();
  await client.teams.find({ team_id: sales.id });
  await client.dataAttributes.list({ model: "contact" });
  const attribute = { name: "seats", model: "contact", data_type: "integer" };
  await client.dataAttributes.create(attribute as Intercom.CreateDataAttributeRequest);
  const user = await usePeople(client);
  await useConversations(client, emulator, user, sales.id);
}

async function usePeople(client: IntercomClient): Promise<string> {
  const { id: lead } = await client.contacts.create({ role: "lead", name: "Lee" });
  const { id: user } = await client.contacts.create({
    role: "user",
    email: "kim@acme.example",
    external_id: "42",
  });
  await errorOf(client.contacts.create({ role: "user", email: "kim@acme.example" }));
  await client.contacts.update({ contact_id: user, name: "Kim", custom_attributes: { plan: "pro" } });
  await client.contacts.find({ contact_id: lead });
  await errorOf(client.contacts.find({ contact_id: "gone" }));
  await client.contacts.showContactByExternalId({ external_id: "42" });
  await collect(await client.contacts.list());
  const query = { field: "email", operator: "=" as const, value: "kim@acme.example" };
  await collect(await client.contacts.search({ query, pagination: { per_page: 1 } }));
  const company = await client.companies.createOrUpdate({
    company_id: "acme",
    name: "Acme",
    plan: "pro",
    size: 40,
  });
  const companyId = company?.id ?? "";
  await client.companies.createOrUpdate({ company_id: "bare" });
  await client.companies.find({ company_id: companyId });
  await client.companies.attachContact({ contact_id: lead, id: companyId });
  await collect(await client.contacts.listAttachedCompanies({ contact_id: lead }));
  const tag = await client.tags.create({ name: "Win-back" });
  await client.tags.list();
  await client.tags.tagContact({ contact_id: lead, id: tag.id ?? "" });
  await client.contacts.listAttachedTags({ contact_id: lead });
  await client.tags.untagContact({ contact_id: lead, tag_id: tag.id ?? "" });
  await client.notes.create({ contact_id: user, body: "Called.", admin_id: firstAdmin });
  await client.contacts.archive({ contact_id: lead });
  await client.contacts.unarchive({ contact_id: lead });
  await client.contacts.mergeLeadInUser({ from: lead, into: user });
  const event = { event_name: "exported-data", created_at: 1_767_000_000, id: user };
  await client.events.create(event as Intercom.CreateDataEventRequest);
  return user;
}

async function useConversations(
  client: IntercomClient,
  emulator: IntercomEmulator,
  user: string,
  teamId: string,
): Promise<void> {
  const { conversation_id } = await client.conversations.create({
    from: { type: "user", id: user },
    body: "hello",
  });
  const reply = (body: Intercom.ReplyConversationRequest) =>
    client.conversations.reply({ conversation_id, body });
  const manage = (body: Intercom.ConversationsManageRequestBody) =>
    client.conversations.manage({ conversation_id, body });
  await reply({ message_type: "comment", type: "user", intercom_user_id: user, body: "upgrade?" });
  await reply({ message_type: "comment", type: "admin", admin_id: firstAdmin, body: "Sure" });
  await reply({ message_type: "note", type: "admin", admin_id: firstAdmin, body: "warm" });
  emulator.botReplies({ conversationId: conversation_id, body: "I am Fin.", isFin: true });
  await manage({ message_type: "assignment", type: "team", admin_id: firstAdmin, assignee_id: teamId });
  await manage({ message_type: "assignment", type: "admin", admin_id: firstAdmin, assignee_id: "0" });
  await manage({ message_type: "snoozed", admin_id: firstAdmin, snoozed_until: 1_800_000_000 });
  await manage({ message_type: "close", type: "admin", admin_id: firstAdmin });
  await manage({ message_type: "open", admin_id: firstAdmin });
  const tag = await client.tags.create({ name: "Qualified" });
  const tagging = { conversation_id, id: tag.id ?? "", admin_id: firstAdmin };
  await client.tags.tagConversation(tagging);
  await errorOf(client.tags.tagConversation({ ...tagging, id: "1" }));
  await client.conversations.find({ conversation_id });
  await client.conversations.find({ conversation_id, display_as: "plaintext" });
  await client.conversations.update({
    conversation_id,
    read: true,
    custom_attributes: { "Has attachments": "no" },
  });
  await collect(await client.conversations.list({ per_page: 1 }));
  const query = {
    operator: "AND" as const,
    value: [{ field: "updated_at", operator: ">" as const, value: 1_700_000_000 }],
  };
  await collect(await client.conversations.search({ query, pagination: { per_page: 1 } }));
  await client.tags.untagConversation({ conversation_id, tag_id: tag.id ?? "", admin_id: firstAdmin });
  await errorOf(client.conversations.find({ conversation_id: "1" }));
  await errorOf(clientOf(emulator, "wrong").admins.list());
}

describe.skipIf(!isThere)("the OpenAPI file of 2.14", () => {
  const contract = readContract(
    isThere ? readFileSync(file, "utf8") : "{paths: {}, components: {schemas: {}}}",
  );

  test("every request of the client and every answer of the emulator is as the file says", async () => {
    const emulator = await startEmulator();
    const exchanges: Exchange[] = [];
    await useEverything(clientOf(emulator, token, recordingFetch(exchanges)), emulator);
    const faults = exchanges.flatMap(({ method, path, request, status, answer }) => {
      const template = contract.templateOf(method, path);
      if (template === undefined) return [`${method} ${path}: not in the file`];
      const asked = status < 400 ? contract.requestFaults(method, template, request) : [];
      return [...asked, ...contract.answerFaults(method, template, status, answer)];
    });
    expect([...new Set(faults)]).toEqual([]);
    expect(
      new Set(exchanges.map(({ method, path }) => contract.templateOf(method, path) + method)).size,
    ).toBe(36);
  });

  test("notices an answer that is not as the file says", async () => {
    const emulator = await startEmulator();
    const contact = emulator.addContact({ email: "kim@acme.example" });
    const { id } = emulator.startConversation({ contactId: contact.id, body: "hello" });
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${emulator.url}/conversations/${id}`, { headers });
    const good = (await answer.json()) as Record<string, unknown>;
    const faultsOf = (body: unknown) =>
      contract.answerFaults("GET", "/conversations/{conversation_id}", 200, body);
    const { statistics: _statistics, ...incomplete } = good;
    expect(faultsOf(good)).toEqual([]);
    expect(faultsOf({ ...good, id: Number(id) })).toMatchObject([
      expect.stringContaining("/id must be string"),
    ]);
    expect(faultsOf({ ...good, state: "asleep" })).toMatchObject([expect.stringContaining("/state")]);
    expect(faultsOf(incomplete)).toMatchObject([expect.stringContaining("statistics")]);
    expect(contract.templateOf("GET", "/users")).toBeUndefined();
  });
});
