import { describe, expect, test } from "vitest";
import { NOON } from "../../tests/support/cases.ts";
import type { Value } from "./fields.ts";
import { isNews, type Memory, MOST_TURNS, planSync, type SideName, written } from "./plan.ts";

type Direction = "to-salesforce" | "to-intercom" | "both";
const MINUTE = 60_000;
const row = (direction: Direction) => ({ from: "contact.phone", to: "Phone", direction });
const side = (value: Value, at = NOON) => ({ values: { Phone: value }, at });

/** Both sides held these when Baton last looked, an hour ago. */
function remembered(intercom: Value, salesforce: Value = intercom): Memory {
  const at = NOON - 60 * MINUTE;
  return {
    Phone: { intercom: { value: intercom, at }, salesforce: { value: salesforce, at }, wrote: null },
  };
}

interface Case {
  readonly direction?: Direction;
  readonly fields?: Memory;
  readonly aligning?: boolean;
  readonly intercom: readonly [Value, number?];
  readonly salesforce: readonly [Value, number?];
}

function planned({ direction = "both", fields = {}, aligning = false, intercom, salesforce }: Case) {
  const known = { fields, aligning };
  return planSync(known, side(...intercom), side(...salesforce), [row(direction)], NOON);
}

/** "salesforce: 1 -> 2", with the outcome where nothing is written. */
function told(question: Case): string | null {
  const [change] = planned(question).changes;
  if (change === undefined) return null;
  const outcome = change.outcome === "write" ? "" : `${change.outcome} `;
  return `${outcome}${change.to}: ${change.before} -> ${change.after}`;
}

describe("a change of one side goes to the other", () => {
  test.for<[string, Case, string | null]>([
    [
      "Intercom's, both ways",
      { fields: remembered("1"), intercom: ["2"], salesforce: ["1"] },
      "salesforce: 1 -> 2",
    ],
    [
      "Salesforce's, both ways",
      { fields: remembered("1"), intercom: ["1"], salesforce: ["2"] },
      "intercom: 1 -> 2",
    ],
    [
      "Intercom's, to Salesforce",
      { direction: "to-salesforce", fields: remembered("1"), intercom: ["2"], salesforce: ["1"] },
      "salesforce: 1 -> 2",
    ],
    [
      "Salesforce's, not on a line to Salesforce",
      { direction: "to-salesforce", fields: remembered("1"), intercom: ["1"], salesforce: ["2"] },
      null,
    ],
    [
      "Salesforce's, to Intercom",
      { direction: "to-intercom", fields: remembered("1"), intercom: ["1"], salesforce: ["2"] },
      "intercom: 1 -> 2",
    ],
    [
      "Intercom's, not on a line to Intercom",
      { direction: "to-intercom", fields: remembered("1"), intercom: ["2"], salesforce: ["1"] },
      null,
    ],
    [
      "on a one-way line even if the other was changed later",
      {
        direction: "to-salesforce",
        fields: remembered("1"),
        intercom: ["2", NOON - MINUTE],
        salesforce: ["3"],
      },
      "salesforce: 3 -> 2",
    ],
    [
      "none where both have come to agree",
      { fields: remembered("1"), intercom: ["2"], salesforce: ["2"] },
      null,
    ],
    [
      "none where nothing changed, although they differ",
      { fields: remembered("1", "2"), intercom: ["1"], salesforce: ["2"] },
      null,
    ],
  ])("%s", ([, question, expected]) => {
    expect(told(question)).toBe(expected);
  });
});

describe("both sides changed", () => {
  test.for<[string, number, number, string]>([
    ["Intercom last", NOON, NOON - MINUTE, "salesforce: 3 -> 2"],
    ["Salesforce last", NOON - MINUTE, NOON, "intercom: 2 -> 3"],
    ["in the same second: Salesforce's stands", NOON, NOON, "intercom: 2 -> 3"],
  ])("%s", ([, intercomAt, salesforceAt, expected]) => {
    const question: Case = {
      fields: remembered("1"),
      intercom: ["2", intercomAt],
      salesforce: ["3", salesforceAt],
    };
    expect(told(question)).toBe(expected);
    expect(planned(question).changes[0]?.why).toMatch(/^both changed, and \w+ was the last to$/);
  });

  test("the time of a field is that of the first look that saw it, whatever else changed later", () => {
    const first = planned({
      direction: "to-intercom",
      fields: remembered("1"),
      intercom: ["2", NOON - 5 * MINUTE],
      salesforce: ["1"],
    });
    const second = planned({
      fields: first.fields,
      aligning: true,
      intercom: ["2", NOON],
      salesforce: ["3", NOON - MINUTE],
    });
    expect(second.changes).toMatchObject([{ to: "intercom", after: "3" }]);
  });
});

