/** What the policy editor asks of the API: drafts as data, findings, samples, the effect on the past, and who did what. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyAuditLog } from "../../src/access/audit-log.ts";
import { findAuditRows } from "../../src/access/audit-queries.ts";
import { SCOPES } from "../../src/access/scopes.ts";
import { createToken } from "../../src/access/tokens.ts";
import { openTestHouse, type TestHouse, writes } from "../support/house.ts";

const DAY_MS = 86_400_000;
const POLICY = `# Ours
format: baton/policy@1
name: Small
signals:
  sso: { label: Single sign-on, phrases: [SSO], points: 10 } # what sells
  seats: { label: Seats, phrases: [seats], points: 10 }
scores:
  buying: { signals: [sso, seats], threshold: 20 }
recipes:
  - { id: qualified, name: Qualified, score: { name: buying, atLeast: threshold }, owner: { route: default } }
routing:
  routes: { default: [{ user: sales-lead@ourcompany.example }] }
`;
const DRAFT = "/environments/production/policy/drafts/lower";

let house: TestHouse;
let token: string;
beforeAll(async () => {
  house = await openTestHouse({
    policy: POLICY,
    environments: [
      { name: "production", mode: "live" },
      { name: "sandbox", mode: "shadow" },
    ],
  });
  const request = {
    holder: "nora",
    scopes: SCOPES,
    environments: null,
    lifeMs: 7 * DAY_MS,
    createdBy: "the test",
  };
  ({ token } = await createToken(house.database.db, request, house.now()));
  await writes(house, { who: "one", text: "We need SSO" });
  await writes(house, { who: "two", text: "SSO for 50 seats" });
});
afterAll(() => house.close());

async function call(method: string, path: string, body?: unknown, headers: object = {}) {
  const response = await fetch(`${house.service.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    etag: response.headers.get("etag"),
    // A test reads what it needs; the shapes are proved by the description.
    body: (await response.json()) as Record<string, never>,
  };
}

const contentOf = (threshold: number): object => ({
  format: "baton/policy@1",
  name: "Small",
  signals: {
    sso: { label: "Single sign-on", phrases: ["SSO"], points: 10 },
    seats: { label: "Seats", phrases: ["seats"], points: 10 },
  },
  scores: { buying: { signals: ["sso", "seats"], threshold } },
  recipes: [
    {
      id: "qualified",
      name: "Qualified",
      score: { name: "buying", atLeast: "threshold" },
      owner: { route: "default" },
    },
  ],
  routing: { routes: { default: [{ user: "sales-lead@ourcompany.example" }] } },
});

/** Asks until the effect is there. */
async function effect() {
  for (;;) {
    const answer = await call("GET", `${DRAFT}/effect`);
    if (answer.body["kind"] !== "running") return answer;
  }
}

test("a draft is edited as data, and its text keeps its comments", async () => {
  const begun = await call("PUT", DRAFT, { document: POLICY }, { "if-none-match": "*" });
  expect(begun.body).toMatchObject({ content: contentOf(20), revision: 1 });
  const saved = await call("PUT", DRAFT, { content: contentOf(10) }, { "if-match": "1" });
  expect(saved.body).toMatchObject({
    content: contentOf(10),
    document: expect.stringContaining("points: 10 } # what sells"),
  });
  const late = await call("PUT", DRAFT, { content: contentOf(30) }, { "if-match": "1" });
  expect([late.status, late.body]).toMatchObject([412, { theirs: { revision: 2, savedBy: "nora" } }]);
  const both = await call("PUT", DRAFT, { content: {}, document: "" }, { "if-match": "2" });
  expect(both.status).toBe(400);
});

test("findings stand at their place", async () => {
  const { body } = await call("GET", `${DRAFT}/findings`);
  expect(body).toEqual([]);
  const broken = { ...contentOf(10), scores: { buying: { signals: ["sos"], threshold: 10 } } };
  await call("PUT", DRAFT.replace("lower", "broken"), { content: broken }, { "if-none-match": "*" });
  const found = await call("GET", `${DRAFT.replace("lower", "broken")}/findings`);
  expect(found.body).toMatchObject([{ severity: "fault", path: "scores.buying.signals[0]" }]);
  expect((await call("GET", `${DRAFT.replace("lower", "broken")}/effect`)).status).toBe(422);
});

test("a message is scored as the draft would, with what each point rests on", async () => {
  const { body } = await call("POST", `${DRAFT}/score`, { text: "Do you have SSO?", employees: 300 });
  expect(body).toMatchObject({
    scores: { buying: { value: 10, threshold: 10 } },
    contributions: [{ label: "Single sign-on", points: 10, evidence: ["SSO"] }],
    recipe: "qualified",
    qualified: true,
  });
});

