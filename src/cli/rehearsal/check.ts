/**
 * The checker: did everything that arrived get its decision, and did everything a decision asks for happen outside,
 * once and in order? Pure; it believes the emulators' ledgers and states, not Baton's word.
 */
import { checkDeals } from "./check-deals.ts";
import { checkEffects } from "./check-effects.ts";
import { checkFollowUps } from "./check-follow-ups.ts";
import { checkUnasked } from "./check-unasked.ts";
import {
  carried,
  type DecisionFact,
  type Expectation,
  type Facts,
  type HandoffFact,
  type Problem,
  untold,
} from "./facts.ts";
import { outsideOf, writesOf } from "./outside.ts";

export interface Verdict {
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
  /** Effects whose outcome nobody can know. */
  readonly maybe: number;
  readonly failed: number;
  /** Handoffs that the words do not ask for; where webhooks were lost, also those that are missing. */
  readonly mismatches: number;
  readonly problems: readonly Problem[];
}

/** The verdict on one rehearsal. */
export function check(facts: Facts): Verdict {
  const problems = [
    ...checkEvents(facts),
    ...checkStandings(facts),
    ...checkHandoffs(facts),
    ...checkEffects(facts),
    ...checkFollowUps(facts),
    ...checkDeals(facts),
    ...checkUnasked(facts),
    ...checkOrder(facts),
    ...checkFailures(facts),
    ...checkExpectations(facts),
  ];
  const count = (kind: Problem["kind"]): number => problems.filter((problem) => problem.kind === kind).length;
  return {
    lost: count("lost"),
    doubled: count("doubled"),
    outOfOrder: count("out-of-order"),
    maybe: carried(facts)
      .flatMap((owner) => owner.effects)
      .filter((effect) => effect.state === "maybe").length,
    failed: count("failed"),
    mismatches: count("mismatch"),
    problems,
  };
}

/** Every notification that was acknowledged is stored once, and some run has taken it. */
function checkEvents({ deliveries, events }: Facts): Problem[] {
  const acknowledged = new Map<string, string>();
  for (const { notificationId, status, topic } of deliveries) {
    if (notificationId !== null && status === "delivered") acknowledged.set(notificationId, topic);
  }
  const stored = Map.groupBy(events, (event) => event.notificationId);
  const problems: Problem[] = [];
  for (const [id, topic] of acknowledged) {
    const rows = stored.get(id)?.length ?? 0;
    const what = `notification ${id} (${topic})`;
    if (rows === 0) problems.push({ kind: "lost", line: `${what} was acknowledged and is not stored` });
    if (rows > 1) problems.push({ kind: "doubled", line: `${what} is stored ${rows} times` });
  }
  for (const event of events) {
    if (!event.isTaken)
      problems.push({
        kind: "lost",
        line: `notification ${event.notificationId} (${event.topic}) of conversation ${event.conversation ?? "-"} was taken by no run`,
      });
  }
  return problems;
}

/** Every conversation that was heard of stands somewhere, and only in one place. */
function checkStandings({ expectations, events, standings }: Facts): Problem[] {
  const heard = new Set(events.map((event) => event.conversation));
  const standing = Map.groupBy(standings, (one) => one.conversation);
  return expectations.flatMap(({ conversation, name }): Problem[] => {
    const places = standing.get(conversation)?.length ?? 0;
    const what = `conversation ${conversation} (${name})`;
    if (places > 1) return [{ kind: "doubled", line: `${what} stands in ${places} places` }];
    if (standing.get(conversation)?.some((one) => one.isPending) === true)
      return [{ kind: "lost", line: `${what} said something that nobody decided about` }];
    if (places === 1) return [];
    const line = heard.has(conversation) ? "was heard of and stands nowhere" : "was never heard of";
    return [{ kind: "lost", line: `${what} ${line}` }];
  });
}

/** Webhooks about people (product usage, tags of theirs) all arrived: no sweep of conversations finds those. */
function newsOfPeopleArrived(deliveries: Facts["deliveries"]): boolean {
  return untold(deliveries).every((topic) => topic.startsWith("conversation"));
}

/** Each decision to hand off has its handoff with all its effects, and no handoff came from nowhere or twice. */
function checkHandoffs({ decisions, handoffs, inboxWishes }: Facts): Problem[] {
  const problems: Problem[] = [];
  const byId = new Map(handoffs.map((handoff) => [handoff.id, handoff]));
  const decided = new Map(decisions.map((decision) => [decision.id, decision]));
  for (const decision of decisions) {
    if (decision.kind !== "handoff") continue;
    const handoff = decision.handoff === null ? undefined : byId.get(decision.handoff);
    if (handoff === undefined) {
      const line = `decision ${decision.id} asks for ${decision.handoff ?? "a handoff"}, which does not exist`;
      problems.push({ kind: "lost", line });
    } else problems.push(...missingEffects(handoff, decision, inboxWishes[handoff.recipe] ?? 0));
  }
  const places = Map.groupBy(
    handoffs,
    (handoff) => `${handoff.conversation} ${handoff.recipe} ${handoff.episode}`,
  );
  for (const [place, group] of places) {
    if (group.length > 1) problems.push({ kind: "doubled", line: `${group.length} handoffs of ${place}` });
  }
  for (const handoff of handoffs) {
    if (decided.get(handoff.decision)?.handoff !== handoff.id)
      problems.push({ kind: "doubled", line: `${handoff.id} rests on no decision of its own` });
    if (handoff.status === "running")
      problems.push({ kind: "lost", line: `${handoff.id} never came to its end` });
  }
  return problems;
}

