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
    scores: { buying: 55 },
  });
  expect(labels[2]).toMatchObject({ qualified: false, recipe: null, signals: [], scores: { buying: 0 } });
});

test("the report tells of recipes, signals, thresholds and words", () => {
  const report = validationReport(labels, "buying");
  expect(report).toMatchObject({
    labels: 5,
    verdict: { precision: { value: 0.5 } },
    recipes: [{ name: "qualified", right: { k: 1, of: 2 } }],
    signals: [
      { name: "sso", right: { k: 1, of: 2 } },
      { name: "vip", right: { k: 1, of: 1 } },
    ],
    score: "buying",
    sweep: [{ threshold: 50 }, { threshold: 55 }],
    suggestion: { threshold: null },
    noise: [{ phrase: "sso", right: 1, wrong: 1 }],
  });
  expect(report.misses[0]).toEqual({ phrase: "volume discount", right: 2, wrong: 0 });
});

test("without a score there is nothing to sweep, and a score that is not there counts as 0", () => {
  expect(validationReport(labels, null)).toMatchObject({ score: null, sweep: [] });
  expect(validationReport(labels, "other").sweep).toEqual([]);
});

test("signals of one size stand by name", () => {
  const two = [judged("1", "SSO", true, ["vip"])];
  expect(validationReport(two, null).signals.map(({ name }) => name)).toEqual(["sso", "vip"]);
});
