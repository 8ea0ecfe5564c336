import { describe, expect, test } from "vitest";
import type { Settled } from "../decide/decide.ts";
import type { OwnerRef, RecordPlan } from "../decide/decision.ts";
import { foundOutcome, outcomeOf, recordText, storedOutcome } from "./outcome.ts";

const judgement = { kind: "below-threshold", exclusions: [], recipes: [] } as const;
const because = { situation: "unknown", because: "" } as const;
const task = { ...because, kind: "task", contactId: null, subject: "", priority: "" } as const;
const user = (over: Partial<Extract<OwnerRef, { kind: "user" }>> = {}): OwnerRef => ({
  kind: "user",
  id: "005A",
  email: "ana@us.example",
  name: "Ana",
  ...over,
});

const opportunity = {
  ...because,
  kind: "create-opportunity",
  contactId: null,
  accountId: null,
  isPersonAccount: false,
  stage: "",
  closeAt: 0,
  source: null,
} as const;

describe("a handoff is reduced to recipe, record and owner", () => {
  test.for<readonly [string, RecordPlan, OwnerRef, string]>([
    [
      "new Lead",
      { ...because, kind: "create-lead", source: null, accountId: null },
      user(),
      "ana@us.example",
    ],
    [
      "new Contact",
      { ...because, kind: "create-contact", source: null, accountId: null },
      user(),
      "ana@us.example",
    ],
    [
      "open Lead",
      { ...because, kind: "update-lead", source: null, leadId: "00Q" },
      user({ email: null }),
      "Ana",
    ],
    ["new Opportunity", { ...opportunity, type: null }, user({ email: null, name: null }), "005A"],
    ["new Opportunity (Upgrade)", { ...opportunity, type: "Upgrade" }, user(), "ana@us.example"],
    ["Task", { ...task, on: null }, user(), "ana@us.example"],
    [
      "Task on Account",
      { ...task, on: { object: "Account", id: "001" } },
      { kind: "queue", id: "00G", name: "Inbound" },
      "queue Inbound",
    ],
  ])("%s", ([text, record, owner, named]) => {
    const outcome = { kind: "handoff", plan: { recipe: "qualified", record: text, owner: named } };
    const plan = { owner, route: "default", via: "", receipts: [], pool: null, alternates: [] };
    const found = { recipe: "qualified", record: recordText(record) };
    expect(foundOutcome(found, { kind: "assigned", plan })).toEqual(outcome);
    const stored = {
      kind: "handoff",
      recipe: "qualified",
      exclusion: null,
      handoff: { record, owner: { owner } },
    } as const;
    expect(storedOutcome(stored)).toEqual(outcome);
  });
});

describe("anything else is reduced to its kind and its reason", () => {
  test.for<Settled>([
    { kind: "already-handed-off", judgement, recipe: "qualified", handoff: "h" },
    { kind: "excluded", judgement, exclusion: "ours" },
    { kind: "below-threshold", judgement },
    { kind: "gone", reason: "" },
  ])("$kind, decided or stored alike", (decision) => {
    const recipe = "recipe" in decision ? decision.recipe : null;
    const exclusion = "exclusion" in decision ? decision.exclusion : null;
    const outcome = outcomeOf(decision);
    expect(outcome.kind).toBe(decision.kind);
    expect(storedOutcome({ kind: decision.kind, recipe, exclusion, handoff: null })).toEqual(outcome);
  });
  test("and what is held to the recipe", () => {
    const held = { kind: "held", plan: { recipe: "qualified", record: null, owner: null } };
    const wanted = { recipe: "qualified", record: "new Lead" };
    expect(foundOutcome(wanted, { kind: "nobody", receipts: [] })).toEqual(held);
    expect(foundOutcome(wanted, { kind: "held", reason: "", until: 0, receipts: [] })).toEqual(held);
    const stored = { kind: "held", recipe: "qualified", exclusion: null, handoff: null } as const;
    expect(storedOutcome(stored)).toEqual(held);
  });
  test("and columns that say nothing are empty words", () => {
    const nothing = { recipe: null, exclusion: null, handoff: null };
    expect(storedOutcome({ kind: "held", ...nothing })).toEqual({
      kind: "held",
      plan: { recipe: "", record: null, owner: null },
    });
    expect(storedOutcome({ kind: "already-handed-off", ...nothing })).toMatchObject({ recipe: "" });
    expect(storedOutcome({ kind: "excluded", ...nothing })).toMatchObject({ exclusion: "" });
  });
});
