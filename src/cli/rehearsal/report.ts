/** The report of a rehearsal: counts, latencies and Salesforce calls out of the facts. Pure. */
import type { LedgerEntry } from "../../../emulators/core/ledger.ts";
import type { EpochMs, Ms } from "../../kernel/time.ts";
import type { Verdict } from "./check.ts";
import type { DecisionFact, Facts, HandoffFact } from "./facts.ts";
import { outsideOf } from "./outside.ts";

export interface Percentiles {
  readonly p50: Ms;
  readonly p95: Ms;
  readonly p99: Ms;
  readonly max: Ms;
}

/** Timers of handoffs. */
export interface FollowUpFigures {
  readonly armed: number;
  /** Due after the end of the rehearsal. */
  readonly waiting: number;
  /** Fired and carried out, by kind. */
  readonly done: Readonly<Record<string, number>>;
  readonly cancelled: number;
  readonly skipped: number;
  readonly maybe: number;
  readonly failed: number;
  /** Handoffs that somebody contacted in the rehearsal. */
  readonly contacted: number;
  /** From the instant at which a timer was due, and its handoff through, to the start of its run. */
  readonly lateMs: Percentiles;
}

export interface Report {
  readonly conversations: number;
  /** Notifications that Intercom sent, or meant to send. */
  readonly events: number;
  /** Of these, answered with 2xx. */
  readonly acked: number;
  /** Conversations that some decision found worth a handoff. */
  readonly qualified: number;
  readonly excluded: number;
  readonly belowThreshold: number;
  readonly held: number;
  readonly handoffs: number;
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
  readonly maybe: number;
  readonly failed: number;
  /** Handed off although its words, looked at by the policy alone, never ask for it. */
  readonly mismatches: number;
  /** Deals whose stage somebody changed, and the stages they took on. */
  readonly deals: { readonly moved: number; readonly stages: number };
  readonly kills: number;
  readonly drained: boolean;
  readonly salesforceCalls: number;
  readonly salesforceCallsPerHandoff: number;
  /** Of `salesforceCalls`: users and queues, read at the start of a process and every few minutes. */
  readonly salesforceDirectoryCalls: number;
  readonly ackMs: Percentiles;
  /** From the arrival of the newest words to the owner's message, or to the last write where nobody is told. */
  readonly handoffMs: Percentiles;
  readonly byRecipe: Readonly<Record<string, number>>;
  /** The rows of the record table that handoffs reached. */
  readonly bySituation: Readonly<Record<string, number>>;
  readonly followUps: FollowUpFigures;
  /** Faults that struck, by vendor and kind. */
  readonly faults: Readonly<Record<string, number>>;
  readonly badLines: number;
  readonly seconds: number;
  readonly seed: number;
  /** The first 50, one readable line each. */
  readonly problems: readonly string[];
}

export interface Circumstances {
  readonly kills: number;
  readonly seconds: number;
  readonly seed: number;
  readonly badLines: readonly string[];
  /** What still hung when the patience was over; empty when all work was done. */
  readonly hanging: readonly string[];
  /** Processes that ended by themselves. */
  readonly accidents: readonly string[];
}

const PROBLEMS_SHOWN = 50;

