import { describe, expect, test } from "vitest";
import { movementOf, type Side, UNSEEN, withOutcome } from "./compare.ts";
import type { Outcome, Plan } from "./outcome.ts";

const plan = (over: Partial<Plan> = {}): Plan => ({
  recipe: "qualified",
  record: "new Lead",
  owner: "ana@us.example",
  ...over,
});
const handoff = (over: Partial<Plan> = {}): Outcome => ({ kind: "handoff", plan: plan(over) });
const held: Outcome = { kind: "held", plan: plan({ record: null, owner: null }) };
const open: Outcome = { kind: "needs-salesforce", recipe: "qualified" };
const excluded: Outcome = { kind: "excluded", exclusion: "ours" };
const below: Outcome = { kind: "below-threshold" };

const after = (...outcomes: readonly Outcome[]): Side =>
  outcomes.reduce((side, outcome) => withOutcome(side, outcome, {}), UNSEEN);

describe("a conversation counts once, by the strongest that became of it", () => {
  test.for<readonly [Outcome, Outcome]>([
    [{ kind: "gone" }, below],
    [below, excluded],
    [excluded, { kind: "already-handed-off", recipe: "qualified" }],
    [{ kind: "already-handed-off", recipe: "qualified" }, held],
    [held, open],
    [open, handoff()],
  ])("%o is weaker than %o, whichever came first", ([weaker, stronger]) => {
    expect(after(weaker, stronger).standing).toBe(stronger.kind);
    expect(after(stronger, weaker).standing).toBe(stronger.kind);
  });

  test("among equals the earlier stands for it", () => {
    expect(after(excluded, { kind: "excluded", exclusion: "other" })).toMatchObject({ reason: "ours" });
    expect(after(handoff(), handoff({ recipe: "churn-risk" }))).toMatchObject({ reason: "qualified" });
    expect(after(below)).toMatchObject({ reason: null });
    expect(after(open)).toMatchObject({ reason: "qualified" });
  });

  test("each recipe is kept once, what was held until somebody got it", () => {
    expect(after(held, handoff(), handoff({ owner: "ben@us.example" }), held).plans).toEqual([plan()]);
    expect(after(held, held).plans).toEqual([plan({ record: null, owner: null })]);
    const churn = plan({ recipe: "churn-risk" });
    expect(after(handoff(), held, { kind: "handoff", plan: churn }).plans).toEqual([plan(), churn]);
    const heldThenBoth = after(handoff({ recipe: "churn-risk" }), held, handoff());
    expect(heldThenBoth.plans).toEqual([churn, plan()]);
  });

  test("with the highest of each score", () => {
    const first = withOutcome(UNSEEN, below, { buying: 10, churn: 5 });
    expect(withOutcome(first, below, { buying: 3, churn: 8 }).scores).toEqual({ buying: 10, churn: 8 });
    expect(withOutcome(first, below, { buying: 3 }).scores).toEqual({ buying: 10, churn: 5 });
    expect(withOutcome(first, below, { other: 0 }).scores).toEqual({ buying: 10, churn: 5, other: 0 });
  });
});

describe("between two policies a conversation", () => {
  test.for<readonly [string, Side, Side]>([
    ["enters", after(below), after(handoff())],
    ["enters", after(excluded), after(held)],
    ["leaves", after(handoff()), after(below)],
    ["leaves", after(held), after(excluded)],
    ["same", after(below), after(excluded)],
    ["same", after(handoff()), after(handoff())],
    ["same", after(open), after(open)],
    ["unsure", after(below), after(open)],
    ["unsure", after(open), after(handoff())],
  ])("%s", ([kind, before, now]) => {
    expect(movementOf(before, now)).toEqual({ kind });
  });

  test.for<readonly [readonly string[], Side, Side]>([
    [["owner"], after(handoff()), after(handoff({ owner: "ben@us.example" }))],
    [["record"], after(handoff()), after(handoff({ record: "Task" }))],
    [["recipe"], after(handoff()), after(handoff({ recipe: "churn-risk" }))],
    [["recipe"], after(handoff()), after(handoff(), handoff({ recipe: "churn-risk" }))],
    [["standing", "record", "owner"], after(held), after(handoff())],
  ])("changes its %s", ([parts, before, now]) => {
    expect(movementOf(before, now)).toEqual({ kind: "changes", parts });
  });

  test("that lost its last plan changes nothing but its standing", () => {
    const bare: Side = { ...after(handoff()), plans: [] };
    expect(movementOf(after(handoff()), bare)).toEqual({ kind: "changes", parts: ["recipe"] });
  });
});
