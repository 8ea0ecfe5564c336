/** The API through the real server: closed by default, scoped, and every draft saved only over what was seen. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Scope, SCOPES } from "../../src/access/scopes.ts";
import { createToken, endToken } from "../../src/access/tokens.ts";
import { roundTheClock } from "../../src/cli/emulated.ts";
import { saasDefault } from "../../src/policy/templates/saas-default.ts";
import { openTestHouse, type TestHouse, writes } from "../support/house.ts";

const DAY_MS = 86_400_000;
let house: TestHouse;
let nora: Caller;
let ben: Caller;

beforeAll(async () => {
  house = await openTestHouse({
    environments: [
      { name: "production", mode: "live" },
      { name: "sandbox", mode: "shadow" },
    ],
  });
  nora = await callerOf("nora@ourcompany.example", SCOPES);
  ben = await callerOf("ben@ourcompany.example", SCOPES);
});
afterAll(() => house.close());

interface Reply {
  readonly status: number;
  readonly etag: string | null;
  readonly type: string | null;
  // The API's own shapes are proved by the description; here a test reads what it needs.
  readonly body: Record<string, never> & { readonly detail: string };
}
type Caller = (method: string, path: string, body?: unknown, headers?: object) => Promise<Reply>;

async function call(
  authorization: string | null,
  method: string,
  path: string,
  body?: unknown,
  headers: object = {},
): Promise<Reply> {
  const response = await fetch(`${house.service.url}/api/v1${path}`, {
    method,
    headers: {
      ...(authorization !== null && { authorization }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return {
    status: response.status,
    etag: response.headers.get("etag"),
    type: response.headers.get("content-type"),
    body: (await response.json()) as Reply["body"],
  };
}

async function tokenOf(
  holder: string,
  scopes: readonly Scope[],
  environments: readonly string[] | null = null,
) {
  const request = { holder, scopes, environments, lifeMs: 30 * DAY_MS, createdBy: "the test" };
  return createToken(house.database.db, request, house.now());
}

async function callerOf(...given: Parameters<typeof tokenOf>): Promise<Caller> {
  const { token } = await tokenOf(...given);
  return (...asked) => call(`Bearer ${token}`, ...asked);
}

const DRAFTS = "/environments/production/policy/drafts";
/** What is live in the house before anybody publishes. */
const LIVE = roundTheClock(saasDefault);
const edited = (points: number): string => LIVE.replace("points: 15", `points: ${points}`);
const NEW = { "if-none-match": "*" };

describe("the door", () => {
  test.for([null, "Bearer nonsense", "Basic bm9yYTp4", `Bearer baton_${"0".repeat(12)}_${"A".repeat(43)}`])(
    "stays shut for %j, with a problem document",
    async (authorization) => {
      for (const path of ["/environments", "/environments/production/policy", "/nothing/here"]) {
        const { status, type, body } = await call(authorization, "GET", path);
        expect([status, type]).toEqual([401, "application/problem+json; charset=utf-8"]);
        expect(body).toMatchObject({ status: 401, title: "Not authenticated" });
      }
    },
  );

  test("shuts behind a revoked token, and behind one whose time is over", async () => {
    const { db } = house.database;
    const { id, token } = await tokenOf("gone", SCOPES);
    const knock = () => call(`Bearer ${token}`, "GET", "/environments");
    expect((await knock()).status).toBe(200);
    await endToken(db, id, "the test", house.now());
    expect((await knock()).body.detail).toContain("revoked");
    const short = await createToken(
      db,
      { holder: "short", scopes: SCOPES, environments: null, lifeMs: 1, createdBy: "the test" },
      house.now() - 10,
    );
    expect((await call(`Bearer ${short.token}`, "GET", "/environments")).body.detail).toContain("expired");
  });

  test("lets a token do what its scopes name, and no more", async () => {
    const reader = await callerOf("reader", ["policy:read"]);
    expect((await reader("GET", "/environments/production/policy")).status).toBe(200);
    const refused = await reader("PUT", `${DRAFTS}/mine`, { document: "x" }, NEW);
    expect([refused.status, refused.body.detail]).toEqual([403, "This token lacks the scope policy:write."]);
  });

  test("hides other environments from a token that is for one", async () => {
    const bound = await callerOf("ci", SCOPES, ["sandbox"]);
    expect((await bound("GET", "/environments")).body).toMatchObject([{ name: "sandbox" }]);
    expect((await bound("GET", "/environments/production/policy")).status).toBe(404);
    expect((await bound("GET", "/environments/sandbox/policy")).status).toBe(200);
  });

  test("never stores a token", async () => {
    const { token } = await tokenOf("kept", SCOPES);
    const { rows } = await house.database.pool.query("select to_jsonb(t)::text as row from api_tokens t");
    expect(rows.length).toBeGreaterThan(0);
    for (const { row } of rows as { row: string }[]) expect(row).not.toContain(token.split("_")[2]);
  });
});

