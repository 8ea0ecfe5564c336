import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changesBetween, inTurn, levelled, levelOf, type Line } from "./fairness.ts";

const line = (member: string, served: number, over: Partial<Line> = {}): Line => ({
  member,
  served,
  adjustment: 0,
  lastAt: null,
  weight: 1,
  isOut: false,
  ...over,
});
const present = (member: string, weight = 1, isOut = false) => ({ member, weight, isOut });

describe("the lines as they count from now on", () => {
  test("a new pool starts at zero", () => {
    expect(levelled([present("ana", 2), present("ben")], [])).toEqual([
      line("ana", 0, { weight: 2 }),
      line("ben", 0),
    ]);
  });
  test("nothing changes where nothing happened", () => {
    const lines = [line("ana", 7, { adjustment: 0.1 }), line("ben", 8)];
    expect(levelled([present("ana"), present("ben")], lines)).toEqual(lines);
  });
  test("a newcomer starts at the level of the others, by weight", () => {
    const lines = [line("ana", 20, { weight: 2 }), line("ben", 8, { adjustment: 2 })];
    const after = levelled([present("ana", 2), present("ben"), present("cleo", 3)], lines);
    expect(after[2]).toEqual(line("cleo", 0, { adjustment: 30, weight: 3 }));
  });
  test("one who comes back is lifted to it, and one who is ahead keeps what they had", () => {
    const lines = [line("ana", 20), line("ben", 3, { isOut: true }), line("cleo", 30, { isOut: true })];
    const after = levelled([present("ana"), present("ben"), present("cleo")], lines);
    expect(after.map((one) => levelOf(one, 1))).toEqual([20, 20, 30]);
    expect(after.map(({ isOut }) => isOut)).toEqual([false, false, false]);
  });
  test("one who is still out, or just goes, is marked and not lifted", () => {
    const lines = [line("ana", 20), line("ben", 3, { isOut: true }), line("cleo", 5)];
    expect(levelled([present("ana"), present("ben", 1, true), present("cleo", 1, true)], lines)).toEqual([
      line("ana", 20),
      line("ben", 3, { isOut: true }),
      line("cleo", 5, { isOut: true }),
    ]);
  });
  test("when all come back at once, the level is theirs", () => {
    const lines = [line("ana", 10, { isOut: true }), line("ben", 20, { isOut: true })];
    const after = levelled([present("ana"), present("ben")], lines);
    expect(after.map((one) => levelOf(one, 1))).toEqual([15, 20]);
  });
  test("a new weight counts from now on", () => {
    const [ana] = levelled([present("ana", 2), present("ben")], [line("ana", 10), line("ben", 10)]);
    expect(ana).toEqual(line("ana", 10, { adjustment: 10, weight: 2 }));
  });
  test("one who left the policy is out, and is lifted when they return", () => {
    const gone = levelled([present("ana")], [line("ana", 10), line("ben", 2)]);
    expect(gone[1]).toEqual(line("ben", 2, { isOut: true }));
    const back = levelled([present("ana"), present("ben")], [line("ana", 30), ...gone.slice(1)]);
    expect(back[1]).toEqual(line("ben", 2, { adjustment: 28 }));
  });
});

test("only what changed is written", () => {
  const before = [line("ana", 10), line("ben", 2), line("cleo", 4)];
  const after = [
    line("ana", 10),
    line("ben", 2, { isOut: true }),
    line("cleo", 4),
    line("dan", 0, { adjustment: 5 }),
  ];
  expect(changesBetween(before, after, ["cleo"])).toEqual([
    { member: "ben", turns: 0, adjustment: 0, weight: 1, isOut: true },
    { member: "cleo", turns: 1, adjustment: 0, weight: 1, isOut: false },
    { member: "dan", turns: 0, adjustment: 5, weight: 1, isOut: false },
  ]);
});

test("nobody ever gets more than one lead beyond their share, whoever joins or comes back on the way", () => {
  const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(weights, fc.nat(60), fc.integer({ min: 1, max: 120 }), (given, first, then) => {
      const all = given.map((weight, i) => present(`m${i}`, weight));
      let lines: readonly Line[] = [];
      const give = (members: typeof all): string => {
        const now = levelled(members, lines);
        const free = members.filter(({ isOut }) => !isOut).map(({ member }) => member);
        const [next] = inTurn(now.filter(({ member }) => free.includes(member)));
        if (next === undefined) throw new Error("nobody");
        lines = now.map((one) => (one === next ? { ...one, served: one.served + 1 } : one));
        return next.member;
      };
      // The last is absent at first and comes back; the one before joins with them.
      const early = all.slice(0, -2).concat(all.slice(-1).map((one) => ({ ...one, isOut: all.length > 2 })));
      for (let lead = 0; lead < first; lead++) give(early);
      const counts = new Map<string, number>();
      for (let lead = 0; lead < then; lead++) {
        const member = give(all);
        counts.set(member, (counts.get(member) ?? 0) + 1);
      }
      const sum = given.reduce((total, weight) => total + weight, 0);
      for (const { member, weight } of all)
        expect(counts.get(member) ?? 0).toBeLessThanOrEqual((then * weight) / sum + given.length);
    }),
  );
});
