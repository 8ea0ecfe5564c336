import { describe, expect, test } from "vitest";
import { message, NOBODY, NOON, lead, policy, snapshot } from "../../../tests/support/cases.ts";
import type { Message } from "../../conversation/snapshot.ts";
import { compile } from "../../qualify/compile.ts";
import type { CrmView } from "../../qualify/crm.ts";
import { findingOf, type Qualified, withRecord } from "./finding.ts";

const HOUR = 3_600_000;
const rules = compile(
  policy({
    signals: { sso: { phrases: ["SSO"], points: 30 }, size: { phrases: ["people"], points: 30 } },
    scores: {
      other: { threshold: 50, signals: ["size"] },
      buying: { threshold: 50, signals: ["sso", "size"] },
    },
    exclusions: [
      { id: "jobs", when: { field: "conversation.tags", operator: "containsAny", value: ["job"] } },
    ],
    recipes: [
      {
        id: "churn",
        name: "Churn",
        on: ["message"],
        when: { field: "conversation.tags", operator: "containsAny", value: ["leaving"] },
        record: { create: "Task" },
        owner: { route: "default" },
      },
      {
        id: "buy",
        name: "Buy",
        on: ["message"],
        score: { name: "buying", atLeast: "threshold" },
        owner: { route: "default" },
      },
      {
        id: "lead",
        name: "Lead",
        on: ["message"],
        when: { field: "conversation.tags", operator: "containsAny", value: ["lead"] },
        record: { create: "Lead" },
        owner: { route: "default" },
      },
    ],
  }),
);

const asks = (text: string, at: number | null): Message => message({ id: `${text}${at}`, text, at });
const says = (role: Message["role"], at: number | null): Message =>
  message({ id: `${role}${at}`, role, text: "hello", at });

function found(messages: readonly Message[], tags: readonly string[] = [], crm: CrmView | null = null) {
  return findingOf({ snapshot: snapshot({ messages, tags }), crm }, rules, NOON);
}

describe("a past conversation", () => {
  test("qualifies with the message that passed the threshold, and is answered by the first person after it", () => {
    const talk = [
      asks("do you have SSO?", NOON),
      says("teammate", NOON + HOUR),
      asks("we are 300 people", NOON + 2 * HOUR),
      says("bot", NOON + 2 * HOUR + 1),
      says("note", NOON + 2 * HOUR + 2),
      says("teammate", NOON + 5 * HOUR),
    ];
    expect(found(talk)).toMatchObject({
      kind: "qualified",
      recipe: "buy",
      isLead: true,
      score: { name: "buying", value: 60, threshold: 50 },
      at: NOON + 2 * HOUR,
      answer: { kind: "after", ms: 3 * HOUR },
      record: "not asked",
      signals: ["sso", "size"],
      quote: "SSO",
    });
  });

  test.for([
    ["nobody", [], { kind: "none" }],
    ["a person at a time that nobody wrote down", [says("teammate", null)], { kind: "untimed" }],
    ["a person whose clock was behind", [says("teammate", NOON - HOUR)], { kind: "after", ms: 0 }],
  ] as const)("is answered by %s", ([, answers, answer]) => {
    expect(found([asks("SSO for 300 people", NOON), ...answers])).toMatchObject({ answer });
  });

  test("without times says so", () => {
    expect(found([asks("SSO for 300 people", null), says("teammate", NOON)])).toMatchObject({
      at: null,
      answer: { kind: "untimed" },
    });
  });

  test("without times is read in its order", () => {
    const talk = [asks("SSO?", null), asks("for 300 people", null), asks("hello?", null)];
    expect(found(talk)).toMatchObject({ kind: "qualified", at: null, answer: { kind: "none" } });
  });

  test("is in Salesforce, or is not, where somebody looked", () => {
    const talk = [asks("SSO for 300 people", NOON)];
    expect(found(talk, [], NOBODY)).toMatchObject({ record: "missing" });
    expect(found(talk, [], { ...NOBODY, leads: [lead()] })).toMatchObject({ record: "there" });
  });

  test("that a recipe wants for a Task alone is no lead; for a Lead it is, and no words need be quoted", () => {
    expect(found([asks("bye", NOON)], ["leaving"])).toMatchObject({
      recipe: "churn",
      isLead: false,
      quote: null,
    });
    expect(found([asks("hi", NOON)], ["lead"])).toMatchObject({ recipe: "lead", isLead: true });
  });

  test("that a policy without scores wants has none to show", () => {
    const scoreless = compile(
      policy({
        scores: {},
        recipes: [{ id: "all", name: "All", on: ["message"], owner: { route: "default" } }],
      }),
    );
    const talk = snapshot({
      messages: [asks("hi", NOON), asks("there?", NOON + 1), says("teammate", NOON + 2)],
    });
    expect(findingOf({ snapshot: talk, crm: null }, scoreless, NOON)).toMatchObject({
      at: NOON,
      score: { name: "score", value: 0, threshold: 0 },
    });
  });

  test("stays below, is excluded, or has no customer in it", () => {
    expect(found([asks("SSO?", NOON)])).toEqual({ kind: "below-threshold" });
    expect(found([asks("hello", NOON)])).toEqual({ kind: "below-threshold" });
    expect(found([asks("SSO for 300 people", NOON)], ["job"])).toEqual({
      kind: "excluded",
      exclusion: "jobs",
    });
    expect(found([says("teammate", NOON)])).toEqual({ kind: "no-customer-message" });
    expect(found([])).toEqual({ kind: "no-customer-message" });
  });
});

describe("what Salesforce says of a qualified person", () => {
  const qualified = (over: Partial<Qualified>): Qualified => ({
    ...(findingOf(
      { snapshot: snapshot({ messages: [message({ text: "SSO for 300 people", at: NOON })] }), crm: null },
      rules,
      NOON,
    ) as Qualified),
    ...over,
  });
  const none = { kind: "none" } as const;

  test.each([
    [
      "no record is missing",
      { answer: none },
      null,
      { record: "missing", recordAfterMs: null, answer: none },
    ],
    [
      "a record made an hour later came an hour late",
      { answer: none },
      { createdAt: NOON + HOUR, touchedAt: null },
      { record: "there", recordAfterMs: HOUR, answer: none },
    ],
    [
      "a record from before was there at once",
      { answer: none },
      { createdAt: NOON - HOUR, touchedAt: null },
      { recordAfterMs: 0 },
    ],
    [
      "a touch answers who was never answered",
      { answer: none },
      { createdAt: null, touchedAt: NOON + HOUR },
      { recordAfterMs: null, answer: { kind: "after", ms: HOUR } },
    ],
    [
      "an earlier touch goes before a later message",
      { answer: { kind: "after", ms: 2 * HOUR } },
      { createdAt: NOON, touchedAt: NOON + HOUR },
      { answer: { kind: "after", ms: HOUR } },
    ],
    [
      "a later touch does not",
      { answer: { kind: "after", ms: HOUR } },
      { createdAt: NOON, touchedAt: NOON + 2 * HOUR },
      { answer: { kind: "after", ms: HOUR } },
    ],
    [
      "a touch in the second of the message is at once",
      { answer: none },
      { createdAt: NOON, touchedAt: NOON - 400 },
      { answer: { kind: "after", ms: 0 } },
    ],
    [
      "without a time nothing is late",
      { at: null, answer: none },
      { createdAt: NOON, touchedAt: NOON },
      { record: "there", recordAfterMs: null, answer: none },
    ],
  ] as const)("%s", (_, over, known, expected) => {
    expect(withRecord(qualified(over), known)).toMatchObject(expected);
  });
});
