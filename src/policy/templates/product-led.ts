/** A policy for a product that sells itself: people sign up alone, and usage says who is worth a call. */

/** The text as `baton policy template product-led` prints it. */
export const productLed = `# yaml-language-server: $schema=./docs/baton-policy-1.schema.json
# (Editors then complete and check while you write. Elsewhere than beside docs/, name the address of a running Baton,
# http://127.0.0.1:8080/schemas/baton-policy-1.json, or a file written by \`baton policy schema\`.)
# Baton policy for a product that sells itself. What people do in the product counts more than what they write;
# sales hears of a team that outgrows its plan, and leaves everybody else to the product.
format: baton/policy@1
name: Product-led
timezone: UTC

signals:
  power-user: # each usage signal counts once, while it lasts
    label: Uses it every day
    usage: { event: feature_used, atLeast: 20, within: 14d }
    points: 20
  team-grows:
    label: Invites colleagues
    usage: { event: invited_teammate, atLeast: 3, within: 30d }
    points: 20
  at-the-limit:
    label: Hits the limit of the plan
    usage: { event: limit_reached, atLeast: 1, within: 7d }
    phrases: [plan limit, usage limit, more seats, more projects]
    points: 15
    cap: 30
  looked-at-pricing:
    label: Looked at the pricing page
    usage: { event: viewed_pricing, atLeast: 2, within: 7d }
    points: 10
  wants-more:
    label: Asks for the larger plan
    phrases: [upgrade, business plan, annual plan, invoice billing]
    points: 15
    cap: 30
  outgrows:
    label: Asks what only large teams ask
    phrases: [SSO, SAML, SCIM, audit log, data processing agreement]
    points: 15
    cap: 30
  leaving:
    label: Wants to leave
    phrases: [cancel, downgrade, export all data, delete my account]
    tags: [churn]
    points: 25
    cap: 50

scores:
  product: # product-qualified: usage first, words second
    signals: [power-user, team-grows, at-the-limit, looked-at-pricing, wants-more, outgrows]
    bonus:
      - label: Address of a company
        when: { field: contact.emailDomain, operator: notIn, value: [gmail.com, outlook.com, hotmail.com, yahoo.com] }
        points: 5
    recency: { halfLife: 5d } # a trial is short: last week's interest is half of today's
    multiply:
      - label: 100+ employees
        when: { field: company.employees, operator: ">=", value: 100 }
        by: 1.5
    threshold: 45
  leaving:
    signals: [leaving]
    bonus:
      - label: Pays us already
        when: { field: company.annualValue, operator: ">", value: 0 }
        points: 25
    threshold: 50

exclusions:
  - id: students
    label: Students and teachers
    when: { field: contact.plan, operator: in, value: [education, student] }
  - id: own-people
    label: Our own people
    when: { field: contact.emailDomain, operator: "=", value: ourcompany.example }

recipes:
  - id: paying-team-leaves
    name: A paying team wants to leave
    on: [message, tag]
    score: { name: leaving, atLeast: threshold }
    customersOnly: true
    record: { create: Task, on: Account, subject: Wants to leave, priority: High }
    owner: { route: success }
    tell:
      - { slack: "#retention" }
  - id: outgrown # one question about SSO from a large team is enough
    name: Outgrew self-service
    on: [message]
    when: { field: signals, operator: contains, value: outgrows }
    enrich: required-soon
    and: { field: company.employees, operator: ">=", value: 100 }
    record: by-situation
    owner: { route: sales }
    tell:
      - { slack: owner, with: [enrichment] }
  - id: product-qualified # no word is needed: usage alone wakes it
    name: Product-qualified team
    on: [message, usage]
    score: { name: product, atLeast: threshold }
    record: by-situation
    owner: { route: sales }
    tell:
      - { slack: owner }

routing:
  pools:
    assist: # product specialists who help a team to decide
      members:
        - { user: pia@ourcompany.example, cap: { perDay: 12 }, hours: "Mon-Fri 08:00-16:00", timezone: Europe/Lisbon }
        - { user: raj@ourcompany.example, cap: { perDay: 12 }, hours: "Mon-Fri 09:00-17:00", timezone: America/Chicago }
      sticky: company
      whenAllAway: next-rule
  routes:
    sales:
      - { opportunityOwner: {} }
      - { accountOwner: {} }
      - { pool: assist }
      - { user: head-of-sales@ourcompany.example }
    success:
      - { csm: {} }
      - { user: head-of-success@ourcompany.example }

handoff:
  coolDown: 60d # the product goes on selling in between
  transcript: last-20
  internalNotes: false

mapping:
  lead:
    - { from: contact.email, to: Email }
    - { from: contact.name, to: LastName, with: last-name }
    - { from: contact.name, to: FirstName, with: first-name }
    - { from: company.name, to: Company }
    - { from: contact.plan, to: Plan__c }
    - { from: score.product, to: Baton_Score__c }
`;
