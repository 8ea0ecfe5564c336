/**
 * Each deal that was moved: every stage it took on was heard of, once; and everybody of it has in Intercom the tags
 * that their deals asked for last, and none that was taken off.
 */
import type { DealFact, Facts, Problem } from "./facts.ts";

export function checkDeals({ deals }: Pick<Facts, "deals">): readonly Problem[] {
  return deals.flatMap((deal) => [...heard(deal), ...carriedOut(deal), ...shown(deal)]);
}

function heard({ deal, history, stored }: DealFact): readonly Problem[] {
  return history.flatMap((change): Problem[] => {
    const times = stored.filter((one) => one.change === change).length;
    if (times === 1) return [];
    const line = `stage ${change} of deal ${deal} is stored ${times} times`;
    return [{ kind: times === 0 ? "lost" : "doubled", line }];
  });
}

function carriedOut({ deal, stored }: DealFact): readonly Problem[] {
  return stored.flatMap(({ change, effects }) =>
    effects.flatMap((state): Problem[] => {
      if (state === "done") return [];
      const line = `what stage ${change} of deal ${deal} asks of Intercom is ${state}`;
      return [{ kind: state === "failed" ? "failed" : "lost", line }];
    }),
  );
}

function shown({ deal, people }: DealFact): readonly Problem[] {
  return people.flatMap(({ id, tags, wants, shuns }): Problem[] => [
    ...wants
      .filter((tag) => !tags.includes(tag))
      .map((tag): Problem => ({ kind: "lost", line: `contact ${id} of deal ${deal} has no tag ${tag}` })),
    ...shuns
      .filter((tag) => tags.includes(tag))
      .map((tag): Problem => ({
        kind: "lost",
        line: `contact ${id} of deal ${deal} still has the tag ${tag}`,
      })),
  ]);
}
