import { describe, expect, test } from "vitest";
import { readPolicy } from "../policy/read.ts";
import { saasDefault } from "../policy/templates/saas-default.ts";
import { compareTexts } from "./comparison.ts";
import { isPublished } from "./publish-outcome.ts";
import { rebase } from "./rebase.ts";
import { comparisonLines, conflictLines, rebaseLines, refusalLines, timeText } from "./telling.ts";
import { type Draft, judgePublish, judgeSave, type PublishQuestion } from "./version.ts";

const draft: Draft = {
  environment: "production",
  name: "more-points",
  revision: 3,
  base: { id: 7, number: 2 },
  document: saasDefault,
  authors: ["nora@ourcompany.example"],
  comment: "",
  savedBy: "nora@ourcompany.example",
  savedAt: Date.UTC(2026, 10, 27, 9),
};

describe("saving a draft", () => {
  test.for([
    ["one that is not there, as new", null, null, { kind: "save", authors: ["ben"] }],
    ["one that is gone", null, 3, { kind: "gone" }],
    ["one that somebody made meanwhile", draft, null, { kind: "conflict", theirs: draft }],
    ["one that somebody saved meanwhile", draft, 2, { kind: "conflict", theirs: draft }],
    ["one as it was seen", draft, 3, { kind: "save", authors: [...draft.authors, "ben"] }],
  ] as const)("%s", ([, found, expected, verdict]) => {
    expect(judgeSave(found, expected, "ben")).toEqual(verdict);
  });

  test("again makes nobody an author twice, however they write their name", () => {
    expect(judgeSave(draft, 3, "Nora@ourcompany.example ")).toEqual({ kind: "save", authors: draft.authors });
  });
});

describe("publishing", () => {
  const question: PublishQuestion = {
    reading: readPolicy(saasDefault),
    sha256: "new",
    authors: ["nora"],
    publisher: "nora",
    review: "optional",
    base: 2,
    live: { number: 2, sha256: "old" },
  };
  test.for<readonly [string, Partial<PublishQuestion>, object]>([
    ["what was made from the live version", {}, { kind: "publish" }],
    ["the first text of an environment", { base: null, live: null }, { kind: "publish" }],
    ["a text that replaces whatever is live", { base: "any" }, { kind: "publish" }],
    ["what another person reviewed", { review: "required", publisher: "ben" }, { kind: "publish" }],
    [
      "one's own where it needs a review",
      { review: "required", publisher: "NORA" },
      { kind: "needs-review", authors: ["nora"] },
    ],
    ["a draft of an older version", { base: 1 }, { kind: "stale", base: 1, live: 2 }],
    ["a draft from before the first version", { base: null }, { kind: "stale", base: null, live: 2 }],
    [
      "a draft of a version that is not live any more",
      { live: null },
      { kind: "stale", base: 2, live: null },
    ],
    ["what is live already", { sha256: "old" }, { kind: "unchanged", live: 2 }],
    ["a text with faults", { reading: readPolicy("{}") }, { kind: "faults" }],
  ])("%s", ([, change, verdict]) => {
    expect(judgePublish({ ...question, ...change })).toMatchObject(verdict);
  });
});

const edited = (from: string, to: string, text = saasDefault): string => text.replace(from, to);

describe("a rebase", () => {
  const live = edited("points: 15", "points: 20");
  test("takes what went live into the draft, and leaves its comments", () => {
    const mine = edited("halfLife: 7d", "halfLife: 9d");
    const result = rebase({ base: saasDefault, live, draft: mine });
    if (result.kind !== "clean") throw new Error(result.kind);
    expect(result.document).toContain("# Baton policy. Change anything");
    expect(compareTexts(live, result.document)).toMatchObject({
      changes: [{ words: "Half-life of score buying: 7d -> 9d" }],
    });
    expect(rebaseLines(result)).toEqual(["a rebase finds no conflict"]);
  });

  test("names what both changed", () => {
    const result = rebase({ base: saasDefault, live, draft: edited("points: 15", "points: 25") });
    expect(rebaseLines(result)).toEqual([
      "both changed these places, so a person must decide:",
      "  Points of signal Complaint: was 15, is 20 live, 25 in the draft",
    ]);
  });

  test("of a draft that was begun with nothing names every difference", () => {
    const result = rebase({ base: null, live, draft: saasDefault });
    expect(result).toMatchObject({ kind: "conflict", conflicts: [expect.stringContaining("was absent")] });
  });

  test("says what does not fit together", () => {
    const gone = edited("product-question:\n", "other-question:\n").replace(
      "route: product-question",
      "route: other-question",
    );
    const used = edited("owner: { route: default }", "owner: { route: product-question }");
    const result = rebase({ base: saasDefault, live: gone, draft: used });
    expect(rebaseLines(result)[0]).toBe("the two together have faults:");
    expect(rebaseLines(result)[1]).toContain("product-question");
    expect(rebase({ base: saasDefault, live, draft: "{}" }).kind).toBe("faults");
  });
});

describe("what is told", () => {
  const same = compareTexts(saasDefault, saasDefault);
  test("of two texts: changes, none, or why nobody can say", () => {
    expect(comparisonLines(same)).toEqual(["nothing changes"]);
    expect(comparisonLines(compareTexts(saasDefault, edited("points: 15", "points: 20")))).toEqual([
      "Points of signal Complaint: 15 -> 20",
    ]);
    expect(comparisonLines(compareTexts("[", saasDefault))[0]).toContain("the older text has faults");
    expect(comparisonLines(compareTexts(saasDefault, "["))[0]).toContain("the newer text has faults");
  });

  test.for([
    [{ kind: "unchanged", live: 3 }, ["version 3 is live and says exactly this"]],
    [{ kind: "needs-review", authors: ["a", "b"] }, [expect.stringContaining("somebody else than a, b")]],
    [
      { kind: "faults", faults: [{ rule: "x", path: "name", line: 2, message: "is missing" }] },
      [expect.stringContaining("has faults"), "  line 2, name: is missing"],
    ],
    [
      { kind: "stale", base: null, live: 2, since: null, rebase: null },
      [expect.stringContaining("made from no version, and version 2 is live now")],
    ],
    [
      { kind: "stale", base: 1, live: 2, since: same, rebase: { kind: "clean", document: "" } },
      [expect.any(String), "became live since:", "  nothing changes", "a rebase finds no conflict"],
    ],
  ] as const)("of a refusal: %j", ([refusal, lines]) => {
    expect(refusalLines(refusal)).toEqual(lines);
    expect(isPublished(refusal)).toBe(false);
  });

  test("of a conflict: who saved when, and what differs", () => {
    expect(conflictLines({ theirs: draft, changes: same })).toEqual([
      'nora@ourcompany.example saved draft "more-points" as revision 3 at 2026-11-27T09:00:00.000Z; yours was not saved',
      "from theirs to yours:",
      "  nothing changes",
    ]);
    expect(timeText(0)).toBe("1970-01-01T00:00:00.000Z");
  });

  test("of what is new to it is a bug", () => {
    expect(() => refusalLines({ kind: "lost" } as never)).toThrow("lost");
    expect(() => rebaseLines({ kind: "lost" } as never)).toThrow("lost");
    expect(isPublished({ kind: "would", number: 1, changes: null })).toBe(true);
    expect(isPublished({ kind: "published", number: 1, changes: null })).toBe(true);
  });
});
