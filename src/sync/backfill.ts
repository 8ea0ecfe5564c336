/**
 * Makes all people and companies that both systems know agree, page by page of Intercom's people. The page is stored
 * after it is done: whatever ends the process, the next start goes on there, and a page done twice changes nothing.
 */
import { RetryableFailure } from "../kernel/failure.ts";
import type { EpochMs, Ms } from "../kernel/time.ts";
import { listPauses } from "../handoff/pause-queries.ts";
import { carry, type CarryParts, counted, type Tally, waitsForCalls } from "./carry.ts";
import { isSynced, type Value } from "./fields.ts";
import { meet, soughtBy } from "./meet.ts";
import type { SyncPlace } from "./place.ts";
import type { SideName } from "./plan.ts";
import type { PeoplePage } from "./ports.ts";
import { backfillOf, type BackfillState, beginBackfill, type ChangeState, saveBackfill } from "./queries.ts";
import { readsCompanies, SIDES } from "./run.ts";
import { idOf, settle, type Subject } from "./settle.ts";

export interface BackfillParts extends CarryParts {
  readonly sleep: (ms: Ms) => Promise<void>;
  /** True once somebody asked to stop. */
  readonly isStopped: () => boolean;
  /** Called after each page with how many people were looked at, and of how many. */
  readonly onPage: (looked: number, total: number) => void;
}

export type BackfillEnd = { readonly state: BackfillState } & (
  | { readonly kind: "done" }
  /** Somebody asked to stop; the next start goes on. */
  | { readonly kind: "stopped" }
  /** The share or the org's day is used, or a side is paused: then `until` is when to look again. */
  | { readonly kind: "paused"; readonly until: EpochMs; readonly why: string }
);

const LOOK = { aligning: true, looks: true } as const;
/** Only what is stored already is written: what was refused is not asked for again. */
const LOOK_AGAIN = { aligning: false, looks: true } as const;
/** A failure that time may cure is tried again so often before the backfill ends with it. */
const TRIES = 6;
const FIRST_WAIT_MS: Ms = 1_000;
/** Nobody tells a backfill that a side was resumed. */
const LOOK_AGAIN_MS: Ms = 5_000;

/** Goes on with the environment's backfill, or begins one. */
export async function backfill(parts: BackfillParts, place: SyncPlace): Promise<BackfillEnd> {
  const { db, clock } = parts;
  const { environment } = place;
  const before = await backfillOf(db, environment);
  let state =
    before === null || before.endedAt !== null ? await beginBackfill(db, environment, clock()) : before;
  const companies = new Set<string>();
  while (state.endedAt === null) {
    if (parts.isStopped()) return { kind: "stopped", state };
    const from = state.nextPage;
    const paged = await patient(parts, place, async () => {
      const page = await pageOf(place, from);
      return { page, tallies: await carryPage(parts, place, page, companies) };
    });
    if (paged.kind === "paused") return { ...paged, state };
    const { page, tallies } = paged.value;
    state = {
      ...state,
      nextPage: page.next,
      looked: state.looked + page.people.length,
      matched: state.matched + tallies.reduce((sum, { matched }) => sum + matched, 0),
      total: page.total,
      changes: added(state.changes, tallies),
      lookedAt: clock(),
      endedAt: page.next === null ? clock() : null,
    };
    await saveBackfill(db, environment, state);
    parts.onPage(state.looked, state.total);
  }
  return { kind: "done", state };
}

function pageOf({ people, policy }: SyncPlace, from: string | null): Promise<PeoplePage> {
  return people.pageOfPeople(from, { companies: readsCompanies(policy) || isSynced(policy, "company") });
}

/** Its people, and of their companies those that came on no page before. */
function subjectsOf(
  { policy }: SyncPlace,
  { people }: PeoplePage,
  seen: Set<string>,
): readonly (readonly Subject[])[] {
  const persons = people.map((reading): Subject => ({ kind: "person", ...reading }));
  const companies = people.flatMap(({ company }): Subject[] => {
    const id = company?.company.id;
    if (company === null || id === null || id === undefined || seen.has(id)) return [];
    seen.add(id);
    return [{ kind: "company", id, ...company }];
  });
  return [isSynced(policy, "person") ? persons : [], isSynced(policy, "company") ? companies : []];
}

async function carryPage(
  parts: BackfillParts,
  place: SyncPlace,
  page: PeoplePage,
  companies: Set<string>,
): Promise<readonly Tally[]> {
  const seen = new Set(companies);
  const tallies: Tally[] = [];
  for (const subjects of subjectsOf(place, page, seen)) {
    if (subjects.length === 0) continue;
    tallies.push(await carry(parts, place, subjects, LOOK));
    tallies.push(...(await carryLeft(parts, place, subjects, tallies.at(-1)?.later ?? null)));
  }
  for (const id of seen) companies.add(id);
  return tallies;
}

/**
 * Tries again what is left of them: only that is written. What time has not cured by the last try stays stored, and the
 * sweep of sync goes on with it: one locked record holds no backfill up.
 */
