import { describe, expect, test } from "vitest";
import { NOON, person, policy, snapshot } from "../../tests/support/cases.ts";
import { bookOf, changesOf, type CountedLine, linesAfter, linesIn, reachable, writersOf } from "./book.ts";
import type { OwnerPlan } from "./decision.ts";

const ANA = "ana@us.example";
const BEN = "ben@us.example";
const pooled = (members: readonly object[] = [{ user: ANA }, { user: BEN }], over: object = {}) =>
  policy({
    routing: {
      pools: { mid: { members, ...over }, second: { members: [{ user: BEN }] } },
      routes: { default: [{ pool: "mid" }], second: [{ pool: "second" }], plain: [{ user: ANA }] },
      alsoTell: [{ when: { field: "company.domain", operator: "known" }, route: "second" }],
    },
  });

test("a handoff may come to any pool of its owner's route and of those of second people", () => {
  expect(reachable("default", pooled())).toEqual(["mid", "second"]);
  expect(reachable("plain", pooled())).toEqual(["second"]);
});

describe("whom a sticky pool asks for", () => {
  test.for([
    [snapshot(), { company: "acme.example", person: "ana@acme.example" }],
    [
      snapshot({ contact: person({ email: "Ana@ACME.example" }), company: null }),
      { company: null, person: "ana@acme.example" },
    ],
    [snapshot({ contact: person({ id: "c9", email: null }) }), { company: "acme.example", person: "c9" }],
    [snapshot({ contact: null }), { company: "acme.example", person: null }],
  ] as const)("%#", ([given, writers]) => {
    expect(writersOf(given)).toEqual(writers);
  });
});

const counted = (member: string, over: Partial<CountedLine> = {}): CountedLine => ({
  member,
  served: 0,
  adjustment: 0,
  lastAt: null,
  weight: 1,
  isOut: false,
  open: 0,
  today: 0,
  isStored: true,
  isSticky: false,
  ...over,
});
const plan = (member: string, turn: "taken" | "sticky", pool = "mid"): OwnerPlan => ({
  route: "default",
  via: "",
  receipts: [],
  alternates: [],
  owner: {
    kind: "user",
    id: member,
    email: member,
    name: member,
  },
  pool: {
    pool,
    member,
    turn,
  },
});

describe("an opened book", () => {
  const lines = [
    counted(ANA, { served: 4, open: 3 }),
    counted("gone@us.example", { served: 9, isSticky: true }),
  ];
  const book = bookOf("mid", [...lines, counted(BEN, { isStored: false, today: 1 })], pooled(), NOON);

  test("has a line for each member of the policy, newcomers at the level of the others", () => {
    expect(book.state).toEqual({
      members: [
        { member: ANA, served: 4, adjustment: 0, lastAt: null, open: 3, today: 0 },
        { member: BEN, served: 0, adjustment: 4, lastAt: null, open: 0, today: 1 },
      ],
      stickyMember: "gone@us.example",
    });
  });
  test("marks who left as out, and writes only what changed", () => {
    expect(changesOf(book, [plan(ANA, "taken"), plan(BEN, "sticky"), plan(BEN, "taken", "second")])).toEqual([
      { pool: "mid", member: ANA, turns: 1, adjustment: 0, weight: 1, isOut: false },
      { pool: "mid", member: BEN, turns: 0, adjustment: 4, weight: 1, isOut: false },
      { pool: "mid", member: "gone@us.example", turns: 0, adjustment: 0, weight: 1, isOut: true },
    ]);
  });
  test("gives the lines that stand there afterwards", () => {
    const after = linesAfter(book, [plan(ANA, "taken"), plan(ANA, "taken"), plan(BEN, "sticky")], NOON);
    expect(after.map(({ member, served, lastAt, isOut }) => [member, served, lastAt, isOut])).toEqual([
      [ANA, 6, NOON, false],
      [BEN, 0, null, false],
      ["gone@us.example", 9, null, true],
    ]);
  });
  test("off hours waive no turn, a cap does", () => {
    const members = [
      { user: ANA, hours: "Sat 09:00-10:00" },
      { user: BEN, cap: { open: 1 } },
    ];
    const { after, state } = bookOf("mid", [counted(BEN, { open: 1 })], pooled(members), NOON);
    expect(after.map(({ isOut }) => isOut)).toEqual([false, true]);
    expect(state.stickyMember).toBeNull();
  });
  test("of a pool that the policy does not have is empty", () => {
    expect(bookOf("unheard", [], policy(), NOON).state).toEqual({ members: [], stickyMember: null });
  });
});

test("a frozen state gives back the lines it was made of, with the weights and absences of its policy", () => {
  const then = pooled([
    { user: ANA, weight: 3 },
    { user: BEN, cap: { open: 2 } },
    { user: "new@us.example", cap: { open: 2 } },
  ]);
  const state = bookOf(
    "mid",
    [counted(ANA, { served: 6, weight: 3 }), counted(BEN, { served: 1, open: 2 })],
    then,
    NOON,
  ).state;
  const members = state.members.slice(0, 2);
  expect(linesIn("mid", { ...state, members }, then, NOON)).toEqual([
    { member: ANA, served: 6, adjustment: 0, lastAt: null, weight: 3, isOut: false },
    { member: BEN, served: 1, adjustment: 0, lastAt: null, weight: 1, isOut: true },
  ]);
});
