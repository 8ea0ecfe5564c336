/** What docs/policy.md adds to the schema: a paragraph and an example of each part. Together the examples are a policy. */

export interface PolicyPart {
  readonly about: string;
  /** YAML that starts with the part's own key. */
  readonly example: string;
}

/** By the part's key, in the order of the document. */
export const policyParts: Readonly<Record<string, PolicyPart>> = {
  format: {
    about: "The first line of every policy. A format that cannot be read any more would have another number.",
    example: "format: baton/policy@1",
  },
  name: { about: "A title, nothing more: it may change at any time.", example: "name: A small policy" },
  timezone: {
    about:
      "Working hours, days and reminders follow the clock on somebody's wall. A member of a pool may name their own zone; everybody else is in this one.",
    example: "timezone: America/New_York",
  },
  signals: {
    about:
      "A signal is found in the customer's own words, by tags, by use of the product, or by a field. Whoever writes a phrase writes it as the customer would: case, accents, plurals and verb forms do not matter, and what is declined (\"we don't need SSO\") does not count.",
    example: `signals:
  enterprise:
    label: Enterprise intent
    phrases: [security review, volume discount, talk to sales]
    hints: [SSO, contract] # count where the sentence may mean it
    meaning: true
    points: 10
    cap: 40
  cancellation:
    phrases: [cancel our subscription]
    tags: [cancellation intent]
    points: 25
  power-user:
    usage: { event: feature_used, atLeast: 10, within: 14d }
    points: 15
  large-plan:
    attribute: { field: company.plan, operator: "=", value: enterprise }`,
  },
  scores: {
    about:
      "Signals first, each up to its cap and less what has aged; then bonuses and engagement; then the factors; then the shares of the two systems' own scores. Every step is kept with its reason, and the steps add up to the score.",
    example: `scores:
  buying:
    signals: [enterprise, power-user, large-plan]
    bonus:
      - { label: Trial user, when: { field: contact.plan, operator: "=", value: trial }, points: 10 }
    engagement: { perCustomerMessage: 1, cap: 10 }
    recency: { halfLife: 7d }
    multiply:
      - { label: 50+ employees, when: { field: company.employees, operator: ">=", value: 50 }, by: 1.25 }
    combine: { intercomScore: 0.2, salesforceScore: 0.2 }
    threshold: 40
  churn:
    signals: [cancellation]
    bonus:
      - { label: Account over 50k, when: { field: company.annualValue, operator: ">=", value: 50000 }, points: 20 }
    threshold: 40`,
  },
  exclusions: {
    about:
      "Asked before any recipe. An exclusion whose field nobody knows excludes nothing: the decision looks the field up where it can and says so where it cannot.",
    example: `exclusions:
  - id: billing-by-finance
    label: Routine billing
    when:
      combinator: and
      rules:
        - { field: conversation.team, operator: "=", value: Billing }
        - { field: score.churn, operator: "<", value: 40 }`,
  },
  recipes: {
    about:
      "All of `on`, `when`, `and`, `customersOnly` and `score` must hold. A recipe carries a conversation once; `handoff.coolDown` says after how long it may do so again.",
    example: `recipes:
  - id: churn-risk
    name: Churn risk
    on: [message, tag]
    when: { field: signals, operator: contains, value: cancellation }
    customersOnly: true
    score: { name: churn, atLeast: threshold }
    record: { create: Task, on: Account, subject: Churn Risk - Urgent, priority: High }
    owner: { route: account-owner }
    tell: [{ slack: "#churn", also: [account.csm, owner] }]
    intercom: { tagContact: Churn Risk }
    acknowledge: { within: 5m, text: "Thank you. {{owner.firstName}} is looking at this now." }
    followUp: { after: 24h, unless: contactedBy.csm, then: [{ task: Churn follow-up overdue }] }
  - id: qualified
    name: Any other qualified conversation
    on: [message, usage]
    score: { name: buying, atLeast: threshold }
    enrich: required-soon
    owner: { route: default }
    tell: [{ email: owner, with: [enrichment, transcript] }]
    followUp: { after: 24h, unless: contacted, then: [{ intercom: { enrol: Upgrade nudge } }] }`,
  },
  records: {
    about:
      "Baton writes what fits the person's place in Salesforce: a Lead for somebody new, an Opportunity for a Contact, a Task where a deal is open. Here stands what is different.",
    example: `records:
  - when: { field: crm.situation, operator: "=", value: customer }
    and: { field: signals, operator: contains, value: enterprise }
    create: Task
    on: Account
    owner: account.owner`,
  },
  routing: {
    about:
      "A route is a chain, and everybody who was passed over gets a receipt with the reason. Shares, hours, caps and absences count in pools only: an account keeps its owner.",
    example: `routing:
  pools:
    mid-market:
      members:
        - user: ana@ourcompany.example
          weight: 2
          cap: { open: 30, perDay: 8 }
        - user: ben@ourcompany.example
          hours: "Mon-Fri 09:00-17:30"
          timezone: Europe/Berlin
          away: [{ from: 2026-12-20, to: 2027-01-03 }]
      sticky: company
      whenAllAway: hold
  territories:
    - id: us-west
      when: { field: company.state, operator: in, value: [CA, OR, WA] }
      owner: { user: kim@ourcompany.example }
  lists:
    named-accounts: { acme.com: lee@ourcompany.example }
  routes:
    account-owner: [{ accountOwner: {} }, { csm: {} }]
    default: [{ list: named-accounts }, { accountOwner: {} }, { territories: {} }, { pool: mid-market }]
    solutions: [{ queue: Solutions_Engineers }]
  fallback: { user: sales-lead@ourcompany.example }
  alsoTell:
    - when: { field: company.technology, operator: contains, value: SAP }
      route: solutions
  sla:
    firstContact: 30m
    clock: working-hours
    remindAt: 15m
    onBreach: [remind, { escalate: sales-lead@ourcompany.example }, reassign]`,
  },
  handoff: {
    about: "The same for all recipes. Secrets in a conversation are masked whatever goes along.",
    example: `handoff:
  coolDown: 30d
  transcript: last-20
  internalNotes: false`,
  },
  feedback: {
    about:
      "Every stage that an Opportunity takes on is asked for, also those in between, and reaches all its contacts who are in Intercom. Old tags go before new ones come.",
    example: `feedback:
  stages:
    - when: { field: opportunity.isWon, operator: "=", value: true }
      tag: Customer
      untag: [Active Opportunity]
    - when: { field: opportunity.isClosed, operator: "=", value: false }
      tag: Active Opportunity
  sequences:
    Upgrade nudge: { tag: Upgrade nudge, attribute: { baton_nudge: eligible } }`,
  },
  mapping: {
    about:
      "What Salesforce requires of a person (last name, company) and the address are written without a mapping, too. Of a Lead that is there already only custom fields (`__c`) are touched.",
    example: `mapping:
  lead:
    - { from: contact.email, to: Email }
    - { from: contact.name, to: LastName, with: last-name }
    - { from: score.buying, to: Baton_Score__c }
  contact: []
  account: []
  opportunity: []`,
  },
};
