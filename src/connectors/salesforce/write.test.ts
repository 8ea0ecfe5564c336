import { describe, expect, test } from "vitest";
import { cutBody, reset, type Answer } from "../http/local-server.ts";
import type { CrmOperation } from "../../handoff/ports.ts";
import { RetryableFailure } from "../../kernel/failure.ts";
import {
  org,
  connect,
  subrequests,
  sub,
  records,
  compositeOf,
  error,
  LEAD,
  TASK,
  CREATED,
  failureOf,
} from "./little-org.ts";

describe("the write", () => {
  test("is one composite transaction with references, keys and no assignment rules", async () => {
    await using server = await org(() => CREATED);
    const written = await connect(server).write([LEAD, TASK]);
    expect(written).toEqual({
      ids: { lead: "00Q000000000001AAA", task: "00T000000000001AAA" },
      already: false,
    });
    const [, call] = server.seen;
    expect(call).toMatchObject({ method: "POST", path: "/services/data/v66.0/composite" });
    expect(call?.headers).toMatchObject({
      authorization: "Bearer token-1",
      "sforce-auto-assign": "FALSE",
      "sforce-call-options": "client=Baton",
    });
    expect(JSON.parse(call?.body ?? "")).toMatchObject({ allOrNone: true });
    expect(subrequests(call)).toEqual([
      {
        method: "POST",
        url: "/services/data/v66.0/sobjects/Lead",
        referenceId: "lead",
        httpHeaders: { "Sforce-Auto-Assign": "FALSE" },
        body: { LastName: "Ana", OwnerId: "005000000000001AAA", Baton_Key__c: "handoff-1-lead" },
      },
      {
        method: "POST",
        url: "/services/data/v66.0/sobjects/Task",
        referenceId: "task",
        httpHeaders: { "Sforce-Auto-Assign": "FALSE" },
        body: { Subject: "Call", WhoId: "@{lead.id}", Baton_Key__c: "handoff-1-task" },
      },
    ]);
  });

  test("gives an update its own id back", async () => {
    await using server = await org(() => compositeOf(sub("lead", 204, null)));
    const update: CrmOperation = {
      kind: "update",
      ref: "lead",
      object: "Lead",
      id: "00Q000000000001AAA",
      fields: { Rating: "Hot" },
    };
    expect(await connect(server).write([update])).toEqual({
      ids: { lead: "00Q000000000001AAA" },
      already: false,
    });
    expect(subrequests(server.seen[1])[0]).toMatchObject({
      method: "PATCH",
      url: "/services/data/v66.0/sobjects/Lead/00Q000000000001AAA",
    });
  });

  test("keeps a customer's words from being read as a reference", async () => {
    await using server = await org(() => CREATED);
    await connect(server).write([{ ...LEAD, fields: { LastName: "@{task.id}" } }, TASK]);
    expect(subrequests(server.seen[1])[0]?.body?.["LastName"]).toBe("@ {task.id}");
  });

  test.for([
    ["a key with a slash", { ...LEAD, key: "a/b" }],
    ["an empty key", { ...LEAD, key: "" }],
    ["a key of 81 characters", { ...LEAD, key: "x".repeat(81) }],
    ["a name that is a path", { ...LEAD, object: "Lead/../User" }],
    ["a reference that is an expression", { ...LEAD, fields: { WhoId: { ref: "a.b} @{c" } } }],
    ["an id that is a path", { kind: "update", ref: "a", object: "Lead", id: "../x", fields: {} }],
  ] as const satisfies readonly (readonly [string, CrmOperation])[])(
    "refuses %s before anything is sent",
    async ([, operation]) => {
      await using server = await org(() => CREATED);
      await expect(connect(server).write([operation])).rejects.toBeInstanceOf(TypeError);
      expect(server.seen).toHaveLength(0);
    },
  );

  test("finds the records of an earlier attempt when its key is refused as a duplicate", async () => {
    await using server = await org((request) =>
      subrequests(request)[0]?.method === "POST"
        ? compositeOf(
            sub(
              "lead",
              400,
              error(
                "DUPLICATE_VALUE",
                "duplicate value found: Baton_Key__c duplicates value on record with id: 00Q000000000009",
              ),
            ),
            sub("task", 400, error("PROCESSING_HALTED")),
          )
        : compositeOf(
            sub(
              "find0",
              200,
              records({
                Id: "00Q000000000009AAA",
                Baton_Key__c: "handoff-1-lead",
                IsDeleted: true,
                MasterRecordId: "00Q000000000010AAA",
              }),
            ),
            sub(
              "find1",
              200,
              records({ Id: "00T000000000009AAA", Baton_Key__c: "handoff-1-task", IsDeleted: false }),
            ),
          ),
    );
    expect(await connect(server).write([LEAD, TASK])).toEqual({
      ids: { lead: "00Q000000000010AAA", task: "00T000000000009AAA" },
      already: true,
    });
    expect(decodeURIComponent(subrequests(server.seen[2])[0]?.url ?? "")).toContain(
      "/queryAll?q=SELECT Id, Baton_Key__c, IsDeleted, MasterRecordId FROM Lead WHERE Baton_Key__c IN ('handoff-1-lead')",
    );
  });

  test("does not take a duplicate of another unique field for its own", async () => {
    await using server = await org(() =>
      compositeOf(
        sub("lead", 400, error("DUPLICATE_VALUE", "duplicate value found: Tax_Id__c duplicates value")),
        sub("task", 400, error("PROCESSING_HALTED")),
      ),
    );
    const failure = await failureOf(connect(server).write([LEAD, TASK]));
    expect(failure).toMatchObject({
      name: "PermanentFailure",
      facts: { code: "DUPLICATE_VALUE" },
      detail: { operation: "lead", object: "Lead" },
    });
  });

  test.for(["duplicateResut", "duplicateResult"])(
    "names the records that a duplicate rule matched (%s)",
    async (spelling) => {
      const found = { matchResults: [{ matchRecords: [{ record: { Id: "003000000000007AAA" } }] }] };
      await using server = await org(() =>
        compositeOf(
          sub("lead", 400, error("DUPLICATES_DETECTED", "Use one of these", { [spelling]: found })),
          sub("task", 400, error("PROCESSING_HALTED")),
        ),
      );
      const failure = await failureOf(connect(server).write([LEAD, TASK]));
      expect(failure).toMatchObject({
        name: "PermanentFailure",
        detail: { records: ["003000000000007AAA"], object: "Lead" },
      });
    },
  );

  test.for([
    ["a row lock", "UNABLE_TO_LOCK_ROW", "RetryableFailure"],
    ["a fault inside the transaction", "UNKNOWN_EXCEPTION", "RetryableFailure"],
    ["an inactive owner", "INACTIVE_OWNER_OR_USER", "PermanentFailure"],
    ["a validation rule", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "PermanentFailure"],
    ["a missing field", "INVALID_FIELD", "PermanentFailure"],
  ] as const)("tells %s, and that nothing was kept", async ([, code, name]) => {
    await using server = await org(({ path }) =>
      path.endsWith("/describe")
        ? { status: 404, json: error("NOT_FOUND") }
        : compositeOf(sub("lead", 400, error("PROCESSING_HALTED")), sub("task", 400, error(code))),
    );
    const failure = await failureOf(connect(server).write([LEAD, TASK]));
    expect(failure).toMatchObject({ name, facts: { code, target: "salesforce" } });
    const kept = failure instanceof RetryableFailure ? failure.outcome : failure.detail;
    expect(kept).toEqual(
      name === "RetryableFailure"
        ? "not-executed"
        : { operation: "task", object: "Task", code, fields: [], records: [], message: "said so" },
    );
  });

  test.for([
    ["a reset", reset, "unknown", "ECONNRESET"],
    ["a cut body", cutBody, "unknown", "cut"],
    ["a body that is no JSON", { status: 200, text: "<html>" }, "unknown", "odd_body"],
    ["a JSON body of another shape", { status: 200, json: { compositeResponse: [] } }, "unknown", "odd_body"],
    [
      "503 from Salesforce",
      { status: 503, json: error("SERVER_UNAVAILABLE") },
      "unknown",
      "SERVER_UNAVAILABLE",
    ],
    ["502 from a proxy", { status: 502, text: "<html>" }, "unknown", "http_502"],
    [
      "the daily limit",
      { status: 403, json: error("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.") },
      "not-executed",
      "REQUEST_LIMIT_EXCEEDED",
    ],
    ["429", { status: 429, headers: { "retry-after": "9" } }, "not-executed", "rate_limited"],
  ] as const satisfies readonly (readonly [string, Answer, string, string])[])(
    "after %s: outcome %s",
    async ([, answer, outcome, code]) => {
      await using server = await org(() => answer);
      const failure = await failureOf(connect(server).write([LEAD]));
      expect(failure).toMatchObject({ name: "RetryableFailure", outcome, facts: { code } });
    },
  );

  test.for([
    ["404", 404, "NOT_FOUND"],
    ["a permission", 403, "API_CURRENTLY_DISABLED"],
    ["Baton's own mistake", 400, "JSON_PARSER_ERROR"],
  ] as const)("%s is permanent", async ([, status, code]) => {
    await using server = await org(() => ({ status, json: error(code) }));
    expect(await failureOf(connect(server).write([LEAD]))).toMatchObject({
      name: "PermanentFailure",
      facts: { code, status },
    });
  });

  test("to a host where nobody listens was not executed", async () => {
    const server = await org(() => CREATED);
    await server[Symbol.asyncDispose]();
    expect(await failureOf(connect(server).write([LEAD]))).toMatchObject({ outcome: "not-executed" });
  });
});

