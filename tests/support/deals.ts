/** Deals of people who wrote, and many copies of what somebody wrote with deals that ended. */
import { sql } from "kysely";
import type { TestHouse } from "./house.ts";

/** Two signals of ten points each, and twenty points that are needed. */
export const HINDSIGHT_POLICY = `
format: baton/policy@1
name: Hindsight # comments stay
signals:
  sso: { label: SSO, phrases: [SSO], points: 10 }
  quote: { label: Quote, phrases: [quote], points: 10, cap: 20 }
scores:
  buying: { signals: [sso, quote], threshold: 20 }
exclusions:
  - { id: bugs, label: Bugs, when: { field: conversation.tags, operator: contains, value: bug } }
recipes:
  - id: qualified
    name: Qualified
    on: [message, tag]
    score: { name: buying, atLeast: threshold }
    owner: { route: default }
routing:
  routes:
    default: [{ user: ana@ourcompany.example }]
feedback:
  stages:
    - { when: { field: opportunity.isWon, operator: "=", value: true }, tag: Customer }
`;

/** A deal of whoever this is, ended like this, as Salesforce tells it. */
export async function deals(
  house: TestHouse,
  who: string,
  stage: "Closed Won" | "Closed Lost",
): Promise<void> {
  const crm = house.emulators.salesforce.state;
  house.advance(2_000);
  const deal = crm.insert("Opportunity", { Name: who, StageName: "Qualification", CloseDate: "2027-01-31" });
  const contact = crm.insert("Contact", { LastName: who, Email: `${who}@${who}.example` });
  crm.insert("OpportunityContactRole", { OpportunityId: deal, ContactId: contact });
  house.advance(2_000);
  crm.update("Opportunity", deal, { StageName: stage });
  house.advance(1_000);
  await house.service.house.pollDeals();
  await house.settle();
}

/** Copies of what somebody wrote, so many of them won: each a person with a deal. */
export async function copied(house: TestHouse, who: string, won: number, lost: number): Promise<void> {
  await sql`
    with model as (
      select d.*, c.state from decisions d join conversations c on c.workspace = d.workspace and c.id = d.conversation_id
      where c.email = ${`${who}@${who}.example`} order by d.version desc limit 1),
    copies as (select n, ${who} || n as name, n <= ${won} as is_won from generate_series(1, ${won + lost}) n),
    talks as (
      insert into conversations (workspace, id, version, contact_id, state)
      select workspace, name, 1, name, jsonb_set(state, '{snapshot,contact,email}', to_jsonb(name || '@copy.example')) from model, copies),
    decided as (
      insert into decisions (environment, workspace, conversation_id, version, policy_version, kind, inputs, answer, decided_at)
      select environment, workspace, name, 1, policy_version, 'below-threshold', inputs, answer, decided_at from model, copies),
    people as (
      insert into deal_people (environment, opportunity_id, email)
      select 'production', name, name || '@copy.example' from copies)
    insert into deal_changes (environment, opportunity_id, change_id, stage, is_closed, is_won, changed_at, policy_version, seen_at)
    select 'production', name, name, 'Closed', true, is_won, m.decided_at + interval '1 minute', m.policy_version, now() from model m, copies`.execute(
    house.database.db,
  );
}
