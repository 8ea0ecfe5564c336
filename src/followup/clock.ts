/** The clock of somebody's working hours: it stands still while they are not at work. Pure. */
import type { EpochMs, Ms } from "../kernel/time.ts";
import { nextEnd, nextStart, parseHours, type WorkingHours } from "../policy/hours.ts";
import type { Policy } from "../policy/schema.ts";
import type { OwnerRef } from "../decide/decision.ts";

export interface OwnHours {
  readonly hours: WorkingHours;
  readonly zone: string;
}

/** Hours of an owner for whom no pool of the policy names any, in the policy's time zone. */
const OFFICE: WorkingHours = parseHours("Mon-Fri 09:00-17:00") ?? [];

/** The hours that a pool of the policy gives this person; office hours for everybody else, queues too. */
export function hoursOf(owner: OwnerRef, { timezone, routing }: Policy): OwnHours {
  const email = owner.kind === "user" ? owner.email?.toLowerCase() : undefined;
  const members = Object.values(routing.pools).flatMap((pool) => pool.members);
  const member = members.find((one) => one.user.toLowerCase() === email && one.hours !== undefined);
  const hours = member?.hours === undefined ? null : parseHours(member.hours);
  return { hours: hours ?? OFFICE, zone: member?.timezone ?? timezone };
}

/** The instant at which `span` of working time has passed since `from`. */
export function afterWorking({ hours, zone }: OwnHours, from: EpochMs, span: Ms): EpochMs {
  let left = span;
  let at = nextStart(hours, zone, from);
  for (;;) {
    const end = nextEnd(hours, zone, at);
    if (at + left <= end) return at + left;
    left -= end - at;
    at = nextStart(hours, zone, end);
  }
}
