/**
 * The fairness ledger's shell: decides while the pools are locked, and writes the turns that were taken. Exact whatever
 * the number of workers, because a pool's row is held from the reading of its state to the commit.
 */
import type { Tx } from "../store/database.ts";
import { dayStart, zoneOf } from "./availability.ts";
import { type Book, bookOf, changesOf, reachable, touchedBy, writersOf } from "./book.ts";
import type { Decision } from "./decision.ts";
import { decide, type DecisionInputs } from "./decide.ts";
import { lockPools, poolLines, recordAssignment } from "./pools/queries.ts";
import { memberKey, poolsSharing } from "./route.ts";
import { stickyQuestions } from "./sticky.ts";

/** Decides with the pools' state under lock and takes the turns; returns the answer and the whole frozen input. */
export async function decideUnderLock(
  tx: Tx,
  given: Omit<DecisionInputs, "pools">,
): Promise<{ readonly decision: Decision; readonly inputs: DecisionInputs }> {
  const blind = decide({ ...given, pools: {} });
  const pools = touchedBy(blind).size === 0 ? [] : reachable(blind, given.policy);
  const { snapshot } = given.evidence;
  const { company, person } = writersOf(snapshot);
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
