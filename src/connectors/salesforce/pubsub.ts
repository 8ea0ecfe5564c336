/**
 * The stream of change events of one org (Pub/Sub API guide). It decodes as much of an event as says which deals to read;
 * values are read through the REST API, by the same handler that polling feeds.
 */
import type { Client, ClientDuplexStream, Metadata } from "@grpc/grpc-js";
import type { z } from "zod";
import type { DealNews, DealStream, StreamEar, StreamEnd } from "../../feedback/stream.ts";
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import type { Clock, Ms } from "../../kernel/time.ts";
import { addressOf, busOf } from "./pubsub-address.ts";
import { busErrorOf, endOf, NO_SUBSCRIPTION } from "./pubsub-end.ts";
import type { EventReader } from "./pubsub-event.ts";
import type * as Wire from "./pubsub-wire.ts";
import type { Session, Sessions } from "./session.ts";

export interface StreamSettings {
  readonly loginUrl: string;
  readonly changeEvents: "auto" | "off";
  /** "https://host:port" of the event bus; null: Salesforce's public one, where the login address is Salesforce's. */
  readonly pubsubUrl: string | null;
  readonly allowPrivateAddresses: boolean;
}

const TOPIC = "/data/OpportunityChangeEvent";
/** The most events that may be under way to a subscriber (Pub/Sub API guide: allocations). */
const MOST_UNDER_WAY = 100;
const ANSWER_WITHIN_MS: Ms = 30_000;
/** A dead connection is noticed within a minute and a half. */
const KEEPALIVE = { "grpc.keepalive_time_ms": 60_000, "grpc.keepalive_timeout_ms": 20_000 };

/** The stream of one org; nothing is loaded or sent before somebody listens. */
export function createDealStream(settings: StreamSettings, sessions: Sessions, clock: Clock): DealStream {
  const readers = new Map<string, Promise<EventReader>>();
  return {
    async listen(from, ear, signal) {
      const url = busOf(settings);
      if (settings.changeEvents === "off")
        return { kind: "refused", why: "switched off in the connection (changeEvents: off)" };
      if (url === null)
        return {
          kind: "refused",
          why: "the login address is none of Salesforce's: name the bus in pubsubUrl",
        };
      let session: Session | null = null;
      try {
        session = await sessions.current();
        const bus = { ...(await openBus(url, settings.allowPrivateAddresses, session)), signal, clock };
        try {
          const end = await subscribe(bus, { from, ear, signal, readers, user: bus.user });
          if (end.kind === "signed-out") sessions.drop(session);
          return end;
        } finally {
          bus.client.close();
        }
      } catch (error) {
        if (signal.aborted) return { kind: "stopped" };
        const end = endOfError(error);
        if (end.kind === "signed-out" && session !== null) sessions.drop(session);
        return end;
      }
    },
  };
}

function endOfError(error: unknown): StreamEnd {
  const busError = busErrorOf(error);
  if (busError !== null) return endOf(busError);
  if (error instanceof PermanentFailure) return { kind: "refused", why: error.message };
  if (error instanceof RetryableFailure) return { kind: "dropped", why: error.message };
  return { kind: "dropped", why: error instanceof Error ? error.message : String(error) };
}

interface Bus {
  readonly client: Client;
  readonly metadata: Metadata;
  readonly wire: typeof Wire;
  readonly user: string;
  /** Ends questions that wait for their answer. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

async function openBus(
  url: string,
  allowPrivateAddresses: boolean,
  session: Session,
): Promise<Omit<Bus, "signal" | "clock">> {
  // Loaded when somebody listens: gRPC takes about 20 MB, which a process without change events saves.
  const [grpc, wire] = await Promise.all([import("@grpc/grpc-js"), import("./pubsub-wire.ts")]);
  const { instanceUrl, accessToken, identity } = session;
  if (identity === null) {
    const message = "Salesforce's sign-in did not say which org and user it is for: change events need both.";
    throw new PermanentFailure({ target: "salesforce", code: "odd_token", message });
  }
  const { target, certifiedName } = await addressOf(url, allowPrivateAddresses);
  const credentials = grpc.credentials.createSsl(null, null, null, {
    rejectUnauthorized: certifiedName !== null,
  });
  // Where any certificate will do, so will any name; TLS has none for an address.
  const name = certifiedName ?? "localhost";
  const named = { "grpc.ssl_target_name_override": name, "grpc.default_authority": name };
  const metadata = new grpc.Metadata();
  metadata.set("accesstoken", accessToken);
  metadata.set("instanceurl", instanceUrl);
  metadata.set("tenantid", identity.organization);
  const client = new grpc.Client(target, credentials, { ...KEEPALIVE, ...named });
  return { client, metadata, wire, user: identity.user };
}

/** One question and its answer. Rejects with gRPC's error, and with a plain one for an answer of another shape. */
function ask<T extends z.ZodType>(
  { client, metadata, wire, signal, clock }: Bus,
  name: "GetTopic" | "GetSchema",
  question: object,
  shape: T,
): Promise<z.infer<T>> {
  const { path, requestSerialize, responseDeserialize } = wire.methods[name];
  const options = { deadline: clock() + ANSWER_WITHIN_MS };
  return new Promise((resolve, reject) => {
    const answer = (error: unknown, value: unknown): void => {
      if (error !== null) return reject(error as Error);
      const parsed = shape.safeParse(value);
      if (parsed.success) resolve(parsed.data);
      else reject(new Error(`the event bus answered ${name} with another shape than documented`));
    };
    const call = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      question,
      metadata,
      options,
      answer,
    );
    const cancel = (): void => call.cancel();
    signal.addEventListener("abort", cancel);
    call.on("status", () => signal.removeEventListener("abort", cancel));
  });
}

