/**
 * The fairness ledger's shell: decides while the pools are locked, and writes the turn that was taken. Exact whatever
 * the number of workers, because a pool's row is held from the reading of its state to the commit.
 */
import type { Policy } from "../policy/schema.ts";
import type { Tx } from "../store/database.ts";
import type { Decision } from "./decision.ts";
import { decide, type DecisionInputs } from "./decide.ts";
import { lockPools, type PoolLine, poolLines, recordAssignment } from "./queries.ts";
import { type MemberState, poolsOf, type PoolState } from "./route.ts";

/** Decides with the pools' state under lock and takes the turn; returns the answer and the whole frozen input. */
export async function decideUnderLock(
  tx: Tx,
  given: Omit<DecisionInputs, "pools">,
): Promise<{ readonly decision: Decision; readonly inputs: DecisionInputs }> {
  const blind = decide({ ...given, pools: {} });
  if (blind.kind !== "handoff") return { decision: blind, inputs: { ...given, pools: {} } };
  const { policy } = given;
  const pools = poolsOf(blind.owner.route, policy);
  const company = given.evidence.snapshot.company?.domain ?? null;
  const state =
    blind.owner.pool === null ? {} : await poolStates(tx, given.environment, policy, pools, company);
  const inputs = { ...given, pools: state };
  const decision = blind.owner.pool === null ? blind : decide(inputs);
  if (decision.kind === "handoff") {
    await recordAssignment(tx, {
      handoff: decision.handoff,
      environment: given.environment,
      company,
      plan: decision.owner,
      now: given.now,
    });
  }
  return { decision, inputs };
}

async function poolStates(
  tx: Tx,
  environment: string,
  policy: Policy,
  pools: readonly string[],
  company: string | null,
): Promise<Readonly<Record<string, PoolState>>> {
  await lockPools(tx, environment, pools);
  const lines = await poolLines(tx, environment, pools, company);
  return Object.fromEntries(
    pools.map((pool) => {
      const members = lines.filter((line) => line.pool === pool);
      const isSticky = policy.routing.pools[pool]?.sticky === "company";
      const stickyMember = isSticky ? (members.find((line) => line.isSticky)?.member ?? null) : null;
      return [pool, { members: members.map(stateOf), stickyMember }];
    }),
  );
}

function stateOf({ member, served, adjustment, lastAt }: PoolLine): MemberState {
  return { member, served, adjustment, lastAt };
}
