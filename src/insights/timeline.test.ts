import { describe, expect, test } from "vitest";
import { company, NOBODY, NOON, person, policy, snapshot } from "../../tests/support/cases.ts";
import { directoryOf, frozen } from "../../tests/support/frozen.ts";
import { compile } from "../qualify/compile.ts";
import { score } from "../qualify/score.ts";
import type { Line } from "../decide/fairness.ts";
import type { MemberState } from "../decide/turns.ts";
import type { Policy } from "../policy/schema.ts";
import type { Outcome } from "./outcome.ts";
import { type Moment, type Opening, timelineOf } from "./timeline.ts";
import { countedAs, verdictOf } from "./verdict.ts";

const DAY = 86_400_000;
const SINCE = NOON - 30 * DAY;
const ANA = "ana@us.example";
const BEN = "ben@us.example";

const NEW: Opening = { lines: new Map(), open: new Map() };

const handoff: Outcome = { kind: "handoff", plan: { recipe: "qualified", record: "new Lead", owner: ANA } };
const moment = (over: Partial<Moment> = {}): Moment => ({
  conversation: "1",
  now: NOON,
  earlier: [],
  counted: new Set(),
  said: handoff,
  ...over,
});
const kinds = (moments: readonly Moment[], given = policy()) => {
  const take = timelineOf(given, SINCE, NEW);
  return moments.map((one) => take(one).kind);
};

describe("a conversation in the course of time", () => {
  test("is handed off once until the cool-down is over", () => {
    const moments = [0, 1, 29, 31].map((day) => moment({ now: NOON + day * DAY }));
    expect(kinds(moments)).toEqual(["handoff", "already-handed-off", "already-handed-off", "handoff"]);
  });
  test("does not stand in the way of another, nor one recipe of another", () => {
    const churn: Outcome = {
      kind: "handoff",
      plan: { recipe: "churn-risk", record: "Task", owner: BEN },
    };
    expect(kinds([moment(), moment({ conversation: "2" }), moment({ said: churn })])).toEqual([
      "handoff",
      "handoff",
      "handoff",
    ]);
  });
  test("that was handed off before the window stays so; what the stored policy did since does not count", () => {
    const before = { id: "h", recipe: "qualified", episode: 1, at: SINCE - 1 };
    expect(kinds([moment({ now: SINCE, earlier: [before] })])).toEqual(["already-handed-off"]);
    expect(kinds([moment({ earlier: [{ ...before, at: SINCE }] })])).toEqual(["handoff"]);
  });
  test("that is held or open without Salesforce is no handoff yet, and stays out of its way", () => {
    const held: Outcome = { kind: "held", plan: { recipe: "qualified", record: null, owner: null } };
    const open: Outcome = { kind: "needs-salesforce", recipe: "qualified" };
    expect(kinds([moment({ said: held }), moment({ said: open }), moment(), moment({ said: open })])).toEqual(
      ["held", "needs-salesforce", "handoff", "already-handed-off"],
    );
  });
  test.for<Outcome>([
    { kind: "excluded", exclusion: "ours" },
    { kind: "below-threshold" },
    { kind: "gone" },
    { kind: "already-handed-off", recipe: "qualified" },
  ])("that is $kind is so at any time", (outcome) => {
    const take = timelineOf(policy(), SINCE, NEW);
    expect(take(moment({ said: outcome }))).toEqual(outcome);
  });
});

