import { expect, test } from "vitest";
import { isChannelName, isCrmName, isInboxName, namesOf } from "./names.ts";
import { policySchema } from "./schema.ts";
import { defaultPolicy } from "./templates/saas-default.ts";

const recipe = (id: string, more: object) => ({ id, name: id, owner: { route: "default" }, ...more });

function namesIn(parts: object): readonly string[] {
  const policy = policySchema.parse({
    format: "baton/policy@1",
    name: "names",
    signals: {},
    scores: {},
    ...parts,
  });
  return namesOf(policy).map(({ path, use, kind, ...rest }) => {
    const name = Object.values(rest).join(".");
    return `${path.join(".")} ${use} ${kind} ${name}`;
  });
}

test("records name sources, types, stages and priorities, and a stage where they may come to an Opportunity", () => {
  const recipes = [
    recipe("a", {}),
    recipe("b", { record: { create: "Lead", source: "Web" } }),
    recipe("c", { record: { create: "Contact", source: "Web" } }),
    recipe("d", { record: { create: "Opportunity", source: "Web", type: "Trial", stage: "New" } }),
    recipe("e", { record: { create: "Task", priority: "High", source: "unused" } }),
  ];
  const records = [
    {
      when: { field: "crm.situation", operator: "=", value: "customer" },
      create: "Opportunity",
    },
  ];
  expect(namesIn({ recipes, records })).toEqual([
    "recipes.0.record acts stage Qualification",
    "recipes.1.record.source acts value Lead.LeadSource.Web",
    "recipes.1.record acts stage Qualification",
    "recipes.2.record.source acts value Contact.LeadSource.Web",
    "recipes.3.record.source acts value Opportunity.LeadSource.Web",
    "recipes.3.record.type acts value Opportunity.Type.Trial",
    "recipes.3.record.stage acts stage New",
    "recipes.4.record.priority acts value Task.Priority.High",
    "records.0.stage acts stage Qualification",
  ]);
});

test("what is told and moved names channels and teams, and people are neither", () => {
  const recipes = [
    recipe("a", {
      record: { create: "Task" },
      tell: [
        { slack: "#churn", also: ["account.csm", "owner", "lee@us.example", "#vip"] },
        { email: "owner", also: ["#not-slack"] },
      ],
      intercom: { moveToTeam: "Sales", tagContact: "Hot" },
      followUp: {
        after: "1d",
        unless: "contacted",
        // oxlint-disable-next-line unicorn/no-thenable -- the document's own word
        then: [{ slack: "#late" }, { slack: "owner" }, { task: "Call" }],
      },
    }),
    recipe("b", { record: { create: "Task" }, intercom: {} }),
  ];
  expect(namesIn({ recipes })).toEqual([
    "recipes.0.tell.0.slack acts channel #churn",
    "recipes.0.tell.0.also.3 acts channel #vip",
    "recipes.0.intercom.moveToTeam acts team Sales",
    "recipes.0.followUp.then.0.slack acts channel #late",
  ]);
});

test("the mapping names the fields that it writes", () => {
  const mapping = {
    lead: [
      { from: "contact.email", to: "Email" },
      { from: "contact.plan", to: "Plan__c", direction: "to-intercom" },
    ],
    account: [{ from: "company.name", to: "Name", direction: "both" }],
  };
  expect(namesIn({ mapping })).toEqual([
    "mapping.lead.0.to acts field Lead.Email",
    "mapping.account.0.to acts field Account.Name",
  ]);
});

test("signals and conditions wait for teams, tags and stages", () => {
  const rules = [
    { field: "conversation.team", operator: "=", value: "Billing" },
    { field: "contact.tags", operator: "containsAny", value: ["trial", "beta"] },
    { field: "conversation.tags", operator: "contains", value: "bug" },
    { field: "conversation.firstTag", operator: "known" },
    { field: "crm.openOpportunity.stage", operator: "in", value: ["Negotiation"] },
    { field: "contact.plan", operator: "=", value: "pro" },
  ];
  const parts = {
    signals: { churn: { tags: ["complaint"] } },
    exclusions: [{ id: "x", when: { combinator: "and", rules } }],
    feedback: { stages: [{ when: { field: "opportunity.stage", operator: "=", value: "Won" }, tag: "Won" }] },
  };
  expect(namesIn(parts)).toEqual([
    "signals.churn.tags.0 reads tag complaint",
    "exclusions.0.when.rules.0.value reads team Billing",
    "exclusions.0.when.rules.1.value reads tag trial",
    "exclusions.0.when.rules.1.value reads tag beta",
    "exclusions.0.when.rules.2.value reads tag bug",
    "exclusions.0.when.rules.4.value reads stage Negotiation",
    "feedback.stages.0.when.value reads stage Won",
  ]);
});

test("every name belongs to one system", () => {
  for (const name of namesOf(defaultPolicy())) {
    const systems = [isCrmName(name), isInboxName(name), isChannelName(name)];
    expect([name, systems.filter(Boolean)]).toEqual([name, [true]]);
  }
});