describe("what is not as described", () => {
  test.for([
    ["PATCH", "/environments/production", { mode: "loud" }, 400, "body.mode"],
    ["PATCH", "/environments/production", "{", 400, "could not be read"],
    ["PATCH", "/environments/nowhere", { mode: "live" }, 404, "nowhere"],
    ["GET", "/environments/production/policy/versions/0", undefined, 400, "path.number"],
    ["GET", "/environments/production/policy/versions/99", undefined, 404, "no version 99"],
    ["GET", "/environments/production/policy/diff?to=draft:none", undefined, 404, "draft:none"],
    ["GET", "/environments/production/policy/diff?to=what", undefined, 400, "query.to"],
    ["POST", "/environments/production/policy/rollback", { number: 1, comment: " " }, 400, "body.comment"],
    [
      "POST",
      "/environments/production/policy/rollback",
      { number: 1, comment: "x" },
      409,
      "version 1 is live",
    ],
    ["PUT", `${DRAFTS}/mine`, { document: "x" }, 428, "If-Match"],
    ["PUT", `${DRAFTS}/NOT_A_NAME`, { document: "x" }, 428, "If-Match"],
    ["GET", `${DRAFTS}/none`, undefined, 404, 'no draft "none"'],
  ] as const)("%s %s %j is %d", async ([method, path, body, status, detail]) => {
    const reply = await nora(method, path, body);
    expect([reply.status, reply.type]).toEqual([status, "application/problem+json; charset=utf-8"]);
    expect(reply.body.detail).toContain(detail);
  });
});

describe("a draft", () => {
  test("is saved over what was seen, and nobody's words are lost", async () => {
    const first = await nora(
      "PUT",
      `${DRAFTS}/points`,
      { document: edited(20), comment: "More for SSO" },
      NEW,
    );
    expect([first.status, first.etag]).toEqual([200, '"1"']);
    expect(first.body).toMatchObject({ base: 1, authors: ["nora@ourcompany.example"], faults: [] });

    const again = await ben("PUT", `${DRAFTS}/points`, { document: edited(30) }, NEW);
    expect(again.status).toBe(412);
    const seen = { "if-match": '"1"' };
    const bens = await ben("PUT", `${DRAFTS}/points`, { document: edited(30) }, seen);
    expect([bens.status, bens.etag, bens.body]).toMatchObject([
      200,
      '"2"',
      { authors: ["nora@ourcompany.example", "ben@ourcompany.example"], comment: "More for SSO" },
    ]);

    const late = await nora("PUT", `${DRAFTS}/points`, { document: edited(25) }, seen);
    expect(late.status).toBe(412);
    expect(late.body.detail).toMatch(/^ben@ourcompany.example saved draft "points" as revision 2 at 20/);
    expect(late.body).toMatchObject({
      theirs: { savedBy: "ben@ourcompany.example", revision: 2, document: edited(30) },
      changes: { kind: "compared", changes: [{ words: "Points of signal Complaint: 30 -> 25" }] },
    });
    expect((await nora("GET", `${DRAFTS}/points`)).body).toMatchObject({ document: edited(30) });
    expect((await nora("GET", DRAFTS)).body).toMatchObject([{ name: "points", revision: 2 }]);
    const diff = await nora("GET", "/environments/production/policy/diff?to=draft:points");
    expect(diff.body).toMatchObject({ changes: [{ words: "Points of signal Complaint: 15 -> 30" }] });

    expect((await nora("DELETE", `${DRAFTS}/points`, undefined, seen)).status).toBe(412);
    expect((await nora("DELETE", `${DRAFTS}/points`, undefined, { "if-match": '"2"' })).status).toBe(200);
    const stale = await nora("PUT", `${DRAFTS}/points`, { document: edited(25) }, { "if-match": '"2"' });
    expect([stale.status, stale.body.detail]).toMatchObject([412, expect.stringContaining("discarded")]);
    // A new draft of the same name counts on, so that the old ETag never fits it.
    const anew = await nora("PUT", `${DRAFTS}/points`, { document: edited(25) }, NEW);
    expect(anew.etag).toBe('"3"');
    await nora("DELETE", `${DRAFTS}/points`, undefined, { "if-match": '"3"' });
  });

  test("with faults is kept and shown, and refused when it is to go live", async () => {
    const broken = LIVE.replace("threshold: 40", "threshold: many");
    const saved = await nora("PUT", `${DRAFTS}/broken`, { document: broken }, NEW);
    expect(saved.body).toMatchObject({ faults: [{ path: "scores.buying.threshold" }] });
    const refused = await nora("POST", `${DRAFTS}/broken/publish`, {});
    expect([refused.status, refused.body]).toMatchObject([422, { reason: "faults" }]);
    expect((await nora("GET", "/environments/production/policy")).body).toMatchObject({ number: 1 });
  });

  test("goes live by another person where the environment asks for it, and can be taken back", async () => {
    const set = await nora("PATCH", "/environments/production", { review: "required" });
    expect(set.body).toMatchObject({ name: "production", mode: "live", review: "required", live: 1 });
    await nora("PUT", `${DRAFTS}/review`, { document: edited(20), comment: "More for complaints" }, NEW);
    const own = await nora("POST", `${DRAFTS}/review/publish`, {});
    expect([own.status, own.body]).toMatchObject([403, { reason: "needs-review" }]);

    const would = await ben("POST", `${DRAFTS}/review/publish`, { dryRun: true });
    expect(would.body).toMatchObject({ kind: "would", number: 2 });
    const published = await ben("POST", `${DRAFTS}/review/publish`, { revision: 1 });
    expect(published.body).toMatchObject({
      kind: "published",
      number: 2,
      changes: { changes: [{ words: "Points of signal Complaint: 15 -> 20" }] },
    });
    expect((await nora("GET", `${DRAFTS}/review`)).status).toBe(404);

    const back = await nora("POST", "/environments/production/policy/rollback", {
      number: 1,
      comment: "Too many",
    });
    expect(back.body).toMatchObject({ kind: "published", number: 3 });
    const history = await nora("GET", "/environments/production/policy/versions");
    expect(history.body).toMatchObject([
      {
        number: 3,
        kind: "rolled-back",
        source: { environment: "production", number: 1 },
        comment: "Too many",
      },
      { number: 2, publisher: "ben@ourcompany.example", authors: ["nora@ourcompany.example"], base: 1 },
      { number: 1, publisher: "baton", base: null },
    ]);
    expect((await nora("GET", "/environments/production/policy")).body).toMatchObject({
      number: 3,
      document: LIVE,
    });
    await nora("PATCH", "/environments/production", { review: "optional" });
  });

  test("made from a version that is no longer live is told what changed since, and rebased", async () => {
    const put = (name: string, document: string) => nora("PUT", `${DRAFTS}/${name}`, { document }, NEW);
    await put("slow", LIVE.replace("halfLife: 7d", "halfLife: 9d"));
    await put("quick", edited(22));
    expect((await nora("POST", `${DRAFTS}/quick/publish`, {})).status).toBe(200);

    const stale = await nora("POST", `${DRAFTS}/slow/publish`, {});
    expect([stale.status, stale.body]).toMatchObject([
      409,
      {
        reason: "stale",
        since: { changes: [{ words: "Points of signal Complaint: 15 -> 22" }] },
        rebase: { kind: "clean" },
      },
    ]);
    expect((await nora("POST", `${DRAFTS}/slow/rebase`)).body).toMatchObject({ revision: 2, base: 4 });
    const after = await nora("POST", `${DRAFTS}/slow/publish`, {});
    expect(after.body).toMatchObject({
      changes: { changes: [{ words: "Half-life of score buying: 7d -> 9d" }] },
    });
  });
});

