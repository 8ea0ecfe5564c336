import { describe, expect, test } from "vitest";
import { cutBody, hang, reset, type Answer } from "../http/local-server.ts";
import { callsOf, connect, failureOf, refusal, workspace } from "./little-workspace.ts";

describe("the ladder of failures", () => {
  test.for([
    ["401", refusal(401, "unauthorized"), "PermanentFailure", "unauthorized", undefined],
    [
      "403 by plan",
      refusal(403, "api_plan_restricted"),
      "PermanentFailure",
      "api_plan_restricted",
      undefined,
    ],
    ["409", refusal(409, "conflict"), "PermanentFailure", "conflict", undefined],
    ["422", refusal(422, "data_invalid"), "PermanentFailure", "data_invalid", undefined],
    [
      "400 with a code that time cures",
      refusal(400, "team_unavailable"),
      "RetryableFailure",
      "team_unavailable",
      "not-executed",
    ],
    ["429", refusal(429, "rate_limit_exceeded"), "RetryableFailure", "rate_limited", "not-executed"],
    ["500", refusal(500, "server_error"), "RetryableFailure", "http_500", "unknown"],
    ["a proxy's 502", { status: 502, text: "<html>" }, "RetryableFailure", "http_502", "unknown"],
    ["a refusal without a list", { status: 400, text: "no" }, "PermanentFailure", "http_400", undefined],
    ["a reset", reset, "RetryableFailure", "ECONNRESET", "unknown"],
    ["a cut body", cutBody, "RetryableFailure", "cut", "unknown"],
    ["a body that is no JSON", { text: "<html>" }, "RetryableFailure", "odd_body", "unknown"],
  ] as const satisfies readonly (readonly [string, Answer, string, string, string | undefined])[])(
    "%s on a write",
    async ([, answer, name, code, outcome]) => {
      await using server = await workspace(({ path }) => (path === "/contacts/p1/tags" ? answer : null));
      const failure = await failureOf(connect(server).tagContact("p1", "trial"));
      expect(failure).toMatchObject({ name, facts: { code, target: "intercom" } });
      expect("outcome" in failure ? failure.outcome : undefined).toBe(outcome);
      expect(callsOf(server).filter((call) => call === "POST /contacts/p1/tags")).toHaveLength(1);
    },
  );

  test.for([
    ["500", refusal(500, "server_error")],
    ["a reset", reset],
    ["a cut body", cutBody],
    ["a body of another shape", { json: { hello: "world" } }],
    ["a body that is no object", { json: 7 }],
  ] as const satisfies readonly (readonly [string, Answer])[])(
    "%s on a read can simply be repeated",
    async ([, answer]) => {
      await using server = await workspace(({ path }) => (path === "/conversations/c1" ? answer : null));
      expect(await failureOf(connect(server).read("c1"))).toMatchObject({
        name: "RetryableFailure",
        outcome: "not-executed",
      });
    },
  );

  test("to a host where nobody listens was not executed", async () => {
    const server = await workspace();
    await server[Symbol.asyncDispose]();
    expect(await failureOf(connect(server).tagContact("p1", "trial"))).toMatchObject({
      outcome: "not-executed",
    });
  });

  test("a failed listing of tags is not kept", async () => {
    await using server = await workspace(({ path, method }, nth) =>
      path === "/tags" && method === "GET" && nth === 1 ? refusal(500, "server_error") : null,
    );
    const inbox = connect(server);
    expect(await failureOf(inbox.tagContact("p1", "trial"))).toMatchObject({ name: "RetryableFailure" });
    await inbox.tagContact("p1", "trial");
  });

  test("a hang ends when the server goes away", async () => {
    await using server = await workspace(({ path }) => (path === "/me" ? hang : null));
    const asked = failureOf(connect(server).me());
    setTimeout(() => void server[Symbol.asyncDispose](), 50);
    expect(await asked).toMatchObject({ name: "RetryableFailure", outcome: "not-executed" });
  });
});
