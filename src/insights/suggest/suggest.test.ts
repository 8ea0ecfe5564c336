import { describe, expect, test } from "vitest";
import { frozen } from "../../../tests/support/frozen.ts";
import { NOON, person } from "../../../tests/support/cases.ts";
import { policySchema } from "../../policy/schema.ts";
import { compile } from "../../qualify/compile.ts";
import type { FrozenInputs } from "../replay.ts";
import { caseOf, type ClosedCase, scaledTo, suggest, withSuggested } from "./suggest.ts";

const TREE = {
  format: "baton/policy@1",
  name: "Two scores",
  signals: {
    sso: { label: "SSO", phrases: ["SSO"], points: 10, cap: 20 },
    price: { phrases: ["price", "quote"], points: 10 },
    seats: { phrases: ["seats"], points: 10 },
    mute: { phrases: ["mute"], points: 0 },
    angry: { phrases: ["angry"], points: 30 },
  },
  scores: {
    churn: { signals: ["angry"], threshold: 30 },
    buying: {
      signals: ["sso", "price", "seats", "mute"],
      bonus: [
        { label: "Trial", when: { field: "contact.plan", operator: "=", value: "trial" }, points: 10 },
        { label: "None", when: { field: "contact.plan", operator: "=", value: "free" }, points: 0 },
      ],
      threshold: 20,
    },
  },
};
const POLICY = policySchema.parse(TREE);

const one = (
  isWon: boolean,
  signals: Record<string, number>,
  over: Partial<ClosedCase> = {},
): ClosedCase => ({
  isWon,
  signals,
  bonuses: {},
  reached: ["buying"],
  ...over,
});
const times = (n: number, made: ClosedCase): readonly ClosedCase[] => Array.from({ length: n }, () => made);

/** SSO wins, price loses, each in many. */
const CLEAR = [
  ...times(60, one(true, { sso: 1 })),
  ...times(15, one(false, { sso: 1 })),
  ...times(20, one(true, { price: 1 })),
  ...times(60, one(false, { price: 1 })),
  ...times(20, one(true, {}, { bonuses: { buying: ["Trial"] } })),
  ...times(20, one(false, {}, { bonuses: { buying: ["Trial"] } })),
  ...times(20, one(true, {})),
  ...times(20, one(false, {})),
];

describe("a closed conversation", () => {
  const compiled = compile(POLICY);
  const read = (inputs: FrozenInputs) => caseOf({ conversation: "1", isWon: true, inputs }, compiled);

  test("is how many pieces of each signal counted, which bonuses applied and what was reached", () => {
    const plain = frozen("SSO, SSO! What is the price? And a quote for 20 seats");
    const trial = { ...plain.evidence.snapshot, contact: person({ plan: "trial" }) };
    expect(read({ ...plain, evidence: { snapshot: trial, crm: null }, now: NOON })).toEqual({
      isWon: true,
      signals: { sso: 1, price: 2, seats: 1 },
      bonuses: { buying: ["Trial"] },
      reached: ["buying"],
    });
  });

  test("whose inputs cannot be read any more is none", () => {
    expect(read({} as FrozenInputs)).toBeNull();
  });
});

