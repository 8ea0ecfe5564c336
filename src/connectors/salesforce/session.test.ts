import { describe, expect, test } from "vitest";
import { cutBody, hang, localServer, type Answer } from "../http/local-server.ts";
import { generateKeyPairSync, verify } from "node:crypto";
import { jwtAssertion } from "./session.ts";
import { org, connect, sub, compositeOf, error, LEAD, failureOf } from "./little-org.ts";

describe("the session", () => {
  test("that ended is renewed once, whatever number of calls met it", async () => {
    await using server = await org((request) =>
      request.headers.authorization === "Bearer token-1"
        ? { status: 401, json: error("INVALID_SESSION_ID") }
        : compositeOf(sub("lead", 201, { id: "00Q000000000001AAA" })),
    );
    const crm = connect(server);
    await Promise.all(Array.from({ length: 30 }, () => crm.write([LEAD])));
    expect(server.seen.filter(({ path }) => path === "/services/oauth2/token")).toHaveLength(2);
  });

  test("that is refused again and again is tried twice, then left for later", async () => {
    await using server = await org(() => ({ status: 401, json: error("INVALID_SESSION_ID") }));
    expect(await failureOf(connect(server).write([LEAD]))).toMatchObject({
      outcome: "not-executed",
      facts: { code: "INVALID_SESSION_ID" },
    });
    expect(server.seen.filter(({ path }) => path === "/services/oauth2/token")).toHaveLength(2);
  });

  test("that the app's policies forbid is not renewed", async () => {
    await using server = await org(() => ({
      status: 401,
      json: error("INVALID_SESSION_ID", "This session is not valid for use with the REST API"),
    }));
    expect(await failureOf(connect(server).write([LEAD]))).toMatchObject({ name: "PermanentFailure" });
    expect(server.seen).toHaveLength(2);
  });

  test.for([
    [
      "wrong domain",
      {
        status: 400,
        json: { error: "invalid_grant", error_description: "request not supported on this domain" },
      },
      "PermanentFailure",
      "invalid_grant",
    ],
    [
      "too many sign-ins",
      { status: 400, json: { error: "rate_limit_exceeded", error_description: "later" } },
      "RetryableFailure",
      "rate_limit_exceeded",
    ],
    ["503", { status: 503, text: "" }, "RetryableFailure", "http_503"],
    ["429", { status: 429, text: "" }, "RetryableFailure", "rate_limited"],
    ["404", { status: 404, text: "" }, "PermanentFailure", "http_404"],
    ["a cut body", cutBody, "RetryableFailure", "cut"],
    ["somebody else's page", { status: 200, json: { hello: "world" } }, "PermanentFailure", "odd_token"],
  ] as const satisfies readonly (readonly [string, Answer, string, string])[])(
    "that cannot be opened: %s",
    async ([, answer, name, code]) => {
      await using server = await localServer(() => answer);
      expect(await failureOf(connect(server).write([LEAD]))).toMatchObject({ name, facts: { code } });
    },
  );

  test("can be opened with a signed assertion", () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    const login = { kind: "jwt", clientId: "app", username: "baton@x.example", privateKey: pem } as const;
    const assertion = jwtAssertion(login, "https://login.salesforce.com/", 1_000_000);
    const [head, claims, signature] = assertion.split(".");
    expect(JSON.parse(String(Buffer.from(claims ?? "", "base64url")))).toEqual({
      iss: "app",
      sub: "baton@x.example",
      aud: "https://login.salesforce.com",
      exp: 1_180,
    });
    expect(
      verify(
        "RSA-SHA256",
        Buffer.from(`${head}.${claims}`),
        publicKey,
        Buffer.from(signature ?? "", "base64url"),
      ),
    ).toBe(true);
  });
});

describe("a cut body or a hang under jsforce", () => {
  test.for([
    ["cut", cutBody],
    ["hang", hang],
  ] as const)("%s settles the call and leaves the process alive", async ([, answer]) => {
    await using server = await org(() => answer);
    const crm = connect(server);
    const call = crm.client.call({ method: "GET", path: "/services/data/v66.0/limits", effect: "read" });
    if (answer === hang) setTimeout(() => void server[Symbol.asyncDispose](), 50);
    expect(await failureOf(call)).toMatchObject({ outcome: "not-executed" });
    crm.close();
  });
});
