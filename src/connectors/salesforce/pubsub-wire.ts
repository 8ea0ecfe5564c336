/**
 * The wire of Salesforce's event bus: of gRPC service `eventbus.v1.PubSub` the three calls that a subscriber makes, with
 * the fields that Baton reads (Pub/Sub API guide). Other fields are skipped, as Protocol Buffers do with what they do
 * not know.
 */
import type { MethodDefinition } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { z } from "zod";

const call = (requestType: string, responseType: string, streams = false) => ({
  comment: "",
  requestType,
  responseType,
  requestStream: streams,
  responseStream: streams,
});
const field = (type: string, id: number) => ({ type, id });

const types = {
  TopicRequest: { fields: { topicName: field("string", 1) } },
  TopicInfo: { fields: { canSubscribe: field("bool", 4) } },
  SchemaRequest: { fields: { schemaId: field("string", 1) } },
  SchemaInfo: { fields: { schemaJson: field("string", 1) } },
  FetchRequest: {
    fields: {
      topicName: field("string", 1),
      replayPreset: field("int32", 2),
      replayId: field("bytes", 3),
      numRequested: field("int32", 4),
    },
  },
  Event: { fields: { schemaId: field("string", 2), payload: field("bytes", 3) } },
  Received: { fields: { event: field("Event", 1), replayId: field("bytes", 2) } },
  FetchResponse: {
    fields: {
      events: { rule: "repeated", ...field("Received", 1) },
      latestReplayId: field("bytes", 2),
      pendingNumRequested: field("int32", 4),
    },
  },
  PubSub: {
    methods: {
      GetTopic: call("TopicRequest", "TopicInfo"),
      GetSchema: call("SchemaRequest", "SchemaInfo"),
      Subscribe: call("FetchRequest", "FetchResponse", true),
    },
  },
};

type Method = MethodDefinition<object, unknown>;

const { GetTopic, GetSchema, Subscribe } = fromJSON(
  { nested: { eventbus: { nested: { v1: { nested: types } } } } },
  { defaults: true, arrays: true },
)["eventbus.v1.PubSub"] as Readonly<Record<string, Method>>;
if (GetTopic === undefined || GetSchema === undefined || Subscribe === undefined)
  throw new Error("the description of the event bus lacks a call");
export const methods = { GetTopic, GetSchema, Subscribe };

/** The numbers of `ReplayPreset`. */
export const REPLAY = { latest: 0, custom: 2 } as const;

export const TopicInfo = z.object({ canSubscribe: z.boolean() });
export const SchemaInfo = z.object({ schemaJson: z.string() });
const bytes = z.instanceof(Uint8Array);
export const FetchResponse = z.object({
  events: z.array(z.object({ event: z.object({ schemaId: z.string(), payload: bytes }), replayId: bytes })),
  latestReplayId: bytes,
  pendingNumRequested: z.number(),
});
export type FetchResponse = z.infer<typeof FetchResponse>;