test("the next hundred leads are simulated on a route of the draft", async () => {
  const { body } = await call("GET", `${DRAFT}/simulation?route=default`);
  expect(body).toMatchObject({
    members: [],
    others: { "user sales-lead@ourcompany.example": 100 },
    nobody: 0,
  });
  expect((await call("GET", `${DRAFT}/simulation?route=none`)).status).toBe(404);
});

test("the effect tells who would be in, and is not computed twice", async () => {
  const { body } = await effect();
  expect(body).toMatchObject({
    kind: "done",
    report: {
      against: "live",
      standings: { handoff: { before: 1, after: 1 } },
      // Nobody asked Salesforce about somebody who was below the threshold.
      movements: { same: 1, unsure: 1, leaves: 0 },
      examples: { unsure: [{ after: "qualified, would need Salesforce" }] },
      scores: { buying: { thresholdBefore: 20, thresholdAfter: 10 } },
    },
  });
  expect((await call("GET", `${DRAFT}/effect`)).body).toEqual(body);
  expect((await call("GET", `${DRAFT.replace("lower", "none")}/effect`)).status).toBe(404);
});

test("a newer revision takes the place of the one that is tried", async () => {
  const asked = call("GET", `${DRAFT}/effect?days=10`);
  await call("PUT", DRAFT, { content: contentOf(100) }, { "if-match": "2" });
  await asked;
  const { body } = await effect();
  expect(body).toMatchObject({ kind: "done", report: { movements: { leaves: 1 } } });
});

test("the live version of another environment is tried on this one's past, by whoever may read there", async () => {
  for (;;) {
    const { body } = await call("GET", "/environments/sandbox/policy/promote/effect?from=production");
    if (body["kind"] === "running") continue;
    expect(body).toMatchObject({ kind: "done", report: { movements: { enters: 0, leaves: 0 } } });
    break;
  }
  expect((await call("GET", "/environments/sandbox/policy/promote/effect?from=nowhere")).status).toBe(404);
});

test("stored scores make a histogram", async () => {
  const { body } = await call("GET", "/environments/production/scores");
  expect(body).toEqual({
    buying: {
      width: 5,
      bins: [
        { from: 10, conversations: 1 },
        { from: 20, conversations: 1 },
      ],
    },
  });
});

test("phrases of the live policy are counted in each conversation's last decision", async () => {
  const { body } = await call("GET", "/environments/production/policy/hits");
  expect(body).toEqual([
    { signal: "sso", phrase: "SSO", times: 2 },
    { signal: "seats", phrase: "seats", times: 1 },
  ]);
  house.advance(2 * DAY_MS);
  const later = await call("GET", "/environments/production/policy/hits?days=1");
  house.advance(-2 * DAY_MS);
  expect(later.body).toEqual([
    { signal: "sso", phrase: "SSO", times: 0 },
    { signal: "seats", phrase: "seats", times: 0 },
  ]);
});

test("the audit log answers who changed drafts, policies, pauses and modes", async () => {
  const { db } = house.database;
  const done = async (...asked: Parameters<typeof call>) => expect((await call(...asked)).status).toBe(200);
  await done("POST", `${DRAFT}/publish`, { comment: "fewer", dryRun: true });
  await done("POST", `${DRAFT}/publish`, { comment: "fewer" });
  await done("POST", "/environments/sandbox/policy/promote", { from: "production", force: true });
  await done("POST", "/environments/production/policy/rollback", { number: 1, comment: "too few" });
  await done("DELETE", DRAFT.replace("lower", "broken"), undefined, { "if-match": "1" });
  await done("PUT", "/environments/production/pauses/slack", { reason: "the channel moves" });
  await done("DELETE", "/environments/production/pauses/slack");
  await done("PATCH", "/environments/sandbox", { mode: "live" });
  const rows = await findAuditRows(db, { actor: "nora", limit: 100 });
  expect(
    rows.toReversed().map(({ action, subject, environment, facts }) => [action, subject, environment, facts]),
  ).toEqual([
    ["draft.begin", "lower", "production", '{"revision":1}'],
    ["draft.save", "lower", "production", '{"revision":2}'],
    ["draft.begin", "broken", "production", '{"revision":1}'],
    ["draft.save", "lower", "production", '{"revision":3}'],
    ["policy.publish", "v2", "production", '{"draft":"lower","comment":"fewer"}'],
    ["policy.promote", "v2", "sandbox", '{"from":"production","number":2,"comment":"fewer"}'],
    ["policy.roll-back", "v3", "production", '{"to":1,"comment":"too few"}'],
    ["draft.discard", "broken", "production", '{"revision":1}'],
    ["pause.begin", "slack", "production", '{"reason":"the channel moves"}'],
    ["pause.end", "slack", "production", '{"reason":"the channel moves","waiting":0}'],
    ["environment.set", "sandbox", "sandbox", '{"mode":"live"}'],
  ]);
  expect(await verifyAuditLog(db)).toMatchObject({ kind: "whole" });
});
