/**
 * Every route of the API and everybody who may stand before it, from the list of routes itself: a route that joins the
 * list is asked here without another word.
 */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROLES, scopesOf } from "../../src/access/roles.ts";
import { type Scope, SCOPES } from "../../src/access/scopes.ts";
import { createToken } from "../../src/access/tokens.ts";
import type { ApiRoute } from "../../src/http/api/route.ts";
import { leastOf, routesAsData } from "../support/api-routes.ts";
import { clearFaults, faultOn, openTestHouse, type TestHouse, WORDS, writes } from "../support/house.ts";
import { personOf } from "../support/people.ts";

const HERE = "production";
const THERE = "sandbox";
const routes = routesAsData();
const named = (route: ApiRoute): string => `${route.method} ${route.path}`;
const parametersOf = ({ path }: ApiRoute): readonly string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
const isInEnvironment = (route: ApiRoute): boolean => parametersOf(route).includes("environment");

let house: TestHouse;
/** Headers of each caller: people by their role here, and tokens that may do everything, here or there alone. */
const callers: Record<string, Readonly<Record<string, string>>> = {};

beforeAll(async () => {
  house = await openTestHouse({
    environments: [
      { name: HERE, mode: "live" },
      { name: THERE, mode: "shadow" },
    ],
  });
  for (const role of ROLES)
    callers[role] = {
      cookie: await personOf(house, `${role}@ourcompany.example`, role, HERE),
      origin: String(house.service.url),
    };
  for (const scope of SCOPES) callers[`token for ${scope}`] = await tokenFor([HERE], [scope]);
  callers["a made-up session"] = { cookie: "baton.session_token=made.up" };
  callers["a made-up token"] = { authorization: "Bearer x" };
  callers["token here"] = await tokenFor([HERE]);
  callers["token there"] = await tokenFor([THERE]);
  const refused = faultOn("POST", "/api/chat.postMessage", {
    kind: "status",
    status: 200,
    body: { ok: false, error: "is_archived" },
  });
  house.emulators.slack.faults.set({ rules: [refused] });
  await writes(house, { who: "ada", text: WORDS.buying });
  clearFaults(house);
  // A draft that only stands here.
  const live = await asked({ method: "GET", address: `/environments/${HERE}/policy`, who: "token here" });
  await asked({
    method: "PUT",
    address: `/environments/${HERE}/policy/drafts/only-here`,
    who: "token here",
    body: { document: (live.body as { document: string }).document },
    headers: { "if-none-match": "*" },
  });
  // A review round of what was decided here.
  await asked({
    method: "POST",
    address: `/environments/${HERE}/reviews`,
    who: "token here",
    body: { since: 0 },
  });
});
afterAll(() => house.close());

async function tokenFor(
  environments: readonly string[],
  scopes: readonly Scope[] = SCOPES,
): Promise<Record<string, string>> {
  const request = { holder: `of ${environments.join()}`, scopes, environments, lifeMs: 86_400_000 };
  const { token } = await createToken(house.database.db, { ...request, createdBy: "the test" }, house.now());
  return { authorization: `Bearer ${token}` };
}

