/** Whom a handoff concerns by now. */
import type { Db } from "../store/database.ts";
import type { OwnerRef } from "../decide/decision.ts";
import type { Policy } from "../policy/schema.ts";
import { partiesOf } from "../followup/contact.ts";
import { writtenIn } from "../handoff/carry.ts";
import { loadHandoff, type StoredHandoff } from "../handoff/queries.ts";
import type { Concerned } from "./press.ts";
import type { Case } from "./queries.ts";

/** Who has it now; `since` is who has it since a claim or a re-assignment. */
export function ownerOf(since: OwnerRef | null, { decision }: Case, handoff: StoredHandoff): OwnerRef {
  return since ?? writtenIn(handoff)?.owner ?? decision.owner.owner;
}

export async function handoffOf(db: Db, { handoff }: Case): Promise<StoredHandoff> {
  const stored = await loadHandoff(db, handoff);
  if (stored === null) throw new Error(`handoff ${handoff} has an alert but no row`);
  return stored;
}

/** Its parties, everybody whom an alert about it told by name, and the members of its pool: of all pools where a queue has it. */
export async function concernedBy(db: Db, about: Case, policy: Policy): Promise<Concerned> {
  const handoff = await handoffOf(db, about);
  const owner = ownerOf(about.owner, about, handoff);
  const { decision, inputs } = about;
  const parties = partiesOf(owner, decision.told, inputs.evidence.crm);
  const told = handoff.effects.flatMap(({ request }) =>
    request.kind === "notify" && request.recipient.kind !== "slack-channel" ? [request.recipient.email] : [],
  );
  const pools = Object.entries(policy.routing.pools).filter(
    ([name]) => owner.kind === "queue" || name === decision.owner.pool?.pool,
  );
  return {
    people: [...parties.flatMap(({ email }) => email ?? []), ...told],
    members: pools.flatMap(([, { members }]) => members.map(({ user }) => user)),
  };
}
