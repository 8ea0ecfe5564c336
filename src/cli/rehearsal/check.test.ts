import { describe, expect, test } from "vitest";
import { check } from "./check.ts";
import { type Facts, type HandoffFact, NOTHING, untold } from "./facts.ts";
import {
  HANDOFF,
  call,
  effect,
  alertTo,
  post,
  DECISION,
  DONE,
  GOOD,
  withEffect,
  NONE,
  counts,
  outsideIn,
} from "./one-handoff.ts";

describe("events", () => {
  const stored = GOOD.events[0] ?? null;

  test("one that was acknowledged and is not stored is lost", () => {
    expect(
      counts({
        ...GOOD,
        deliveries: [...GOOD.deliveries, { topic: "t", notificationId: "n2", status: "delivered", ms: 1 }],
      }),
    ).toEqual({ ...NONE, lost: 1 });
  });

  test("one that was refused, or is a ping, need not be stored", () => {
    const deliveries = [
      ...GOOD.deliveries,
      { topic: "t", notificationId: "n2", status: "refused" as const, ms: 1 },
      { topic: "ping", notificationId: null, status: "delivered" as const, ms: 1 },
    ];
    expect(counts({ ...GOOD, deliveries })).toEqual(NONE);
  });

  test("one that is stored twice is doubled", () => {
    expect(counts({ ...GOOD, events: [...GOOD.events, ...GOOD.events] })).toEqual({ ...NONE, doubled: 1 });
  });

  test("one that no run has taken is lost", () => {
    const events = stored === null ? [] : [{ ...stored, isTaken: false }];
    expect(counts({ ...GOOD, events })).toEqual({ ...NONE, lost: 1 });
  });

  test("a conversation that was heard of and stands nowhere is lost, in two places doubled", () => {
    expect(counts({ ...GOOD, standings: [] })).toEqual({ ...NONE, lost: 1 });
    expect(counts({ ...GOOD, standings: [...GOOD.standings, ...GOOD.standings] })).toEqual({
      ...NONE,
      doubled: 1,
    });
  });

  test("a conversation of which something waits for a decision is lost", () => {
    const standings = [{ conversation: "100", bucket: "handed-off", isPending: true }];
    expect(counts({ ...GOOD, standings })).toEqual({ ...NONE, lost: 1 });
  });

  test("a conversation never heard of is lost, even if its webhooks were: the sweep finds it", () => {
    const silent = { ...GOOD, ...NOTHING, expectations: GOOD.expectations };
    expect(counts(silent)).toEqual({ ...NONE, lost: 1 });
    const withheld = [
      { topic: "conversation.user.created", notificationId: "n1", status: "withheld" as const, ms: 0 },
    ];
    expect(counts({ ...silent, deliveries: withheld })).toEqual({ ...NONE, lost: 1 });
  });
});

describe("a notification", () => {
  const sent = (notificationId: string | null, status: Facts["deliveries"][number]["status"]) => ({
    topic: `about ${notificationId ?? "nothing"}`,
    notificationId,
    status,
    ms: 5_000,
  });

  test("was never told when it was withheld, discarded, or given up after two silences", () => {
    const deliveries = [
      sent("a", "withheld"),
      sent("b", "discarded"),
      sent("c", "unanswered"),
      sent("c", "refused"),
      sent("d", "unanswered"),
      sent("d", "delivered"),
      sent(null, "refused"),
    ];
    expect(untold(deliveries)).toEqual(["about a", "about b", "about c", "about c"]);
  });
});

describe("the order of two handoffs of one conversation", () => {
  const later: HandoffFact = {
    ...DONE,
    id: "handoff:production:100:churn-risk:1",
    recipe: "churn-risk",
    decision: 2,
    effects: [effect(alertTo("l-tell1", "slack"), { key: "l-tell1" })],
  };
  const decisions = [DECISION, { ...DECISION, id: 2, recipe: "churn-risk", handoff: later.id, notices: 1 }];
  const told = (at: string): Facts => ({
    ...GOOD,
    decisions,
    handoffs: [later, DONE],
    slack: {
      calls: [post, call({ time: at, path: "/api/chat.postMessage", keys: ["l-tell1"] })],
      keys: ["h-tell1", "l-tell1"],
    },
  });

  test("the later one waits for all writes of the earlier one", () => {
    const { problems: _, ...verdict } = check(told("2026-03-10T12:00:05.000Z"));
    expect(verdict).toEqual({ ...NONE, lost: 1 }); // the one Salesforce write that `later` leaves out
  });

  test("a write in between is out of order", () => {
    expect(counts(told("2026-03-10T12:00:04.500Z"))).toMatchObject({ outOfOrder: 1 });
  });
});

describe("failures", () => {
  test("a failed effect, a failed handoff without one, and a failed run are counted", () => {
    expect(counts(withEffect(4, { state: "failed", error: "no such address" }))).toEqual({
      ...NONE,
      failed: 1,
    });
    expect(counts({ ...GOOD, handoffs: [{ ...DONE, status: "failed" }] })).toEqual({ ...NONE, failed: 1 });
    const failedRuns = [{ id: "r", kind: "conversation", status: "gave up", error: null }];
    expect(counts({ ...GOOD, failedRuns })).toEqual({ ...NONE, failed: 1 });
  });

  test("a handoff that never ended is lost", () => {
    expect(counts({ ...GOOD, handoffs: [{ ...DONE, status: "running" }] })).toEqual({ ...NONE, lost: 1 });
  });

  test("a decision whose handoff is not there is lost", () => {
    const facts = { ...GOOD, ...outsideIn(NOTHING), handoffs: [] };
    const lines = check(facts).problems.map(({ kind, line }) => `${kind}: ${line}`);
    expect(lines).toEqual([
      `lost: decision 1 asks for ${HANDOFF}, which does not exist`,
      "lost: conversation 100 (row 1) qualifies (enterprise-inbound) and was not handed off: handoff enterprise-inbound",
    ]);
  });
});

describe("what the words ask for", () => {
  const [first] = GOOD.expectations;
  const idle = (handoff: "must" | "must-not" | "either", kind: string): Facts => ({
    ...GOOD,
    ...outsideIn(NOTHING),
    handoffs: [],
    decisions: [{ ...DECISION, kind, handoff: null, recipe: null, exclusion: null }],
    expectations: first === undefined ? [] : [{ ...first, handoff }],
  });

  test("a conversation that qualifies and was not handed off is lost", () => {
    const { problems, lost } = check(idle("must", "below-threshold"));
    expect(lost).toBe(1);
    expect(problems[0]?.line).toBe(
      "conversation 100 (row 1) qualifies (enterprise-inbound) and was not handed off: below-threshold",
    );
  });

  test("a mismatch only where webhooks about people were lost on the way", () => {
    const gone = {
      topic: "event.created",
      notificationId: "n2",
      status: "withheld" as const,
      ms: 0,
    };
    const facts = idle("must", "below-threshold");
    const deliveries = [...facts.deliveries, gone];
    expect(counts({ ...facts, deliveries })).toEqual({ ...NONE, mismatches: 1 });
  });

  test("unless nobody could take it, or it qualified only on the way", () => {
    expect(counts(idle("must", "held"))).toEqual(NONE);
    expect(counts(idle("either", "below-threshold"))).toEqual(NONE);
    expect(counts(idle("must-not", "below-threshold"))).toEqual(NONE);
  });

  test("one that was handed off and never qualifies is shown", () => {
    const expectations = first === undefined ? [] : [{ ...first, handoff: "must-not" as const }];
    expect(counts({ ...GOOD, expectations })).toEqual({ ...NONE, mismatches: 1 });
  });
});
