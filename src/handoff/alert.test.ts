import { describe, expect, test } from "vitest";
import { company, NOON, person, scores, snapshot } from "../../tests/support/cases.ts";
import type { OwnerRef } from "../decide/decision.ts";
import type { Contribution } from "../qualify/scores.ts";
import { type AlertWords, composeAlert, ownerName } from "./alert.ts";
import type { HandoffDecision } from "./crm-plan.ts";

const SAM: OwnerRef = { kind: "user", id: "005sam", email: "sam@us.example", name: "Sam Sinclair" };
const QUEUE: OwnerRef = { kind: "queue", id: "00Gq", name: "Inbound" };

function decision(owner: OwnerRef = SAM): HandoffDecision {
  return {
    kind: "handoff",
    judgement: { kind: "candidate", recipe: "qualified", certain: true, exclusions: [], recipes: [] },
    recipe: "qualified",
    episode: 1,
    handoff: "handoff:production:100:qualified:1",
    record: {
      kind: "create-lead",
      source: null,
      accountId: null,
      situation: "unknown",
      because: "nobody in Salesforce has this address",
    },
    owner: { owner, route: "default", via: "user sam@us.example", receipts: [], pool: null, alternates: [] },
    told: [],
    seconds: [],
  };
}

function words(over: Partial<AlertWords> = {}): AlertWords {
  return {
    snapshot: snapshot(),
    scores: scores({ buying: 50 }),
    recipeName: "Any other",
    summary: ["One.", "Two.", "Three."],
    transcriptHtml: "<p>all of it</p>",
    conversationUrl: "https://app.example/100",
    ...over,
  };
}

const compose = (
  over: Partial<AlertWords> = {},
  told: Partial<Parameters<typeof composeAlert>[2]> = {},
  owner: OwnerRef = SAM,
) => composeAlert("key-1", decision(owner), { text: null, with: [], ...told }, words(over));

const factsOf = (alert: ReturnType<typeof compose>) =>
  Object.fromEntries(alert.facts.map(({ label, value }) => [label, value]));

function contribution(label: string, points: number, reason = "said so"): Contribution {
  return { score: "buying", label, points, reason, at: NOON } as unknown as Contribution;
}

describe("an alert", () => {
  test("says who, what, why and where in plain words", () => {
    const alert = compose({ snapshot: snapshot({ company: company({ employees: 60, plan: "pro" }) }) });
    expect(alert).toMatchObject({
      key: "key-1",
      title: "Any other",
      headline: "Ana Lopez of Acme needs you",
      summary: ["One.", "Two.", "Three."],
      links: [{ label: "Open in Intercom", url: "https://app.example/100" }],
      transcriptHtml: null,
    });
    expect(factsOf(alert)).toEqual({
      Person: "Ana Lopez, ana@acme.example",
      Company: "Acme",
      Plan: "pro",
      Employees: "60",
      Score: "buying 50 (threshold 40)",
      Owner: "Sam Sinclair",
      "Why this owner": "user sam@us.example",
      Salesforce: "nobody in Salesforce has this address",
    });
  });

  test.for([
    ["a person without a company", { company: null }, "Ana Lopez needs you"],
    [
      "a company known by its domain",
      { company: company({ name: null }) },
      "Ana Lopez of acme.example needs you",
    ],
    [
      "a person without a name",
      { company: null, contact: person({ name: null }) },
      "ana@acme.example needs you",
    ],
    ["nobody at all", { company: null, contact: null }, "Somebody without a name needs you"],
  ] as const)("of %s has a headline", ([, over, headline]) => {
    expect(compose({ snapshot: snapshot(over) }).headline).toBe(headline);
  });

  test("of nobody at all leaves out what nobody knows", () => {
    const alert = compose({ snapshot: snapshot({ company: null, contact: null }), scores: scores() });
    expect(Object.keys(factsOf(alert))).toEqual(["Owner", "Why this owner", "Salesforce"]);
  });

  test("has the policy's own line as headline", () => {
    expect(compose({}, { text: "High intent" }).headline).toBe("High intent");
  });

  test("has the transcript and what enrichment knows only where the policy attaches them", () => {
    const rich = snapshot({
      company: company({ annualRevenue: 5_000_000, industry: "Logistics", technology: ["Okta", "SAP"] }),
    });
    const attached = compose({ snapshot: rich }, { with: ["transcript", "enrichment"] });
    expect(attached.transcriptHtml).toBe("<p>all of it</p>");
    expect(factsOf(attached)).toMatchObject({
      Revenue: "5000000",
      Industry: "Logistics",
      Technology: "Okta, SAP",
    });
    expect(factsOf(compose({ snapshot: rich }))).not.toHaveProperty("Revenue");
    const poor = compose({ snapshot: snapshot({ company: null }) }, { with: ["enrichment"] });
    expect(factsOf(poor)).not.toHaveProperty("Industry");
    expect(factsOf(compose({}, { with: ["enrichment"] }))).not.toHaveProperty("Technology");
  });

  test("gives the six heaviest reasons, whatever their sign, and none that weighs nothing", () => {
    const contributions = [
      contribution("none", 0),
      ...[3, -20, 7.25, 12, 1, 5, 9].map((points) => contribution(`p${points}`, points)),
    ];
    expect(compose({ scores: { ...scores({ buying: 50 }), contributions } }).reasons).toEqual([
      "-20 p-20: said so",
      "+12 p12: said so",
      "+9 p9: said so",
      "+7.3 p7.25: said so",
      "+5 p5: said so",
      "+3 p3: said so",
    ]);
  });
});

test.for<readonly [OwnerRef, string]>([
  [SAM, "Sam Sinclair"],
  [{ ...SAM, name: null }, "sam@us.example"],
  [{ ...SAM, name: null, email: null }, "005sam"],
  [QUEUE, "queue Inbound"],
])("an owner %j reads %s", ([owner, name]) => {
  expect(ownerName(owner)).toBe(name);
});
