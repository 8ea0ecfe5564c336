/**
 * A stored decision keeps only the users and queues that its own policy named. Whoever a draft names for the first time
 * was never looked up: a backtest takes them as existing and active, and says so.
 */
import type { Directory } from "../decide/candidate.ts";
import type { Policy } from "../policy/schema.ts";

/** Users and queues that `draft` names and `before` does not, as a directory; null `before` names nobody. */
export function assumedBy(draft: Policy, before: Policy | null): Directory {
  const named = namedIn(draft);
  const known = before === null ? { users: new Set<string>(), queues: new Set<string>() } : namedIn(before);
  const users = [...named.users].filter((email) => !known.users.has(email));
  const queues = [...named.queues].filter((name) => !known.queues.has(name));
  return {
    users: users.map((email) => ({ id: email, email, name: email, active: true })),
    queues: queues.map((name) => ({ id: name, name, objects: ["Lead", "Opportunity", "Task"] })),
  };
}

function namedIn({ routing }: Policy): { readonly users: Set<string>; readonly queues: Set<string> } {
  const users: string[] = [];
  const queues: string[] = [];
  for (const pool of Object.values(routing.pools)) users.push(...pool.members.map((member) => member.user));
  for (const list of Object.values(routing.lists)) users.push(...Object.values(list));
  for (const { owner } of routing.territories) {
    if ("user" in owner) users.push(owner.user);
    if ("queue" in owner) queues.push(owner.queue);
  }
  for (const hop of Object.values(routing.routes).flat()) {
    if (hop.kind === "user") users.push(hop.user);
    if (hop.kind === "queue") queues.push(hop.queue);
  }
  return { users: new Set(users.map((email) => email.toLowerCase())), queues: new Set(queues) };
}
