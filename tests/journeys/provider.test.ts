/** Signing in with an OpenID provider: who gets in, who does not and why, and what happens while it is away. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { OidcSettings } from "../../src/access/oidc.ts";
import { createUser, setDisabled } from "../../src/access/users.ts";
import { openTestHouse, type TestHouse } from "../support/house.ts";
import { codeOf } from "../support/one-time-code.ts";
import { CLIENT, type OpenIdProvider, startOpenIdProvider } from "../support/openid-provider.ts";
import { PASSWORD, personOf } from "../support/people.ts";

const ANA = "ana@ourcompany.example";
const CLAIMS = { sub: "ana-1", email: ANA, email_verified: true, name: "Ana" };

let provider: OpenIdProvider;
let house: TestHouse;

const settings = (isOnly = false): OidcSettings => ({
  issuer: provider.issuer,
  clientId: CLIENT.id,
  clientSecret: CLIENT.secret,
  name: "Acme",
  isOnly,
});

beforeAll(async () => {
  provider = await startOpenIdProvider(CLAIMS);
  house = await openTestHouse({ config: { oidc: settings() } });
  const ana = { email: ANA, role: "viewer", environment: null } as const;
  await createUser(house.database.db, ana, "the test", house.now());
});
afterAll(async () => {
  await house.close();
  await provider.stop();
});
afterEach(() => {
  Object.assign(provider, { claims: {}, signsWith: "its key", sendsIdToken: true, error: null });
  provider.setDown(false);
});

/** A browser, as far as cookies go. */
class Jar {
  readonly #cookies = new Map<string, string>();

