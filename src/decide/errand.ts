/**
 * The people that a handoff looks for: its owner, and a second person for each rule of `alsoTell` that applies. Pure, in
 * the two steps of a route.
 */
import { decide } from "../policy/evaluate.ts";
import type { Policy } from "../policy/schema.ts";
import type { OwnerPlan } from "./decision.ts";
import { endOf, ownerOn, type Route, type Way, wayOf, type WayQuestion } from "./route.ts";
import type { Turns } from "./turns.ts";

/** The ways to everybody, settled but for the turns of pools. Plain data. */
export interface Errand {
  readonly owner: Way;
  readonly seconds: readonly Way[];
}

/** A second person as a route gave them. */
export interface Second {
  readonly route: string;
  readonly answer: Route;
}

export interface Found {
  readonly owner: Route;
  /** None where there is no owner. */
  readonly seconds: readonly Second[];
}

/** A route is asked once, however many rules name it. */
export function errandOf(question: WayQuestion): Errand {
  const { policy, lookup, now } = question;
  const routes = policy.routing.alsoTell
    .filter(({ when }) => decide(when, lookup, now) === "yes")
    .map(({ route }) => route);
  return {
    owner: wayOf(question),
    seconds: [...new Set(routes)].map((route) => wayOf({ ...question, route, wish: null, object: "Task" })),
  };
}

/** Whether a member of a pool is asked on the way to anybody: without one the answer rests on no pool's state. */
export function asksPools({ owner, seconds }: Errand, policy: Policy): boolean {
  const end = endOf(owner, policy, null);
  if (end === undefined || end.kind === "pool") return end !== undefined;
  return seconds.some((way) => endOf(way, policy, end.owner)?.kind === "pool");
}

/** Who is found, now that the state of the pools is known. */
export function foundOn({ owner, seconds }: Errand, turns: Omit<Turns, "besides">): Found {
  const answer = ownerOn(owner, { ...turns, besides: null });
  if (answer.kind !== "assigned") return { owner: answer, seconds: [] };
  const besides = answer.plan.owner;
  return {
    owner: answer,
    seconds: seconds.map((way) => ({ route: way.route, answer: ownerOn(way, { ...turns, besides }) })),
  };
}

/** The plans of the second people who were found. */
export function plansOf(seconds: readonly Second[]): readonly OwnerPlan[] {
  return seconds.flatMap(({ answer }) => (answer.kind === "assigned" ? [answer.plan] : []));
}
