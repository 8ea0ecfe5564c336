/** Who does something, and what they may do. Rooms take an actor and never ask how it came in. */
import type { Role } from "./roles.ts";
import { type Scope, SCOPES } from "./scopes.ts";

/** What an actor may do in one environment, or, with null, in every one. */
export interface Grant {
  readonly environment: string | null;
  readonly scopes: readonly Scope[];
  /** The role it comes from; null for a token, which has scopes of its own. */
  readonly role: Role | null;
}

export interface Actor {
  /** The name that stands beside what they change: a person's address, a machine's name. */
  readonly name: string;
  readonly grants: readonly Grant[];
}

/** Whoever runs a command on the machine that holds the database may do everything. */
export function operator(name: string): Actor {
  return { name, grants: [{ environment: null, scopes: SCOPES, role: null }] };
}

/** Where a right must hold: in the environment of this name, in any one, or in all of them, which only a grant for all gives. */
export type Reach = { readonly environment: string } | "any" | "every";

export function may(actor: Actor, scope: Scope, reach: Reach): boolean {
  return actor.grants.some(
    ({ environment, scopes }) =>
      scopes.includes(scope) &&
      (environment === null || reach === "any" || (reach !== "every" && environment === reach.environment)),
  );
}

/** Whether an environment exists for the actor at all. */
export function mayTouch(actor: Actor, environment: string): boolean {
  return actor.grants.some((grant) => grant.environment === null || grant.environment === environment);
}