describe("turns of a pool", () => {
  const pooled = (
    over: object = {},
    members: readonly object[] = [{ user: ANA, weight: 2 }, { user: BEN }],
  ) =>
    policy({
      scores: { buying: { signals: ["enterprise"], threshold: 10 } },
      routing: { pools: { inbound: { members, ...over } }, routes: { default: [{ pool: "inbound" }] } },
    });

  interface Asked {
    readonly domain?: string | null;
    readonly email?: string;
    readonly now?: number;
    /** What the decision of that time found in the pool. */
    readonly frozen?: readonly Partial<MemberState>[];
    readonly stickyMember?: string;
    readonly counted?: readonly string[];
    readonly known?: readonly string[];
  }

  /** Owners of these conversations, one a minute; each is a conversation of its own. */
  function owners(given: Policy, asked: readonly Asked[], opening: Opening = NEW) {
    const take = timelineOf(given, SINCE, opening);
    const compiled = compile(given);
    return asked.map((one, i) => {
      const { domain = `co${i}.example`, email = `p${i}@free.example`, now = NOON + i * 60_000 } = one;
      const members = (one.frozen ?? []).map((line): MemberState => ({
        member: ANA,
        served: 0,
        adjustment: 0,
        lastAt: null,
        open: 0,
        today: 0,
        ...line,
      }));
      const inputs = frozen("SSO", {
        now,
        evidence: {
          snapshot: snapshot({
            company: domain === null ? null : company({ domain }),
            contact: person({ email }),
          }),
          crm: NOBODY,
        },
        directory: directoryOf(...(one.known ?? [ANA, BEN, "sam@us.example"])),
        pools:
          one.frozen === undefined && one.stickyMember === undefined
            ? {}
            : { inbound: { members, stickyMember: one.stickyMember ?? null } },
      });
      const scores = countedAs(score(inputs.evidence, compiled, now));
      const { said } = verdictOf({ inputs, policyVersion: 1 }, { policy: given, assumed: {} }, scores, true);
      const counted = new Set(one.counted ?? []);
      const outcome = take(moment({ conversation: String(i), now, counted, said }));
      return outcome.kind === "handoff" ? outcome.plan.owner : outcome.kind;
    });
  }
  const times = (count: number) => Array.from({ length: count }, () => ({}));
  const line = (member: string, over: Partial<Line> = {}): Line => ({
    member,
    served: 0,
    adjustment: 0,
    lastAt: null,
    weight: 1,
    isOut: false,
    ...over,
  });
  const opened = (...lines: readonly Line[]): Opening => ({ ...NEW, lines: new Map([["inbound", lines]]) });

  test("follow the candidate's weights", () => {
    const given = owners(pooled(), times(6));
    expect(given.filter((one) => one === ANA)).toHaveLength(4);
    expect(given.filter((one) => one === BEN)).toHaveLength(2);
  });
  test("go on from where the pool stood when the window began", () => {
    const opening = opened(line(ANA, { served: 10, weight: 2 }), line(BEN, { served: 2 }));
    expect(owners(pooled(), times(4), opening)).toEqual([BEN, BEN, BEN, ANA]);
  });
  test("flood nobody who is new, and remember who left", () => {
    const members = [{ user: ANA }, { user: "sam@us.example" }];
    const opening = opened(line(ANA, { served: 100 }), line(BEN, { served: 100 }));
    const given = owners(pooled({}, members), times(4), opening);
    expect(given.filter((one) => one === "sam@us.example")).toHaveLength(2);
  });
  test("stay with a company where the pool is sticky, as the candidate gave it or as it was known before", () => {
    const same = { domain: "a.example" };
    expect(owners(pooled({ sticky: "company" }), [same, {}, same])).toEqual([ANA, BEN, ANA]);
    expect(owners(pooled({ sticky: "company" }), [{ ...same, stickyMember: BEN }])).toEqual([BEN]);
    expect(owners(pooled({ sticky: "company" }), [{ domain: null, stickyMember: BEN }])).toEqual([ANA]);
    expect(owners(pooled(), [{ ...same, stickyMember: BEN }])).toEqual([ANA]);
  });
  test("stay with a person where the pool is sticky by person", () => {
    const same = { email: "p@a.example" };
    expect(owners(pooled({ sticky: "person" }), [same, {}, { ...same, domain: "b.example" }])).toEqual([
      ANA,
      BEN,
      ANA,
    ]);
  });
  test("pass over whoever had their leads of the day, from any pool, until their own midnight", () => {
    const given = pooled({}, [
      { user: ANA, weight: 9, cap: { perDay: 2 }, timezone: "America/New_York" },
      { user: BEN },
    ]);
    const day = [0, 1, 2, 3].map((minute) => ({ now: NOON + minute * 60_000 }));
    // Midnight in New York is 04:00 UTC.
    const night = [{ now: NOON + 15 * 3_600_000 }, { now: NOON + 17 * 3_600_000 }];
    expect(owners(given, [...day, ...night])).toEqual([ANA, ANA, BEN, BEN, BEN, ANA]);
  });
  test("pass over whoever had too much open work in the past", () => {
    const given = pooled({}, [{ user: ANA, weight: 9, cap: { open: 5 } }, { user: BEN }]);
    const full = { frozen: [{ open: 5 }], counted: [ANA] };
    expect(owners(given, [full, {}, { frozen: [{ open: 4 }], counted: [ANA] }])).toEqual([BEN, BEN, ANA]);
    expect(owners(given, [{}], { ...NEW, open: new Map([[ANA, 5]]) })).toEqual([BEN]);
    // A policy without caps counted nothing, and its zero says nothing.
    expect(owners(given, [{ frozen: [{ open: 0 }] }], { ...NEW, open: new Map([[ANA, 5]]) })).toEqual([BEN]);
  });
  test("wait where a pool holds", () => {
    const given = pooled({ whenAllAway: "hold" }, [
      { user: ANA, away: [{ from: "2026-03-01", to: "2026-03-20" }] },
    ]);
    expect(owners(given, [{}])).toEqual(["held"]);
  });
  test("go to nobody where nobody can take it, and are not taken where another hop gives the owner", () => {
    const given = pooled();
    const hops = [
      ...(given.routing.routes["default"] ?? []),
      { kind: "user" as const, user: "sam@us.example" },
    ];
    const falling = { ...given, routing: { ...given.routing, routes: { default: hops } } };
    const known = [[], ["sam@us.example"], [ANA, BEN]].map((emails) => ({ known: emails }));
    expect(owners(falling, known)).toEqual(["held", "sam@us.example", ANA]);
  });
  test("need a pool of the policy", () => {
    const unheard = {
      kind: "turn",
      recipe: "qualified",
      record: "new Lead",
      errand: {
        owner: { route: "default", stops: [{ kind: "pool", pool: "unheard", by: "" }] },
        seconds: [],
      },
      directory: directoryOf(ANA),
      writers: { company: null, person: null },
      pools: {},
    } as const;
    const routes = { default: [{ pool: "unheard" }] };
    const take = timelineOf(policy({ routing: { routes } }), SINCE, NEW);
    expect(take(moment({ said: unheard }))).toMatchObject({ kind: "held" });
  });
});
