import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import { createHttp, type HttpOptions } from "./http.ts";
import { ExchangeError } from "./exchange.ts";
import { failureOfExchange, jsonOf } from "./failures.ts";
import { cutBody, hang, localServer, reset, type Answer } from "./local-server.ts";

const quiet = { debug: () => undefined, warn: () => undefined };
function httpWith(options: Partial<HttpOptions> = {}) {
  return createHttp({
    target: "salesforce",
    clock: () => Date.now(),
    log: quiet,
    concurrency: 4,
    timeoutMs: 2_000,
    allowPrivateAddresses: true,
    ...options,
  });
}

async function failureOf(promise: Promise<unknown>): Promise<RetryableFailure | PermanentFailure> {
  const error = await promise.then(
    () => new Error("nothing failed"),
    (reason: unknown) => reason,
  );
  if (error instanceof RetryableFailure || error instanceof PermanentFailure) return error;
  throw error;
}

const POST = { method: "POST", body: "{}" };

describe("a call that gets no whole answer", () => {
  test("to a port where nobody listens was not executed", async () => {
    await using server = await localServer(() => ({}));
    const { url } = server;
    await server[Symbol.asyncDispose]();
    const failure = await failureOf(httpWith().request({ ...POST, url }));
    expect(failure).toMatchObject({
      outcome: "not-executed",
      facts: { code: "ECONNREFUSED", target: "salesforce" },
    });
  });

  test("to a name that does not exist was not executed", async () => {
    const failure = await failureOf(httpWith().request({ ...POST, url: "http://nobody.invalid/" }));
    expect(failure).toMatchObject({ outcome: "not-executed", name: "RetryableFailure" });
    expect(failure.message).toContain("could not be reached: its name cannot be looked up");
    expect(failure.facts.isSignIn).toBeUndefined();
  });

  test.for([
    ["ENOTFOUND", "its name cannot be looked up; check the address of the connection"],
    ["EAI_AGAIN", "the DNS of this machine (EAI_AGAIN)"],
    ["ECONNREFUSED", "nobody takes connections there"],
    ["CERT_HAS_EXPIRED", "its certificate has expired (CERT_HAS_EXPIRED)"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "its certificate is for another host"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "NODE_EXTRA_CA_CERTS"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "it does not speak TLS as it should"],
    ["EMFILE", "could not be reached: EMFILE"],
  ] as const)("%s is told as what it is, and never as wrong credentials", ([code, words]) => {
    const failure = failureOfExchange(
      "salesforce",
      { ...POST, url: "https://a.example/x" },
      new ExchangeError(code, false, false),
    );
    expect(failure).toMatchObject({ outcome: "not-executed", facts: { code } });
    expect(failure.message).toContain(words);
    expect(failure.message).toContain("Nothing was sent, no credentials either; it is tried again.");
    expect(failure.facts.isSignIn).toBeUndefined();
  });

  test("over TLS to somebody who speaks no TLS was not executed", async () => {
    const server = createServer((socket) => socket.on("error", () => undefined).end("hello\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const failure = await failureOf(httpWith().request({ ...POST, url: `https://127.0.0.1:${port}/` }));
    expect(failure).toMatchObject({ outcome: "not-executed" });
    expect(failure.message).toContain("it does not speak TLS as it should");
    server.close();
  });

  test.for([
    ["reset", reset, "ECONNRESET"],
    ["a cut body", cutBody, "cut"],
    ["no answer before the deadline", hang, "timeout"],
    [
      "a body that dribbles past the deadline",
      (_q, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write("."), 30);
        response.on("close", () => clearInterval(timer));
      },
      "timeout",
    ],
  ] as const satisfies readonly (readonly [string, Answer, string])[])(
    "%s: a write may have happened, a read is simply repeated",
    async ([, answer, code]) => {
      await using server = await localServer(() => answer);
      const http = httpWith({ timeoutMs: 200 });
      const write = await failureOf(http.request({ ...POST, url: server.url }));
      expect(write).toMatchObject({ outcome: "unknown", facts: { code } });
      const read = await failureOf(http.request({ method: "GET", url: server.url }));
      expect(read).toMatchObject({ outcome: "not-executed" });
      const reading = await failureOf(http.request({ ...POST, url: server.url, effect: "read" }));
      expect(reading).toMatchObject({ outcome: "not-executed" });
    },
  );

  test("a body that is too long is broken off", async () => {
    await using server = await localServer(() => ({ text: "x".repeat(5_000) }));
    const failure = await failureOf(
      httpWith({ maxBodyBytes: 1_000 }).request({ method: "GET", url: server.url }),
    );
    expect(failure.facts.code).toBe("too_large");
  });
});

test("a read over a connection that the destination had just closed is repeated on a fresh one, a write is not", async () => {
  const used = new WeakSet<object>();
  await using server = await localServer(() => (request, response) => {
    if (used.has(request.socket)) request.socket.destroy();
    else response.end("good");
    used.add(request.socket);
  });
  const http = httpWith();
  const read = { method: "GET", url: server.url };
  await http.request(read);
  expect((await http.request(read)).text).toBe("good");
  const failure = await failureOf(http.request({ ...POST, url: server.url }));
  expect(failure).toMatchObject({ outcome: "unknown" });
});

describe("an answer that is not good", () => {
  test.for([
    [429, "RetryableFailure", "rate_limited", "not-executed"],
    [420, "RetryableFailure", "rate_limited", "not-executed"],
    [408, "RetryableFailure", "http_408", "unknown"],
    [500, "RetryableFailure", "http_500", "unknown"],
    [503, "RetryableFailure", "http_503", "unknown"],
    [407, "RetryableFailure", "http_407", "not-executed"],
    [302, "PermanentFailure", "http_302", undefined],
    [401, "PermanentFailure", "http_401", undefined],
    [404, "PermanentFailure", "http_404", undefined],
    [409, "PermanentFailure", "http_409", undefined],
  ] as const)("%s is a %s", ([status, name, code, outcome]) => {
    const failure = httpWith().failureOf(
      { ...POST, url: "https://a.example/x" },
      { status, headers: {}, text: "" },
    );
    expect(failure).toMatchObject({ name, facts: { code: code, status } });
    expect("outcome" in failure ? failure.outcome : undefined).toBe(outcome);
  });

  test("of a proxy that wants its own sign-in does not blame the connection's credentials", () => {
    const failure = httpWith().failureOf(
      { ...POST, url: "https://a.example/x" },
      { status: 407, headers: {}, text: "" },
    );
    expect(failure.message).toBe(
      "Salesforce could not be reached (POST https://a.example/x): a proxy on the way asks for a sign-in of its own (407). The credentials of the connection are not at fault; let Baton through the proxy. It is tried again.",
    );
    expect(failure.facts.isSignIn).toBeUndefined();
  });

  test("is described without the query, where an e-mail address may stand", () => {
    const call = { method: "GET", url: "https://a.example/find?email=ana@b.example" };
    const failure = httpWith().failureOf(call, { status: 404, headers: {}, text: "" });
    expect(failure.message).toContain("GET https://a.example/find");
    expect(failure.message).not.toContain("ana@");
  });

  test("a good status with a body that is no JSON leaves a write unknown", () => {
    const odd = { status: 201, headers: {}, text: "<html>" };
    expect(() => jsonOf("salesforce", { ...POST, url: "https://a.example/" }, odd)).toThrow(
      expect.objectContaining({ outcome: "unknown" }),
    );
  });

  test("a redirect is handed back, not followed", async () => {
    await using server = await localServer(() => ({ status: 302, headers: { location: "/elsewhere" } }));
    expect((await httpWith().request({ method: "GET", url: server.url })).status).toBe(302);
    expect(server.seen).toHaveLength(1);
  });
});

describe("the gate", () => {
  test("stays shut until Retry-After has passed, for every call to the destination", async () => {
    const time = { now: 0, slept: 0 };
    const sleep = async (ms: number): Promise<void> => {
      time.now += ms;
      time.slept += ms;
    };
    await using server = await localServer(() =>
      time.slept === 0 ? { status: 429, headers: { "retry-after": "3" } } : { text: "good" },
    );
    const http = httpWith({ clock: () => time.now, sleep });
    expect((await http.request({ method: "GET", url: server.url })).status).toBe(429);
    expect((await http.request({ method: "GET", url: server.url })).status).toBe(200);
    expect(time.slept).toBe(3_000);
  });

  test("does not hold a call for long: a long pause fails as not executed, with the time left", async () => {
    await using server = await localServer(() => ({ status: 429, headers: { "retry-after": "60" } }));
    const http = httpWith({ clock: () => 0 });
    await http.request({ method: "GET", url: server.url });
    const failure = await failureOf(http.request({ ...POST, url: server.url }));
    expect(server.seen).toHaveLength(1);
    expect(failure).toMatchObject({
      outcome: "not-executed",
      retryAfterMs: 60_000,
      facts: { code: "paused" },
    });
  });

  test("lets only so many calls through at once", async () => {
    let under = 0;
    let most = 0;
    await using server = await localServer(() => (_request, response) => {
      most = Math.max(most, (under += 1));
      setTimeout(() => {
        under -= 1;
        response.end();
      }, 10);
    });
    const http = httpWith({ concurrency: 3 });
    await Promise.all(Array.from({ length: 12 }, () => http.request({ method: "GET", url: server.url })));
    expect(most).toBe(3);
  });
});

test.for(["http://127.0.0.1:1/", "http://localhost:1/", "http://[::1]:1/", "http://169.254.169.254/latest"])(
  "%s is not called unless the connection allows private addresses",
  async (url) => {
    const failure = await failureOf(httpWith({ allowPrivateAddresses: false }).request({ ...POST, url }));
    expect(failure).toMatchObject({ name: "PermanentFailure", facts: { code: "private_address" } });
  },
);

test("an address that is not http is not called", async () => {
  const failure = await failureOf(httpWith().request({ ...POST, url: "ftp://a.example/" }));
  expect(failure).toMatchObject({ name: "PermanentFailure", facts: { code: "bad_address" } });
});

test("the fetch for SDKs sends headers and text, and gives the status and body back", async () => {
  await using server = await localServer(({ body }) => ({ status: 201, json: { got: body } }));
  const response = await httpWith().fetch(server.url, {
    method: "PUT",
    headers: { "X-One": "1" },
    body: new URLSearchParams({ a: "b c" }),
  });
  expect(response.status).toBe(201);
  expect(await response.json()).toEqual({ got: "a=b+c" });
  expect(server.seen[0]?.headers["x-one"]).toBe("1");
});

test("connections are kept and used again", async () => {
  const sockets = new Set<unknown>();
  await using server = await localServer(() => (request, response) => {
    sockets.add(request.socket);
    response.end("good");
  });
  const http = httpWith();
  for (let i = 0; i < 5; i += 1) await http.request({ method: "GET", url: server.url });
  expect(sockets.size).toBe(1);
});
