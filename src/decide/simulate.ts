/**
 * What a policy's routing would do with leads that nobody knows yet: who gets how many, when nobody was there, what was
 * held until when. The same arithmetic and the same choice as the real thing, over a clock of its own. Pure.
 */
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { Hop, Policy, PoolMember } from "../policy/schema.ts";
import { NOBODY_KNOWN } from "../qualify/crm.ts";
import { type Availability, availabilityOf, dayStart, type Load, zoneOf } from "./availability.ts";
import { type Book, bookOf, linesAfter } from "./book.ts";
import type { OwnerPlan } from "./decision.ts";
import type { Line } from "./fairness.ts";
import type { Directory } from "./candidate.ts";
import { planOwner, poolsOf, poolsSharing, type Route } from "./route.ts";
import { memberKey } from "./turns.ts";

export interface Simulation {
  readonly policy: Policy;
  readonly route: string;
  readonly leads: number;
  readonly from: EpochMs;
  /** From one lead to the next. */
  readonly everyMs: Ms;
  /** How long a lead counts as open work; null: to the end. */
  readonly openForMs: Ms | null;
}

export interface SimulatedMember {
  readonly pool: string;
  readonly member: string;
  readonly weight: number;
  readonly got: number;
  /** What the weight asks for of all that the pool gave. */
  readonly ideal: number;
  /** How often they could take nothing when somebody was looked for, by reason. */
  readonly out: Readonly<Partial<Record<OutReason, number>>>;
}

export type OutReason = Extract<Availability, { kind: "out" }>["why"];

/** A stretch in which nobody could take what came, or was still held. */
export interface Gap {
  readonly from: EpochMs;
  /** When the first of them was given; null: never. */
  readonly until: EpochMs | null;
  readonly leads: number;
}

export interface Simulated {
  readonly members: readonly SimulatedMember[];
  /** Owners who are no member's turn: queues, users, the fallback; by what the route calls them. */
  readonly others: Readonly<Record<string, number>>;
  readonly gaps: readonly Gap[];
  /** Leads that were held for a while, and the longest wait. */
  readonly held: number;
  readonly longestHeldMs: Ms;
  /** Leads that are held at the end, and leads for which the route had nobody. */
  readonly stillHeld: number;
  readonly nobody: number;
  readonly endedAt: EpochMs;
}

/** One lead that came at `since` and was asked about at `at`. */
interface Asked {
  readonly at: EpochMs;
  readonly since: EpochMs;
  readonly kind: Route["kind"];
}

interface Waiting {
  readonly since: EpochMs;
  readonly until: EpochMs;
}

/** Books of one simulation: the one place in which it remembers. */
interface Books {
  readonly lines: Map<string, readonly Line[]>;
  /** When each person got one, by address. */
  readonly given: Map<string, readonly EpochMs[]>;
  readonly out: Map<string, Partial<Record<OutReason, number>>>;
  readonly others: Map<string, number>;
}

/** A lead stays held no longer than this past the last arrival. */
const PATIENCE_MS = 400 * 86_400_000;

/** Lets `leads` come one after the other; what is held goes first, the oldest first, when its time has come. */
export function simulate(simulation: Simulation): Simulated {
  const { from, everyMs, leads } = simulation;
  const books: Books = { lines: new Map(), given: new Map(), out: new Map(), others: new Map() };
  const ask = questionOf(simulation, books);
  const arrivals = Array.from({ length: leads }, (_, i) => from + i * everyMs);
  let waiting: readonly Waiting[] = [];
  const waits: { readonly since: EpochMs; readonly until: EpochMs }[] = [];
  const course: Asked[] = [];
  const last = from + leads * everyMs + PATIENCE_MS;
  let now = from;
  let next = 0;
  for (;;) {
    const arrival = arrivals[next] ?? Infinity;
    const release = Math.min(...waiting.map(({ until }) => until));
    if (Math.min(arrival, release) > last) break;
    now = Math.max(now, Math.min(arrival, release));
    const due = release <= arrival ? waiting.find(({ until }) => until <= now) : undefined;
    const since = due?.since ?? now;
    waiting = waiting.filter((one) => one !== due);
    if (due === undefined) next += 1;
    const route = ask(now);
    course.push({ at: now, since, kind: route.kind });
    if (route.kind === "held") {
      // Whoever is asked again at the instant they were held until waits for the next one.
      waiting = [...waiting, { since, until: Math.max(route.until, now + 1) }].toSorted(
        (a, b) => a.since - b.since,
      );
    } else if (since < now) waits.push({ since, until: now });
  }
  return {
    members: membersOf(simulation, books),
    others: Object.fromEntries(books.others),
    gaps: gapsOf(course),
    held: waits.length + waiting.length,
    longestHeldMs: Math.max(0, ...waits.map(({ since, until }) => until - since)),
    stillHeld: waiting.length,
    nobody: course.filter(({ kind }) => kind === "nobody").length,
    endedAt: now,
  };
}

