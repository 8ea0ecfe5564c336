/** What the event bus's errors mean: gRPC statuses, and Salesforce's own codes beside them (Pub/Sub API guide: error codes). */
import type { StreamEnd } from "../../feedback/stream.ts";
import { redact } from "../http/redact.ts";

/** Numbers of gRPC (grpc.io: status codes). */
const STATUS = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  unauthenticated: 16,
} as const;

export interface BusError {
  readonly code: number;
  readonly details: string;
  /** Salesforce's, from the trailer `error-code`. */
  readonly errorCode: string;
}

const PERMISSION =
  "Baton's user may not read change events: give it View All on Opportunity (permission set), or switch changeEvents off";
const TOPIC =
  "this org offers no change events of Opportunity: its edition has none, or Opportunity is not selected under Setup, Change Data Capture";

/** How the stream ended; `details` of Salesforce stand beside Baton's words where only they say what it was. */
export function endOf({ code, details, errorCode }: BusError): StreamEnd {
  const said = redact(details).slice(0, 200);
  switch (code) {
    case STATUS.unauthenticated:
      return { kind: "signed-out", why: "the event bus does not take Baton's token" };
    case STATUS.invalidArgument:
      if (/replay/i.test(`${errorCode} ${details}`))
        return {
          kind: "expired",
          why: "Salesforce no longer knows the last event that Baton heard: polling reads what changed, and events start anew",
        };
      return { kind: "refused", why: `the event bus refuses the subscription. Salesforce says: ${said}` };
    case STATUS.permissionDenied:
      return { kind: "refused", why: `${PERMISSION}. Salesforce says: ${said}` };
    case STATUS.notFound:
    case STATUS.unimplemented:
      return { kind: "refused", why: TOPIC };
    case STATUS.resourceExhausted:
      return { kind: "refused", why: `the org's allowance of events is used up. Salesforce says: ${said}` };
    default:
      return { kind: "dropped", why: `the connection to the event bus broke (${said || `status ${code}`})` };
  }
}

export const NO_SUBSCRIPTION: StreamEnd = { kind: "refused", why: PERMISSION };

/** The error of a gRPC call, as far as it is one. */
export function busErrorOf(error: unknown): BusError | null {
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  const { code, details, metadata } = error as {
    readonly code: unknown;
    readonly details?: unknown;
    readonly metadata?: { get?: (name: string) => readonly unknown[] };
  };
  if (typeof code !== "number") return null;
  const [errorCode = ""] = metadata?.get?.("error-code") ?? [];
  return { code, details: typeof details === "string" ? details : "", errorCode: String(errorCode) };
}
