/** The Salesforce connector against the emulated org: exactly once under every fault, in two calls. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Fault } from "../../emulators/core/faults.ts";
import { mixedPlan } from "../../emulators/core/mixed-plan.ts";
import type { SalesforceEmulator } from "../../emulators/salesforce/emulator.ts";
import { checkOrg } from "../../src/connectors/salesforce/check.ts";
import type { SalesforceConnection, SalesforceSettings } from "../../src/connectors/salesforce/crm.ts";
import { installMetadata } from "../../src/connectors/salesforce/install.ts";
import type { CrmOperation, CrmWritten } from "../../src/handoff/ports.ts";
import { PermanentFailure, RetryableFailure } from "../../src/kernel/failure.ts";
import { connectTo, control, handoff, startOrg } from "../support/salesforce-org.ts";

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let org: SalesforceEmulator;
let crm: SalesforceConnection;

const connect = (settings: Partial<SalesforceSettings> = {}) => connectTo(org, settings);

beforeAll(async () => {
  org = await startOrg();
});
afterAll(() => org.stop());
beforeEach(async () => {
  await control(org, "reset", {});
  crm = connect();
  return () => crm.close();
});

const seed = (body: object): Promise<void> => control(org, "seed", body);
const faults = (rules: readonly object[]): Promise<void> => control(org, "faults", { seed: 1, rules });
// oxlint-disable-next-line unicorn/no-thenable -- the published JSON of a plan calls it "then"
const composites = (then: Fault, nth = [1]) => [{ match: { path: "/services/data/*/composite" }, nth, then }];

async function failureOf(promise: Promise<unknown>): Promise<RetryableFailure | PermanentFailure> {
  const reason: unknown = await promise.then(
    () => new Error("nothing failed"),
    (error: unknown) => error,
  );
  if (reason instanceof RetryableFailure || reason instanceof PermanentFailure) return reason;
  throw reason;
}

/** What the handoff room does: an unknown outcome is looked up before the same write is repeated. */
async function writtenInTheEnd(operations: readonly CrmOperation[], settle = 5): Promise<CrmWritten> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await crm.write(operations);
    } catch (error) {
      if (!(error instanceof RetryableFailure) || attempt === 40) throw error;
      await sleep(Math.max(settle, Math.min(error.retryAfterMs ?? 0, 1_000)));
      if (error.outcome === "unknown") {
        const found = await crm.find(operations).catch(() => null);
        if (found !== null) return found;
      }
    }
  }
}

function counted(): Record<string, number> {
  return Object.fromEntries(
    ["Lead", "Baton_Conversation__c", "Task"].map((object) => [object, org.state.rows(object).length]),
  );
}

