/**
 * The event bus of one org: every commit that touches a selected object leaves a change event, kept for 72 hours
 * (change data capture guide; Pub/Sub API guide: event message durability). Replay ids grow and are not contiguous.
 */
import { findObject, type Change, type Org } from "../org.ts";
import { bitmapOf, type ChangeType, type EventSchema, eventSchemaOf, eventValues } from "./schema.ts";

export interface StoredEvent {
  readonly replay: number;
  readonly at: number;
  readonly topic: string;
  readonly schemaId: string;
  readonly payload: Buffer;
}

export interface Bus {
  readonly org: Org;
  /** Events that are still kept, the oldest first. */
  readonly events: () => readonly StoredEvent[];
  /** The newest replay id that was given out. */
  readonly newest: () => number;
  /** Whether a subscription may start after this event. */
  readonly isKnown: (replay: number) => boolean;
  /** The topic's schema; undefined for a topic that the org does not have. */
  readonly schemaOf: (topic: string) => EventSchema | undefined;
  readonly schemaById: (id: string) => EventSchema | undefined;
  /** An event that carries no change: records whose changes were lost on the way, or too many of them. */
  readonly gap: (type: Extract<ChangeType, `GAP_${string}`>, ids: readonly string[]) => void;
  /** Forgets all events and every replay id, as 72 hours do. */
  readonly expire: () => void;
  readonly onEvent: (tell: () => void) => void;
}

const KEPT_MS = 72 * 3_600_000;
const OBJECT = "Opportunity";
const TOPICS: ReadonlySet<string> = new Set([`/data/${OBJECT}ChangeEvent`, "/data/ChangeEvents"]);
const FIRST_REPLAY = 1_000;

/** What the bus remembers. */
interface Kept {
  readonly org: Org;
  readonly schemas: Map<string, EventSchema>;
  events: StoredEvent[];
  newest: number;
  /** A subscription may start after this event, and after every later one. */
  oldestKnown: number;
  commits: number;
  tell: () => void;
}

/** The bus of an org; it listens to the org's commits from now on. */
export function createBus(org: Org): Bus {
  const kept: Kept = {
    org,
    schemas: new Map(),
    events: [],
    newest: FIRST_REPLAY,
    oldestKnown: FIRST_REPLAY,
    commits: 0,
    tell: () => {},
  };
  org.onCommit = (changes) => publish(kept, changes);
  return {
    org,
    events: () => {
      forgetOld(kept);
      return kept.events;
    },
    newest: () => kept.newest,
    isKnown: (replay) => {
      forgetOld(kept);
      return replay >= kept.oldestKnown && replay <= kept.newest;
    },
    schemaOf: (topic) => (TOPICS.has(topic) ? schemaNow(kept) : undefined),
    schemaById: (id) => kept.schemas.get(id),
    gap: (type, ids) => publishGap(kept, type, ids),
    expire: () => {
      kept.events = [];
      kept.newest += 1;
      kept.oldestKnown = kept.newest;
    },
    onEvent: (tell) => {
      kept.tell = tell;
    },
  };
}

function schemaNow({ org, schemas }: Kept): EventSchema | undefined {
  const object = findObject(org, OBJECT);
  if (object === undefined) return undefined;
  const schema = eventSchemaOf(object);
  const known = schemas.get(schema.id) ?? schema;
  schemas.set(known.id, known);
  return known;
}

function forgetOld(kept: Kept): void {
  const { events, org } = kept;
  const first = events.findIndex(({ at }) => at > org.now() - KEPT_MS);
  const gone = events.splice(0, first === -1 ? events.length : first);
  kept.oldestKnown = Math.max(kept.oldestKnown, gone.at(-1)?.replay ?? kept.oldestKnown);
}

function keep(kept: Kept, schema: EventSchema, payload: Buffer): void {
  kept.newest += 1 + (kept.newest % 3);
  const { newest: replay, org } = kept;
  for (const topic of TOPICS)
    kept.events.push({ replay, at: org.now(), topic, schemaId: schema.id, payload });
  kept.tell();
}

function headerOf({ org, commits }: Kept, type: ChangeType, ids: readonly string[], user: string) {
  return {
    entityName: OBJECT,
    recordIds: ids,
    changeType: type,
    changeOrigin: "com/salesforce/api/rest/66.0",
    transactionKey: `0000${commits.toString(16).padStart(4, "0")}-emulated`,
    sequenceNumber: 1,
    commitTimestamp: org.now(),
    commitNumber: 10_000_000 + commits,
    commitUser: user,
    nulledFields: [] as readonly string[],
    diffFields: [],
    changedFields: [] as readonly string[],
  };
}

function publish(kept: Kept, changes: readonly Change[]): void {
  const { org } = kept;
  const schema = org.settings.changeEvents === "on" ? schemaNow(kept) : undefined;
  if (schema === undefined) return;
  kept.commits += 1;
  for (const [place, change] of merged(changes).entries()) {
    const { row, isNew, names } = change;
    const user = String(row["LastModifiedById"] ?? org.userId);
    const nulled = names.filter((name) => (row[name] ?? null) === null);
    const ChangeEventHeader = {
      ...headerOf(kept, typeOf(change), [String(row["Id"])], user),
      sequenceNumber: place + 1,
      nulledFields: isNew ? [] : bitmapOf(schema, new Set(nulled)),
      changedFields: isNew ? [] : bitmapOf(schema, new Set(names)),
    };
    keep(kept, schema, schema.encode({ ChangeEventHeader, ...eventValues(schema, row, new Set(names)) }));
  }
}

function publishGap(kept: Kept, type: ChangeType, ids: readonly string[]): void {
  const schema = schemaNow(kept);
  if (schema === undefined) return;
  kept.commits += 1;
  const ChangeEventHeader = headerOf(kept, type, ids, kept.org.userId);
  keep(kept, schema, schema.encode({ ChangeEventHeader, ...eventValues(schema, {}, new Set()) }));
}

/** One change a record, as the bus merges what a transaction did to it; only of the selected object. */
function merged(changes: readonly Change[]): readonly Change[] {
  const byId = new Map<string, Change>();
  for (const change of changes) {
    if (change.object !== OBJECT || change.names.length === 0) continue;
    const id = String(change.row["Id"]);
    const before = byId.get(id);
    const names = [...new Set([...(before?.names ?? []), ...change.names])];
    byId.set(id, { ...change, isNew: change.isNew || before?.isNew === true, names });
  }
  return [...byId.values()];
}

function typeOf({ isNew, names, row }: Change): ChangeType {
  if (isNew) return "CREATE";
  if (!names.includes("IsDeleted")) return "UPDATE";
  return row["IsDeleted"] === true ? "DELETE" : "UNDELETE";
}
