/** The policy Baton starts with: a SaaS company that sells to teams and to enterprises. */
import { parse } from "yaml";
import { policySchema } from "../schema.ts";
import type { Policy } from "../schema.ts";

/** The text as `baton policy template` prints it; it is meant to be copied and changed. */
export const saasDefault = `# yaml-language-server: $schema=./docs/baton-policy-1.schema.json
# (Editors then complete and check while you write. Elsewhere than beside docs/, name the address of a running Baton,
# http://127.0.0.1:8080/schemas/baton-policy-1.json, or a file written by \`baton policy schema\`.)
# Baton policy. Change anything: \`baton policy lint\` says what does not fit.
format: baton/policy@1
name: SaaS default
timezone: America/New_York # used wherever nothing names its own

# What counts as evidence. Phrases are matched word by word, in any case and number, only where the customer wrote
# them and meant them ("we don't need SSO" is no signal). A phrase counts once per conversation. With \`meaning: true\`
# a sentence that says the same in other words counts too; so phrases can be few and certain.
signals:
  enterprise:
    label: Enterprise intent
    phrases:
      - security review
      - SOC 2
      - volume discount
      - talk to sales
      - book a demo
      - enterprise plan
      - enterprise edition
      - enterprise license
      - enterprise pricing
      - sales team
      - sales rep
    hints: [enterprise, SSO, SAML, SCIM, contract, procurement] # count where the sentence may mean it
    meaning: true
    points: 10
    cap: 40 # however many of the phrases are there
  pricing:
    label: Pricing
    phrases: [pricing, quote, cost per seat, annual plan, price list, price per user, how much does it cost]
    meaning: true
    points: 10
    cap: 20
  upgrade:
    label: Upgrade intent
    phrases:
      - upgrade my plan
      - upgrade our account
      - upgrade our subscription
      - upgrade to pro
      - upgrade to business
      - upgrade to premium
      - move to the pro plan
      - add more seats
      - more licenses
      - start a trial
      - extend our trial
    hints: [upgrade, free trial]
    meaning: true
    points: 10
    cap: 30
  integration:
    label: Integration question
    phrases: [API, API limits, rate limit, webhook, SSO setup, SCIM provisioning]
    points: 10
    cap: 20
  feature:
    label: Feature request
    phrases: [feature request, would be great if, do you plan to]
    points: 5
    cap: 10
  complaint:
    label: Complaint
    phrases:
      - complaint
      - unacceptable
      - very disappointed
      - refund
      - worst customer service
      - waste of money
      - rip off
    hints: [third time]
    meaning: true
    tags: [complaint]
    points: 15
    cap: 45
  cancellation:
    label: Cancellation intent
    phrases:
      - cancel our subscription
      - cancel our membership
      - cancel our contract
      - cancel our account
      - cancel our plan
      - close our account
      - delete our account
      - switch to a competitor
      - money back
    hints: [cancel, switch to, alternative to]
    meaning: true
    tags: [cancellation intent]
    points: 25
    cap: 50
  power-user:
    label: Power user
    usage: { event: feature_used, atLeast: 10, within: 14d }
    points: 15
  api-docs:
    label: Read the API docs
    usage: { event: viewed_api_docs, atLeast: 1, within: 7d }
    points: 10

# How evidence becomes a number. A threshold says from where on a conversation qualifies.
scores:
  buying:
    signals: [enterprise, pricing, upgrade, integration, feature, power-user, api-docs]
    bonus:
      - label: Trial user
        when: { field: contact.plan, operator: "=", value: trial }
        points: 10
      - label: Business tier
        when: { field: contact.plan, operator: in, value: [business, scale] }
        points: 10
      - label: Active today
        when: { field: contact.lastSeenAt, operator: within, value: 1d }
        points: 5
    engagement: { perCustomerMessage: 1, cap: 10 }
    recency: { halfLife: 7d } # after a week a signal is worth half
    multiply:
      - label: 50+ employees
        when: { field: company.employees, operator: ">=", value: 50 }
        by: 1.25
      - label: 200+ employees
        when: { field: company.employees, operator: ">=", value: 200 }
        by: 1.2
    combine: { intercomScore: 0.2, salesforceScore: 0.2 } # shares of the scores the two systems keep, 0 to 100
    threshold: 40
  churn:
    signals: [complaint, cancellation]
    bonus:
      - label: Two years with us
        when: { field: company.customerSince, operator: olderThan, value: 2y }
        points: 10
      - label: Account over 50k
        when: { field: company.annualValue, operator: ">=", value: 50000 }
        points: 20
    threshold: 40

# Conversations that nobody in sales should see. The first that applies is recorded by its id.
exclusions:
  - id: billing-by-finance
    label: Routine billing
    when:
      combinator: and
      rules:
        - { field: conversation.team, operator: "=", value: Billing }
        - { field: score.churn, operator: "<", value: 40 }
  - id: technical-support
    label: Technical support
    when:
      combinator: and
      rules:
        - { field: conversation.tags, operator: contains, value: bug }
        - { field: signals, operator: containsNone, value: [enterprise, upgrade, cancellation] }
  - id: late-stage
    label: Deal in negotiation
    when: { field: crm.openOpportunity.stage, operator: in, value: [Negotiation, Contract Sent] }
  - id: own-people
    label: Our own people
    when: { field: contact.emailDomain, operator: in, value: [ourcompany.example] }

# What to do, tried from top to bottom; the first recipe that fits is carried out.
recipes:
  - id: churn-risk
    name: Churn risk escalation
    on: [message, tag]
    when: { field: signals, operator: containsAny, value: [complaint, cancellation] }
    customersOnly: true
    score: { name: churn, atLeast: 40 }
    record: { create: Task, on: Account, subject: Churn Risk - Urgent, priority: High }
    owner: { route: account-owner }
    tell:
      - { slack: "#churn", also: [account.csm, owner] }
    intercom: { tagContact: Churn Risk }
    acknowledge:
      within: 5m
      text: "Thank you for telling us. {{owner.firstName}} is looking at this now and will be in touch."
    followUp:
      after: 24h
      unless: contactedBy.csm
      then:
        - { slack: "#churn" }
        - { task: Churn follow-up overdue }
  - id: enterprise-inbound
    name: Enterprise inbound chat
    on: [message]
    when: { field: signals, operator: containsAny, value: [enterprise] }
    enrich: required-soon # waits a little for enrichment, then goes on without it
    and: { field: company.employees, operator: ">", value: 200 }
    record: { create: Lead, source: Enterprise Inbound }
    owner: { route: enterprise }
    tell:
      - { email: owner, with: [enrichment, transcript] }
    intercom: { tagConversation: Enterprise Signal, moveToTeam: Enterprise Sales }
  - id: trial-conversion
    name: Trial to paid
    on: [message]
    when:
      combinator: and
      rules:
        - { field: contact.tags, operator: contains, value: trial }
        - { field: signals, operator: containsAny, value: [upgrade, pricing] }
    score: { name: buying, atLeast: 40 }
    record: { create: Opportunity, type: Trial Conversion, stage: Qualification, closeIn: 30d }
    owner: { route: account-owner-or-round-robin }
    tell:
      - { slack: owner, text: High-intent trial user - see Salesforce }
    followUp:
      after: 24h
      unless: contacted
      then:
        - { intercom: { enrol: Upgrade nudge } }
  - id: qualified
    name: Any other qualified conversation
    on: [message, usage]
    score: { name: buying, atLeast: threshold }
    record: by-situation # what to write follows from where the person stands in Salesforce
    owner: { route: default }
    tell:
      - { slack: owner }

# Exceptions from by-situation; the first that applies wins.
records:
  - when: { field: crm.situation, operator: "=", value: customer }
    and: { field: signals, operator: containsAny, value: [upgrade] }
    create: Task
    on: Account
    owner: account.owner

# Who gets it. A route is a chain: the first who can take it does, so each should end with a queue or a person.
routing:
  pools:
    mid-market:
      members:
        - user: ana@ourcompany.example
          weight: 2
          cap: { open: 30, perDay: 8 }
          hours: "Mon-Fri 09:00-17:30"
          timezone: America/New_York
        - user: ben@ourcompany.example
          weight: 1
          cap: { open: 30 }
          hours: "Mon-Fri 09:00-17:30"
          timezone: Europe/Berlin
          away: [{ from: 2026-12-20, to: 2027-01-03 }]
      sticky: company # a company stays with the rep it had
      whenAllAway: hold # or ignore-hours, or next-rule
    emea-enterprise:
      members:
        - user: eva@ourcompany.example
          hours: "Mon-Fri 09:00-17:30"
          timezone: Europe/London
  territories:
    - id: emea
      when: { field: company.country, operator: in, value: [DE, FR, GB, NL] }
      owner: { pool: emea-enterprise }
    - id: us-west
      when: { field: company.state, operator: in, value: [CA, OR, WA] }
      owner: { user: kim@ourcompany.example }
  lists:
    named-accounts: { acme.com: lee@ourcompany.example }
  routes:
    enterprise:
      - { list: named-accounts }
      - { accountOwner: {} }
      - { territories: {} }
      - { pool: mid-market }
      - { queue: Enterprise_Inbound }
    account-owner:
      - { accountOwner: {} }
      - { csm: {} }
      - { user: sales-lead@ourcompany.example }
    account-owner-or-round-robin:
      - { accountOwner: {} }
      - { pool: mid-market }
      - { user: sales-lead@ourcompany.example }
    product-question:
      - { queue: Solutions_Engineers }
      - { user: sales-lead@ourcompany.example }
    default:
      - { opportunityOwner: {} }
      - { accountOwner: {} }
      - { leadOwner: {} }
      - { pool: mid-market }
      - { user: sales-lead@ourcompany.example }
  alsoTell: # a second person beside the owner
    - when: { field: signals, operator: containsAny, value: [integration] }
      route: product-question
  sla:
    firstContact: 30m
    clock: working-hours
    remindAt: 15m
    onBreach: [remind, { escalate: sales-lead@ourcompany.example }, reassign]

handoff:
  coolDown: 30d # how long the same recipe leaves the same conversation alone
  transcript: full # or last-20, or summary-only
  internalNotes: false

# What Salesforce tells Intercom when an opportunity changes.
feedback:
  stages:
    - when: { field: opportunity.isWon, operator: "=", value: true }
      tag: Customer
      untag: [Active Opportunity, Win-back]
    - when: { field: opportunity.isClosed, operator: "=", value: true }
      enrol: Win-back
      untag: [Active Opportunity]
    - when: { field: opportunity.isClosed, operator: "=", value: false }
      tag: Active Opportunity
  sequences: # a Series in Intercom starts by its entry rule, which this tag and attribute meet
    Win-back: { tag: Win-back, attribute: { baton_winback: eligible } }
    Upgrade nudge: { tag: Upgrade nudge, attribute: { baton_nudge: eligible } }

# Which field goes where. direction: to-salesforce (when nothing is said), to-intercom, both.
mapping:
  lead:
    - { from: contact.email, to: Email, direction: both }
    - { from: contact.name, to: LastName, with: last-name }
    - { from: contact.name, to: FirstName, with: first-name }
    - { from: company.name, to: Company }
    - { from: contact.plan, to: Plan__c }
    - { from: score.buying, to: Baton_Score__c }
    - { from: conversation.firstTag, to: LeadSource }
    - { from: contact.lastSeenAt, to: Last_Active__c }
    - { from: conversation.customerMessages, to: Engagement_Score__c }
`;

/** The default policy, parsed and ready to use. */
export function defaultPolicy(): Policy {
  return policySchema.parse(parse(saasDefault));
}
