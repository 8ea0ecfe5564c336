import { describe, expect, test } from "vitest";
import { evidenceOfRow, rowSchema } from "./row.ts";

const NOW = Date.UTC(2026, 0, 15, 12);
const evidence = (row: Record<string, unknown>): ReturnType<typeof evidenceOfRow> =>
  evidenceOfRow(rowSchema.parse({ id: "r1", text: "hi", ...row }), NOW);

describe("a row", () => {
  test("of a text is one message of the customer; nothing else is known", () => {
    expect(evidence({ somethingElse: 1 })).toEqual({
      crm: null,
      snapshot: {
        workspace: "row",
        conversation: "r1",
        messages: [
          {
            id: "0",
            role: "customer",
            author: null,
            authorId: null,
            text: "hi",
            at: null,
            redacted: false,
            attachments: [],
          },
        ],
        truncated: false,
        contact: null,
        otherContacts: [],
        company: null,
        usage: [],
        tags: [],
        team: null,
        assigneeId: null,
        state: "open",
        deleted: false,
        url: null,
        createdAt: null,
        updatedAt: null,
      },
    });
  });

  test("of turns keeps their order, ids and times", () => {
    const turns = [
      { role: "user", text: "a", at: "2026-01-01T00:00:00Z", author: " Ann " },
      { role: "agent", text: "b" },
      { role: "user", text: "c", at: 1_767_312_000, id: 9 },
      { role: "user", text: "gone", redacted: true },
    ];
    const { snapshot } = evidence({ id: 5, turns });
    expect(snapshot.conversation).toBe("5");
    expect(
      snapshot.messages.map(({ id, text, at, redacted, author }) => [id, text, at, redacted, author]),
    ).toEqual([
      ["0", "a", Date.UTC(2026, 0, 1), false, "Ann"],
      ["1", "b", null, false, null],
      ["9", "c", Date.UTC(2026, 0, 2), false, null],
      ["3", "", null, true, null],
    ]);
    expect([snapshot.createdAt, snapshot.updatedAt]).toEqual([Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)]);
  });

  test.for([
    ["customer", "customer"],
    ["User", "customer"],
    ["lead", "customer"],
    ["contact", "customer"],
    ["visitor", "customer"],
    ["agent", "teammate"],
    ["teammate", "teammate"],
    [" ADMIN ", "teammate"],
    ["bot", "bot"],
    ["operator", "bot"],
    ["note", "note"],
    ["toString", "unknown"],
    ["manager", "unknown"],
  ] as const)("knows the role %s as %s", ([word, role]) => {
    expect(evidence({ turns: [{ role: word, text: "" }] }).snapshot.messages[0]?.role).toBe(role);
  });

  test.for([
    [{ text: undefined }, 'needs "text", or "turns" with role and text'],
    [{ id: undefined }, "must be a text or a number"],
    [{ turns: [{ role: "user" }] }, "Invalid input: expected string, received undefined"],
    [
      { company: { employees: "many" } },
      "must be a name, or an object with name, domain, employees (a number) ...",
    ],
    [{ usage: "often" }, "must be a list of {event, at?, count?}, or how often each event happened"],
  ] as const)("that lacks what is needed is refused: %j", ([row, message]) => {
    const parsed = rowSchema.safeParse({ id: 1, text: "hi", ...row });
    expect(parsed.error?.issues[0]?.message).toBe(message);
  });

  test("takes person, company, tags and state as they come", () => {
    const row = {
      contact: {
        email: " ann@acme.com ",
        name: "",
        plan: null,
        tags: ["vip"],
        lastSeenAt: "2026-01-01",
        score: "40",
        attributes: { a: 1 },
      },
      company: {
        id: 3,
        name: "Acme",
        domain: "ACME.com",
        employees: "250",
        customerSince: 0,
        technology: null,
      },
      tags: ["bug"],
      team: "Billing",
      url: "https://example.com",
      state: "closed",
    };
    const { snapshot } = evidence(row);
    expect(snapshot.contact).toMatchObject({
      id: "contact-of-r1",
      email: "ann@acme.com",
      name: null,
      plan: null,
      tags: ["vip"],
      lastSeenAt: Date.UTC(2026, 0, 1),
      signedUpAt: null,
      score: 40,
      attributes: { a: 1 },
    });
    expect(snapshot.company).toMatchObject({
      id: "3",
      name: "Acme",
      domain: "acme.com",
      employees: 250,
      customerSince: null,
      technology: [],
    });
    expect(snapshot).toMatchObject({
      tags: ["bug"],
      team: "Billing",
      url: "https://example.com",
      state: "closed",
    });
    expect(evidence({ contact: { id: 7 }, state: "odd" }).snapshot).toMatchObject({
      contact: { id: "7" },
      state: "open",
    });
  });

  test("may name its company only", () => {
    expect(evidence({ company: "AdobeCare" }).snapshot.company).toMatchObject({
      name: "AdobeCare",
      id: null,
      domain: null,
      employees: null,
    });
  });

  test.for([
    [
      "a list",
      [{ event: "e", at: "2026-01-01", count: 2 }, { event: "f" }],
      [
        ["e", Date.UTC(2026, 0, 1)],
        ["e", Date.UTC(2026, 0, 1)],
        ["f", NOW],
      ],
    ],
    [
      "counts",
      { e: 2, f: 0 },
      [
        ["e", NOW],
        ["e", NOW],
      ],
    ],
    ["nothing", null, []],
  ] as const)("tells usage as %s", ([, usage, events]) => {
    expect(evidence({ usage }).snapshot.usage.map(({ event, at }) => [event, at])).toEqual(events);
  });

  test("believes no endless usage", () => {
    expect(evidence({ usage: { e: 1_000_000_000 } }).snapshot.usage).toHaveLength(10_000);
  });
});