test("the fairness ledger is there for whoever may read the environment", async () => {
  const { status, body } = await nora("GET", "/environments/production/routing/ledger?limit=5");
  expect([status, body]).toMatchObject([
    200,
    { pools: [{ pool: "mid-market", members: [{ got: 0 }, { got: 0 }] }, {}], skips: [], lines: [] },
  ]);
  expect((await nora("GET", "/environments/nowhere/routing/ledger")).status).toBe(404);
  expect((await nora("GET", "/environments/production/routing/ledger?limit=many")).status).toBe(400);
});

describe("a backtest", () => {
  const asked = (draft: string) => ({ draft, since: house.now() - DAY_MS });

  test("of a draft answers what it would have done, and writes nothing", async () => {
    await writes(house, { who: "tess", text: "We need SSO and pricing for 500 seats" });
    const document = LIVE.replace("threshold: 40", "threshold: 1");
    await nora("PUT", `${DRAFTS}/lower`, { document }, NEW);
    const { status, body } = await nora("POST", "/environments/production/backtests", asked("lower"));
    expect(status).toBe(200);
    expect(body).toMatchObject({ against: "stored", unreadable: { decisions: 0 } });
    expect(body["conversations"]).toBeGreaterThan(0);
    await nora("DELETE", `${DRAFTS}/lower`, undefined, { "if-match": "1" });
  });

  test("of what does not exist is refused", async () => {
    const missing = await nora("POST", "/environments/production/backtests", asked("nowhere"));
    expect([missing.status, missing.body.detail]).toEqual([404, '"production" has no draft "nowhere".']);
    const { status } = await nora("POST", "/environments/production/backtests", { draft: "nowhere" });
    expect(status).toBe(400);
  });
});
