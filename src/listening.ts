/**
 * Listens to change events for each environment whose feedback polls deals: one worker at a time, another when that one
 * dies. An event starts a read of the deals it names at once; polling goes on beside it and misses nothing.
 */
import { randomInt, randomUUID } from "node:crypto";
import type { EpochMs, Ms } from "./kernel/time.ts";
import type { DealNews, DealStream, StreamEnd, Told } from "./feedback/stream.ts";
import { afterEnd, startOf } from "./feedback/stream.ts";
import { holdStream, keepReplay, noteGap, noteStream, releaseStreams } from "./feedback/stream-queries.ts";
import { dealSource, type FeedbackParts, pollDealsOf, readDealsOf } from "./deals.ts";

export interface Listening {
  /** Ends every stream, keeps how far each heard, and lets another worker have them. */
  readonly stop: () => Promise<void>;
}

const LOOK_EVERY_MS: Ms = 1_000;
/** A worker that says nothing for so long has died: another takes its streams over. */
const LEASE_MS: Ms = 20_000;
const RENEW_EVERY_MS: Ms = 5_000;
/** Events of so long become one read. */
const GATHER_MS: Ms = 150;
/** Salesforce says something every 270 seconds at least: a stream that is silent for longer is dead. */
const SILENT_MS: Ms = 330_000;
/** A stream that stood this long did not fail at once. */
const STOOD_MS: Ms = 60_000;

/** One environment's stream in this process. */
interface Ear {
  readonly environment: string;
  readonly stream: DealStream;
  /** Null while it waits for its next try. */
  open: { readonly control: AbortController; readonly ended: Promise<void> } | null;
  heldAt: number;
  heardAt: EpochMs;
  /** When the stream that is open, or was last, was let in; null when it was not. */
  openedAt: EpochMs | null;
  /** Ends of one kind in a row. */
  failures: number;
  lastEnd: StreamEnd["kind"];
  nextTryAt: EpochMs;
  batch: { readonly news: DealNews[]; replay: Uint8Array } | null;
  /** What was heard is read one batch after the other. */
  reading: Promise<void>;
}

/** Begins to listen. */
export function listen(parts: FeedbackParts): Listening {
  const holder = randomUUID();
  const ears = new Map<string, Ear>();
  let isStopped = false;
  let timer: NodeJS.Timeout | null = null;
  let looking = Promise.resolve();
  const look = async (): Promise<void> => {
    try {
      await lookAll(parts, holder, ears);
    } catch (error) {
      parts.log("warn", "change events could not be looked after; polling goes on", { error: String(error) });
    }
    if (isStopped) return;
    timer = setTimeout(() => {
      looking = look();
    }, LOOK_EVERY_MS);
  };
  looking = look();
  return {
    stop: async () => {
      isStopped = true;
      if (timer !== null) clearTimeout(timer);
      await looking;
      await Promise.all([...ears.values()].map(hangUp));
      await releaseStreams(parts.db, holder).catch(() => {});
    },
  };
}

async function lookAll(parts: FeedbackParts, holder: string, ears: Map<string, Ear>): Promise<void> {
  const names = (await parts.environments()).map(({ name }) => name);
  for (const environment of new Set([...names, ...ears.keys()])) {
    const stream = await streamNow(parts, environment);
    const known = ears.get(environment);
    if (known !== undefined && known.stream !== stream) {
      await hangUp(known);
      ears.delete(environment);
    }
    if (stream === null) continue;
    const ear = ears.get(environment) ?? newEar(environment, stream);
    ears.set(environment, ear);
    await lookAt(parts, holder, ear);
  }
}

/** The stream to listen to; null where feedback reads no deals. Places are kept, so the same connection is the same stream. */
async function streamNow(parts: FeedbackParts, environment: string): Promise<DealStream | null> {
  try {
    return (await dealSource(parts, environment))?.stream ?? null;
  } catch (error) {
    parts.log("debug", `environment ${environment} is not ready for change events`, { error: String(error) });
    return null;
  }
}

function newEar(environment: string, stream: DealStream): Ear {
  return {
    environment,
    stream,
    open: null,
    heldAt: Number.NEGATIVE_INFINITY,
    heardAt: 0,
    openedAt: null,
    failures: 0,
    lastEnd: "stopped",
    nextTryAt: 0,
    batch: null,
    reading: Promise.resolve(),
  };
}

/** Keeps the lease, opens what is due, and ends what is silent or somebody else's. */
async function lookAt(parts: FeedbackParts, holder: string, ear: Ear): Promise<void> {
  const { db, clock, log } = parts;
  const { environment } = ear;
  const now = clock();
  if (ear.open !== null && now - ear.heardAt > SILENT_MS) {
    log("warn", `change events of ${environment} fell silent; the stream is opened anew`);
    await hangUp(ear);
  }
  const isDue = ear.open === null && now >= ear.nextTryAt;
  if (!isDue && now - ear.heldAt < RENEW_EVERY_MS) return;
  const held = await holdStream(db, environment, holder, LEASE_MS);
  if (held === null) {
    await hangUp(ear);
    ear.heldAt = Number.NEGATIVE_INFINITY;
    return;
  }
  ear.heldAt = now;
  if (!isDue) return;
  const { from, lost } = startOf(held, now);
  if (lost !== null) await fallBack(parts, ear, lost);
  open(parts, ear, from);
}