describe("Salesforce in a row", () => {
  const counts = (crm: unknown): unknown => {
    const view = evidence({ crm }).crm;
    return view && [view.leads.length, view.contacts.length, view.accounts.length, view.opportunities.length];
  };
  test.for([
    [null, null],
    [{}, [0, 0, 0, 0]],
    [{ situation: "unknown" }, [0, 0, 0, 0]],
    [{ situation: "open-lead" }, [1, 0, 0, 0]],
    [{ situation: "contact" }, [0, 1, 1, 0]],
    [{ situation: "customer" }, [0, 1, 1, 1]],
    [{ situation: "open-opportunity" }, [0, 1, 1, 1]],
    [{ openOpportunity: { stage: "Negotiation", amount: 5 } }, [0, 1, 1, 1]],
    [{ situation: "customer", leads: [{}] }, [1, 0, 0, 0]],
  ] as const)("%j is the records %j", ([crm, expected]) => {
    expect(counts(crm)).toEqual(expected);
  });

  test("named situations have what the conditions ask for", () => {
    expect(evidence({ crm: { situation: "customer" } }).crm?.opportunities).toMatchObject([
      { isClosed: true, isWon: true, accountId: "account" },
    ]);
    expect(
      evidence({ crm: { openOpportunity: { stage: "Negotiation", amount: 5 } } }).crm?.opportunities,
    ).toMatchObject([{ stage: "Negotiation", amount: 5, isClosed: false }]);
    expect(evidence({ crm: { situation: "open-lead", score: 30 } }).crm?.leads).toMatchObject([
      { score: 30, convertedContactId: null },
    ]);
  });

  test("a whole view is taken as it is, with what is missing filled in", () => {
    const crm = {
      accounts: [{ id: "001", name: "Acme", csm: { email: "c@x.example" } }],
      opportunities: [{ stage: "Won", isWon: true, isClosed: true }],
    };
    expect(evidence({ crm }).crm).toEqual({
      leads: [],
      contacts: [],
      accounts: [
        {
          id: "001",
          name: "Acme",
          owner: { id: "owner", name: null, email: null, active: true },
          csm: { id: "owner", name: null, email: "c@x.example", active: true },
          website: null,
          employees: null,
          annualRevenue: null,
          country: null,
          state: null,
          isPersonAccount: false,
          lastActivityAt: null,
          match: null,
        },
      ],
      competing: [],
      opportunities: [
        {
          id: "opportunity",
          name: null,
          stage: "Won",
          isClosed: true,
          isWon: true,
          amount: null,
          accountId: null,
          owner: { id: "owner", name: null, email: null, active: true },
          lastActivityAt: null,
          ofContact: true,
        },
      ],
    });
  });
});
