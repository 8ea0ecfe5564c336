/**
 * The Pub/Sub API over one org's event bus: gRPC over TLS with a certificate that nobody vouches for (Pub/Sub API guide:
 * GetTopic, GetSchema, Subscribe, error codes). Names of errors: practice.
 */
import { randomUUID } from "node:crypto";
import type { sendUnaryData, ServerDuplexStream, ServerUnaryCall } from "@grpc/grpc-js";
import { Metadata, Server, ServerCredentials, status } from "@grpc/grpc-js";
import { sleepReal } from "../../core/clock.ts";
import { selfSigned } from "../../core/certificate.ts";
import type { Sessions } from "../oauth.ts";
import type { Bus, StoredEvent } from "./bus.ts";
import { type FetchRequest, pubSubService } from "./wire.ts";

export interface ChangeEvents {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** Streams that are open. */
  readonly streams: () => number;
  /** Topics that were subscribed to, and where each began. */
  readonly subscriptions: readonly Subscribed[];
  /** Ends every stream as a restart of the service does. */
  readonly drop: () => void;
  /** Says that changes of these records could not be told. */
  readonly gap: (ids: readonly string[]) => void;
  /** Says that there were too many changes to tell. */
  readonly overflow: () => void;
  /** No replay id of before is good any more. */
  readonly expireReplays: () => void;
  /** The next `times` calls are refused with this status. */
  readonly refuse: (code: "UNAUTHENTICATED" | "PERMISSION_DENIED" | "UNAVAILABLE", times: number) => void;
  /** Holds events back, and the stream's signs of life, until it is called with false. */
  readonly hush: (isSilent: boolean) => void;
  readonly stop: () => Promise<void>;
}

export interface Subscribed {
  readonly topic: string;
  readonly preset: FetchRequest["replayPreset"];
}

type Stream = ServerDuplexStream<FetchRequest, object>;

interface Subscription {
  readonly stream: Stream;
  readonly topic: string;
  /** Replay id of the last event that was sent. */
  at: number;
  /** Events that the client still takes. */
  room: number;
}

interface State {
  readonly bus: Bus;
  readonly sessions: Sessions;
  readonly open: Set<Subscription>;
  readonly subscriptions: Subscribed[];
  refusals: { code: keyof typeof status; left: number };
  isSilent: boolean;
}

/** The longest an idle stream stays without a word (Pub/Sub API guide: keepalive). */
const KEEPALIVE_MS = 270_000;
const MOST_OUTSTANDING = 100;

/** Starts the service on a port; 0 takes a free one. */
export async function startChangeEvents(
  bus: Bus,
  sessions: Sessions,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<ChangeEvents> {
  const refusals = { code: "UNAVAILABLE", left: 0 } as const;
  const state: State = { bus, sessions, open: new Set(), subscriptions: [], refusals, isSilent: false };
  const server = new Server();
  server.addService(pubSubService, {
    GetTopic: (call: ServerUnaryCall<{ topicName: string }, object>, answer: sendUnaryData<object>) =>
      answerWith(answer, () => topicInfo(state, call.metadata, call.request.topicName)),
    GetSchema: (call: ServerUnaryCall<{ schemaId: string }, object>, answer: sendUnaryData<object>) =>
      answerWith(answer, () => schemaInfo(state, call.metadata, call.request.schemaId)),
    Subscribe: (stream: Stream) => subscribe(state, stream),
  });
  const { cert, key } = selfSigned("localhost", Date.now());
  const pair = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) };
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createSsl(null, [pair]), (error, taken) =>
      error === null ? resolve(taken) : reject(error),
    );
  });
  bus.onEvent(() => deliverAll(state));
  const alive = setInterval(() => keepAlive(state), KEEPALIVE_MS);
  alive.unref();
  return {
    url: `https://${host}:${bound}`,
    streams: () => state.open.size,
    subscriptions: state.subscriptions,
    drop: () => endAll(state, refused("UNAVAILABLE", "server.shutdown", "the service restarts")),
    gap: (ids) => bus.gap("GAP_UPDATE", ids),
    overflow: () => bus.gap("GAP_OVERFLOW", ["006*"]),
    expireReplays: () => bus.expire(),
    refuse: (code, times) => void (state.refusals = { code, left: times }),
    hush: (isSilent) => {
      state.isSilent = isSilent;
      if (!isSilent) deliverAll(state);
    },
    stop: async () => {
      clearInterval(alive);
      for (const { stream } of state.open) stream.end();
      await Promise.race([new Promise((resolve) => server.tryShutdown(resolve)), sleepReal(500)]);
      server.forceShutdown();
    },
  };
}

