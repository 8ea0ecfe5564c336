/** Who does something, and what they may do. Rooms take an actor and never ask how it came in. */

/** What a caller of the API may be allowed; a route names the one it needs. */
export const SCOPES = [
  "environments:read",
  "environments:write",
  "policy:read",
  "policy:write",
  "policy:publish",
  "issues:read",
  "issues:write",
] as const;
export type Scope = (typeof SCOPES)[number];

export interface Actor {
  /** The name that stands beside what they change: a person's address, a machine's name. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Names of the environments they may touch; null: all. */
  readonly environments: readonly string[] | null;
}

/** Whoever runs a command on the machine that holds the database may do everything. */
export function operator(name: string): Actor {
  return { name, scopes: SCOPES, environments: null };
}

export function mayTouch(actor: Actor, environment: string): boolean {
  return actor.environments === null || actor.environments.includes(environment);
}