describe("a suggestion", () => {
  test("raises what wins, lowers what loses, and leaves what is hardly seen as it is", () => {
    const found = suggest(CLEAR, POLICY, null);
    expect(found).toMatchObject({ score: "buying", won: 120, lost: 115, needed: 30, why: null });
    const [sso, price, seats, trial] = found.weights;
    expect(sso).toMatchObject({ id: "sso", label: "SSO", points: 10, seen: 75, won: 60 });
    expect(Number(sso?.fitted?.low)).toBeGreaterThan(0);
    expect(Number(price?.suggested)).toBeLessThan(10);
    expect(seats).toMatchObject({ id: "seats", seen: 0, fitted: null, suggested: 10 });
    expect(trial).toMatchObject({ kind: "bonus", id: "Trial", seen: 40 });
    expect(found.weights).toHaveLength(4);
  });

  test("is none of too few deals, and names how many are needed", () => {
    expect(suggest(CLEAR.slice(0, 70), POLICY, "buying")).toMatchObject({
      needed: 20,
      why: "60 conversations are won and 10 lost; to weigh 2 things anew 20 of each are needed.",
    });
    expect(suggest([], POLICY, null)).toMatchObject({ score: "churn", won: 0, needed: 20 });
  });

  test("is none where nothing that gives points was found", () => {
    const plain = [...times(30, one(true, {})), ...times(30, one(false, {}))];
    expect(suggest(plain, POLICY, "buying").why).toContain("was found in 10 conversations");
    expect(suggest(plain, { ...POLICY, scores: {} }, null)).toMatchObject({ score: null, weights: [] });
    expect(suggest(plain, POLICY, "nowhere").weights).toEqual([]);
  });

  test("is none where won and lost look alike", () => {
    const alike = [
      ...times(30, one(true, { sso: 1 })),
      ...times(30, one(false, { sso: 1 })),
      ...times(30, one(true, { price: 1 })),
      ...times(30, one(false, { price: 1 })),
    ];
    expect(suggest(alike, POLICY, "buying").why).toContain("tells won from lost surely yet");
  });

  test("is none where the deals agree with the policy", () => {
    const agreeing = [
      ...times(60, one(true, { sso: 1 })),
      ...times(20, one(false, { sso: 1 })),
      ...times(60, one(true, { price: 1 })),
      ...times(20, one(false, { price: 1 })),
      ...times(20, one(true, {})),
      ...times(60, one(false, {})),
    ];
    expect(suggest(agreeing, POLICY, "buying").why).toContain("agrees with the points of today");
  });

  test("passes over a signal that the policy does not have", () => {
    const buying = { ...TREE.scores.buying, signals: ["gone"] };
    const odd = policySchema.parse({ ...TREE, scores: { buying } });
    expect(suggest(CLEAR, odd, "buying").weights.map(({ id }) => id)).toEqual(["Trial"]);
  });
});

describe("the scale", () => {
  test("keeps as many points in all as today, and has its own error in each weight's", () => {
    const fit = {
      weights: [2, 1],
      covariance: [
        [0.01, 0],
        [0, 0.01],
      ],
    };
    const scaled = scaledTo(fit, [10, 20], [10, 10]);
    expect(scaled.map(({ value }) => value)).toEqual([15, 7.5]);
    // A weight that all the rest is measured by moves less than it would alone.
    expect(scaled[0]?.error).toBeLessThan(7.5 * 0.1 * 2);
    expect(scaledTo({ weights: [1], covariance: [[0.25]] }, [5], [10])).toEqual([{ value: 10, error: 0 }]);
  });
});

describe("the policy with suggested points", () => {
  const suggestion = {
    ...suggest(CLEAR, POLICY, "buying"),
    weights: [
      { kind: "signal", id: "sso", label: "SSO", points: 10, suggested: 16, seen: 1, won: 1, fitted: null },
      {
        kind: "signal",
        id: "price",
        label: "price",
        points: 10,
        suggested: 0,
        seen: 1,
        won: 1,
        fitted: null,
      },
      { kind: "signal", id: "gone", label: "gone", points: 10, suggested: 1, seen: 1, won: 1, fitted: null },
      {
        kind: "signal",
        id: "seats",
        label: "seats",
        points: 10,
        suggested: 10,
        seen: 1,
        won: 1,
        fitted: null,
      },
      { kind: "bonus", id: "Trial", label: "Trial", points: 10, suggested: 3, seen: 1, won: 1, fitted: null },
    ],
  } as const;

  test("has them in their places; a cap holds as many pieces as before", () => {
    const after = policySchema.parse(withSuggested(TREE, suggestion));
    expect(after.signals["sso"]).toMatchObject({ points: 16, cap: 32 });
    expect(after.signals["price"]).toMatchObject({ points: 0 });
    expect(after.signals["seats"]).toEqual(POLICY.signals["seats"]);
    expect(after.scores["buying"]?.bonus.map(({ points }) => points)).toEqual([3, 0]);
    expect(TREE.signals.sso.points).toBe(10);
  });

  test("leaves a tree without signals and scores alone", () => {
    expect(withSuggested({}, suggestion)).toEqual({});
    expect(withSuggested({ scores: {} }, { ...suggestion, score: null })).toEqual({ scores: {} });
  });

  test("keeps a cap where a signal no longer counts", () => {
    const weights = [{ ...suggestion.weights[0], suggested: 0 }];
    expect(withSuggested(TREE, { ...suggestion, weights })).toMatchObject({
      signals: { sso: { points: 0, cap: 20 } },
    });
  });
});
