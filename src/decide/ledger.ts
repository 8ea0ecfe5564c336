/**
 * The fairness ledger's shell: decides while the pools are locked, and writes the turns that were taken. Exact whatever
 * the number of workers, because a pool's row is held from the reading of its state to the commit.
 */
import type { EpochMs } from "../kernel/time.ts";
import type { Policy } from "../policy/schema.ts";
import type { Tx } from "../store/database.ts";
import { availabilityOf, dayStart, zoneOf } from "./availability.ts";
import type { Decision, OwnerPlan } from "./decision.ts";
import { decide, type DecisionInputs } from "./decide.ts";
import { changesBetween, levelled, type Line } from "./fairness.ts";
import { lockPools, type PoolLine, poolLines, recordAssignment } from "./pools/queries.ts";
import { memberKey, poolsOf, poolsSharing, type PoolState } from "./route.ts";

/** Decides with the pools' state under lock and takes the turns; returns the answer and the whole frozen input. */
export async function decideUnderLock(
  tx: Tx,
  given: Omit<DecisionInputs, "pools">,
): Promise<{ readonly decision: Decision; readonly inputs: DecisionInputs }> {
  const blind = decide({ ...given, pools: {} });
  const pools = touchedBy(blind).size === 0 ? [] : reachable(blind, given.policy);
  const { snapshot } = given.evidence;
  const company = snapshot.company?.domain ?? null;
  const person = snapshot.contact?.email?.toLowerCase() ?? snapshot.contact?.id ?? null;
  const books = pools.length === 0 ? [] : await openBooks(tx, given, pools, { company, person });
  const inputs = { ...given, pools: Object.fromEntries(books.map(({ pool, state }) => [pool, state])) };
  const decision = books.length === 0 ? blind : decide(inputs);
  if (decision.kind === "handoff") {
    const { owner: plan, seconds } = decision;
    await recordAssignment(tx, {
      handoff: decision.handoff,
      environment: given.environment,
      company,
      person,
      plan,
      seconds,
      changes: books.flatMap((book) => changesOf(book, [plan, ...seconds])),
      now: given.now,
    });
  }
  return { decision, inputs };
}

/** Pools of which somebody was asked on the way to this answer: without one it rests on no pool's state. */
function touchedBy(decision: Decision): ReadonlySet<string> {
  const plans =
    decision.kind === "handoff"
      ? [decision.owner, ...decision.seconds]
      : decision.kind === "held"
        ? [decision]
        : [];
  return new Set(plans.flatMap(({ receipts }) => receipts.flatMap(({ place }) => place?.pool ?? [])));
}

/** All pools that the same question can reach when it is asked again with their state known. */
function reachable(decision: Decision, policy: Policy): readonly string[] {
  const owner = decision.kind === "handoff" ? [decision.owner.route] : [];
  const held = decision.kind === "held" ? [decision.route] : [];
  const routes = [...owner, ...held, ...policy.routing.alsoTell.map(({ route }) => route)];
  return [...new Set(routes.flatMap((route) => poolsOf(route, policy)))];
}

/** One pool's lines: as they were stored, as they count now, and the state that a decision rests on. */
interface Book {
  readonly pool: string;
  readonly before: readonly Line[];
  readonly after: readonly Line[];
  readonly state: PoolState;
}

async function openBooks(
  tx: Tx,
  { environment, policy, now }: Omit<DecisionInputs, "pools">,
  pools: readonly string[],
  whose: { readonly company: string | null; readonly person: string | null },
): Promise<readonly Book[]> {
  await lockPools(tx, environment, poolsSharing(pools, policy).toSorted());
  const inPolicy = pools.flatMap((pool) =>
    (policy.routing.pools[pool]?.members ?? []).map((member) => ({ pool, member })),
  );
  const wanted = inPolicy.map(({ pool, member }) => ({
    pool,
    member: memberKey(member),
    since: member.cap === undefined ? null : dayStart(zoneOf(member, policy), now),
  }));
  const sticky = pools.flatMap((pool) => {
    const by = policy.routing.pools[pool]?.sticky;
    if (by === undefined) return [];
    return [
      {
        pool,
        company: by === "company" ? whose.company : null,
        person: by === "person" ? whose.person : null,
      },
    ];
  });
  const lines = await poolLines(tx, environment, wanted, sticky);
  return pools.map((pool) =>
    bookOf(
      pool,
      lines.filter((line) => line.pool === pool),
      policy,
      now,
    ),
  );
}

function bookOf(pool: string, lines: readonly PoolLine[], policy: Policy, now: EpochMs): Book {
  const members = policy.routing.pools[pool]?.members ?? [];
  const loadOf = (member: string) => lines.find((line) => line.member === member) ?? { open: 0, today: 0 };
  const standings = members.map((member) => {
    const key = memberKey(member);
    const availability = availabilityOf(member, zoneOf(member, policy), loadOf(key), now);
    // Hours are the same for the week, and a share is the week's: only what comes on top waives turns.
    const isOut = availability.kind === "out" && availability.why !== "off-hours";
    return { member: key, weight: member.weight, isOut };
  });
  const before = lines.filter((line) => line.isStored).map(lineOf);
  const after = levelled(standings, before);
  const state = standings.map(({ member }) => {
    const { open, today } = loadOf(member);
    const line = after.find((one) => one.member === member);
    return {
      member,
      served: line?.served ?? 0,
      adjustment: line?.adjustment ?? 0,
      lastAt: line?.lastAt ?? null,
      open,
      today,
    };
  });
  const stickyMember = lines.find((line) => line.isSticky)?.member ?? null;
  return { pool, before, after, state: { members: state, stickyMember } };
}

function lineOf({ member, served, adjustment, lastAt, weight, isOut }: PoolLine): Line {
  return { member, served, adjustment, lastAt, weight, isOut };
}

/** A turn for everybody who was picked; a company that stays with its rep takes none. */
function changesOf({ pool, before, after }: Book, plans: readonly OwnerPlan[]) {
  const turns = plans.flatMap((plan) =>
    plan.pool?.pool === pool && plan.pool.turn === "taken" ? [plan.pool.member] : [],
  );
  return changesBetween(before, after, turns).map((change) => ({ ...change, pool }));
}
