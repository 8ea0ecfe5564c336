/**
 * Parts that nothing of the policy uses.
 */
import type { Policy } from "../schema.ts";
import type { Path, Remark } from "./finding.ts";
import { conditionsIn, namesIn, rulesIn } from "./parts.ts";

/** A note for each part that nothing names. */
export function unusedRemarks(policy: Policy): readonly Remark[] {
  const { routing, feedback, recipes } = policy;
  const rules = conditionsIn(policy).flatMap(rulesIn);
  const hops = Object.values(routing.routes).flat();
  const owners = routing.territories.map(({ owner }) => owner);
  const rows = Object.values(policy.mapping).flat();
  const asked = rules.map(({ field }) => field);
  const none = (
    what: string,
    path: Path,
    names: Readonly<Record<string, unknown>>,
    used: readonly string[],
  ) =>
    Object.keys(names)
      .filter((name) => !used.includes(name))
      .map((name) => unused(`${what} ${name}`, [...path, name]));
  return [
    ...none("signal", ["signals"], policy.signals, [
      ...Object.values(policy.scores).flatMap(({ signals }) => signals),
      ...rules.filter(({ field }) => field === "signals").flatMap(namesIn),
    ]),
    ...none("score", ["scores"], policy.scores, [
      ...recipes.flatMap(({ score }) => score?.name ?? []),
      ...[...asked, ...rows.map(({ from }) => from)]
        .filter((field) => field.startsWith("score."))
        .map((field) => field.slice("score.".length)),
    ]),
    ...none("route", ["routing", "routes"], routing.routes, [
      ...recipes.map(({ owner }) => owner.route),
      ...routing.alsoTell.map(({ route }) => route),
    ]),
    ...none("pool", ["routing", "pools"], routing.pools, [
      ...hops.flatMap((hop) => (hop.kind === "pool" ? hop.pool : [])),
      ...owners.flatMap((owner) => ("pool" in owner ? owner.pool : [])),
    ]),
    ...none(
      "list",
      ["routing", "lists"],
      routing.lists,
      hops.flatMap((hop) => (hop.kind === "list" ? hop.list : [])),
    ),
    ...none("sequence", ["feedback", "sequences"], feedback.sequences, [
      ...feedback.stages.flatMap(({ enrol }) => enrol ?? []),
      ...recipes.flatMap(({ followUp }) =>
        (followUp?.then ?? []).flatMap(({ intercom }) => intercom?.enrol ?? []),
      ),
    ]),
    ...(routing.territories.length > 0 && !hops.some(({ kind }) => kind === "territories")
      ? [unused("the list of territories", ["routing", "territories"])]
      : []),
  ];
}

function unused(what: string, path: Path): Remark {
  return {
    severity: "note",
    rule: "unused",
    path,
    message: `nothing uses ${what}`,
    proof: null,
    next: "use it, or take it out",
  };
}
