/**
 * Carries out one effect, exactly once as far as the target allows: keyed writes are refused as duplicates, idempotent
 * ones change nothing the second time, and where the target keeps no key (Slack, SMTP) an unknown outcome is looked up,
 * and ends as "maybe" rather than being repeated blindly.
 */
import { assertNever } from "../kernel/assert-never.ts";
import { PermanentFailure, RetryableFailure } from "../kernel/failure.ts";
import type { Clock, Ms } from "../kernel/time.ts";
import { type Db, inTransaction } from "../store/database.ts";
import type { OwnerRef } from "../decide/decision.ts";
import { moveAssignment } from "../decide/pools/queries.ts";
import { ownerName } from "./alert.ts";
import { answerOnce } from "./answer.ts";
import { afterMove, referredIds } from "./moved.ts";
import type { EffectRequest } from "./effects.ts";
import { pausedFor, waitForSignIn } from "./pause.ts";
import type { Destination } from "./pause-queries.ts";
import { done, type EffectResult, type Outcome, plainFacts, skipped } from "./outcome.ts";
import type { Alert, Crm, CrmOperation, CrmValue, CrmWritten, Inbox, Notifier } from "./ports.ts";
import { finishEffect, markEffect, markOwner, type StoredEffect, type StoredHandoff } from "./queries.ts";
import { sendOnce } from "./send-once.ts";

/** The outside of one environment. A port is null when the environment has no such connection. */
export interface World {
  readonly crm: Crm | null;
  readonly inbox: Inbox | null;
  readonly notifier: Notifier | null;
  /** How long after an unanswered message the target is asked again before the effect ends as "maybe". */
  readonly settleMs: Ms;
  readonly sleep: (ms: Ms) => Promise<void>;
  readonly clock: Clock;
}

export interface Carried {
  readonly handoff: StoredHandoff;
  /** Paused destinations for which effects are left open. */
  readonly waitsFor: readonly Destination[];
}

/**
 * One effect after the other; what goes to a paused destination is left open. A failure that time may cure lets the
 * others go on first, and is thrown then; where it is refused credentials on a late `attempt`, the destination is
 * paused instead.
 */
export async function carryAll(
  db: Db,
  world: World,
  handoff: StoredHandoff,
  isMeant: (effect: StoredEffect) => boolean,
  attempt: number,
): Promise<Carried> {
  let hindered: RetryableFailure | null = null;
  const effects: StoredEffect[] = [];
  const waitsFor = new Set<Destination>();
  for (const effect of handoff.effects) {
    const { target } = effect;
    if (
      isMeant(effect) &&
      goesOut(handoff, effect) &&
      (waitsFor.has(target) || handoff.paused.includes(target))
    ) {
      waitsFor.add(target);
      effects.push(effect);
      continue;
    }
    try {
      effects.push(isMeant(effect) ? await carryOut(db, world, handoff, effect) : effect);
    } catch (error) {
      if (!(error instanceof RetryableFailure)) throw error;
      if (await pausedFor(db, handoff.environment, error, attempt, world.clock())) waitsFor.add(target);
      else hindered = error;
      effects.push(effect);
    }
  }
  if (hindered !== null) throw hindered;
  return { handoff: { ...handoff, effects }, waitsFor: [...waitsFor] };
}

/** Whether carrying it out would send something. */
function goesOut({ mode }: StoredHandoff, { state, request }: StoredEffect): boolean {
  return (state === "planned" || state === "sending") && mode === "live" && request.kind !== "impossible";
}

/**
 * Brings `effect` to its end, stores it and returns it. Throws RetryableFailure when time may cure it; the stored state then says
 * whether the last attempt may have happened.
 */