interface Question {
  readonly method: string;
  readonly address: string;
  readonly who?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
interface Reply {
  readonly status: number;
  readonly detail: string;
  readonly body: unknown;
}

async function asked({ method, address, who, body, headers = {} }: Question): Promise<Reply> {
  const response = await fetch(`${house.service.url}/api/v1${address}`, {
    method,
    headers: {
      ...(who !== undefined && callers[who]),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const type = response.headers.get("content-type") ?? "";
  // A stream of events has no end to wait for, and a file of lines, which may have none, is no one JSON.
  const isJson = /^application\/(problem\+)?json/.test(type);
  if (!isJson) await response.body?.cancel();
  const said: unknown = isJson ? await response.json() : null;
  const { detail = "" } = (said ?? {}) as { readonly detail?: string };
  return { status: response.status, detail, body: said };
}

/** The route with an environment and these ids in its path; what is not named does not exist. */
function ask(
  route: ApiRoute,
  who: string | undefined,
  environment = HERE,
  ids: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const given: Readonly<Record<string, string>> = { environment, number: "999999", ...ids };
  const address = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(given[name] ?? "no-such-thing"),
  );
  const body = leastOf(route.body);
  return asked({
    method: route.method,
    address,
    ...(who !== undefined && { who }),
    ...(body !== undefined && { body }),
  });
}

/** Whether the door refused, whatever the route itself may say afterwards. */
const isRefused = ({ status, detail }: Reply): boolean =>
  status === 401 || (status === 403 && /^(Your role|This token) lacks/.test(detail));

/** What stands in every table, but what the door notes (who was seen when) and how far the schedules have come. */
async function everything(): Promise<Readonly<Record<string, string>>> {
  const { db } = house.database;
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'
      and table_name not in ('sessions', 'api_tokens', 'change_streams', 'feedback_cursors', 'sync_cursors', 'sync_calls', 'sweeps') and table_name not like 'baton\\_%'`.execute(
    db,
  );
  const sums: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await sql<{ sum: string }>`
      select coalesce(md5(string_agg(t::text, ',' order by t::text)), '') as sum from ${sql.table(name)} t`.execute(
      db,
    );
    sums[name] = rows[0]?.sum ?? "";
  }
  return sums;
}

describe("without a session or token, or with one that is made up", () => {
  test.each(routes.map((route) => [named(route), route] as const))("%s answers 401", async (_, route) => {
    for (const who of [undefined, "a made-up session", "a made-up token"])
      expect((await ask(route, who)).status).toBe(401);
  });
});

/** Where these scopes, held here alone, are let in although they should not be, or the other way round. */
async function wrongDoors(who: string, scopes: readonly Scope[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const route of routes) {
    const { scope, reach } = route;
    const isScoped = scope === null || scopes.includes(scope);
    const mayCome = isScoped && (isInEnvironment(route) || scope === null || reach === "any");
    const reply = await ask(route, who);
    if (isRefused(reply) === mayCome || reply.status >= 500)
      wrong.push(`${named(route)}: ${reply.status} ${reply.detail}`);
  }
  return wrong;
}

describe("a token of another environment", () => {
  test.each(routes.map((route) => [named(route), route] as const))(
    "%s knows nothing of this one",
    async (_, route) => {
      const { status, body } = await ask(route, "token there");
      const isMixed = !isInEnvironment(route) && (route.scope === null || route.reach === "any");
      const telling = JSON.stringify(body ?? null).includes(`"${HERE}"`) ? "tells of it" : "knows nothing";
      expect(isMixed ? telling : status).toBe(isMixed ? "knows nothing" : isInEnvironment(route) ? 404 : 403);
    },
  );
});

describe.each(ROLES)("a person who is %s here", (role) => {
  test("is let in where the role has the route's scope, and nowhere else", async () => {
    expect(await wrongDoors(role, scopesOf(role))).toEqual([]);
  });

  test("has no part in the other environment", async () => {
    const wrong: string[] = [];
    for (const route of routes.filter(isInEnvironment)) {
      const { status } = await ask(route, role, THERE);
      if (status !== 404) wrong.push(`${named(route)}: ${status}`);
    }
    expect(wrong).toEqual([]);
  });
});

test.each(SCOPES)("a token for %s here is let in where a route asks for that", async (scope) => {
  expect(await wrongDoors(`token for ${scope}`, [scope])).toEqual([]);
});

test("who may only read changes nothing, whatever they ask", async () => {
  const before = await everything();
  for (const route of routes) await ask(route, "reviewer", HERE, { draft: "only-here", number: "1" });
  expect(await everything()).toEqual(before);
});

describe("an id of one environment, asked in the other", () => {
  const parameters = [...new Set(routes.filter(isInEnvironment).flatMap(parametersOf))].filter(
    (name) => name !== "environment",
  );
  const found: Record<string, readonly string[]> = {};
  beforeAll(async () => {
    callers["token of both"] = await tokenFor([HERE, THERE]);
    for (const name of parameters) {
      const there = await idsIn(THERE, name);
      found[name] = (await idsIn(HERE, name)).filter((id) => !there.includes(id));
    }
  });

  test("is found where it stands, of everything that is named by ids", () => {
    expect(found["draft"]).toEqual(["only-here"]);
    expect(found["issue"]).toHaveLength(1);
    expect(found["round"]?.length).toBeGreaterThan(0);
  });

  test("answers nothing and changes nothing", async () => {
    const before = await everything();
    const wrong: string[] = [];
    for (const route of routes.filter((one) => isInEnvironment(one) && parametersOf(one).length > 1)) {
      const foreign = parametersOf(route).filter((name) => (found[name] ?? []).length > 0);
      if (foreign.length === 0) continue;
      const ids = Object.fromEntries(foreign.map((name) => [name, found[name]?.[0] ?? ""]));
      const { status, detail } = await ask(route, "token of both", THERE, ids);
      const isRightlyShut = route.method === "GET" ? status === 404 : status >= 400 && status < 500;
      if (!isRightlyShut) wrong.push(`${named(route)} with ${JSON.stringify(ids)}: ${status} ${detail}`);
    }
    expect(wrong).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  /** What the lists of an environment name: those whose route goes on with the parameter. */
  async function idsIn(environment: string, parameter: string): Promise<readonly string[]> {
    const ids = new Set<string>();
    const lists = new Set(
      routes.flatMap(({ path }) => {
        const [before, after] = path.split(`/{${parameter}}`);
        return after === undefined || before === undefined ? [] : [before];
      }),
    );
    for (const route of routes.filter(({ method, path }) => method === "GET" && lists.has(path))) {
      const { body } = await ask(route, "token of both", environment);
      for (const item of itemsOf(body)) {
        const id = item[parameter] ?? item["id"] ?? item["name"];
        if (typeof id === "string" || typeof id === "number") ids.add(String(id));
      }
    }
    return [...ids];
  }
});

function itemsOf(body: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(body)) return body as Record<string, unknown>[];
  if (typeof body !== "object" || body === null) return [];
  return Object.values(body).flatMap((value) =>
    Array.isArray(value) ? (value as Record<string, unknown>[]) : [],
  );
}
