/**
 * Each timer against the policy and the clock: armed once for every handoff, fired when it was due unless somebody was
 * in touch, with as many effects as the policy names. Whether those effects are outside is checked with all others.
 */
import type { Facts, FollowUpFact, HandoffFact, Problem, TimerWishes } from "./facts.ts";

export function checkFollowUps(facts: Facts): Problem[] {
  const byHandoff = Map.groupBy(facts.followUps, (timer) => timer.handoff);
  const contacts = new Map(facts.contacts.map((contact) => [contact.handoff, contact]));
  // Whoever is in touch about one handoff of a conversation is so about its others.
  const spokenIn = new Set(
    facts.handoffs.flatMap(({ id, conversation }) => (contacts.has(id) ? [conversation] : [])),
  );
  return [
    ...facts.handoffs.flatMap((handoff) => {
      const wishes = facts.timerWishes[handoff.recipe];
      return wishes === undefined ? [] : armed(handoff, wishes, byHandoff.get(handoff.id) ?? []);
    }),
    ...facts.followUps.flatMap((timer) => [
      ...ended(timer, facts.endedAt),
      ...effects(timer, facts.timerWishes[timer.recipe]),
      ...rightly(timer, contacts.get(timer.handoff)?.at ?? null, spokenIn.has(timer.conversation)),
    ]),
  ];
}

/** The new owner and the old one. */
const TOLD_AT_HANDOVER = 2;
const KINDS = ["acknowledge", "follow-up", "remind", "breach"] as const;

/** The first arming of each kind that the recipe has, and no other kind. */
function armed({ id }: HandoffFact, wishes: TimerWishes, timers: readonly FollowUpFact[]): Problem[] {
  return KINDS.flatMap((kind): Problem[] => {
    const wanted = wishes[kind] === null ? 0 : 1;
    const found = timers.filter((timer) => timer.kind === kind && timer.arming === 1).length;
    if (found === wanted) return [];
    const line = `${id} has ${found} timers to ${kind} where its policy asks for ${wanted}`;
    return [{ kind: found < wanted ? "lost" : "doubled", line }];
  });
}

function ended({ id, state, dueAt, reason }: FollowUpFact, endedAt: number): Problem[] {
  const due = new Date(dueAt).toISOString();
  if (state === "armed" && dueAt <= endedAt)
    return [{ kind: "lost", line: `${id} was due at ${due} and did not fire` }];
  if (state === "fired") return [{ kind: "lost", line: `${id} fired and never came to its end` }];
  return state === "failed"
    ? [{ kind: "failed", line: `${id} failed: ${reason ?? "no reason stored"}` }]
    : [];
}

function effects(
  { id, kind, state, effects: found }: FollowUpFact,
  wishes: TimerWishes | undefined,
): Problem[] {
  const hasFired = state === "fired" || state === "done" || state === "maybe";
  if (!hasFired) {
    const out = found.filter((effect) => effect.state !== "skipped");
    if (out.length === 0 || state === "failed") return [];
    return [{ kind: "doubled", line: `${id} is ${state} and has ${out.length} effects` }];
  }
  const wanted = wishes?.[kind];
  if (wanted === undefined || wanted === null || found.length === wanted) return [];
  // Where a new owner takes over, one step writes the record and tells them and the old owner.
  if (kind === "breach" && found.length === wanted + TOLD_AT_HANDOVER) return [];
  const line = `${id} has ${found.length} effects where its policy asks for ${wanted}`;
  return [{ kind: found.length < wanted ? "lost" : "doubled", line }];
}

/** Fired although somebody was in touch in time, or cancelled although nobody was. */
function rightly(
  { id, kind, state, dueAt, startedAt, reason }: FollowUpFact,
  contactAt: number | null,
  isSpokenIn: boolean,
): Problem[] {
  if (kind === "acknowledge") return [];
  if (state === "cancelled" && !isSpokenIn)
    return [
      {
        kind: "lost",
        line: `${id} was cancelled (${reason ?? "no reason stored"}), and nobody was in touch`,
      },
    ];
  const inTime = contactAt !== null && contactAt < dueAt && startedAt !== null;
  return inTime && state === "done" && kind === "follow-up"
    ? [{ kind: "doubled", line: `${id} fired although somebody had been in touch` }]
    : [];
}