async function carryOut(
  db: Db,
  world: World,
  handoff: StoredHandoff,
  effect: StoredEffect,
): Promise<StoredEffect> {
  if (effect.state !== "planned" && effect.state !== "sending") return effect;
  const outcome = await outcomeOf(db, world, handoff, effect);
  const result = "result" in outcome ? outcome.result : null;
  const facts = "facts" in outcome ? outcome.facts : null;
  const owner = effect.followUp === null ? result?.owner : undefined;
  if (owner === undefined) await finishEffect(db, effect.key, outcome.state, result, facts);
  else {
    await inTransaction(db, async (tx) => {
      const reason = "inactive in Salesforce when the record was written";
      await moveAssignment(tx, { handoff: handoff.id, to: owner, reason, now: world.clock() });
      await finishEffect(tx, effect.key, outcome.state, result, facts);
    });
  }
  return { ...effect, state: outcome.state, result };
}

async function outcomeOf(
  db: Db,
  world: World,
  handoff: StoredHandoff,
  effect: StoredEffect,
): Promise<Outcome> {
  if (effect.request.kind === "impossible") return skipped(effect.request.reason);
  if (handoff.mode === "shadow") return { state: "would" };
  try {
    return await attempt(db, world, handoff, effect);
  } catch (error) {
    if (!(error instanceof PermanentFailure)) throw error;
    if (error.facts.isSignIn === true) throw waitForSignIn(error);
    return { state: "failed", facts: plainFacts(error.facts) };
  }
}

async function attempt(db: Db, world: World, handoff: StoredHandoff, effect: StoredEffect): Promise<Outcome> {
  const { request } = effect;
  switch (request.kind) {
    case "crm-write":
      return done(await writeToCrm(db, connected(world.crm, "salesforce"), effect, request));
    case "tag-conversation":
      await connected(world.inbox, "intercom").tagConversation(request.conversation, request.tag);
      return done({});
    case "tag-contact":
      await connected(world.inbox, "intercom").tagContact(request.contact, request.tag);
      return done({});
    case "move-to-team":
      await connected(world.inbox, "intercom").moveToTeam(request.conversation, request.team);
      return done({});
    case "set-attributes":
      await connected(world.inbox, "intercom").setContactAttributes(request.contact, request.attributes);
      return done({});
    case "reply":
      return answerOnce(db, world, connected(world.inbox, "intercom"), effect, request);
    case "notify": {
      const addressed = asSent(handoff, effect.followUp, request, world.crm);
      if (addressed === null) return skipped("a queue took it in the end");
      return notify(db, world, effect, addressed.recipient, addressed.alert);
    }
    case "impossible":
      return skipped(request.reason);
    default:
      return assertNever(request);
  }
}

function connected<T>(port: T | null, target: "salesforce" | "intercom" | "slack"): T {
  if (port !== null) return port;
  throw new PermanentFailure({
    target,
    code: "not_connected",
    message: `this environment has no ${target} connection: connect it, then retry this effect`,
  });
}

// --- Salesforce ---------------------------------------------------------------------------------------------------

type CrmRequest = Extract<EffectRequest, { kind: "crm-write" }>;

async function writeToCrm(
  db: Db,
  crm: Crm,
  effect: StoredEffect,
  request: CrmRequest,
): Promise<EffectResult> {
  // "sending" means an answer is missing: the write may have happened, so ask by key before repeating it.
  const before = effect.state === "sending" ? await crm.find(request.operations) : null;
  if (before !== null) {
    const { owner } = (effect.result ?? {}) as EffectResult;
    return { ...(owner !== undefined && { owner }), ...crmResult(before, request) };
  }
  const writing = { crm, note: (owner: OwnerRef) => markOwner(db, effect.key, owner) };
  try {
    return await writeAround(writing, request.operations, request);
  } catch (error) {
    if (error instanceof RetryableFailure && error.outcome === "unknown")
      await markEffect(db, effect.key, "sending", plainFacts(error.facts));
    throw error;
  }
}

interface Writing {
  readonly crm: Crm;
  /** Notes who becomes the owner instead before it is sent: a lost answer must not lose who. */
  readonly note: (owner: OwnerRef) => Promise<void>;
}

