/** Where passwords are off: who may come in, what is said to the others, and the way back. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser, inviteAgain } from "../../src/access/users.ts";
import { startCommand } from "../../src/cli/start.ts";
import { userCommand } from "../../src/cli/user.ts";
import { called } from "../support/called.ts";
import { openTestHouse, type TestHouse } from "../support/house.ts";
import { CLIENT, type OpenIdProvider, startOpenIdProvider } from "../support/openid-provider.ts";
import { PASSWORD } from "../support/people.ts";

const ANA = "ana@ourcompany.example";

let provider: OpenIdProvider;
let house: TestHouse;

beforeAll(async () => {
  provider = await startOpenIdProvider({ sub: "ana-1", email: ANA, email_verified: true });
  const { issuer } = provider;
  const oidc = { issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, name: "Acme", isOnly: true };
  house = await openTestHouse({ config: { oidc } });
});
afterAll(async () => {
  await house.close();
  await provider.stop();
});

async function post(path: string, body: unknown): Promise<readonly [number, string]> {
  const response = await fetch(`${house.service.url}/api/auth${path}`, {
    method: "POST",
    headers: { origin: String(house.service.url), "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return [response.status, ((await response.json()) as { readonly detail?: string }).detail ?? ""];
}

test("the first start makes nobody whose password would count, and says with whom people come", async () => {
  const { err } = await called((terminal) => {
    const start = async () => ({ ...house.service, close: async () => {} });
    const none = { untilStopped: async () => {}, linkTo: () => "no link" };
    return startCommand(terminal, { start, ...none });
  }, []);
  expect(err).toContain(
    "Nobody can sign in yet. `baton user create --email YOU --role admin`, with the address that Acme knows you by,",
  );
});

test("a user is made without a link", async () => {
  const { db, url } = house.database;
  const store = { db, url, vault: house.service.vault, close: async () => {} };
  const { out } = await called(
    (terminal) =>
      userCommand({
        terminal,
        openStore: async () => store,
        user: "the test",
        linkTo: () => "a link",
        onlyBy: () => "Acme",
      }),
    ["create", "--email", "uma@ourcompany.example", "--role", "viewer"],
  );
  expect(out).toBe("uma@ourcompany.example signs in with Acme: there is no link, since passwords are off.");
});

test("neither a password nor a link to set one lets anybody in", async () => {
  const ana = { email: ANA, role: "admin", environment: null } as const;
  const { token } = await createUser(house.database.db, ana, "the test", house.now());
  const off = [403, "Passwords are off here: sign in with Acme."];
  expect(await post("/sign-in/email", { email: ANA, password: PASSWORD })).toEqual(off);
  expect(await post("/invitation", { token, password: PASSWORD })).toEqual(off);
  const ways = await fetch(`${house.service.url}/api/auth/ways`);
  expect(await ways.json()).toEqual({ password: false, provider: { name: "Acme" } });
});

test("a provider that is away is no reason to speak of passwords", async () => {
  provider.setDown(true);
  await house.restart(0);
  const [status, detail] = await post("/sign-in/oidc", {});
  expect([status, detail]).toEqual([502, expect.stringMatching(/Try again in a moment\.$/)]);
});

test("after a start without that setting a link sets a password, and it counts", async () => {
  await house.restart(0, { oidc: null });
  const { token } = await inviteAgain(house.database.db, ANA, "the test", house.now());
  expect(await post("/invitation", { token, password: PASSWORD })).toEqual([200, ""]);
  expect((await post("/sign-in/email", { email: ANA, password: PASSWORD }))[0]).toBe(200);
});
