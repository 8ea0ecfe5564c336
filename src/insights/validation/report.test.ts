import { expect, test } from "vitest";
import { message, NOON, policy, snapshot } from "../../../tests/support/cases.ts";
import { compile } from "../../qualify/compile.ts";
import { judgedBy, validationReport } from "./report.ts";

const rules = compile(
  policy({
    signals: { sso: { phrases: ["SSO"], points: 50 }, vip: { tags: ["vip"], points: 5 } },
    scores: { buying: { signals: ["sso", "vip"], threshold: 40 } },
  }),
);

function judged(id: string, text: string, isRight: boolean, tags: readonly string[] = []) {
  const messages = [
    message({ id, text, at: NOON }),
    message({ id: `${id}a`, role: "teammate", text: "hi", at: NOON }),
  ];
  return judgedBy(
    rules,
    { snapshot: snapshot({ messages, tags }), crm: null },
    { id, isRight, weight: 1 },
    NOON,
  );
}

const labels = [
  judged("1", "SSO please", true, ["vip"]),
  judged("2", "our SSO fails", false),
  judged("3", "volume discount?", true),
  judged("4", "a volume discount", true),
  judged("5", "thanks", false),
];

test("a labelled conversation is judged with its words, recipe, signals and scores", () => {
  expect(labels[0]).toMatchObject({
    qualified: true,
    recipe: "qualified",
    signals: ["sso", "vip"],
    phrases: ["SSO"],
    text: "SSO please",
    scores: { buying: { value: 55, threshold: 40 } },
  });
  expect(labels[2]).toMatchObject({
    qualified: false,
    recipe: null,
    signals: [],
    scores: { buying: { value: 0 } },
  });
});

test("the report tells of recipes, signals, thresholds and words", () => {
  const report = validationReport(labels, "buying");
  expect(report).toMatchObject({
    labels: 5,
    verdict: { precision: { value: 0.5 } },
    recipes: [{ name: "qualified", right: { value: 0.5, labels: 2 } }],
    signals: [
      { name: "sso", right: { value: 0.5, labels: 2 } },
      { name: "vip", right: { value: 1, labels: 1 } },
    ],
    score: "buying",
    sweep: [{ threshold: 50 }, { threshold: 55 }],
    suggestion: { threshold: null },
    noise: [{ phrase: "sso", right: 1, wrong: 1 }],
  });
  expect(report.misses[0]).toEqual({ phrase: "volume discount", right: 2, wrong: 0 });
});

test("without a score there is nothing to sweep, nor with one that is not there", () => {
  expect(validationReport(labels, null)).toMatchObject({ score: null, sweep: [] });
  expect(validationReport(labels, "other").sweep).toEqual([]);
});

test("signals of one size stand by name", () => {
  const two = [judged("1", "SSO", true, ["vip"])];
  expect(validationReport(two, null).signals.map(({ name }) => name)).toEqual(["sso", "vip"]);
});

test("what came in by another way, or is kept out by more than the score, says nothing of its threshold", () => {
  const [first] = labels;
  if (first === undefined) throw new Error("there is no label");
  const others = [
    { ...first, scores: { buying: { value: 10, threshold: 40 } } },
    { ...first, qualified: false, scores: { buying: { value: 90, threshold: 40 } } },
    { ...first, isExcluded: true },
  ];
  expect(validationReport([...labels, ...others], "buying").sweep.map(({ threshold }) => threshold)).toEqual([
    50, 55,
  ]);
});