export function reportOf(facts: Facts, verdict: Verdict, circumstances: Circumstances): Report {
  const { handoffs, deliveries } = facts;
  const buckets = countBy(facts.standings, (standing) => standing.bucket);
  const sent = new Set(deliveries.flatMap((one) => one.notificationId ?? []));
  const acked = new Set(
    deliveries.flatMap((one) => (one.status === "delivered" ? (one.notificationId ?? []) : [])),
  );
  const { lost, doubled, outOfOrder, maybe, failed, mismatches } = verdict;
  return {
    conversations: facts.expectations.length,
    events: sent.size,
    acked: acked.size,
    qualified: new Set(
      facts.decisions.flatMap(({ kind, conversation }) =>
        kind === "handoff" || kind === "held" ? [conversation] : [],
      ),
    ).size,
    excluded: buckets["excluded"] ?? 0,
    belowThreshold: buckets["below-threshold"] ?? 0,
    held: buckets["held"] ?? 0,
    handoffs: handoffs.length,
    lost,
    doubled,
    outOfOrder,
    maybe,
    failed,
    mismatches,
    deals: {
      moved: facts.deals.length,
      stages: facts.deals.reduce((sum, { history }) => sum + history.length, 0),
    },
    kills: circumstances.kills,
    drained: circumstances.hanging.length === 0,
    ...salesforceCalls(facts),
    ackMs: percentiles(deliveries.filter((one) => one.status === "delivered").map((one) => one.ms)),
    handoffMs: percentiles(handoffTimes(facts)),
    byRecipe: countBy(handoffs, (handoff) => handoff.recipe),
    bySituation: countBy(
      facts.decisions.filter((decision) => decision.kind === "handoff"),
      rowOfTable,
    ),
    followUps: followUpFigures(facts),
    faults: faultsOf(facts),
    badLines: circumstances.badLines.length,
    seconds: Math.round(circumstances.seconds * 10) / 10,
    seed: circumstances.seed,
    problems: [
      ...circumstances.hanging.map((line) => `not finished: ${line}`),
      ...circumstances.accidents.map((line) => `accident: ${line}`),
      ...verdict.problems.map(({ kind, line }) => `${kind}: ${line}`),
      ...circumstances.badLines,
    ].slice(0, PROBLEMS_SHOWN),
  };
}

/** The row of the blueprint's table: where the person stood, and what was written. */
export function rowOfTable({ record, recipe }: Pick<DecisionFact, "record" | "recipe">): string {
  if (record === null) return "unknown";
  const { situation, kind, on, via } = record;
  if (kind !== "task") return `${situation}: ${kind}`;
  const place = `task on ${on ?? "nothing"}`;
  if (recipe === "churn-risk") return `churn: ${place}`;
  if (situation !== "customer") return `${situation}: ${place}`;
  return `${situation}: ${place} for the ${via.startsWith("CSM") ? "CSM" : "owner"}`;
}

/** Milliseconds; zeros when there is nothing to measure. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0) * 10) / 10;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: Math.round((sorted.at(-1) ?? 0) * 10) / 10 };
}

function countBy<T>(list: readonly T[], nameOf: (one: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of list) counts[nameOf(one)] = (counts[nameOf(one)] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function salesforceCalls(facts: Facts) {
  const calls = facts.salesforce.calls.filter(({ path }) => path.startsWith("/services/data/"));
  const directory = calls.filter(isDirectoryRead);
  const handedOff = new Set(facts.handoffs.map((handoff) => handoff.conversation));
  const people = facts.expectations.filter((one) => handedOff.has(one.conversation));
  const emails = new Set(people.flatMap(({ person }) => person.email?.toLowerCase() ?? []));
  const domains = new Set(
    people.flatMap(({ person }) => (person.email === null ? (person.domain ?? []) : [])),
  );
  const keys = new Set(
    facts.handoffs.flatMap(({ effects }) =>
      effects.flatMap(({ request }) =>
        request.kind === "crm-write"
          ? request.operations.flatMap((one) => (one.kind === "create" && one.key !== null ? [one.key] : []))
          : [],
      ),
    ),
  );
  const forHandoffs = calls.filter((entry) => {
    if (entry.keys.some((key) => keys.has(key))) return true;
    const asked = askedIn(entry);
    return (
      asked.emails.some((email) => emails.has(email)) ||
      asked.domains.some((domain) => domains.has(domain)) ||
      asked.keys.some((key) => keys.has(key))
    );
  });
  return {
    salesforceCalls: calls.length,
    salesforceCallsPerHandoff:
      facts.handoffs.length === 0 ? 0 : Math.round((forHandoffs.length / facts.handoffs.length) * 100) / 100,
    salesforceDirectoryCalls: directory.length,
  };
}

function followUpFigures({ followUps, contacts }: Facts): FollowUpFigures {
  const count = (state: string): number => followUps.filter((timer) => timer.state === state).length;
  const late = followUps.flatMap(({ startedAt, readyAt }) =>
    startedAt === null ? [] : [Math.max(0, startedAt - readyAt)],
  );
  return {
    armed: followUps.length,
    waiting: count("armed"),
    done: countBy(
      followUps.filter((timer) => timer.state === "done"),
      (timer) => timer.kind,
    ),
    cancelled: count("cancelled"),
    skipped: count("skipped"),
    maybe: count("maybe"),
    failed: count("failed"),
    contacted: contacts.length,
    lateMs: percentiles(late),
  };
}

function isDirectoryRead({ query }: LedgerEntry): boolean {
  return /\bFROM (?:User|QueueSobject)\b/.test(query["q"] ?? "");
}

/** Whom the queries of a composite call ask for. */
function askedIn({ body }: LedgerEntry): {
  readonly emails: readonly string[];
  readonly domains: readonly string[];
  readonly keys: readonly string[];
} {
  const requests =
    typeof body === "object" &&
    body !== null &&
    "compositeRequest" in body &&
    Array.isArray(body.compositeRequest)
      ? (body.compositeRequest as readonly { readonly url?: unknown }[])
      : [];
  const text = requests
    .map(({ url }) => (typeof url === "string" && url.includes("?q=") ? decoded(url) : ""))
    .join("\n");
  const found = (pattern: RegExp): readonly string[] =>
    [...text.matchAll(pattern)].map((match) => (match[1] ?? "").replaceAll("\\", ""));
  return {
    emails: found(/\bEmail = '((?:[^'\\]|\\.)*)'/g).map((email) => email.toLowerCase()),
    domains: found(/\bWebsite LIKE '%((?:[^'\\]|\\.)*)%'/g),
    keys: found(/\bBaton_Key__c IN \('((?:[^'\\]|\\.)*)'/g),
  };
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url.replaceAll("+", " "));
  } catch {
    return url;
  }
}