function crmResult(written: CrmWritten, request: CrmRequest): EffectResult {
  const about = typeof request.about === "string" ? request.about : written.ids[request.about.ref];
  const { ids, already, notes } = written;
  return { ids, already, about, ...(notes !== undefined && { notes }) };
}

/** Refusals of a record that was deleted, merged or converted since it was looked up. */
const GONE: ReadonlySet<string> = new Set([
  "CANNOT_UPDATE_CONVERTED_LEAD",
  "ENTITY_IS_DELETED",
  "INVALID_CROSS_REFERENCE_KEY",
  "NOT_FOUND",
]);

/**
 * Three refusals have an answer of their own: a record the org already has, one that has moved since the look-up, and an
 * owner who has just left.
 */
async function writeAround(
  writing: Writing,
  operations: readonly CrmOperation[],
  request: CrmRequest,
): Promise<EffectResult> {
  try {
    return crmResult(await writing.crm.write(operations), request);
  } catch (error) {
    if (!(error instanceof PermanentFailure)) throw error;
    const match = error.facts.code === "DUPLICATES_DETECTED" ? matchedRecord(error.detail) : null;
    if (match !== null && operations.some((operation) => operation.ref === match.ref)) {
      const written = await writeAround(writing, useExisting(operations, match.ref, match.id), request);
      const ids = { ...written.ids, [match.ref]: match.id };
      return { ...written, ...crmResult({ ids, already: written.already === true }, request) };
    }
    const moved = GONE.has(error.facts.code) ? await writeAfterMove(writing, operations, request) : null;
    if (moved !== null) return moved;
    const [next, ...alternates] = request.alternates;
    if (error.facts.code === "INACTIVE_OWNER_OR_USER" && next !== undefined) {
      await writing.note(next);
      const written = await writeAround(writing, withOwner(operations, request.owner, next), {
        ...request,
        owner: next,
        alternates,
      });
      return { owner: next, ...written };
    }
    throw error;
  }
}

/** Null when nothing that the write refers to has moved: the refusal means something else. */
async function writeAfterMove(
  writing: Writing,
  operations: readonly CrmOperation[],
  request: CrmRequest,
): Promise<EffectResult | null> {
  const where = await writing.crm.whereabouts(referredIds(operations));
  const { about, anew = null } = request;
  const moved = afterMove(operations, where, anew);
  if (moved === null) return null;
  const today = typeof about === "string" && Object.hasOwn(where, about) ? where[about] : about;
  const stead = anew !== null && anew.id === about ? anew.create.ref : "task";
  const written = await writeAround(writing, moved.operations, {
    ...request,
    about: today ?? { ref: stead },
  });
  return { ...written, notes: [...moved.notes, ...(written.notes ?? [])] };
}

/** What a duplicate rule matched: the refused operation's `ref` and the id of the record that is already there. */
function matchedRecord(detail: unknown): { readonly ref: string; readonly id: string } | null {
  if (typeof detail !== "object" || detail === null || !("operation" in detail) || !("records" in detail))
    return null;
  const { operation: ref, records } = detail;
  const id: unknown = Array.isArray(records) ? records[0] : undefined;
  return typeof ref === "string" && typeof id === "string" ? { ref, id } : null;
}

/**
 * Leaves out the record that the org already has and points everything that referred to it to that one. A rule for
 * Leads may match a Contact: the conversation is then the Contact's.
 */
function useExisting(operations: readonly CrmOperation[], ref: string, id: string): readonly CrmOperation[] {
  const pointed = ([name, value]: readonly [string, CrmValue]): readonly [string, CrmValue] => {
    if (typeof value !== "object" || value === null || value.ref !== ref) return [name, value];
    // Ids of Contacts begin with 003 (object reference, Contact).
    return [name === "Lead__c" && id.startsWith("003") ? "Contact__c" : name, id];
  };
  return operations
    .filter((operation) => operation.ref !== ref)
    .map((operation) => ({
      ...operation,
      fields: Object.fromEntries(Object.entries(operation.fields).map(pointed)),
    }));
}

