import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { situationNames } from "../../../emulators/salesforce/situation-records.ts";
import { rowSchema } from "../../conversation/row.ts";
import { defaultPolicy } from "../../policy/templates/saas-default.ts";
import { compile } from "../../qualify/compile.ts";
import type { Replayable } from "../emulated.ts";
import { fromRow, loadConversations } from "./conversations.ts";
import { expectationOf } from "./expect.ts";

const NOW = Date.UTC(2026, 2, 10, 12);

function made(row: unknown, line = 3): Replayable {
  const conversation = fromRow(rowSchema.parse(row), line, NOW);
  if (conversation === null) throw new Error("the row holds no words of a customer");
  return conversation;
}

describe("a line of a file", () => {
  test("without a person gets one of its own, with a company and a domain", () => {
    const { contact, company } = made({ id: "a", company: "Everybody Inc", text: "hello" });
    expect(contact).toEqual({
      id: "person-3",
      email: "person-3@company-3.example",
      name: "Person 3 Rehearsed",
    });
    expect(company).toEqual({ name: "Company 3 Rehearsed", domain: "company-3.example", technology: [] });
  });

  test("keeps its person, but two lines are never the same one", () => {
    const row = {
      id: "a",
      text: "hello",
      contact: { email: "ana@acme.example", name: "Ana", plan: "trial" },
    };
    expect(made(row, 3).contact).toMatchObject({ email: "ana+3@acme.example", name: "Ana", plan: "trial" });
    expect(made(row, 4).contact.email).toBe("ana+4@acme.example");
  });

  test("is told as of today, however old it is", () => {
    const { turns } = made({
      id: "a",
      turns: [
        { role: "user", text: "one", at: "2019-01-01T00:00:00Z" },
        { role: "agent", text: "two" },
        { role: "user", text: "  " },
        { role: "user", text: "three" },
      ],
    });
    expect(turns.map(({ role, text, at }) => [role, text, NOW - at])).toEqual([
      ["customer", "one", 124_000],
      ["teammate", "two", 64_000],
      ["customer", "three", 4_000],
    ]);
  });

  test("in which no customer speaks is none", () => {
    const row = rowSchema.parse({ id: "a", turns: [{ role: "agent", text: "anybody there?" }] });
    expect(fromRow(row, 1, NOW)).toBeNull();
  });

  test("stands in Salesforce as it says, else each in its turn as one of all situations", () => {
    const situation = (crm: unknown): string => made({ id: "a", text: "hello", crm }).crm.situation;
    expect(situation({ situation: "customer" })).toBe("customer");
    expect(situation({ openOpportunity: { stage: "Negotiation" } })).toBe("late-stage");
    expect(situation({ leads: [{}] })).toBe("open-lead");
    const dealt = situationNames.map((_name, line) => made({ id: "a", text: "hello" }, line).crm.situation);
    expect(dealt).toEqual(situationNames);
  });

  test("uses the product as often as it says", () => {
    const usage = { feature_used: 12 };
    expect(made({ id: "a", text: "hello", usage }).usage).toEqual([
      { event: "feature_used", at: NOW - 60_000, count: 12 },
    ]);
  });
});

test("what cannot be read is named by its line, and the rest goes on among the demo's conversations", async () => {
  const input = Readable.from(['{"id":1,"text":"hello"}\nno json\n{"id":2}\n{"id":3,"turns":[]}\n']);
  const loaded = await loadConversations({
    file: { name: "x.jsonl", input },
    demo: 2,
    recipes: 0,
    seed: 1,
    now: NOW,
  });
  expect(loaded.conversations.map(({ id }) => id.startsWith("line-"))).toEqual([false, true, false]);
  expect(loaded.badLines.map((line) => line.slice(0, 10))).toEqual([
    "x.jsonl:2:",
    "x.jsonl:3:",
    "x.jsonl:4:",
  ]);
});

describe("what the words ask for", () => {
  const policy = compile(defaultPolicy());
  const asks = (row: unknown, known = {}): string => expectationOf(made(row), policy, NOW, known).handoff;
  const enterprise = "We need SSO, SAML, SCIM and a security review before the contract";

  test("a conversation that qualifies by itself must be handed off", () => {
    expect(asks({ id: 1, text: enterprise })).toBe("must");
  });

  test("one that never qualifies must not", () => {
    expect(asks({ id: 1, text: "where is the logout button?" })).toBe("must-not");
  });

  test("one that qualifies only with what Salesforce knows of the company may be", () => {
    expect(asks({ id: 1, text: "we need SSO" }, { employees: 900 })).toBe("either");
    expect(asks({ id: 1, text: "we need SSO" }, { employees: 9 })).toBe("must-not");
  });

  test("one whose exclusion comes at the end may be", () => {
    const row = { id: 1, text: enterprise, crm: { openOpportunity: { stage: "Negotiation" } } };
    expect(asks(row)).toBe("must-not");
  });
});
