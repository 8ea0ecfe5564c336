/**
 * Somebody who may get a lead: a person or a queue as Salesforce's directory knows them, or why they cannot. Pure.
 */
import type { EpochMs } from "../kernel/time.ts";
import type { Availability } from "./availability.ts";
import type { OwnerPlan, OwnerRef, PoolPlace } from "./decision.ts";

/** Users and queues of the org, as routes look them up. */
export interface Directory {
  readonly users: readonly {
    readonly id: string;
    readonly email: string;
    readonly name: string;
    readonly active: boolean;
  }[];
  readonly queues: readonly {
    readonly id: string;
    readonly name: string;
    readonly objects: readonly string[];
    /** True when nobody is in it; absent when somebody is, or when it is not known. */
    readonly isEmpty?: true;
  }[];
}

export type Candidate = { readonly label: string; readonly place?: PoolPlace } & (
  | {
      readonly kind: "can";
      readonly owner: OwnerRef;
      readonly pool: OwnerPlan["pool"];
      readonly note: string;
    }
  | { readonly kind: "cannot"; readonly problem: string; readonly off: Waiting | null }
  /** The route ends here until then. */
  | { readonly kind: "holds"; readonly problem: string; readonly until: EpochMs }
);

/** Somebody of a pool who could take it at another time; `taking` is who they would be. */
interface Waiting {
  readonly availability: Extract<Availability, { kind: "out" }>;
  readonly taking: Extract<Candidate, { kind: "can" }>;
}

/** Who can take it or cannot, whatever the hour. */
export type Steady = Extract<Candidate, { kind: "can" | "cannot" }>;

export function can(label: string, owner: OwnerRef): Extract<Candidate, { kind: "can" }> {
  return { kind: "can", label, owner, pool: null, note: "first on the route who can take it" };
}

export function cannot(label: string, problem: string): Extract<Candidate, { kind: "cannot" }> {
  return { kind: "cannot", label, problem, off: null };
}

export function fromUser(label: string, email: string, directory: Directory): Steady {
  const user = directory.users.find((one) => one.email.toLowerCase() === email.toLowerCase());
  if (user === undefined) return cannot(label, "no Salesforce user has this address");
  if (!user.active) return cannot(label, "inactive in Salesforce");
  return can(label, { kind: "user", id: user.id, email: user.email, name: user.name });
}
