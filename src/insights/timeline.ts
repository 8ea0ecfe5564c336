/**
 * One policy's course through a window, decision after decision in the order of time: what it handed off stands in the
 * way of the next handoff, and who got a lead waits for the next turn.
 */
import { type EpochMs, durationMs } from "../kernel/time.ts";
import type { Policy, PoolMember } from "../policy/schema.ts";
import { dayStart, zoneOf } from "../decide/availability.ts";
import { type Book, bookOf, type CountedLine, linesAfter, reachable } from "../decide/book.ts";
import { type EarlierHandoff, episodeFor, type OwnerPlan } from "../decide/decision.ts";
import { foundOn, plansOf } from "../decide/errand.ts";
import type { Line } from "../decide/fairness.ts";
import { memberKey, type PoolState } from "../decide/turns.ts";
import { foundOutcome, type Outcome } from "./outcome.ts";
import type { Turn, Verdict } from "./verdict.ts";

/** The fairness ledger when the window begins. */
export interface Opening {
  /** By pool. */
  readonly lines: ReadonlyMap<string, readonly Line[]>;
  /** Open work by member, whatever pool it came by. */
  readonly open: ReadonlyMap<string, number>;
}

export interface Moment {
  readonly conversation: string;
  readonly now: EpochMs;
  /** Handoffs that this decision knew of; those since the window began are the stored policy's own and do not count. */
  readonly earlier: readonly EarlierHandoff[];
  /** Members whose open work was counted for this decision, since its policy gave them a cap. */
  readonly counted: ReadonlySet<string>;
  readonly said: Verdict["said"];
}

/** Takes the next moment and returns what becomes of it. Moments must come in the order of time. */
export type Timeline = (moment: Moment) => Outcome;

export function timelineOf(policy: Policy, since: EpochMs, opening: Opening): Timeline {
  const coolDownMs = durationMs(policy.handoff.coolDown);
  const handoffs = new Map<string, readonly EarlierHandoff[]>();
  const ledger = ledgerOf(policy, opening);
  return ({ conversation, now, earlier, counted, said }) => {
    if (!isWanted(said)) return said;
    const recipe = "plan" in said ? said.plan.recipe : said.recipe;
    const known = handoffs.get(conversation) ?? earlier.filter((one) => one.at < since);
    const episode = episodeFor(recipe, known, coolDownMs, now);
    if (episode.kind === "open") return { kind: "already-handed-off", recipe };
    const outcome = said.kind === "turn" ? ledger.take(said, now, counted) : said;
    if (outcome.kind === "handoff") {
      handoffs.set(conversation, [...known, { id: "", recipe, episode: episode.episode, at: now }]);
      ledger.note(outcome.plan.owner, now);
    }
    return outcome;
  };
}

type Wanted = Turn | Extract<Outcome, { kind: "handoff" | "held" | "needs-salesforce" }>;

/** Whether a recipe wants it: only then do earlier handoffs stand in its way. */
function isWanted(said: Outcome | Turn): said is Wanted {
  switch (said.kind) {
    case "handoff":
    case "held":
    case "needs-salesforce":
    case "turn":
      return true;
    case "already-handed-off":
    case "excluded":
    case "below-threshold":
    case "gone":
      return false;
  }
}

