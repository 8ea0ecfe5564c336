/** A policy that only keeps customers: it sells nothing, and hears who is about to leave. */

/** The text as `baton policy template churn-desk` prints it. */
export const churnDesk = `# yaml-language-server: $schema=./docs/baton-policy-1.schema.json
# (Editors then complete and check while you write. Elsewhere than beside docs/, name the address of a running Baton,
# http://127.0.0.1:8080/schemas/baton-policy-1.json, or a file written by \`baton policy schema\`.)
# Baton policy of a churn desk. It sells nothing: it hears who is about to leave, weighs it by what they pay and how
# long they have been there, and brings the loudest to the CSM within minutes.
format: baton/policy@1
name: Churn desk
timezone: America/New_York

signals:
  cancellation:
    label: Says that they leave
    phrases: [cancel, terminate our contract, not renewing, close our account, move away from]
    tags: [cancellation]
    points: 30
    cap: 60
  competitor:
    label: Looks elsewhere
    phrases: [alternatives, competitor, switching to, evaluating other]
    points: 20
    cap: 40
  anger:
    label: Is angry
    phrases: [unacceptable, very disappointed, third time, escalate, complaint]
    tags: [complaint]
    points: 15
    cap: 45
  money:
    label: Wants money back
    phrases: [refund, credit note, overcharged, chargeback]
    points: 15
    cap: 30
  silence-breaks: # exporting everything is what people do before they leave
    label: Exports everything
    usage: { event: full_export, atLeast: 1, within: 7d }
    points: 25

scores:
  risk:
    signals: [cancellation, competitor, anger, money, silence-breaks]
    bonus:
      - label: Two years with us
        when: { field: company.customerSince, operator: olderThan, value: 2y }
        points: 10
      - label: New, and already unhappy
        when: { field: company.customerSince, operator: within, value: 90d }
        points: 15
    multiply: # what is at stake
      - label: Pays 10k or more a year
        when: { field: company.annualValue, operator: ">=", value: 10000 }
        by: 1.5
      - label: Pays 100k or more a year
        when: { field: company.annualValue, operator: ">=", value: 100000 }
        by: 1.5
    threshold: 30

exclusions:
  - id: billing-question # an invoice that is not understood is no risk yet
    label: Plain billing
    when:
      combinator: and
      rules:
        - { field: conversation.team, operator: "=", value: Billing }
        - { field: score.risk, operator: "<", value: 30 }
  - id: spam
    label: Spam
    when: { field: conversation.tags, operator: contains, value: spam }

recipes:
  - id: save-large-account # 100 points: a large account that says it leaves
    name: Large account at risk
    on: [message, tag, usage]
    customersOnly: true
    score: { name: risk, atLeast: 100 }
    record: { create: Task, on: Account, subject: Save this account today, priority: High }
    owner: { route: csm }
    tell:
      - { slack: "#save-desk", also: [account.csm, account.owner], with: [transcript] }
    intercom: { tagContact: At risk, moveToTeam: Save desk }
    acknowledge:
      within: 5m
      text: "Thank you for telling us. {{owner.firstName}} is looking at this now and will call you."
    followUp:
      after: 4h
      unless: contacted
      then:
        - { slack: "#save-desk" }
        - { task: Nobody called yet }
  - id: at-risk
    name: Customer at risk
    on: [message, tag, usage]
    customersOnly: true
    score: { name: risk, atLeast: threshold }
    record: { create: Task, on: Account, subject: Customer at risk, priority: Normal }
    owner: { route: csm }
    tell:
      - { slack: owner, also: ["#churn"] }
    intercom: { tagContact: At risk }
    followUp:
      after: 24h
      unless: contacted
      then:
        - { task: Call the customer }

routing:
  pools:
    save-desk: # covers each other's evenings
      members:
        - { user: sue@ourcompany.example, hours: "Mon-Fri 08:00-18:00", timezone: America/New_York }
        - { user: kenji@ourcompany.example, hours: "Mon-Fri 08:00-18:00", timezone: America/Los_Angeles }
      sticky: person
      whenAllAway: ignore-hours # a save does not wait for Monday
  routes:
    csm:
      - { csm: {} }
      - { accountOwner: {} }
      - { pool: save-desk }
      - { user: head-of-success@ourcompany.example }
  sla:
    firstContact: 1h
    clock: working-hours
    remindAt: 30m
    onBreach: [remind, { escalate: head-of-success@ourcompany.example }]

handoff:
  coolDown: 14d # a customer may be at risk again soon
  transcript: full
  internalNotes: true

mapping:
  contact:
    - { from: score.risk, to: Baton_Score__c }
`;