/** An error as the service tells it: a gRPC status, and its own code beside it. */
interface Refused {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

function refused(code: keyof typeof status, errorCode: string, words: string): Refused {
  const metadata = new Metadata();
  metadata.set("error-code", `sfdc.platform.eventbus.grpc.${errorCode}`);
  return { code: status[code], details: `${words}. rpcId: ${randomUUID()}`, metadata };
}

function isRefused(value: unknown): value is Refused {
  return typeof value === "object" && value !== null && "details" in value;
}

function answerWith(answer: sendUnaryData<object>, handle: () => object): void {
  try {
    answer(null, handle());
  } catch (error) {
    if (!isRefused(error)) throw error;
    answer(error);
  }
}

/** Lets a caller in, or throws. The organization must be the token's own. */
function admit(state: State, metadata: Metadata): void {
  const { refusals, sessions, bus } = state;
  if (refusals.left > 0) {
    refusals.left -= 1;
    throw refused(refusals.code, "service.fault", "The service refuses the call");
  }
  const [token] = metadata.get("accesstoken");
  const [tenant] = metadata.get("tenantid");
  const isUrl = String(metadata.get("instanceurl")[0] ?? "").startsWith("http");
  const isOwn = String(tenant).slice(0, 15) === bus.org.id.slice(0, 15);
  if (sessions.userOf(String(token)) === undefined || !isOwn || !isUrl) {
    throw refused("UNAUTHENTICATED", "service.auth.error", "The session token or the headers are invalid");
  }
  if (bus.org.settings.changeEvents === "no-edition") {
    throw refused("PERMISSION_DENIED", "service.not.enabled", "The Pub/Sub API isn't enabled for this org");
  }
}

function topicInfo(state: State, metadata: Metadata, topicName: string): object {
  admit(state, metadata);
  const { org } = state.bus;
  const schema = org.settings.changeEvents === "no-topic" ? undefined : state.bus.schemaOf(topicName);
  if (schema === undefined) {
    throw refused("NOT_FOUND", "topic.not.found", `The topic ${topicName} doesn't exist`);
  }
  return {
    topicName,
    tenantGuid: `core/emulated/${org.id}`,
    canPublish: false,
    canSubscribe: org.settings.changeEvents !== "no-permission",
    schemaId: schema.id,
    rpcId: randomUUID(),
  };
}

function schemaInfo(state: State, metadata: Metadata, schemaId: string): object {
  admit(state, metadata);
  const schema = state.bus.schemaById(schemaId);
  if (schema === undefined) throw refused("NOT_FOUND", "schema.not.found", "The schema doesn't exist");
  return { schemaId, schemaJson: schema.json, rpcId: randomUUID() };
}

/** The first request says what and from where; each one how many events may come. */
function subscribe(state: State, stream: Stream): void {
  let subscription: Subscription | null = null;
  const close = (): void => void (subscription !== null && state.open.delete(subscription));
  const fail = (why: Refused): void => {
    close();
    stream.emit("error", why);
  };
  stream.on("data", (request: FetchRequest) => {
    try {
      if (subscription === null) {
        subscription = opened(state, stream, request);
        state.open.add(subscription);
      } else if (request.topicName !== "" && request.topicName !== subscription.topic) {
        throw refused("INVALID_ARGUMENT", "subscription.topic.mismatch", "The topic can't change");
      }
      subscription.room += askedFor(request);
      if (subscription.room > MOST_OUTSTANDING) subscription.room = MOST_OUTSTANDING;
      deliver(state, subscription);
    } catch (error) {
      if (!isRefused(error)) throw error;
      fail(error);
    }
  });
  stream.on("end", () => {
    close();
    stream.end();
  });
  stream.on("cancelled", close);
}

function askedFor({ numRequested }: FetchRequest): number {
  if (numRequested > 0) return numRequested;
  throw refused("INVALID_ARGUMENT", "subscription.fetch.requested.events.invalid", "Ask for events");
}

function opened(state: State, stream: Stream, request: FetchRequest): Subscription {
  const { topicName: topic, replayPreset: preset, replayId } = request;
  topicInfo(state, stream.metadata, topic);
  state.subscriptions.push({ topic, preset });
  return { stream, topic, at: startOf(state.bus, preset, replayId), room: 0 };
}

function startOf(bus: Bus, preset: FetchRequest["replayPreset"], replayId: Buffer): number {
  if (preset === "LATEST") return bus.newest();
  if (preset === "EARLIEST") return 0;
  const replay = replayId.length === 8 ? Number(replayId.readBigUInt64BE()) : Number.NaN;
  if (bus.isKnown(replay)) return replay;
  throw refused(
    "INVALID_ARGUMENT",
    "subscription.fetch.replayid.validation.failed",
    "The Replay ID validation failed. Ensure that the Replay ID is valid",
  );
}

function deliverAll(state: State): void {
  for (const subscription of state.open) deliver(state, subscription);
}

function deliver(state: State, subscription: Subscription): void {
  if (state.isSilent) return;
  const next = state.bus
    .events()
    .filter(({ topic, replay }) => topic === subscription.topic && replay > subscription.at)
    .slice(0, subscription.room);
  const last = next.at(-1);
  if (last === undefined) return;
  subscription.at = last.replay;
  subscription.room -= next.length;
  subscription.stream.write(response(subscription, next.map(consumerEvent), last.replay));
}

function consumerEvent({ replay, schemaId, payload }: StoredEvent): object {
  return { event: { id: randomUUID(), schemaId, payload }, replayId: replayBytes(replay) };
}

function response({ room }: Subscription, events: readonly object[], latest: number): object {
  return {
    events,
    latestReplayId: replayBytes(latest),
    rpcId: randomUUID(),
    pendingNumRequested: room,
  };
}

function keepAlive(state: State): void {
  if (state.isSilent) return;
  for (const one of state.open) one.stream.write(response(one, [], state.bus.newest()));
}

function replayBytes(replay: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(replay));
  return bytes;
}

function endAll(state: State, why: Refused): void {
  for (const { stream } of state.open) stream.emit("error", why);
  state.open.clear();
}