function open(parts: FeedbackParts, ear: Ear, from: Uint8Array | null): void {
  const { clock } = parts;
  const control = new AbortController();
  ear.heardAt = clock();
  ear.openedAt = null;
  const heard = { opened: () => opened(parts, ear, from), told: (told: Told) => hear(parts, ear, told) };
  const ended = ear.stream
    .listen(from, heard, control.signal)
    .then((end) => close(parts, ear, end))
    .catch((error: unknown) =>
      parts.log("warn", `change events of ${ear.environment} could not be noted`, { error: String(error) }),
    );
  ear.open = { control, ended };
}

/** A stream that begins with what is new is preceded by a poll: what changed before it stood has no event. */
function opened(parts: FeedbackParts, ear: Ear, from: Uint8Array | null): void {
  const { db, clock, log } = parts;
  const { environment } = ear;
  ear.openedAt = clock();
  log("info", `change events of ${environment} are on`);
  ear.reading = ear.reading
    .then(() => noteStream(db, environment, { state: "on", why: null }, clock()))
    .then(() => (from === null ? pollDealsOf(parts, environment) : undefined))
    .catch((error: unknown) =>
      log("warn", `the deals of ${environment} could not be read at once; polling reads them`, {
        error: String(error),
      }),
    );
}

/** Stops a stream and waits until what it told is read. */
async function hangUp(ear: Ear): Promise<void> {
  ear.open?.control.abort();
  await ear.open?.ended;
  await ear.reading;
}

async function close(parts: FeedbackParts, ear: Ear, end: StreamEnd): Promise<void> {
  const { db, clock, log } = parts;
  const { environment } = ear;
  ear.open = null;
  ear.failures = isFirst(ear, end, clock()) ? 1 : ear.failures + 1;
  ear.lastEnd = end.kind;
  const next = afterEnd(end, ear.failures, randomInt(1_000) / 1_000);
  if (next === null) return;
  ear.nextTryAt = clock() + next.waitMs;
  const words = `change events of ${environment} are ${next.state}: ${next.why}; polling goes on`;
  log(next.state === "off" && ear.failures === 1 ? "warn" : "info", words);
  await noteStream(db, environment, next, clock());
  if (next.forgets) await fallBack(parts, ear, next.why);
}

/** Whether this end begins a row: another kind came before, the stream stood for a while, or its token was good at first. */
function isFirst({ lastEnd, openedAt }: Ear, end: StreamEnd, now: EpochMs): boolean {
  if (lastEnd !== end.kind) return true;
  return openedAt !== null && (end.kind === "signed-out" || now - openedAt >= STOOD_MS);
}

/** Events cannot say what changed: the place is forgotten and the operator is told. */
async function fallBack(parts: FeedbackParts, { environment }: Ear, why: string): Promise<void> {
  const { db, clock, log } = parts;
  await keepReplay(db, environment, null, clock());
  await noteGap(db, environment, why, clock());
  log("warn", `change events of ${environment}: ${why}`);
}

function hear(parts: FeedbackParts, ear: Ear, { news, replay }: Told): void {
  ear.heardAt = parts.clock();
  ear.failures = 0;
  if (ear.batch !== null) {
    ear.batch.news.push(...news);
    ear.batch.replay = replay;
    return;
  }
  ear.batch = { news: [...news], replay };
  const gathered = new Promise((resolve) => setTimeout(resolve, GATHER_MS));
  ear.reading = ear.reading.then(() => gathered).then(() => readBatch(parts, ear));
}

/** Reads what the batch names. What cannot be read now is left to polling, so the place moves on either way. */
async function readBatch(parts: FeedbackParts, ear: Ear): Promise<void> {
  const { db, clock, log } = parts;
  const { environment, batch } = ear;
  ear.batch = null;
  if (batch === null) return;
  try {
    const deals = batch.news.flatMap((one) => (one.kind === "overflow" ? [] : one.deals));
    const gap = batch.news.find((one) => one.kind !== "changed");
    if (gap !== undefined) {
      await noteGap(db, environment, `${gap.why}: it was read again`, clock());
      log("warn", `change events of ${environment}: ${gap.why}; it is read again`);
    }
    if (batch.news.some(({ kind }) => kind === "overflow")) await pollDealsOf(parts, environment);
    else if (deals.length > 0) await readDealsOf(parts, environment, [...new Set(deals)]);
    await keepReplay(db, environment, batch.replay, clock());
  } catch (error) {
    log("warn", `what changed in ${environment} could not be read at once; polling reads it`, {
      error: String(error),
    });
  }
}