test("find says null when no keyed record exists", async () => {
  await using server = await org(() =>
    compositeOf(sub("find0", 200, records()), sub("find1", 200, records())),
  );
  expect(await connect(server).find([LEAD, TASK])).toBeNull();
});

describe("a write that the org refuses for a field", () => {
  const described = {
    createable: true,
    fields: [
      { name: "LastName", type: "string", length: 80, nillable: false },
      { name: "OwnerId", type: "reference", length: 18 },
    ],
  };
  const lead = { ...LEAD, fields: { ...LEAD.fields, Plan__c: "pro" } };

  test("goes without the field, says so, and the next one is a single call again", async () => {
    await using server = await org((request) => {
      if (request.path.endsWith("/describe")) return { json: described };
      return request.body.includes("Plan__c")
        ? compositeOf(
            sub("lead", 400, error("INVALID_FIELD", "No such column 'Plan__c' on sobject of type Lead")),
            sub("task", 400, error("PROCESSING_HALTED")),
          )
        : CREATED;
    });
    const crm = connect(server);
    const notes = ["Lead.Plan__c is missing in the org, or not visible to the integration user: left out"];
    expect(await crm.write([lead, TASK])).toMatchObject({ already: false, notes });
    const before = server.seen.length;
    expect(await crm.write([lead, TASK])).toMatchObject({ notes });
    expect(server.seen.length - before).toBe(1);
  });

  test.for([
    ["a value that no other one cures", "Lead", { json: described }],
    ["an object that cannot be described", "Lead", { status: 404, json: error("NOT_FOUND") }],
    ["a field of Baton's own object", "Baton_Conversation__c", { json: described }],
  ] as const satisfies readonly (readonly [string, string, Answer])[])(
    "is refused as before: %s",
    async ([, object, description]) => {
      await using server = await org((request) =>
        request.path.endsWith("/describe")
          ? description
          : compositeOf(sub("lead", 400, error("STRING_TOO_LONG", "too long"))),
      );
      const failure = await failureOf(connect(server).write([{ ...LEAD, object }]));
      expect(failure).toMatchObject({ facts: { code: "STRING_TOO_LONG" } });
    },
  );
});
