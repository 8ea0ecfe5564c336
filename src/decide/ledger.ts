/**
 * The fairness ledger's shell: decides while the pools are locked, and writes the turns that were taken. Exact whatever
 * the number of workers, because a pool's row is held from the reading of its state to the commit.
 */
import { NOBODY_KNOWN } from "../qualify/crm.ts";
import type { Tx } from "../store/database.ts";
import { dayStart, zoneOf } from "./availability.ts";
import { type Book, bookOf, changesOf, reachable, writersOf } from "./book.ts";
import type { Decision, OwnerRef } from "./decision.ts";
import { assign, type DecisionInputs, settle } from "./decide.ts";
import { asksPools } from "./errand.ts";
import { lockPools, poolLines, recordAssignment } from "./pools/queries.ts";
import { planOwner, poolsSharing } from "./route.ts";
import { stickyQuestions } from "./sticky.ts";
import { memberKey } from "./turns.ts";

/** Decides with the pools' state under lock and takes the turns; returns the answer and the whole frozen input. */
export async function decideUnderLock(
  tx: Tx,
  given: Omit<DecisionInputs, "pools">,
): Promise<{ readonly decision: Decision; readonly inputs: DecisionInputs }> {
  const plan = settle(given);
  const asks = plan.kind === "unassigned" && asksPools(plan.errand, given.policy);
  const pools = asks ? reachable(plan.errand.owner.route, given.policy) : [];
  const { snapshot } = given.evidence;
  const { company, person } = writersOf(snapshot);
  const books = pools.length === 0 ? [] : await openBooks(tx, given, pools, { company, person });
  const inputs = { ...given, pools: Object.fromEntries(books.map(({ pool, state }) => [pool, state])) };
  const decision = plan.kind === "unassigned" ? assign(plan, inputs) : plan;
  if (decision.kind === "handoff") {
    const { owner, seconds } = decision;
    await recordAssignment(tx, {
      handoff: decision.handoff,
      environment: given.environment,
      company,
      person,
      plan: owner,
      seconds,
      changes: books.flatMap((book) => changesOf(book, [owner, ...seconds])),
      now: given.now,
    });
  }
  return { decision, inputs };
}

export type NextMember =
  | { readonly kind: "next"; readonly owner: Extract<OwnerRef, { kind: "user" }> }
  | { readonly kind: "nobody"; readonly reason: string };

/**
 * Whose turn of the pool it is now, but for those who had this lead: among whoever can take it, by hours, absences and
 * caps. The pool is locked until the commit; moveAssignment writes the turn.
 */
export async function nextOfPool(
  tx: Tx,
  asked: Pick<DecisionInputs, "environment" | "policy" | "directory" | "now"> & {
    readonly pool: string;
    /** Salesforce ids. */
    readonly had: readonly string[];
  },
): Promise<NextMember> {
  const { policy, directory, now, pool } = asked;
  const books = await openBooks(tx, asked, [pool], { company: null, person: null });
  const had = directory.users
    .filter(({ id }) => asked.had.includes(id))
    .map(({ email }) => email.toLowerCase());
  const { fallback: _, ...routing } = policy.routing;
  const { members = [], whenAllAway = "next-rule" } = routing.pools[pool] ?? {};
  const others = members.filter((member) => !had.includes(memberKey(member)));
  const answer = planOwner({
    route: pool,
    wish: null,
    policy: {
      ...policy,
      routing: {
        ...routing,
        pools: { [pool]: { members: others, whenAllAway } },
        routes: { [pool]: [{ kind: "pool", pool }] },
      },
    },
    crm: NOBODY_KNOWN,
    directory,
    pools: Object.fromEntries(books.map((book) => [book.pool, book.state])),
    lookup: () => undefined,
    now,
    hosts: [],
    object: "Lead",
    besides: null,
  });
  if (answer.kind === "assigned" && answer.plan.owner.kind === "user")
    return { kind: "next", owner: answer.plan.owner };
  const receipts = answer.kind === "assigned" ? [] : answer.receipts;
  const why = receipts.flatMap(({ candidate, kind, reason }) =>
    kind === "skipped" ? [`${candidate.replace(`pool ${pool}: `, "")} ${reason}`] : [],
  );
  const nobody = `nobody else of the pool ${pool} can take it`;
  return { kind: "nobody", reason: [nobody, ...(why.length === 0 ? [] : [why.join(", ")])].join(": ") };
}

async function openBooks(
  tx: Tx,
  { environment, policy, now }: Pick<DecisionInputs, "environment" | "policy" | "now">,
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
  const sticky = stickyQuestions(pools, policy, whose);
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