/** The same write for the next owner of the route; what belongs to others (a second Task of a queue) stays theirs. */
function withOwner(
  operations: readonly CrmOperation[],
  gone: OwnerRef,
  next: OwnerRef,
): readonly CrmOperation[] {
  return operations.map((operation) =>
    operation.fields["OwnerId"] === gone.id
      ? { ...operation, fields: { ...operation.fields, OwnerId: next.id } }
      : operation,
  );
}

// --- People -------------------------------------------------------------------------------------------------------

type NotifyRequest = Extract<EffectRequest, { kind: "notify" }>;

function notify(
  db: Db,
  world: World,
  effect: StoredEffect,
  recipient: NotifyRequest["recipient"],
  alert: Alert,
): Promise<Outcome> {
  const notifier = connected(world.notifier, "slack");
  return sendOnce(db, world, effect, {
    to: describe(recipient),
    send: () => notifier.send(recipient, alert),
    find: () => notifier.find(recipient, alert.key),
  });
}

function describe(recipient: NotifyRequest["recipient"]): string {
  return recipient.kind === "slack-channel" ? recipient.channel : recipient.email;
}

export interface Written {
  readonly planned: OwnerRef;
  /** Who owns it in the end, when that is not who was planned. */
  readonly owner: OwnerRef | null;
  /** The record people want to open; null when nothing was written. */
  readonly about: string | null;
  /** Salesforce ids by `ref`; null when nothing was written. */
  readonly ids: Readonly<Record<string, string>> | null;
}

/** What became of the handoff's write, from its stored result. */
export function writtenIn({ effects }: StoredHandoff): Written | null {
  const effect = effects.find(({ kind, followUp }) => kind === "crm-write" && followUp === null);
  if (effect?.request.kind !== "crm-write") return null;
  // finishEffect stored it as EffectResult.
  const result = effect.result as EffectResult | null;
  return {
    planned: effect.request.owner,
    owner: result?.owner ?? null,
    about: result?.about ?? null,
    ids: result?.ids ?? null,
  };
}

/** The message as it goes out, now that the record is written; null where nobody is left to be told. */
export function asSent(
  handoff: StoredHandoff,
  followUp: string | null,
  request: NotifyRequest,
  crm: Crm | null,
): NotifyRequest | null {
  const written = writtenIn(handoff);
  // A follow-up is planned when the owner is known.
  const addressed = followUp === null ? addressedTo(request, written) : request;
  return addressed === null ? null : { ...addressed, alert: linked(addressed.alert, crm, written) };
}

/**
 * The request for the person who owns it in the end: who was planned may have left. Null when that is a queue, whose
 * members Salesforce tells.
 */
function addressedTo(request: NotifyRequest, written: Written | null): NotifyRequest | null {
  if (written === null || written.owner === null) return request;
  const { planned, owner } = written;
  const facts = request.alert.facts.map((fact) =>
    fact.label === "Owner" ? { ...fact, value: ownerName(owner) } : fact,
  );
  const alert = { ...request.alert, facts };
  const { recipient } = request;
  if (recipient.kind === "slack-channel" || planned.kind === "queue" || recipient.email !== planned.email)
    return { ...request, alert };
  return owner.kind === "queue" || owner.email === null
    ? null
    : { ...request, alert, recipient: { ...recipient, email: owner.email } };
}

/** The alert with a link to the record, now that it exists. */
function linked(alert: Alert, crm: Crm | null, written: Written | null): Alert {
  const about = written?.about ?? null;
  if (crm === null || about === null) return alert;
  return { ...alert, links: [{ label: "Open in Salesforce", url: crm.recordUrl(about) }, ...alert.links] };
}