async function carryLeft(
  parts: BackfillParts,
  place: SyncPlace,
  subjects: readonly Subject[],
  left: RetryableFailure | null,
): Promise<readonly Tally[]> {
  const tallies: Tally[] = [];
  let later = left;
  for (let turn = 1; later !== null && turn < TRIES && !parts.isStopped(); turn += 1) {
    await parts.sleep(later.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (turn - 1));
    const tally = await carry(parts, place, subjects, LOOK_AGAIN);
    tallies.push({ ...tally, matched: 0 });
    later = tally.later;
  }
  return tallies;
}

type Paged<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "paused"; readonly until: EpochMs; readonly why: string };

/** Tries again what time may cure; a used share and a pause are no failures. */
async function patient<T>(
  parts: BackfillParts,
  { environment }: SyncPlace,
  work: () => Promise<T>,
): Promise<Paged<T>> {
  for (let turn = 1; ; turn += 1) {
    const side = (await listPauses(parts.db, environment)).find((one) => SIDES.includes(one.destination));
    if (side !== undefined)
      return {
        kind: "paused",
        until: parts.clock() + LOOK_AGAIN_MS,
        why: `${side.destination} is paused by ${side.pausedBy} (${side.reason}): the backfill waits until it is resumed`,
      };
    try {
      return { kind: "done", value: await work() };
    } catch (error) {
      if (!(error instanceof RetryableFailure)) throw error;
      const waitMs = error.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (turn - 1);
      if (waitsForCalls(error)) return { kind: "paused", until: parts.clock() + waitMs, why: error.message };
      if (turn >= TRIES || parts.isStopped()) throw error;
      await parts.sleep(waitMs);
    }
  }
}

function added(
  before: BackfillState["changes"],
  tallies: readonly Tally[],
): Readonly<Partial<Record<ChangeState, number>>> {
  const sum: Partial<Record<ChangeState, number>> = { ...before };
  for (const { changes } of tallies)
    for (const [state, n] of Object.entries(changes) as [ChangeState, number][])
      sum[state] = (sum[state] ?? 0) + n;
  return sum;
}

/** One change as a preview shows it. */
interface Example {
  readonly of: string;
  readonly record: string;
  readonly field: string;
  readonly to: SideName;
  readonly before: Value;
  readonly after: Value;
  readonly why: string;
}

export interface Preview {
  readonly looked: number;
  readonly total: number;
  readonly matched: number;
  /** People and companies of whom something would be written. */
  readonly changing: number;
  /** Writes by field and direction, the most first. */
  readonly fields: readonly { readonly field: string; readonly to: SideName; readonly changes: number }[];
  readonly examples: readonly Example[];
  /** Why it ended before everybody was looked at; null: it did not. */
  readonly unfinished: string | null;
}

const MOST_EXAMPLES = 20;

/** What a backfill would do now; nothing is written, in either system or in Baton. */
export async function previewBackfill(parts: BackfillParts, place: SyncPlace): Promise<Preview> {
  const counts = new Map<string, { field: string; to: SideName; changes: number }>();
  const examples: Example[] = [];
  const seen = new Set<string>();
  let [looked, total, matched, changing] = [0, 0, 0, 0];
  let unfinished: string | null = null;
  let from: string | null = null;
  do {
    if (parts.isStopped()) unfinished = "it was stopped";
    const at: string | null = from;
    const paged: Paged<PagePlans> | null =
      unfinished === null
        ? await patient(parts, place, (): Promise<PagePlans> => plansOf(parts, place, at, seen))
        : null;
    if (paged?.kind === "paused") unfinished = paged.why;
    if (paged?.kind !== "done") break;
    const { page, plans } = paged.value;
    for (const { changes } of plans) {
      matched += 1;
      if (changes.length > 0) changing += 1;
      for (const change of changes) {
        const { field, to } = change;
        const count = counts.get(`${field} ${to}`) ?? { field, to, changes: 0 };
        counts.set(`${field} ${to}`, { ...count, changes: count.changes + 1 });
        if (examples.length < MOST_EXAMPLES) examples.push(change);
      }
    }
    looked += page.people.length;
    total = page.total;
    from = page.next;
    parts.onPage(looked, total);
  } while (from !== null);
  const fields = [...counts.values()].toSorted((one, other) => other.changes - one.changes);
  return { looked, total, matched, changing, fields, examples, unfinished };
}

interface PagePlans {
  readonly page: PeoplePage;
  /** Of everybody whom Salesforce has a record of. */
  readonly plans: readonly { readonly changes: readonly Example[] }[];
}

async function plansOf(
  parts: BackfillParts,
  place: SyncPlace,
  from: string | null,
  seen: Set<string>,
): Promise<PagePlans> {
  const { db, clock } = parts;
  const page = await pageOf(place, from);
  const groups = subjectsOf(place, page, seen);
  const now = clock();
  const met = await Promise.all(
    groups.map((subjects) => counted(parts, place, () => meet(db, place, subjects, LOOK, now))),
  );
  const plans = met.flat().flatMap(({ subject, pair, record, open }) => {
    if (record === null) return [];
    const fields = pair?.fields ?? {};
    const matter = { subject, record, fields, open, policy: place.policy, aligning: true, now };
    const whose = { of: soughtBy(subject) ?? idOf(subject), record: `${record.object} ${record.id}` };
    const changes = settle(matter).changes.flatMap(({ outcome, field, to, before, after, why }) =>
      outcome === "write" ? [{ ...whose, field, to, before, after, why }] : [],
    );
    return [{ changes }];
  });
  return { page, plans };
}