  async send(method: "GET" | "POST", address: string, body?: unknown): Promise<Response> {
    const response = await fetch(new URL(address, String(house.service.url)), {
      method,
      redirect: "manual",
      headers: {
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(method === "POST" && { origin: String(house.service.url), "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "" || /max-age=0/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }
}

/** Presses the button; answers where the provider sends the browser back to. */
async function comesBack(jar: Jar): Promise<URL> {
  const begun = await jar.send("POST", "/api/auth/sign-in/oidc", {});
  const { url } = (await begun.json()) as { readonly url: string };
  const sent = await fetch(url, { redirect: "manual" });
  return new URL(sent.headers.get("location") ?? "");
}

/** The whole way; answers the page on which it ends. */
async function signsIn(jar = new Jar()): Promise<string | null> {
  const back = await comesBack(jar);
  return (await jar.send("GET", back.pathname + back.search)).headers.get("location");
}

const meOf = async (jar: Jar): Promise<number> => (await jar.send("GET", "/api/v1/me")).status;

async function rowsOf(table: string): Promise<readonly Record<string, unknown>[]> {
  return (await house.database.pool.query(`select * from ${table}`)).rows as Record<string, unknown>[];
}

describe("somebody whom an admin has added", () => {
  test("presses the button and is in, which the audit log says", async () => {
    const ways = await new Jar().send("GET", "/api/auth/ways");
    expect(await ways.json()).toEqual({ password: true, provider: { name: "Acme" } });
    const jar = new Jar();
    expect(await signsIn(jar)).toBe("/");
    expect(await (await jar.send("GET", "/api/v1/me")).json()).toMatchObject({ person: { email: ANA } });
    const [last] = (await rowsOf("audit_log")).toReversed();
    expect(last).toMatchObject({ actor: ANA, action: "session.begin" });
    expect(JSON.parse(String(last?.["facts"]))).toEqual({ by: "oidc" });
  });

  test("comes back a second time, and no token of theirs is kept", async () => {
    expect(await signsIn()).toBe("/");
    const kept = await rowsOf("accounts");
    expect(kept).toMatchObject([
      { provider_id: "oidc", access_token: null, refresh_token: null, id_token: null },
    ]);
  });

  test("is asked with PKCE, a state and a nonce, and for no more than who they are", async () => {
    const begun = await new Jar().send("POST", "/api/auth/sign-in/oidc", {});
    const { url } = (await begun.json()) as { readonly url: string };
    const asked = Object.fromEntries(new URL(url).searchParams);
    expect(asked).toMatchObject({
      response_type: "code",
      code_challenge_method: "S256",
      code_challenge: expect.stringMatching(/^.{43}$/),
      state: expect.stringMatching(/^.{32}/),
      nonce: expect.stringMatching(/.{16}/),
      scope: "openid email profile",
      redirect_uri: `${house.service.url}/api/auth/callback/oidc`,
    });
  });

  test("is asked for a one-time code, too, if they turned codes on", async () => {
    const otto = "otto@ourcompany.example";
    await personOf(house, otto, "viewer");
    const jar = new Jar();
    await jar.send("POST", "/api/auth/sign-in/email", { email: otto, password: PASSWORD });
    const begun = await jar.send("POST", "/api/auth/two-factor/enable", { password: PASSWORD });
    const { totpURI } = (await begun.json()) as { readonly totpURI: string };
    await jar.send("POST", "/api/auth/two-factor/verify-totp", { code: codeOf(totpURI) });

    provider.claims = { sub: "otto-1", email: otto };
    const fresh = new Jar();
    expect(await signsIn(fresh)).toBe("/sign-in?step=code");
    expect(await meOf(fresh)).toBe(401);
    const code = await fresh.send("POST", "/api/auth/two-factor/verify-totp", { code: codeOf(totpURI) });
    expect([code.status, await meOf(fresh)]).toEqual([200, 200]);
  });
});

describe("outside stays", () => {
  test.for([
    ["who was not added", { sub: "eve", email: "eve@elsewhere.example" }, "unknown"],
    ["whose address the provider has not verified", { email_verified: false }, "unverified"],
    ["of whose address it does not say", { email_verified: undefined }, "unverified"],
    ["a stranger who claims a known address unverified", { sub: "eve", email_verified: false }, "unverified"],
    ["who has another address there by now", { email: "other@ourcompany.example" }, "unknown"],
    ["a token for somebody else's app", { aud: "another app" }, "untrusted"],
    ["a token of another issuer", { iss: "https://other.example" }, "untrusted"],
    ["a token of another sign-in", { nonce: "made up" }, "untrusted"],
    ["a token without a nonce", { nonce: undefined }, "untrusted"],
    ["a token that has run out", { exp: Math.floor(Date.now() / 1_000) - 3_600 }, "untrusted"],
    ["a token that does not run out", { exp: undefined }, "untrusted"],
  ] as const)("%s", async ([, claims, why]) => {
    const [users, accounts] = [await rowsOf("users"), await rowsOf("accounts")];
    provider.claims = claims;
    const jar = new Jar();
    expect(await signsIn(jar)).toBe(`/sign-in?refused=${why}`);
    expect(await meOf(jar)).toBe(401);
    expect([await rowsOf("users"), await rowsOf("accounts")]).toEqual([users, accounts]);
  });

  test("a token that a stranger signed", async () => {
    provider.signsWith = "a stranger's key";
    expect(await signsIn()).toBe("/sign-in?refused=untrusted");
  });

  test("who is only told of, without a token that proves it", async () => {
    provider.sendsIdToken = false;
    expect(await signsIn()).toBe("/sign-in?refused=untrusted");
  });

  test("whom the provider itself refuses", async () => {
    provider.error = "access_denied";
    expect(await signsIn()).toBe("/sign-in?refused=denied");
  });

  test("an answer that another browser asked for, one with a made-up state, and one that was used", async () => {
    const jar = new Jar();
    const back = await comesBack(jar);
    const elsewhere = await new Jar().send("GET", back.pathname + back.search);
    expect(elsewhere.headers.get("location")).toBe("/sign-in?refused=stale");
    const madeUp = new URL(back);
    madeUp.searchParams.set("state", "made-up");
    const forged = await jar.send("GET", madeUp.pathname + madeUp.search);
    expect(forged.headers.get("location")).toBe("/sign-in?refused=stale");
    const used = new Jar();
    const once = await comesBack(used);
    await used.send("GET", once.pathname + once.search);
    const twice = await used.send("GET", once.pathname + once.search);
    expect(twice.headers.get("location")).toBe("/sign-in?refused=stale");
  });

  test("who is deactivated", async () => {
    await setDisabled(house.database.db, ANA, true, "the test");
    expect(await signsIn()).toBe("/sign-in?refused=unknown");
    await setDisabled(house.database.db, ANA, false, "the test");
    expect(await signsIn()).toBe("/");
  });

  test("a sign-in that another site begins", async () => {
    const response = await fetch(`${house.service.url}/api/auth/sign-in/oidc`, {
      method: "POST",
      headers: { origin: "https://evil.example", "content-type": "application/json" },
      body: "{}",
    });
    expect(response.status).toBe(403);
  });

  test("an address of the library that is not listed", async () => {
    const token = { provider: "oidc", idToken: { token: "x.y.z" } };
    expect((await new Jar().send("POST", "/api/auth/sign-in/social", token)).status).toBe(404);
    expect((await new Jar().send("POST", "/api/auth/link-social", token)).status).toBe(404);
  });
});

describe("while the provider is away", () => {
  test("one line says so, passwords go on, and Baton is ready", async () => {
    await personOf(house, "pia@ourcompany.example", "viewer");
    provider.setDown(true);
    const jar = new Jar();
    await house.restart(0);
    const begun = await jar.send("POST", "/api/auth/sign-in/oidc", {});
    const { detail } = (await begun.json()) as { readonly detail: string };
    expect([begun.status, detail]).toEqual([
      502,
      expect.stringMatching(/^Acme cannot be used now: .*does not answer \(.*\)\. Try again .*password\.$/),
    ]);
    const signIn = { email: "pia@ourcompany.example", password: PASSWORD };
    expect((await jar.send("POST", "/api/auth/sign-in/email", signIn)).status).toBe(200);
    const ready = (await (await jar.send("GET", "/readyz")).json()) as object;
    expect(ready).toMatchObject({
      ready: true,
      checks: expect.arrayContaining([
        {
          name: "sign-in with Acme",
          ok: false,
          detail: expect.stringContaining("does not answer"),
          isNeeded: false,
        },
      ]),
    });
  });

  test("that ends without a restart", async () => {
    expect(await signsIn()).toBe("/");
  });

  test("in the middle of a sign-in, that one ends at the page to sign in", async () => {
    const jar = new Jar();
    const back = await comesBack(jar);
    provider.setDown(true);
    const ended = await jar.send("GET", back.pathname + back.search);
    expect(ended.headers.get("location")).toBe("/sign-in?refused=untrusted");
  });
});
