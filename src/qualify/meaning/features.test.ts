import { describe, expect, test } from "vitest";
import { eachFeature, featureOf, featureText, lexiconOf } from "./features.ts";

const lexicon = lexiconOf(["cancel", "plan", "please"]);

function featuresOf(...tokens: readonly string[]): readonly string[] {
  const found: string[] = [];
  const numbers = tokens.map((token) => lexicon.numbers.get(token) ?? 0);
  eachFeature(numbers, { from: 0, to: numbers.length }, lexicon, (feature) =>
    found.push(featureText(feature, lexicon)),
  );
  return found;
}

describe("the features of a sentence", () => {
  test("are its words, neighbours, triples and distant pairs", () => {
    expect(featuresOf("please", "cancel", "plan").toSorted()).toEqual(
      [
        "please",
        "cancel",
        "plan",
        "^ please",
        "please cancel",
        "cancel plan",
        "plan $",
        "^ please cancel",
        "please cancel plan",
        "cancel plan $",
        "please ~ plan",
      ].sort(),
    );
  });

  test("say nothing about unknown words alone", () => {
    expect(featuresOf("strange", "words", "here")).toEqual([]);
    expect(featuresOf("strange")).toEqual([]);
    expect(featuresOf("cancel", "strange", "plan")).toContain("cancel ~ plan");
  });

  test("of a single word say that it stands alone", () => {
    expect(featuresOf("cancel")).toContain("^ cancel $");
  });

  test("are read back from a file as they were written", () => {
    eachFeature([3, 4, 0, 5, 3, 3, 4], { from: 0, to: 7 }, lexicon, (feature) => {
      expect(featureOf(featureText(feature, lexicon), lexicon)).toBe(feature);
    });
    expect(featureOf("unheard", lexicon)).toBeNull();
    expect(featureOf("cancel unheard", lexicon)).toBeNull();
  });
});
