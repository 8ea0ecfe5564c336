/** Does Salesforce still hold what the handoffs wrote, and with whom? Pure. */
import type { Whereabouts } from "../../handoff/moved.ts";
import type { RecordOwner } from "../../handoff/ports.ts";

/** The record that a handoff made or worked on. */
export interface HandedRecord {
  readonly handoff: string;
  readonly conversation: string;
  readonly id: string;
  /** Ids and addresses, in lower case, of everybody to whom Baton gave it; empty where it belonged to somebody before. */
  readonly given: readonly string[];
}

/** One that is not as Baton left it. */
export type Difference = Pick<HandedRecord, "handoff" | "conversation" | "id"> &
  (
    | { readonly kind: "gone" }
    | { readonly kind: "moved"; readonly to: string }
    | { readonly kind: "other-owner"; readonly owner: string }
  );

/** What differs, in the order of the records. */
export function differencesIn(
  records: readonly HandedRecord[],
  where: Whereabouts,
  owners: readonly RecordOwner[],
): readonly Difference[] {
  const owned = new Map(owners.map((one) => [one.id, one.owner]));
  return records.flatMap(({ handoff, conversation, id, given }): readonly Difference[] => {
    const place = { handoff, conversation, id };
    const today = where[id] ?? null;
    if (today === null) return [{ ...place, kind: "gone" }];
    if (today !== id) return [{ ...place, kind: "moved", to: today }];
    const owner = owned.get(id);
    if (owner === undefined || given.length === 0) return [];
    const names = [owner.id, owner.email?.toLowerCase()];
    return given.some((one) => names.includes(one))
      ? []
      : [{ ...place, kind: "other-owner", owner: owner.email ?? owner.name ?? owner.id }];
  });
}
