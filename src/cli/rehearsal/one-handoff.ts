/** For the checker's tests: one conversation that was handed off, with everything outside that belongs to it. */
import type { LedgerEntry } from "../../../emulators/core/ledger.ts";
import type { EffectRequest } from "../../handoff/effects.ts";
import type { Alert } from "../../handoff/ports.ts";
import { check, type Verdict } from "./check.ts";
import type { DecisionFact, EffectFact, Facts, HandoffFact } from "./facts.ts";

export const HANDOFF = "handoff:production:100:enterprise-inbound:1";

export function call(over: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    seq: 1,
    time: "2026-03-10T12:00:01.000Z",
    method: "POST",
    path: "/services/data/v66.0/composite",
    query: {},
    status: 200,
    headers: {},
    body: null,
    committed: true,
    keys: [],
    ...over,
  };
}

export function effect(request: EffectRequest, over: Partial<EffectFact> = {}): EffectFact {
  return {
    kind: request.kind,
    key: "k",
    request,
    state: "done",
    result: null,
    error: null,
    doneAt: null,
    ...over,
  };
}

export function alertTo(key: string, recipient: "slack" | "email"): EffectRequest {
  const alert: Alert = {
    key,
    title: "Enterprise",
    headline: "Ana needs you",
    facts: [],
    reasons: [],
    summary: [],
    links: [],
    transcriptHtml: null,
  };
  return {
    kind: "notify",
    alert,
    recipient:
      recipient === "slack"
        ? { kind: "slack-channel", channel: "#sales" }
        : { kind: "email", email: "kim@ourcompany.example" },
  };
}

export const CRM: Extract<EffectRequest, { kind: "crm-write" }> = {
  kind: "crm-write",
  about: { ref: "record" },
  owner: { kind: "user", id: "005K", email: "kim@ourcompany.example", name: "Kim Keller" },
  alternates: [],
  operations: [
    { kind: "create", ref: "record", object: "Lead", key: "h-record", fields: { LastName: "Lopez" } },
    { kind: "update", ref: "old", object: "Account", id: "001A", fields: { Rating: "Hot" } },
    { kind: "create", ref: "task", object: "Task", key: "h-task", fields: { WhoId: { ref: "record" } } },
  ],
};

export const EFFECTS: readonly EffectFact[] = [
  effect(CRM, { key: "h-crm", result: { ids: { record: "00Q1", old: "001A", task: "00T1" } } }),
  effect({ kind: "tag-conversation", conversation: "100", tag: "Enterprise Signal" }, { key: "h-inbox1" }),
  effect({ kind: "move-to-team", conversation: "100", team: "Enterprise Sales" }, { key: "h-inbox2" }),
  effect(alertTo("h-tell1", "slack"), { key: "h-tell1" }),
  effect(alertTo("h-tell2", "email"), { key: "h-tell2" }),
];

export const crmCall = call({
  keys: ["h-record", "h-task"],
  body: { compositeRequest: [{ method: "PATCH", url: "/services/data/v66.0/sobjects/Account/001A" }] },
});
export const tagCall = call({
  seq: 1,
  time: "2026-03-10T12:00:02.000Z",
  path: "/conversations/100/tags",
  keys: ["conversation:100", "tag:7", "tag-name:Enterprise Signal"],
});
export const teamCall = call({
  seq: 2,
  time: "2026-03-10T12:00:03.000Z",
  path: "/conversations/100/parts",
  keys: ["conversation:100", "assignee:team:55"],
});
export const post = call({
  time: "2026-03-10T12:00:04.000Z",
  path: "/api/chat.postMessage",
  keys: ["h-tell1"],
});
export const mail = call({
  time: "2026-03-10T12:00:05.000Z",
  method: "SMTP",
  path: "kim@ourcompany.example",
  keys: ["<h-tell2@ourcompany.example>"],
});

export const DECISION: DecisionFact = {
  id: 1,
  conversation: "100",
  kind: "handoff",
  recipe: "enterprise-inbound",
  exclusion: null,
  decidedAt: 0,
  handoff: HANDOFF,
  record: null,
  notices: 2,
  ownerEmail: "kim@ourcompany.example",
  newestWords: "1",
};

export const DONE: HandoffFact = {
  id: HANDOFF,
  conversation: "100",
  recipe: "enterprise-inbound",
  episode: 1,
  decision: 1,
  mode: "live",
  status: "done",
  effects: EFFECTS,
};

/** One conversation that was handed off with everything that belongs to it. */
export const GOOD: Facts = {
  expectations: [
    {
      conversation: "100",
      name: "row 1",
      person: { email: "ana@acme.example", domain: "acme.example" },
      handoff: "must",
      because: "enterprise-inbound",
    },
  ],
  deliveries: [{ topic: "conversation.user.created", notificationId: "n1", status: "delivered", ms: 5 }],
  events: [
    {
      notificationId: "n1",
      topic: "conversation.user.created",
      conversation: "100",
      partKey: "100:1:conversation.user.created",
      receivedAt: 0,
      isTaken: true,
    },
  ],
  standings: [{ conversation: "100", bucket: "handed-off", isPending: false }],
  decisions: [DECISION],
  handoffs: [DONE],
  followUps: [],
  timerWishes: {},
  contacts: [],
  feedbackTags: [],
  feedbackAttributes: [],
  deals: [],
  synced: [],
  endedAt: 0,
  failedRuns: [],
  inboxWishes: { "enterprise-inbound": 2 },
  salesforce: {
    calls: [crmCall],
    records: [
      { object: "Lead", id: "00Q1", key: "h-record" },
      { object: "Task", id: "00T1", key: "h-task" },
      { object: "Lead", id: "00Q0", key: null },
    ],
    contactRoles: [],
  },
  intercom: {
    calls: [tagCall, teamCall],
    conversations: [{ id: "100", tags: ["Enterprise Signal"], team: "Enterprise Sales", answers: [] }],
    contacts: [],
    teams: [{ id: "55", name: "Enterprise Sales" }],
  },
  slack: { calls: [post], keys: ["h-tell1"] },
  mail: { calls: [mail], keys: ["h-tell2"] },
  enrichment: { calls: [] },
};

export function withEffect(place: number, over: Partial<EffectFact>): Facts {
  const effects = EFFECTS.map((one, i) => (i === place ? { ...one, ...over } : one));
  return { ...GOOD, handoffs: [{ ...DONE, effects }] };
}

export const NONE = { lost: 0, doubled: 0, outOfOrder: 0, failed: 0, maybe: 0, mismatches: 0 };

export function counts(facts: Facts): Omit<Verdict, "problems"> {
  const { problems: _, ...rest } = check(facts);
  return rest;
}

/** The outside of `facts`. */
export function outsideIn({ salesforce, intercom, slack, mail }: Facts) {
  return { salesforce, intercom, slack, mail };
}