function handoffTimes(facts: Facts): readonly Ms[] {
  const outside = outsideOf(facts);
  const decisions = new Map(facts.decisions.map((decision) => [decision.id, decision]));
  const arrivals = arrivalsOf(facts);
  return facts.handoffs.flatMap((handoff) => {
    const decision = decisions.get(handoff.decision);
    const from = decision === undefined ? null : arrivals(decision);
    const to = decision === undefined ? null : toldAt(handoff, decision, outside);
    return from === null || to === null ? [] : [Math.max(0, to - from)];
  });
}

function arrivalsOf({ events }: Facts): (decision: DecisionFact) => EpochMs | null {
  const byPart = new Map<string, EpochMs>();
  const byConversation = Map.groupBy(
    events.filter(({ topic }) => topic.startsWith("conversation.user.")),
    (event) => event.conversation,
  );
  for (const { partKey, receivedAt } of events) {
    const [conversation, part] = partKey?.split(":") ?? [];
    if (part !== undefined) byPart.set(`${conversation}:${part}`, receivedAt);
  }
  return ({ conversation, newestWords, decidedAt }) =>
    byPart.get(`${conversation}:${newestWords}`) ??
    byConversation
      .get(conversation)
      ?.filter((event) => event.receivedAt <= decidedAt)
      .at(-1)?.receivedAt ??
    null;
}

/** When the owner's message was accepted; another person's where the owner gets none; else the last write. */
function toldAt(
  handoff: HandoffFact,
  { ownerEmail }: DecisionFact,
  outside: ReturnType<typeof outsideOf>,
): EpochMs | null {
  const messages = handoff.effects.flatMap(({ request, key }) => {
    if (request.kind !== "notify") return [];
    const [entry] = outside.posts.get(key) ?? outside.mails.get(key) ?? [];
    if (entry === undefined) return [];
    const isOwner = request.recipient.kind !== "slack-channel" && request.recipient.email === ownerEmail;
    return [{ isOwner, at: Date.parse(entry.time) }];
  });
  const owners = messages.filter((message) => message.isOwner);
  const times = (owners.length > 0 ? owners : messages).map((message) => message.at);
  if (times.length > 0) return Math.min(...times);
  const ends = handoff.effects.flatMap(({ doneAt }) => doneAt ?? []);
  return ends.length === 0 ? null : Math.max(...ends);
}

function faultsOf({
  salesforce,
  intercom,
  slack,
  mail,
  enrichment,
}: Facts): Readonly<Record<string, number>> {
  const vendors = { salesforce, intercom, slack, mail, enrichment };
  const struck = Object.entries(vendors).flatMap(([vendor, { calls }]) =>
    calls.flatMap(({ fault, status }) =>
      fault === undefined ? [] : [`${vendor} ${fault === "status" ? String(status) : fault}`],
    ),
  );
  return countBy(struck, (name) => name);
}