/** Asks the route at an instant, and writes down whom it names. */
function questionOf({ policy, route, openForMs }: Simulation, books: Books): (now: EpochMs) => Route {
  const pools = poolsSharing(poolsOf(route, policy), policy);
  const directory = directoryOf(policy);
  return (now) => {
    const opened: Book[] = [];
    for (const pool of pools) {
      const kept = new Map((books.lines.get(pool) ?? []).map((line) => [line.member, line]));
      const lines = membersIn(pool, policy).map((member) => {
        const load = loadOf(member, books.given, policy, openForMs, now);
        noteOut(books, pool, member, availabilityOf(member, zoneOf(member, policy), load, now));
        const line = kept.get(memberKey(member));
        return { ...(line ?? firstLine(member)), ...load, isStored: line !== undefined, isSticky: false };
      });
      opened.push(bookOf(pool, lines, policy, now));
    }
    const answer = planOwner({
      route,
      wish: null,
      policy,
      crm: NOBODY_KNOWN,
      directory,
      pools: Object.fromEntries(opened.map(({ pool, state }) => [pool, state])),
      lookup: () => undefined,
      now,
      hosts: [],
      object: "Lead",
      besides: null,
    });
    const plans = answer.kind === "assigned" ? [answer.plan] : [];
    for (const book of opened) books.lines.set(book.pool, linesAfter(book, plans, now));
    for (const plan of plans) note(books, plan, now);
    return answer;
  };
}

const NOTHING: Load = { open: 0, today: 0 };

function loadOf(
  member: PoolMember,
  given: Books["given"],
  policy: Policy,
  openForMs: Ms | null,
  now: EpochMs,
): Load {
  if (member.cap === undefined) return NOTHING;
  const today = dayStart(zoneOf(member, policy), now);
  const own = given.get(memberKey(member)) ?? [];
  return {
    open: own.filter((at) => openForMs === null || at + openForMs > now).length,
    today: own.filter((at) => at >= today).length,
  };
}

function noteOut(books: Books, pool: string, member: PoolMember, availability: Availability): void {
  if (availability.kind === "free") return;
  const name = `${pool} ${memberKey(member)}`;
  const reasons = books.out.get(name) ?? {};
  books.out.set(name, { ...reasons, [availability.why]: (reasons[availability.why] ?? 0) + 1 });
}

function note(books: Books, { pool, owner, via }: OwnerPlan, now: EpochMs): void {
  // Everybody of the simulation's directory is called by their address.
  const member = owner.id.toLowerCase();
  books.given.set(member, [...(books.given.get(member) ?? []), now]);
  if (pool === null) books.others.set(via, (books.others.get(via) ?? 0) + 1);
}

/** Everybody whom the routing names is there and active: what Salesforce says of them is not asked. */
function directoryOf({ routing }: Policy): Directory {
  const hops: readonly Hop[] = [
    ...Object.values(routing.routes).flat(),
    ...(routing.fallback === undefined ? [] : [routing.fallback]),
  ];
  const users = [
    ...Object.values(routing.pools).flatMap(({ members }) => members.map(({ user }) => user)),
    ...hops.flatMap((hop) => (hop.kind === "user" ? [hop.user] : [])),
  ];
  const queues = hops.flatMap((hop) => (hop.kind === "queue" ? [hop.queue] : []));
  return {
    users: [...new Set(users)].map((email) => ({ id: email, email, name: email, active: true })),
    queues: [...new Set(queues)].map((queue) => ({ id: queue, name: queue, objects: ["Lead"] })),
  };
}

function membersIn(pool: string, { routing }: Policy): readonly PoolMember[] {
  return routing.pools[pool]?.members ?? [];
}

function firstLine(member: PoolMember): Line {
  const { weight } = member;
  return { member: memberKey(member), served: 0, adjustment: 0, lastAt: null, weight, isOut: false };
}

function membersOf({ policy, route }: Simulation, books: Books): readonly SimulatedMember[] {
  return poolsOf(route, policy).flatMap((pool) => {
    const members = membersIn(pool, policy).map((member) => {
      const key = memberKey(member);
      const served = (books.lines.get(pool) ?? []).flatMap((line) =>
        line.member === key ? [line.served] : [],
      );
      const got = served.reduce((sum, n) => sum + n, 0);
      return { pool, member: key, weight: member.weight, got, out: books.out.get(`${pool} ${key}`) ?? {} };
    });
    const total = members.reduce((sum, { got }) => sum + got, 0);
    const weights = members.reduce((sum, { weight }) => sum + weight, 0);
    return members.map((member) => ({ ...member, ideal: (total * member.weight) / weights }));
  });
}

/** Stretches of answers that named nobody, each until the next lead that was given; a lead is known by its arrival. */
function gapsOf(course: readonly Asked[]): readonly Gap[] {
  const gaps: Gap[] = [];
  let refused: readonly Asked[] = [];
  const close = (until: EpochMs | null): void => {
    const [first] = refused;
    if (first !== undefined)
      gaps.push({ from: first.at, until, leads: new Set(refused.map(({ since }) => since)).size });
    refused = [];
  };
  for (const asked of course) {
    if (asked.kind === "assigned") close(asked.at);
    else refused = [...refused, asked];
  }
  close(null);
  return gaps;
}