describe("what is empty", () => {
  test.for<[string, Case, string | null]>([
    ["is filled from Intercom", { intercom: ["1", 0], salesforce: [null] }, "salesforce: null -> 1"],
    ["is filled from Salesforce", { intercom: [null], salesforce: ["1", 0] }, "intercom: null -> 1"],
    [
      "is filled one way",
      { direction: "to-salesforce", intercom: ["1", 0], salesforce: [null] },
      "salesforce: null -> 1",
    ],
    [
      "is not filled against the direction",
      { direction: "to-intercom", intercom: ["1"], salesforce: [null] },
      null,
    ],
    ["stays empty on both sides", { intercom: [null], salesforce: [null] }, null],
    [
      "erases nothing, both ways",
      { fields: remembered("1"), intercom: [null], salesforce: ["1"] },
      "kept salesforce: 1 -> null",
    ],
    [
      "erases nothing, one way",
      { direction: "to-salesforce", fields: remembered("1"), intercom: [null], salesforce: ["1"] },
      "kept salesforce: 1 -> null",
    ],
    [
      "gives way to what the other side changed before",
      { fields: remembered("1"), intercom: [null], salesforce: ["2", NOON - MINUTE] },
      "intercom: null -> 2",
    ],
  ])("%s", ([, question, expected]) => {
    expect(told(question)).toBe(expected);
  });
});

describe("when both meet with different values", () => {
  test.for<[string, Case, string | null]>([
    [
      "the record that was changed later counts",
      { intercom: ["1"], salesforce: ["2", 0] },
      "salesforce: 2 -> 1",
    ],
    [
      "one way, too",
      { direction: "to-salesforce", intercom: ["1"], salesforce: ["2", 0] },
      "salesforce: 2 -> 1",
    ],
    [
      "a later one is not overwritten against the direction",
      { direction: "to-salesforce", intercom: ["1", 0], salesforce: ["2"] },
      "kept salesforce: 2 -> 1",
    ],
    [
      "nor in Intercom",
      { direction: "to-intercom", intercom: ["1"], salesforce: ["2", 0] },
      "kept intercom: 1 -> 2",
    ],
    [
      "a backfill looks at what has long differed",
      { fields: remembered("1", "2"), aligning: true, intercom: ["1"], salesforce: ["2"] },
      "intercom: 1 -> 2",
    ],
  ])("%s", ([, question, expected]) => {
    expect(told(question)).toBe(expected);
  });
});

describe("loops end", () => {
  test("Baton's own write coming back is no change", () => {
    const { changes, fields } = planned({ fields: remembered("1"), intercom: ["2"], salesforce: ["1"] });
    const [change] = changes;
    if (change === undefined) throw new Error("nothing was planned");
    const after = written(fields, change, NOON);
    expect(planned({ fields: after, intercom: ["2"], salesforce: ["2", NOON + MINUTE] }).changes).toEqual([]);
    expect(written({}, change, NOON)).toEqual({});
  });

  /** Something in the org appends an x to whatever is written, and Intercom something else. */
  function rewritten(times: number, apartMs: number): readonly string[] {
    let fields = remembered("1");
    let [intercom, salesforce] = ["1", "1"];
    const outcomes: string[] = [];
    for (let i = 0; i < times; i += 1) {
      const now = NOON + i * apartMs;
      if (i % 2 === 0) intercom = `${salesforce}i`;
      else salesforce = `${intercom}s`;
      const plan = planSync(
        { fields, aligning: false },
        side(intercom, now),
        side(salesforce, now),
        [row("both")],
        now,
      );
      const [change] = plan.changes;
      if (change === undefined) throw new Error("nothing was planned");
      outcomes.push(change.outcome);
      fields = change.outcome === "write" ? written(plan.fields, change, now) : plan.fields;
      if (change.to === "salesforce") salesforce = intercom;
      else intercom = salesforce;
    }
    return outcomes;
  }

  test("two sides that keep rewriting each other are stopped", () => {
    expect(rewritten(MOST_TURNS + 2, 1_000)).toEqual([
      ...Array<string>(MOST_TURNS + 1).fill("write"),
      "stopped",
    ]);
  });

  test("one side that changes often is not", () => {
    let fields = remembered("0");
    for (let i = 1; i < MOST_TURNS + 4; i += 1) {
      const known = { fields, aligning: false };
      const plan = planSync(known, side(`${i}`, NOON + i), side(`${i - 1}`), [row("both")], NOON + i);
      const [change] = plan.changes;
      expect(change).toMatchObject({ outcome: "write", to: "salesforce" });
      if (change !== undefined) fields = written(plan.fields, change, NOON + i);
    }
  });

  test("people who take turns over the day are not", () => {
    expect(rewritten(MOST_TURNS + 4, 61 * MINUTE)).not.toContain("stopped");
  });
});

test.for<[SideName, Value, boolean]>([
  ["intercom", "1", false],
  ["intercom", "2", true],
  ["salesforce", "2", false],
])("%s with %s is news: %s", ([name, value, expected]) => {
  expect(isNews(remembered("1", "2"), name, { Phone: value }, [row("both")])).toBe(expected);
});

test("a field that was never looked at is news, and one that is gone", () => {
  expect(isNews({}, "intercom", {}, [row("both")])).toBe(true);
  expect(isNews(remembered("1"), "intercom", {}, [row("both")])).toBe(true);
});

test("a field without a value counts as empty", () => {
  const empty = { values: {}, at: NOON };
  expect(
    planSync({ fields: {}, aligning: false }, empty, side("1"), [row("both")], NOON).changes,
  ).toMatchObject([{ to: "intercom", before: null, after: "1" }]);
});
