import { describe, expect, test } from "vitest";
import { NOBODY_KNOWN } from "../../qualify/crm.ts";
import { cutBody, type Answer } from "../http/local-server.ts";
import { org, connect, sub, records, compositeOf, error, QUESTION, failureOf } from "./little-org.ts";

describe("the look-up", () => {
  const owner = {
    OwnerId: "005000000000001AAA",
    Owner: { Name: "Lee", Email: "lee@x.example", IsActive: true },
  };
  const deal = {
    Name: "Deal",
    StageName: "Negotiation",
    IsClosed: false,
    IsWon: false,
    Amount: 9,
    AccountId: "001000000000001AAA",
    LastActivityDate: "2026-11-20",
    ...owner,
  };
  const account = {
    Id: "001000000000001AAA",
    Name: "Acme",
    Website: "https://www.acme.example/",
    NumberOfEmployees: 300,
    CSM__c: "005000000000002AAA",
    CSM__r: { Name: "Cee", Email: "cee@x.example", IsActive: false },
    ...owner,
  };
  const GOOD = compositeOf(
    sub(
      "leads",
      200,
      records(
        {
          Id: "00Q000000000001AAA",
          OwnerId: "00G000000000001AAA",
          Owner: { Name: "Inbound", Email: null, IsActive: null },
          Status: "Open",
          Company: "Acme",
          Email: "ana@acme.example",
          CreatedDate: "2026-11-01T00:00:00.000+0000",
          IsConverted: false,
          ConvertedContactId: null,
          Score__c: 40,
        },
        { Id: "00Q000000000002AAA", ...owner, IsConverted: true, ConvertedContactId: null },
      ),
    ),
    sub("leadAccounts", 200, records()),
    sub(
      "contacts",
      200,
      records({
        Id: "003000000000001AAA",
        AccountId: "001000000000001AAA",
        Email: "Ana@acme.example",
        IsDeleted: false,
        ...owner,
        OpportunityContactRoles: records(
          { OpportunityId: "006000000000002AAA", IsDeleted: false, Opportunity: deal },
          { OpportunityId: "006000000000008AAA", IsDeleted: true, Opportunity: deal },
        ),
      }),
    ),
    sub(
      "contactAccounts",
      200,
      records({
        ...account,
        Opportunities: records(
          { Id: "006000000000003AAA", ...deal, IsClosed: true, IsWon: true },
          { Id: "006000000000002AAA", ...deal },
          { Id: "006000000000004AAA", ...deal },
        ),
      }),
    ),
    sub(
      "accounts",
      200,
      records(
        { ...account, Id: "001000000000009AAA", Website: "notacme.example", Opportunities: null },
        { ...account, Id: "001000000000008AAA", Name: "Acme EU" },
        account,
      ),
    ),
  );

  test("is one composite call that gives each record once, the best first", async () => {
    await using server = await org(() => GOOD);
    const crm = connect(server, { leadScoreField: "Score__c" });
    await crm.look(QUESTION);
    const before = server.seen.length;
    const view = await crm.look(QUESTION);
    expect(server.seen.length - before).toBe(1);
    expect(view.leads).toEqual([
      {
        id: "00Q000000000001AAA",
        owner: { id: "00G000000000001AAA", name: "Inbound", email: null, active: true },
        status: "Open",
        company: "Acme",
        score: 40,
        createdAt: Date.UTC(2026, 10, 1),
        convertedContactId: null,
        match: { by: "lead", confidence: 1, reason: "its address is ana@acme.example" },
      },
    ]);
    expect(view.contacts).toEqual([
      {
        id: "003000000000001AAA",
        accountId: "001000000000001AAA",
        owner: { id: "005000000000001AAA", name: "Lee", email: "lee@x.example", active: true },
        match: { by: "contact", confidence: 1, reason: "its address is ana@acme.example" },
      },
    ]);
    expect(view.accounts).toHaveLength(1);
    expect(view.accounts[0]).toMatchObject({
      id: "001000000000001AAA",
      employees: 300,
      country: null,
      csm: { id: "005000000000002AAA", email: "cee@x.example", active: false },
      match: { by: "contact", confidence: 1 },
    });
    expect(view.competing).toMatchObject([{ id: "001000000000008AAA", name: "Acme EU" }]);
    expect(view.opportunities.map(({ id, ofContact, isClosed }) => [id, ofContact, isClosed])).toEqual([
      ["006000000000002AAA", true, false],
      ["006000000000004AAA", false, false],
      ["006000000000003AAA", false, true],
    ]);
  });

  test("leaves an optional field out, for good, when the org does not have it", async () => {
    await using server = await org((request) =>
      request.body.includes("CSM__c")
        ? compositeOf(
            sub("leads", 200, records()),
            sub("contacts", 200, records()),
            sub("leadAccounts", 400, error("INVALID_FIELD", "No such column 'CSM__c'")),
            sub(
              "contactAccounts",
              400,
              error("INVALID_FIELD", "Didn't understand relationship 'CSM__r' in field path"),
            ),
            sub("accounts", 400, error("INVALID_FIELD", "No such column 'CSM__c'")),
          )
        : GOOD,
    );
    const crm = connect(server);
    expect((await crm.look(QUESTION)).accounts[0]?.csm).toBeNull();
    await crm.look(QUESTION);
    // Sign-in, person accounts, the refused look-up, and two that were answered.
    expect(server.seen).toHaveLength(5);
  });

  test("asks once whether the org has person accounts, and goes without their field where it has none", async () => {
    await using server = await org((request) =>
      request.path.endsWith("/query")
        ? {
            status: 400,
            json: error("INVALID_FIELD", "No such column 'IsPersonAccount' on entity 'Account'."),
          }
        : GOOD,
    );
    const crm = connect(server);
    await crm.look(QUESTION);
    await crm.look(QUESTION);
    expect(server.seen.filter(({ path }) => path.endsWith("/query"))).toHaveLength(1);
    expect(server.seen.filter(({ body }) => body.includes("IsPersonAccount"))).toEqual([]);
  });

  test("asks nothing when nothing is known about the person", async () => {
    await using server = await org(() => GOOD);
    expect(await connect(server).look({ email: null, domain: null, companyName: "...", keys: [] })).toEqual(
      NOBODY_KNOWN,
    );
    expect(server.seen.filter(({ path }) => path.endsWith("/composite"))).toHaveLength(0);
  });

  test.for([
    [
      "a missing object",
      compositeOf(
        ...["leads", "leadAccounts", "contacts", "contactAccounts", "accounts"].map((ref) =>
          sub(ref, 400, error("INVALID_TYPE")),
        ),
      ),
      "PermanentFailure",
      "INVALID_TYPE",
    ],
    [
      "rows of another shape",
      compositeOf(
        ...["leads", "leadAccounts", "contacts", "contactAccounts", "accounts"].map((ref) =>
          sub(ref, 200, { records: [{ Id: 7 }] }),
        ),
      ),
      "RetryableFailure",
      "odd_body",
    ],
    ["a cut body", cutBody, "RetryableFailure", "cut"],
    ["503", { status: 503 }, "RetryableFailure", "http_503"],
  ] as const satisfies readonly (readonly [string, Answer, string, string])[])(
    "after %s: %s",
    async ([, answer, name, code]) => {
      await using server = await org(() => answer);
      const failure = await failureOf(connect(server).look(QUESTION));
      expect(failure).toMatchObject({ name, facts: { code } });
      expect("outcome" in failure ? failure.outcome : "not-executed").toBe("not-executed");
    },
  );
});
