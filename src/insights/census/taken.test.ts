import { expect, test } from "vitest";
import { addsUp, faultOf, oddText, sumOf, type Taken } from "./taken.ts";

function taken(over: Partial<Taken> = {}): Taken {
  const buckets = { new: 1, excluded: 2, "below-threshold": 3, held: 0, "handed-off": 4, failed: 0 };
  return { in: 10, buckets, odd: [], ...over };
}

test("a census adds up where in is the sum of the buckets and nothing is odd", () => {
  expect(sumOf(taken())).toBe(10);
  expect(addsUp(taken())).toBe(true);
  expect(addsUp(taken({ in: 11 }))).toBe(false);
  expect(addsUp(taken({ odd: [{ conversation: "1", buckets: [] }] }))).toBe(false);
});

test("what does not add up names the conversations, the first five of many", () => {
  expect(oddText({ conversation: "7", buckets: ["held", "new"] })).toBe(
    "conversation 7 stands in held and new",
  );
  expect(faultOf(taken({ in: 11, odd: [{ conversation: "7", buckets: [] }] }))).toBe(
    "11 conversations came in and the buckets hold 10; conversation 7 stands in no bucket",
  );
  const many = Array.from({ length: 8 }, (_, i) => ({ conversation: String(i), buckets: [] }));
  expect(faultOf(taken({ odd: many }))).toMatch(/conversation 4 stands in no bucket; and 3 more$/);
});
