/** Policies by version, for whoever goes on with what an earlier version decided. */
import { policyOf } from "../policy/read.ts";
import { type CompiledPolicy, compile } from "../qualify/compile.ts";
import type { Db } from "../store/database.ts";
import { documentOf } from "./queries.ts";

/** Versions whose compiled form is kept; each may take some MB. */
const KEPT = 16;

/** The policy of a version by the id that decisions name. Kept: a version never changes. */
export type PolicyOfVersion = (id: number) => Promise<CompiledPolicy>;

export function policyLoader(db: Db): PolicyOfVersion {
  const kept = new Map<number, Promise<CompiledPolicy>>();
  return (id) => {
    const known = kept.get(id);
    // Put back at the end: the one that was asked for longest ago goes first.
    kept.delete(id);
    const policy = known ?? load(db, id);
    kept.set(id, policy);
    policy.catch(() => kept.delete(id));
    const [oldest] = kept.keys();
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
    return policy;
  };
}

async function load(db: Db, id: number): Promise<CompiledPolicy> {
  const document = await documentOf(db, id);
  if (document === null) throw new Error(`policy version ${id} is named but not stored`);
  return compile(policyOf(document, `policy version ${id}`));
}