describe("a write", () => {
  test("makes linked records in one call, and a repeat finds them", async () => {
    const first = await crm.write(handoff(1));
    expect(first.already).toBe(false);
    expect(org.state.rows("Task")).toMatchObject([{ WhoId: first.ids["record"], Baton_Key__c: "h1-task" }]);
    expect(String(org.state.rows("Baton_Conversation__c")[0]?.["Transcript__c"])).toContain("@ {record.id}");
    const second = await crm.write(handoff(1));
    expect(second).toEqual({ ids: first.ids, already: true });
    expect(counted()).toEqual({ Lead: 1, Baton_Conversation__c: 1, Task: 1 });
    expect(await crm.find(handoff(2))).toBeNull();
  });

  test.for([
    ["a drop before the commit", { kind: "drop" }],
    ["a drop after the commit", { kind: "commit-then-drop" }],
    ["a cut body after the commit", { kind: "commit-then-cut" }],
    ["a commit that comes later", { kind: "commit-late", ms: 60 }],
    ["503", { kind: "status", status: 503 }],
    ["a session that ends", { kind: "expire-token" }],
    ["429", { kind: "status", status: 429, headers: { "Retry-After": "1" } }],
  ] as const satisfies readonly (readonly [string, Fault])[])("%s: once in the end", async ([, then]) => {
    await faults(composites(then));
    const written = await writtenInTheEnd(handoff(1));
    await sleep(100);
    expect(Object.keys(written.ids)).toEqual(["record", "conversation", "task"]);
    expect(counted()).toEqual({ Lead: 1, Baton_Conversation__c: 1, Task: 1 });
  });

  test("what a rep deleted meanwhile does not come back", async () => {
    const { ids } = await crm.write(handoff(1));
    await seed({ actions: [{ kind: "delete", object: "Lead", id: ids["record"] }] });
    expect((await crm.find(handoff(1)))?.ids["record"]).toBe(ids["record"]);
  });

  test("what was merged away is found as the record that won", async () => {
    const { ids } = await crm.write(handoff(1));
    const winner = await crm.write(handoff(2));
    await seed({
      actions: [{ kind: "merge", object: "Lead", master: winner.ids["record"], losers: [ids["record"]] }],
    });
    expect((await crm.find(handoff(1)))?.ids["record"]).toBe(winner.ids["record"]);
  });

  test("no assignment rule takes the owner away", async () => {
    await seed({ situations: {}, assignmentRules: [{ object: "Lead", owner: "Enterprise_Inbound" }] });
    const { users } = await crm.directory();
    const ana = users.find((user) => user.email === "ana@ourcompany.example");
    const [lead] = handoff(1);
    if (lead === undefined || ana === undefined) throw new Error("the seed has changed");
    await crm.write([{ ...lead, fields: { ...lead.fields, OwnerId: ana.id } }]);
    expect(org.state.rows("Lead")[0]?.["OwnerId"]).toBe(ana.id);
  });

  test.for([
    [
      "a duplicate rule",
      { duplicateRules: [{ object: "Lead", name: "DR", match: ["Company"], action: "block" }] },
      "DUPLICATES_DETECTED",
    ],
    [
      "a validation rule",
      { validationRules: [{ object: "Lead", message: "Title please", when: { Title: null } }] },
      "FIELD_CUSTOM_VALIDATION_EXCEPTION",
    ],
    [
      "a failing trigger",
      { triggers: [{ object: "Task", message: "boom" }] },
      "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    ],
  ] as const)("%s is permanent, and nothing is kept", async ([, rules, code]) => {
    await seed({
      records: { Lead: [{ LastName: "Old", Company: "Acme", Email: "old@acme.example", Title: "x" }] },
      ...rules,
    });
    const failure = await failureOf(crm.write(handoff(1)));
    expect(failure).toMatchObject({ name: "PermanentFailure", facts: { code } });
    expect(counted()).toEqual({ Lead: 1, Baton_Conversation__c: 0, Task: 0 });
  });

  test("a locked row is tried again", async () => {
    await seed({ rowLocks: [{ object: "Lead", nth: [1] }] });
    expect(await failureOf(crm.write(handoff(1)))).toMatchObject({
      outcome: "not-executed",
      facts: { code: "UNABLE_TO_LOCK_ROW" },
    });
    expect((await crm.write(handoff(1))).already).toBe(false);
  });

  test("a spent daily limit says so, and how many of how many calls are spent", async () => {
    await seed({ dailyLimit: 1 });
    await crm.client
      .call({ method: "GET", path: "/services/data/v66.0/limits", effect: "read" })
      .catch(() => null);
    expect(await failureOf(crm.write(handoff(1)))).toMatchObject({
      outcome: "not-executed",
      facts: {
        code: "REQUEST_LIMIT_EXCEEDED",
        isSpent: true,
        message: expect.stringMatching(/Spent are \d+ of 1\./),
      },
    });
  });

  test("leaves out a field the org has not and a value its list has not, cuts what is too long, and says so", async () => {
    await seed({
      fields: { Lead: { LeadSource: { restricted: true, values: ["Web"] }, Company: { length: 5 } } },
    });
    const [lead, ...rest] = handoff(1);
    if (lead === undefined) throw new Error("no lead");
    const fields = {
      ...lead.fields,
      LeadSource: "pricing-page",
      Rating: "Hot",
      Gone__c: 1,
      Company: "Acme Works",
    };
    const first = await crm.write([{ ...lead, fields }, ...rest]);
    const notes = [
      "Lead.Company was cut to 5 characters",
      "Lead.LeadSource has no such value in its list: left out",
      "Lead.Gone__c is missing in the org, or not visible to the integration user: left out",
    ];
    expect(first.notes).toEqual(notes);
    expect(org.state.rows("Lead")).toMatchObject([{ Company: "Acme", LeadSource: null, Rating: "Hot" }]);
    const before = org.state.calls.total;
    const [other, ...others] = handoff(2);
    if (other === undefined) throw new Error("no lead");
    await crm.write([
      { ...other, fields: { ...fields, LeadSource: "WEB", Email: "b@b.example" } },
      ...others,
    ]);
    expect(org.state.calls.total - before).toBe(1);
    expect(org.state.rows("Lead")[1]).toMatchObject({ LeadSource: "Web" });
  });

  test("in an org without Baton's metadata keeps the summary in the task", async () => {
    await seed({ metadata: "none" });
    const bare = connect({ metadata: "none" });
    await bare.write(handoff(1));
    expect(org.state.rows("Task")).toMatchObject([{ Subject: "Call", Description: "Asks for SSO." }]);
    bare.close();
  });
});

test("a fifth of all answers faulty: 60 writes at once, each record once", { timeout: 120_000 }, async () => {
  const rules = mixedPlan(0.2, 11).salesforce?.rules ?? [];
  await faults(rules);
  const written = await Promise.all(Array.from({ length: 60 }, (_, n) => writtenInTheEnd(handoff(n), 30)));
  await sleep(1_700);
  expect(written.every(({ ids }) => Object.keys(ids).length === 3)).toBe(true);
  expect(counted()).toEqual({ Lead: 60, Baton_Conversation__c: 60, Task: 60 });
});

describe("set-up", () => {
  const needs = {
    metadata: "baton",
    csmField: "CSM__c",
    leadScoreField: null,
    names: [{ kind: "stage", stage: "Qualification" }],
    queues: [],
  } as const;
  const lacking = async (): Promise<string[]> => {
    const findings = await checkOrg(crm.client, needs);
    return findings.filter(({ level }) => level !== "ok").map(({ what }) => what);
  };

  test("a bare org lacks Baton's metadata; after the install it lacks nothing", async () => {
    await seed({ metadata: "none", situations: {} });
    expect(await lacking()).toContain("Baton_Conversation__c is missing or not visible");
    expect(await installMetadata(crm.client, { checkOnly: true, sleep })).toMatchObject({ problems: [] });
    expect(await lacking()).not.toEqual([]);
    const { components, problems } = await installMetadata(crm.client, { checkOnly: false, sleep });
    expect(problems).toEqual([]);
    expect(components).toBeGreaterThan(0);
    expect(await lacking()).toEqual([]);
    expect((await crm.write(handoff(1))).already).toBe(false);
  });

  test("a queue and a stage that the policy names are looked for", async () => {
    await seed({ situations: {} });
    const findings = await checkOrg(crm.client, {
      ...needs,
      names: [{ kind: "stage", stage: "Nonsense" }],
      queues: ["Enterprise_Inbound", "Nobody"],
    });
    expect(findings.filter(({ level }) => level === "missing").map(({ what }) => what)).toEqual([
      'stage "Nonsense" is not an active Opportunity stage',
      'queue "Nobody" does not exist',
    ]);
  });

  test("a queue in which nobody is gets a warning", async () => {
    await seed({ situations: { queues: [{ name: "Lonely", objects: ["Lead"], isEmpty: true }] } });
    const findings = await checkOrg(crm.client, { ...needs, names: [], queues: ["Lonely"] });
    expect(findings.filter(({ what }) => what.includes("Lonely"))).toMatchObject([
      { level: "warning", what: 'queue "Lonely" has no members' },
    ]);
  });

  test("wrong credentials are said in one line", async () => {
    const wrong = connect({ login: { kind: "client-credentials", clientId: "key", clientSecret: "wrong" } });
    const failure = await failureOf(checkOrg(wrong.client, needs));
    expect(failure).toBeInstanceOf(PermanentFailure);
    expect(failure.message).toContain("sign-in was refused");
    wrong.close();
  });
});
