/** Who is this in Salesforce: one call against an org that holds what real orgs hold. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { SalesforceEmulator } from "../../emulators/salesforce/emulator.ts";
import type { SalesforceConnection, SalesforceSettings } from "../../src/connectors/salesforce/crm.ts";
import { connectTo, control, handoff, startOrg } from "../support/salesforce-org.ts";

let org: SalesforceEmulator;
let crm: SalesforceConnection;

const connect = (settings: Partial<SalesforceSettings> = {}) => connectTo(org, settings);
const seed = (body: object): Promise<void> => control(org, "seed", body);

beforeAll(async () => {
  org = await startOrg();
});
afterAll(() => org.stop());
beforeEach(async () => {
  await control(org, "reset", {});
  crm = connect();
  return () => crm.close();
});

describe("the look-up", () => {
  const NOBODY = { email: "nobody@nowhere.example", domain: null, companyName: null, keys: [] };
  const people = [
    ["unknown", [0, 0, 0, 0]],
    ["open-lead", [1, 0, 0, 0]],
    ["converted-lead", [1, 1, 1, 0]],
    ["contact", [0, 1, 1, 0]],
    ["open-opportunity", [0, 1, 1, 1]],
    ["customer-with-csm", [0, 1, 1, 1]],
    ["account-by-domain", [0, 0, 1, 0]],
  ] as const;

  test.for(people)("%s in one call", async ([situation, counts]) => {
    await seed({
      situations: {
        people: [
          {
            email: "jane@acme.example",
            name: "Jane Doe",
            company: "Acme",
            domain: "acme.example",
            situation,
          },
        ],
      },
    });
    await crm.look(NOBODY);
    const before = org.state.calls.total;
    const view = await crm.look({
      email: "Jane@acme.example",
      domain: "acme.example",
      companyName: "Acme",
      keys: [],
    });
    expect(org.state.calls.total - before).toBe(1);
    expect([view.leads, view.contacts, view.accounts, view.opportunities].map((list) => list.length)).toEqual(
      counts,
    );
    expect(view.accounts.map(({ csm }) => csm?.active)).toEqual(
      view.accounts.map(() => (situation === "customer-with-csm" ? true : undefined)),
    );
    expect(view.opportunities.every(({ ofContact, owner }) => ofContact && owner.email !== null)).toBe(true);
  });

  const jane = (situation: string, over: object = {}) => ({
    situations: {
      people: [
        {
          email: "jane@acme.example",
          name: "Jane Doe",
          company: "Acme",
          domain: "acme.example",
          situation,
          ...over,
        },
      ],
    },
  });
  const ASKED = { email: "jane@acme.example", domain: "acme.example", companyName: "Acme Inc.", keys: [] };

  test("follows a converted lead to its Contact, although that one has another address today, in one call", async () => {
    await seed(jane("converted-lead-other-address"));
    await crm.look(NOBODY);
    const before = org.state.calls.total;
    const view = await crm.look(ASKED);
    expect(org.state.calls.total - before).toBe(1);
    expect(view.contacts).toMatchObject([{ match: { by: "lead" } }]);
    expect(view.accounts).toMatchObject([{ name: "Acme", match: { by: "lead", confidence: 1 } }]);
    expect(view.contacts[0]?.accountId).toBe(view.accounts[0]?.id);
  });

  test("follows a merge to the record that won, through a second merge too", async () => {
    await seed(jane("merged-contact"));
    const view = await crm.look(ASKED);
    const [winner] = org.state.rows("Contact").filter((row) => row["IsDeleted"] !== true);
    expect(view.contacts).toMatchObject([{ id: winner?.["Id"], match: { by: "contact" } }]);
    expect(view.accounts).toHaveLength(1);
    const accountId = winner?.["AccountId"] ?? null;
    const next = org.state.insert("Contact", {
      LastName: "Doe",
      Email: "third@acme.example",
      AccountId: accountId,
    });
    await seed({
      actions: [{ kind: "merge", object: "Contact", master: next, losers: [String(winner?.["Id"])] }],
    });
    expect((await crm.look(ASKED)).contacts.map(({ id }) => id)).toEqual([next]);
  });

  test("a deleted person is nobody", async () => {
    await seed(jane("contact", { domain: "other.example", company: "Other" }));
    const [contact] = org.state.rows("Contact");
    await seed({ actions: [{ kind: "delete", object: "Contact", id: contact?.["Id"] }] });
    const view = await crm.look({ ...ASKED, domain: null, companyName: null });
    expect([view.contacts, view.accounts, view.opportunities]).toEqual([[], [], []]);
  });

  test("finds what Baton made before by its key, whatever address a rep has typed since", async () => {
    const { ids } = await crm.write(handoff(1));
    const lead = { kind: "update", object: "Lead", id: ids["record"], fields: { Email: "new@else.example" } };
    await seed({ actions: [lead] });
    const view = await crm.look({ ...ASKED, domain: null, companyName: null, keys: ["h1-lead"] });
    expect(view.leads).toMatchObject([{ id: ids["record"], match: { by: "key", confidence: 0.99 } }]);
  });

  test("takes the account of that name where no website says better, and not its opportunities", async () => {
    await seed(jane("account-by-name"));
    const [account] = org.state.rows("Account");
    const deal = {
      Name: "Deal",
      AccountId: String(account?.["Id"]),
      StageName: "Qualification",
      CloseDate: "2030-01-01",
    };
    await seed({ records: { Opportunity: [deal] } });
    const view = await crm.look(ASKED);
    expect(view.accounts).toMatchObject([
      {
        name: "ACME GmbH",
        match: { by: "name", confidence: 1, reason: 'its name "ACME GmbH" is 100 % that of "Acme Inc."' },
      },
    ]);
    expect(view.opportunities).toEqual([]);
  });

  test("guesses between no two equals, and lists them", async () => {
    await seed(jane("two-equal-accounts"));
    const view = await crm.look(ASKED);
    expect(view.accounts).toEqual([]);
    expect(view.competing.map(({ name }) => name)).toEqual(expect.arrayContaining(["Acme 1", "Acme 2"]));
    expect(view.competing[0]?.reason).toContain("nothing sure tells them apart");
  });

  test.for([[true], [false]])("a person account, in an org that has them: %s", async ([personAccounts]) => {
    await seed({ personAccounts });
    await seed(jane("person-account", { company: undefined, domain: undefined }));
    const view = await crm.look({ ...ASKED, domain: null, companyName: null });
    expect(view.contacts).toHaveLength(1);
    expect(view.accounts).toMatchObject([
      { name: "Jane Doe", isPersonAccount: personAccounts, match: { by: "contact" } },
    ]);
  });

  test("reads the CSM from the account team, and does without in an org that has none", async () => {
    await seed(jane("contact"));
    const teams = connect({ csmField: null, csmTeamRole: "Customer Success Manager" });
    expect((await teams.look(ASKED)).accounts[0]?.csm).toBeNull();
    await seed({ accountTeams: true });
    const [account] = org.state.rows("Account");
    const member = (email: string, role: string) => ({
      AccountId: String(account?.["Id"]),
      UserId: String(org.state.userByEmail(email)?.["Id"]),
      TeamMemberRole: role,
    });
    await seed({
      records: {
        AccountTeamMember: [
          member("kim@ourcompany.example", "Account Manager"),
          member("gone@ourcompany.example", "Customer Success Manager"),
          member("carla@ourcompany.example", "Customer Success Manager"),
        ],
      },
    });
    const other = connect({ csmField: null, csmTeamRole: "Customer Success Manager" });
    expect((await other.look(ASKED)).accounts[0]?.csm).toMatchObject({ email: "carla@ourcompany.example" });
    teams.close();
    other.close();
  });

  test("tells an owner who left from one who is there", async () => {
    await seed({
      situations: {
        people: [{ email: "jane@acme.example", name: "Jane", situation: "lead-with-inactive-owner" }],
      },
    });
    const { leads } = await crm.look({
      email: "jane@acme.example",
      domain: null,
      companyName: null,
      keys: [],
    });
    expect(leads[0]?.owner).toMatchObject({ email: "gone@ourcompany.example", active: false });
  });

  test("words of a stranger stay words", async () => {
    await seed({
      situations: { people: [{ email: "jane@acme.example", name: "Jane", situation: "open-lead" }] },
    });
    const email = "x\\' OR Email != 'y";
    expect((await crm.look({ email, domain: "%", companyName: null, keys: [] })).leads).toEqual([]);
  });

  test("does without fields that the org does not have", async () => {
    const other = connect({ csmField: "Nobody__c", leadScoreField: "Nothing__c" });
    await seed({
      situations: { people: [{ email: "jane@acme.example", name: "Jane", situation: "contact" }] },
    });
    const view = await other.look({
      email: "jane@acme.example",
      domain: "acme.example",
      companyName: null,
      keys: [],
    });
    expect(view.contacts).toHaveLength(1);
    other.close();
  });
});