interface Listening {
  readonly from: Uint8Array | null;
  readonly ear: StreamEar;
  readonly signal: AbortSignal;
  readonly readers: Map<string, Promise<EventReader>>;
  readonly user: string;
}

async function subscribe(bus: Bus, listening: Listening): Promise<StreamEnd> {
  const { from, ear, signal } = listening;
  const { wire, client, metadata } = bus;
  const { canSubscribe } = await ask(bus, "GetTopic", { topicName: TOPIC }, wire.TopicInfo);
  if (!canSubscribe) return NO_SUBSCRIPTION;
  if (signal.aborted) return { kind: "stopped" };
  const { path, requestSerialize, responseDeserialize } = wire.methods.Subscribe;
  const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata);
  const start =
    from === null
      ? { replayPreset: wire.REPLAY.latest }
      : { replayPreset: wire.REPLAY.custom, replayId: Buffer.from(from) };
  stream.write({ topicName: TOPIC, ...start, numRequested: MOST_UNDER_WAY });
  ear.opened();
  return untilEnd(bus, stream, listening);
}

/** Hands over what comes, in its order, until the stream ends or is stopped. */
function untilEnd(
  bus: Bus,
  stream: ClientDuplexStream<object, unknown>,
  { ear, signal, readers, user }: Listening,
): Promise<StreamEnd> {
  let tail = Promise.resolve();
  const take = async ({ events, latestReplayId, pendingNumRequested }: Wire.FetchResponse): Promise<void> => {
    ear.told({ news: await newsIn(bus, events, readers, user), replay: latestReplayId });
    if (pendingNumRequested <= MOST_UNDER_WAY / 2 && !stream.destroyed)
      stream.write({ topicName: TOPIC, numRequested: MOST_UNDER_WAY - pendingNumRequested });
  };
  return new Promise((resolve) => {
    const end = (how: StreamEnd): void => {
      signal.removeEventListener("abort", stop);
      // What came before the end is told first.
      void tail.then(() => resolve(how));
    };
    const stop = (): void => {
      end({ kind: "stopped" });
      stream.cancel();
    };
    signal.addEventListener("abort", stop);
    stream.on("data", (raw: unknown) => {
      const parsed = bus.wire.FetchResponse.safeParse(raw);
      if (!parsed.success) return;
      tail = tail.then(() => take(parsed.data));
    });
    stream.on("error", (error: unknown) => end(endOfError(error)));
    stream.on("end", () => end({ kind: "dropped", why: "Salesforce closed the stream" }));
  });
}

/** What these events ask to be read. One that cannot be decoded hides what changed: then everything is asked for. */
async function newsIn(
  bus: Bus,
  events: Wire.FetchResponse["events"],
  readers: Listening["readers"],
  user: string,
): Promise<readonly DealNews[]> {
  const { newsOf } = await import("./pubsub-event.ts");
  const news: DealNews[] = [];
  for (const { event } of events) {
    try {
      const read = await readerFor(bus, event.schemaId, readers);
      const one = newsOf(read(event.payload), user);
      if (one !== null) news.push(one);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      news.push({ kind: "overflow", why: `an event could not be read (${said.slice(0, 100)})` });
    }
  }
  return news;
}

/** A schema never changes under its id; one that could not be had is asked for again. */
function readerFor(bus: Bus, schemaId: string, readers: Listening["readers"]): Promise<EventReader> {
  const known = readers.get(schemaId);
  if (known !== undefined) return known;
  const { wire } = bus;
  const made = Promise.all([
    import("./pubsub-event.ts"),
    ask(bus, "GetSchema", { schemaId }, wire.SchemaInfo),
  ]).then(([{ readerOf }, { schemaJson }]) => readerOf(schemaJson));
  readers.set(schemaId, made);
  made.catch(() => readers.delete(schemaId));
  return made;
}
