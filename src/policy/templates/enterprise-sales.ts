/** A policy for a company with few and large deals: named accounts, territories, and nobody is counted by clicks. */

/** The text as `baton policy template enterprise-sales` prints it. */
export const enterpriseSales = `# yaml-language-server: $schema=./docs/baton-policy-1.schema.json
# (Editors then complete and check while you write. Elsewhere than beside docs/, name the address of a running Baton,
# http://127.0.0.1:8080/schemas/baton-policy-1.json, or a file written by \`baton policy schema\`.)
# Baton policy for few and large deals. One right word from the right company is enough; whoever owns the account
# hears it, then the territory. Small companies are left to the website.
format: baton/policy@1
name: Enterprise sales
timezone: Europe/London

signals:
  buying-committee:
    label: A purchase is being prepared
    phrases: [procurement, request for proposal, RFP, vendor assessment, master agreement, legal review]
    points: 25
    cap: 50
  security:
    label: Security review
    phrases: [security review, SOC 2, ISO 27001, penetration test, data residency]
    points: 20
    cap: 40
  rollout:
    label: Plans a rollout
    phrases: [rollout, pilot, proof of concept, on-premises, all our offices]
    points: 20
    cap: 40
  talk:
    label: Asks for a person
    phrases: [talk to sales, book a demo, call me, account executive]
    tags: [sales]
    points: 15
    cap: 30
  technical:
    label: Asks how it fits in
    phrases: [SSO, SAML, SCIM, API, integration]
    points: 5
    cap: 15

scores:
  fit:
    signals: [buying-committee, security, rollout, talk, technical]
    bonus:
      - label: Writes as a director or above
        when: { field: contact.attributes.seniority, operator: in, value: [director, vp, c-level] }
        points: 15
    multiply:
      - label: 1,000+ employees
        when: { field: company.employees, operator: ">=", value: 1000 }
        by: 1.5
    combine: { salesforceScore: 0.3 } # marketing's own score of the lead
    threshold: 30

exclusions:
  - id: in-negotiation # the owner speaks with them every day
    label: Deal in negotiation
    when: { field: crm.openOpportunity.stage, operator: in, value: [Negotiation/Review, Contracting] }
  - id: job-seekers
    label: Applications for a job
    when: { field: conversation.tags, operator: containsAny, value: [careers, recruiting] }
  - id: small-company
    label: Too small for field sales
    when: { field: company.employees, operator: "<", value: 50 }

recipes:
  - id: tender
    name: Tender or purchase in preparation
    on: [message]
    when: { field: signals, operator: contains, value: buying-committee }
    enrich: required-soon
    record: { create: Opportunity, type: New Business, stage: Qualification, closeIn: 180d }
    owner: { route: field }
    tell:
      - { slack: owner, also: ["#deal-desk"], with: [enrichment, transcript] }
    acknowledge:
      within: 15m
      text: "Thank you. {{owner.firstName}} looks after companies like yours and will come back to you today."
    followUp:
      after: 24h
      unless: contactedBy.owner
      then:
        - { slack: "#deal-desk" }
        - { task: Tender without an answer }
  - id: qualified
    name: Worth a call from field sales
    on: [message, tag]
    score: { name: fit, atLeast: threshold }
    record: by-situation
    owner: { route: field }
    tell:
      - { email: owner, with: [enrichment, transcript] }

records: # a customer who plans more is a new deal, not a task
  - when: { field: crm.situation, operator: "=", value: customer }
    and: { field: signals, operator: contains, value: rollout }
    create: Opportunity
    type: Expansion
    stage: Qualification
    closeIn: 90d

routing:
  territories: # the first that covers the company
    - id: dach
      when: { field: company.country, operator: in, value: [DE, AT, CH] }
      owner: { user: dach@ourcompany.example }
    - id: nordics
      when: { field: company.country, operator: in, value: [DK, FI, "NO", SE] }
      owner: { user: nordics@ourcompany.example }
    - id: uk-ireland
      when: { field: company.country, operator: in, value: [GB, IE] }
      owner: { user: uk@ourcompany.example }
  lists:
    named-accounts: # whoever writes from there, this person takes it
      globex.example: gina@ourcompany.example
      initech.example: gina@ourcompany.example
  routes:
    field:
      - { list: named-accounts }
      - { opportunityOwner: {} }
      - { accountOwner: {} }
      - { territories: {} }
      - { user: sales-director@ourcompany.example }
    solution-engineers:
      - { user: presales@ourcompany.example }
  alsoTell:
    - when: { field: signals, operator: containsAny, value: [security, technical] }
      route: solution-engineers
  sla:
    firstContact: 2h
    clock: working-hours
    remindAt: 1h
    onBreach: [remind, { escalate: sales-director@ourcompany.example }]

handoff:
  coolDown: 90d # deals take months
  transcript: full
  internalNotes: true

mapping:
  lead:
    - { from: contact.email, to: Email }
    - { from: contact.name, to: LastName, with: last-name }
    - { from: contact.name, to: FirstName, with: first-name }
    - { from: contact.phone, to: Phone }
    - { from: company.name, to: Company }
    - { from: company.employees, to: NumberOfEmployees }
    - { from: company.industry, to: Industry }
    - { from: score.fit, to: Baton_Score__c }
`;
