import { describe, expect, test } from "vitest";
import { NOON, policy } from "../../tests/support/cases.ts";
import { type GivenLine, sharesOf } from "./shares.ts";

const line = (member: string, over: Partial<GivenLine> = {}): GivenLine => ({
  pool: "east",
  member,
  served: 0,
  adjustment: 0,
  lastAt: null,
  taken: 0,
  sticky: 0,
  credited: 0,
  open: 0,
  today: 0,
  ...over,
});
const POLICY = policy({
  routing: {
    pools: {
      east: {
        members: [
          { user: "Ana@us.example", weight: 3, cap: { perDay: 8 } },
          { user: "ben@us.example", cap: { open: 2 } },
          { user: "cleo@us.example", paused: true },
        ],
      },
    },
    routes: { default: [{ pool: "east" }] },
  },
});

describe("the fairness ledger as people read it", () => {
  test("sets what each member got beside what their weight asks for", () => {
    const lines = [
      line("ana@us.example", { served: 6, taken: 7, credited: 1, adjustment: -1, today: 2 }),
      line("ben@us.example", { served: 2, taken: 2, lastAt: NOON, open: 1 }),
      line("cleo@us.example", { served: 2, taken: 2 }),
    ];
    const [east] = sharesOf(lines, POLICY, NOON);
    expect(east?.members).toMatchObject([
      {
        member: "ana@us.example",
        got: 6,
        target: 0.6,
        due: 6,
        share: 0.6,
        level: 5 / 3,
        cap: { open: null, perDay: 8 },
        out: null,
        isNext: true,
      },
      {
        member: "ben@us.example",
        got: 2,
        target: 0.2,
        due: 2,
        cap: { open: 2, perDay: null },
        isNext: false,
      },
      { member: "cleo@us.example", got: 2, cap: { open: null, perDay: null }, out: "paused", isNext: false },
    ]);
  });
  test("skips whoever is at a cap when it says who is next", () => {
    const full = sharesOf([line("ana@us.example", { today: 8 })], POLICY, NOON);
    expect(full[0]?.members.map(({ isNext, out }) => [isNext, out])).toEqual([
      [false, "cap 8 of 8 today"],
      [true, null],
      [false, "paused"],
    ]);
  });
  test("knows nobody's share of nothing, and keeps those who left", () => {
    const [east, west] = sharesOf(
      [line("zoe@us.example", { taken: 3 }), line("yan@us.example", { pool: "west" })],
      POLICY,
      NOON,
    );
    expect(east?.members.map(({ share, due }) => [share, due])).toEqual([
      [null, 0],
      [null, 0],
      [null, 0],
    ]);
    expect(east?.left.map(({ member }) => member)).toEqual(["zoe@us.example"]);
    expect(west).toMatchObject({ pool: "west", members: [], left: [{ member: "yan@us.example" }] });
  });
});
