/** People: the first link, a password, a session on the API, roles per environment, and who changed what. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyAuditLog } from "../../src/access/audit-log.ts";
import { codeOf } from "../support/one-time-code.ts";
import { openTestHouse, type TestHouse } from "../support/house.ts";
import { PASSWORD, personOf } from "../support/people.ts";

let house: TestHouse;

beforeAll(async () => {
  house = await openTestHouse({
    environments: [
      { name: "production", mode: "live" },
      { name: "sandbox", mode: "shadow" },
    ],
  });
});
afterAll(() => house.close());

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // A test reads what it needs; the shapes are proved by the description.
  readonly body: Record<string, never> & { readonly detail: string };
}

async function call(method: string, path: string, body?: unknown, headers: object = {}): Promise<Reply> {
  const response = await fetch(`${house.service.url}/api${path}`, {
    method,
    headers: {
      ...(method !== "GET" && { origin: String(house.service.url) }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = text !== "" && (response.headers.get("content-type") ?? "").includes("json");
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? JSON.parse(text) : {}) as Reply["body"],
  };
}

const cookiesOf = ({ headers }: Reply): string =>
  headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");

const signIn = (email: string, password = PASSWORD) =>
  call("POST", "/auth/sign-in/email", { email, password });

describe("the first admin", () => {
  test("comes in by a link that works once, and by a password that is long enough", async () => {
    const link = await house.service.firstAdmin();
    if (link?.kind !== "link") throw new Error("somebody was there already");
    expect(await house.service.firstAdmin()).toBeNull();
    const short = await call("POST", "/auth/invitation", { token: link.token, password: "short" });
    expect([short.status, short.body.detail]).toEqual([422, "a password has 12 to 128 characters."]);
    const accepted = await call("POST", "/auth/invitation", { token: link.token, password: PASSWORD });
    expect(accepted.body).toEqual({ email: link.email });
    const again = await call("POST", "/auth/invitation", { token: link.token, password: "another password" });
    expect([again.status, again.body.detail]).toMatchObject([422, expect.stringContaining("another one")]);

    const reply = await signIn(link.email);
    expect(reply.headers.getSetCookie()[0]).toMatch(/^baton\.session_token=.*; HttpOnly; SameSite=Lax$/);
    const me = await call("GET", "/v1/me", undefined, { cookie: cookiesOf(reply) });
    expect(me.body).toMatchObject({
      name: link.email,
      person: { email: link.email, twoFactor: false },
      grants: [{ environment: null, role: "admin" }],
    });
  });

  test("is told nothing that tells who else there is, and nobody signs up", async () => {
    const unknown = await signIn("nobody@ourcompany.example");
    const wrong = await signIn("admin@baton.local", "not the password");
    expect([unknown.status, unknown.body.detail]).toEqual([wrong.status, wrong.body.detail]);
    expect(unknown.status).toBe(401);
    const up = { email: "eve@elsewhere.example", password: PASSWORD, name: "Eve" };
    expect((await call("POST", "/auth/sign-up/email", up)).status).toBe(404);
  });
});

describe("a session", () => {
  test("is seen and ended by its person, and ends when they are disabled", async () => {
    const cookie = await personOf(house, "mia@ourcompany.example", "viewer");
    const other = cookiesOf(await signIn("mia@ourcompany.example"));
    const list = await call("GET", "/auth/list-sessions", undefined, { cookie });
    expect(list.body).toHaveLength(2);
    await call("POST", "/auth/revoke-other-sessions", undefined, { cookie });
    expect((await call("GET", "/v1/me", undefined, { cookie: other })).status).toBe(401);
    expect((await call("GET", "/v1/me", undefined, { cookie })).status).toBe(200);

    const admin = { cookie: cookiesOf(await signIn("admin@baton.local")) };
    const off = await call("PATCH", "/v1/users/mia@ourcompany.example", { disabled: true }, admin);
    expect(off.body).toMatchObject({ email: "mia@ourcompany.example", sessions: 0 });
    expect((await call("GET", "/v1/me", undefined, { cookie })).status).toBe(401);
    expect((await signIn("mia@ourcompany.example")).status).toBe(401);
  });

  test("writes only from Baton's own pages", async () => {
    const cookie = cookiesOf(await signIn("admin@baton.local"));
    for (const origin of ["https://evil.example", "null", ""]) {
      const reply = await call("PATCH", "/v1/environments/sandbox", {}, { cookie, origin });
      expect([origin, reply.status]).toEqual([origin, 403]);
      expect((await call("POST", "/auth/sign-out", undefined, { cookie, origin })).status).toBe(403);
    }
    expect((await call("PATCH", "/v1/environments/sandbox", {}, { cookie })).status).toBe(200);
  });

  test("with one-time codes begins after the right code only", async () => {
    const email = "otto@ourcompany.example";
    const cookie = await personOf(house, email, "viewer");
    const begun = await call("POST", "/auth/two-factor/enable", { password: PASSWORD }, { cookie });
    const { totpURI } = begun.body as unknown as { totpURI: string };
    const confirmed = await call(
      "POST",
      "/auth/two-factor/verify-totp",
      { code: codeOf(totpURI) },
      { cookie },
    );
    expect(confirmed.status).toBe(200);

    const half = await signIn(email);
    expect(half.body).toMatchObject({ twoFactorRedirect: true });
    const waiting = { cookie: cookiesOf(half) };
    expect((await call("GET", "/v1/me", undefined, waiting)).status).toBe(401);
    const wrong = await call("POST", "/auth/two-factor/verify-totp", { code: "000000" }, waiting);
    expect(wrong.status).toBe(401);
    const right = await call("POST", "/auth/two-factor/verify-totp", { code: codeOf(totpURI) }, waiting);
    expect(right.status).toBe(200);
    const me = await call("GET", "/v1/me", undefined, { cookie: cookiesOf(right) });
    expect(me.body).toMatchObject({ person: { twoFactor: true } });
  });
});

describe("guessing", () => {
  test("is let through ever more slowly, also with the right password", async () => {
    const email = "gus@ourcompany.example";
    await personOf(house, email, "viewer");
    for (let i = 0; i < 4; i += 1) expect((await signIn(email, "wrong password")).status).toBe(401);
    // 1 s, 2 s, 4 s and so on: the eighth wait is one of 128 s.
    for (let i = 0; i < 8; i += 1) {
      expect((await signIn(email, "wrong password")).status).toBe(401);
      if (i < 7) house.advance(64_000);
    }
    const blocked = await signIn(email);
    expect([blocked.status, Number(blocked.headers.get("retry-after")) > 1]).toEqual([429, true]);
    house.advance(128_000);
    expect((await signIn(email)).status).toBe(200);
    expect((await signIn(email, "wrong password")).status).toBe(401);
    expect((await signIn(email)).status).toBe(200);
  });
});

describe("users and their audit log", () => {
  test("tell who was made, given a role and disabled, by whom; the last admin stays", async () => {
    const admin = { cookie: cookiesOf(await signIn("admin@baton.local")) };
    const made = await call("POST", "/v1/users", { email: "Zoe@ourcompany.example", role: "editor" }, admin);
    expect([made.status, made.body]).toMatchObject([
      201,
      { email: "zoe@ourcompany.example", link: expect.stringMatching(/\/welcome#baton_/) },
    ]);
    const asked = { environment: "sandbox", role: "publisher" };
    const given = await call("PUT", "/v1/users/zoe@ourcompany.example/role", asked, admin);
    expect(given.body).toMatchObject({
      roles: [
        { environment: null, role: "editor" },
        { environment: "sandbox", role: "publisher" },
      ],
    });
    const last = await call("PATCH", "/v1/users/admin@baton.local", { disabled: true }, admin);
    expect([last.status, last.body.detail]).toMatchObject([422, expect.stringContaining("last admin")]);
    const log = await call(
      "GET",
      "/v1/audit-log?action=user&subject=zoe@ourcompany.example&limit=1",
      undefined,
      admin,
    );
    expect(log.body).toMatchObject({
      rows: [
        {
          actor: "admin@baton.local",
          action: "user.role",
          environment: "sandbox",
          facts: { from: null, to: "publisher" },
        },
      ],
      next: expect.any(String),
    });
    const { next } = log.body as unknown as { next: string };
    const older = await call(
      "GET",
      `/v1/audit-log?action=user&subject=zoe@ourcompany.example&cursor=${next}`,
      undefined,
      admin,
    );
    expect(older.body).toMatchObject({ rows: [{ action: "user.create" }], next: null });
  });

  test("are only added to, and a row that was changed past the trigger is found", async () => {
    const { db, pool } = house.database;
    const admin = { cookie: cookiesOf(await signIn("admin@baton.local")) };
    const proved = await call("GET", "/v1/audit-log/verification", undefined, admin);
    expect(proved.body).toMatchObject({ kind: "whole", rows: expect.any(Number), head: expect.any(String) });
    for (const statement of [
      "update audit_log set actor = 'x'",
      "delete from audit_log",
      "truncate audit_log",
    ])
      await expect(pool.query(statement)).rejects.toThrow("only ever added to");
    await pool.query("alter table audit_log disable trigger user");
    await pool.query("update audit_log set actor = 'somebody else' where seq = 3");
    expect(await verifyAuditLog(db)).toEqual({ kind: "broken", seq: 3, why: "was changed" });
    await pool.query("delete from audit_log where seq = 2");
    expect(await verifyAuditLog(db)).toEqual({ kind: "broken", seq: 2, why: "is missing" });
  });
});