/** Carries the ledger on in memory, as ledger.ts does in PostgreSQL. */
function ledgerOf(policy: Policy, opening: Opening) {
  const lines = new Map(opening.lines);
  const hands = handsOf(policy, opening.open);
  const reps = new Map<string, string>();
  const poolsByRoute = new Map<string, readonly string[]>();
  const poolsFrom = (route: string): readonly string[] => {
    const pools = poolsByRoute.get(route) ?? reachable(route, policy);
    poolsByRoute.set(route, pools);
    return pools;
  };
  const bookFor = (pool: string, turn: Turn, now: EpochMs): Book => {
    const writer = writerKey(pool, policy, turn);
    const sticky = writer === null ? null : (reps.get(writer) ?? turn.pools[pool]?.stickyMember ?? null);
    const stored = new Map((lines.get(pool) ?? []).map((line) => [line.member, line]));
    const present = (policy.routing.pools[pool]?.members ?? []).map((member): CountedLine => {
      const key = memberKey(member);
      const line = stored.get(key);
      stored.delete(key);
      const { weight } = member;
      return {
        ...(line ?? { member: key, served: 0, adjustment: 0, lastAt: null, weight, isOut: false }),
        ...hands.of(member, now),
        isStored: line !== undefined,
        isSticky: key === sticky,
      };
    });
    const left = [...stored.values()].map((line) => ({ ...line, open: 0, today: 0, ...LEFT }));
    return bookOf(pool, [...present, ...left], policy, now);
  };
  const keepRep = (turn: Turn, { pool }: OwnerPlan): void => {
    const writer = pool === null ? null : writerKey(pool.pool, policy, turn);
    if (pool !== null && writer !== null) reps.set(writer, pool.member);
  };
  return {
    take: (turn: Turn, now: EpochMs, counted: Moment["counted"]): Outcome => {
      const { errand, directory } = turn;
      const books = poolsFrom(errand.owner.route).map((pool) => {
        hands.learn(turn.pools[pool], counted);
        return bookFor(pool, turn, now);
      });
      const pools = Object.fromEntries(books.map(({ pool, state }) => [pool, state]));
      const { owner, seconds } = foundOn(errand, { policy, directory, pools, now });
      if (owner.kind === "assigned") {
        const plans = [owner.plan, ...plansOf(seconds)];
        for (const book of books) lines.set(book.pool, linesAfter(book, plans, now));
        keepRep(turn, owner.plan);
      }
      return foundOutcome(turn, owner);
    },
    note: hands.note,
  };
}

const LEFT = { isStored: true, isSticky: false } as const;

/** The company or the person whose rep the pool keeps; null where it keeps none. */
function writerKey(pool: string, policy: Policy, { writers }: Turn): string | null {
  const by = policy.routing.pools[pool]?.sticky;
  const writer = by === undefined ? null : writers[by];
  return writer === null ? null : `${pool} ${writer}`;
}

/**
 * What members have in hand. Leads of the day are what this course gave them. How they worked off what they had is
 * history's: open work is as it was last seen in the past, whoever the leads came from.
 */
function handsOf(policy: Policy, opening: Opening["open"]) {
  const open = new Map(opening);
  const given = new Map<string, Given>();
  return {
    learn: (frozen: PoolState | undefined, counted: Moment["counted"]): void => {
      for (const line of frozen?.members ?? [])
        if (counted.has(line.member)) open.set(line.member, line.open);
    },
    of: (member: PoolMember, now: EpochMs): { readonly open: number; readonly today: number } => {
      if (member.cap === undefined) return { open: 0, today: 0 };
      const key = memberKey(member);
      const theirs = given.get(key);
      const today = theirs === undefined ? 0 : givenSince(theirs, dayStart(zoneOf(member, policy), now));
      return { open: open.get(key) ?? 0, today };
    },
    /** Somebody got a lead; what is handed off always has an owner. */
    note: (owner: string | null, now: EpochMs): void => {
      const key = String(owner).toLowerCase();
      const theirs = given.get(key) ?? { times: [], day: now, earlier: 0, counted: 0 };
      theirs.times.push(now);
      given.set(key, theirs);
    },
  };
}

/** When somebody got leads, and how far the day in question is counted: what was looked at is not looked at again. */
interface Given {
  readonly times: EpochMs[];
  day: EpochMs;
  /** Of the first `counted`, how many lie before the day. */
  earlier: number;
  counted: number;
}

function givenSince(given: Given, day: EpochMs): number {
  const { times } = given;
  const known = given.day === day ? given : { earlier: 0, counted: 0 };
  const last = times.slice(known.counted).findLastIndex((at) => at < day);
  const earlier = last < 0 ? known.earlier : known.counted + last + 1;
  Object.assign(given, { day, earlier, counted: times.length });
  return times.length - earlier;
}