function missingEffects(handoff: HandoffFact, decision: DecisionFact, inboxWishes: number): Problem[] {
  const told = handoff.effects.filter(
    ({ kind, request }) =>
      kind === "notify" || (request.kind === "impossible" && request.what.startsWith("tell ")),
  ).length;
  const written = handoff.effects.filter((effect) => effect.kind === "crm-write").length;
  const inbox = handoff.effects.length - told - written;
  const compared = [
    ["writes to Salesforce", written, 1],
    ["people to tell", told, decision.notices],
    ["things to do in Intercom", inbox, inboxWishes],
  ] as const;
  return compared.flatMap(([what, planned, asked]): Problem[] =>
    planned === asked
      ? []
      : [
          {
            kind: planned < asked ? "lost" : "doubled",
            line: `${handoff.id} has ${planned} ${what} where its decision asks for ${asked}`,
          },
        ],
  );
}

/** A later decision of a conversation writes nothing before the earlier ones have written all. */
function checkOrder(facts: Facts): Problem[] {
  const outside = outsideOf(facts);
  const groups = Map.groupBy(facts.handoffs, (handoff) => handoff.conversation).values();
  return [...groups].flatMap((group) => {
    const inOrder = group.toSorted((a, b) => a.decision - b.decision);
    const claimed = new Set<unknown>();
    const spans = inOrder.flatMap((handoff) => {
      const writes = writesOf(handoff, outside).filter((entry) => !claimed.has(entry));
      for (const entry of writes) claimed.add(entry);
      const times = writes.map((entry) => entry.time).toSorted();
      const [first] = times;
      const last = times.at(-1);
      return first === undefined || last === undefined ? [] : [{ id: handoff.id, first, last }];
    });
    return spans.flatMap((span, i) =>
      spans
        .slice(0, i)
        .filter((earlier) => span.first < earlier.last)
        .map((earlier): Problem => ({
          kind: "out-of-order",
          line: `${span.id} wrote at ${span.first}, before ${earlier.id} had written all (${earlier.last})`,
        })),
    );
  });
}

function checkFailures({ handoffs, failedRuns }: Facts): Problem[] {
  return [
    ...handoffs.flatMap(({ id, status, effects }): Problem[] => {
      const failed = effects.filter((effect) => effect.state === "failed");
      const lines = failed.map(
        (effect) => `${id}: ${effect.kind} failed: ${effect.error ?? "no reason stored"}`,
      );
      if (failed.length === 0 && status === "failed") lines.push(`${id} failed without a failed effect`);
      return lines.map((line) => ({ kind: "failed", line }));
    }),
    ...failedRuns.map(({ id, kind, status, error }): Problem => ({
      kind: "failed",
      line: `run ${id} (${kind}) ${status}: ${error ?? "no reason stored"}`,
    })),
  ];
}

/** What the words ask for against what was done. */
function checkExpectations(facts: Facts): Problem[] {
  const handedOff = new Set(facts.handoffs.map((handoff) => handoff.conversation));
  const standing = new Set(facts.standings.map((one) => one.conversation));
  const decisions = Map.groupBy(facts.decisions, (decision) => decision.conversation);
  const isExcusable = !newsOfPeopleArrived(facts.deliveries);
  return facts.expectations.flatMap((expected): Problem[] => {
    const { conversation, name, handoff, because } = expected;
    const what = `conversation ${conversation} (${name})`;
    if (handoff === "must-not" && handedOff.has(conversation))
      return [
        { kind: "mismatch", line: `${what} was handed off although its words do not qualify: ${because}` },
      ];
    if (handoff !== "must" || handedOff.has(conversation) || !standing.has(conversation)) return [];
    const ofIt = decisions.get(conversation) ?? [];
    if (ofIt.some((decision) => decision.kind === "held")) return [];
    const line = `${what} qualifies (${because}) and was not handed off: ${historyOf(ofIt, expected)}`;
    return isExcusable
      ? [{ kind: "mismatch", line: `${line}; but some webhooks about people never arrived` }]
      : [{ kind: "lost", line }];
  });
}

function historyOf(decisions: readonly DecisionFact[], { name }: Expectation): string {
  if (decisions.length === 0) return `nobody ever decided about ${name}`;
  return decisions
    .toSorted((a, b) => a.id - b.id)
    .map(({ kind, recipe, exclusion }) => [kind, recipe ?? exclusion].filter(Boolean).join(" "))
    .join(", then ");
}
