/**
 * What the emulated event bus speaks: the part of service `eventbus.v1.PubSub` that subscribers use (Pub/Sub API guide),
 * as messages of Protocol Buffers. Names and numbers are the wire's own.
 */
import type { ServiceDefinition } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";

const text = (id: number) => ({ type: "string", id });
const bytes = (id: number) => ({ type: "bytes", id });
const count = (id: number) => ({ type: "int32", id });

const messages = {
  TopicRequest: { fields: { topicName: text(1) } },
  TopicInfo: {
    fields: {
      topicName: text(1),
      tenantGuid: text(2),
      canPublish: { type: "bool", id: 3 },
      canSubscribe: { type: "bool", id: 4 },
      schemaId: text(5),
      rpcId: text(6),
    },
  },
  SchemaRequest: { fields: { schemaId: text(1) } },
  SchemaInfo: { fields: { schemaJson: text(1), schemaId: text(2), rpcId: text(3) } },
  ReplayPreset: { values: { LATEST: 0, EARLIEST: 1, CUSTOM: 2 } },
  FetchRequest: {
    fields: {
      topicName: text(1),
      replayPreset: { type: "ReplayPreset", id: 2 },
      replayId: bytes(3),
      numRequested: count(4),
    },
  },
  ProducerEvent: { fields: { id: text(1), schemaId: text(2), payload: bytes(3) } },
  ConsumerEvent: { fields: { event: { type: "ProducerEvent", id: 1 }, replayId: bytes(2) } },
  FetchResponse: {
    fields: {
      events: { rule: "repeated", type: "ConsumerEvent", id: 1 },
      latestReplayId: bytes(2),
      rpcId: text(3),
      pendingNumRequested: count(4),
    },
  },
};

const method = (requestType: string, responseType: string, isStream = false) => ({
  comment: "",
  requestType,
  responseType,
  requestStream: isStream,
  responseStream: isStream,
});
const PubSub = {
  methods: {
    GetTopic: method("TopicRequest", "TopicInfo"),
    GetSchema: method("SchemaRequest", "SchemaInfo"),
    Subscribe: method("FetchRequest", "FetchResponse", true),
  },
};

/** The service, for a server of grpc-js. */
export const pubSubService = fromJSON(
  { nested: { eventbus: { nested: { v1: { nested: { ...messages, PubSub } } } } } },
  { defaults: true, enums: String },
)["eventbus.v1.PubSub"] as ServiceDefinition;

export interface FetchRequest {
  readonly topicName: string;
  readonly replayPreset: "LATEST" | "EARLIEST" | "CUSTOM";
  readonly replayId: Buffer;
  readonly numRequested: number;
}
