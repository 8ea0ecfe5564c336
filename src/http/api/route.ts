/**
 * What a route of /api/v1 is: data about the call and a function that answers it. `serve.ts` puts it behind the door,
 * `openapi.ts` describes it; neither can forget one.
 */
import { z } from "zod";
import type { Actor } from "../../access/actor.ts";
import type { Scope } from "../../access/scopes.ts";
import type { Person } from "../../access/tokens.ts";

export type Method = "GET" | "PUT" | "POST" | "PATCH" | "DELETE";

/** What is sent piece by piece. */
export type StreamType = "text/csv" | "text/event-stream" | "application/x-ndjson" | "text/html";

/** The bytes of a file, as they are sent. */
export interface Upload {
  readonly mostBytes: number;
}

interface Shapes<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType> {
  /** Below /api/v1, parameters in braces: "/environments/{environment}". */
  readonly path: `/${string}`;
  readonly method: Method;
  readonly operationId: string;
  /** One sentence without its full stop. */
  readonly summary: string;
  /** Null: whoever is let in may call it. */
  readonly scope: Scope | null;
  /**
   * Without an environment in the path: whether the scope in any environment is enough, because the answer holds only
   * what the caller may see. Absent: it must hold in every one.
   */
  readonly reach?: "any";
  /** One field for each brace of the path. */
  readonly params: P;
  readonly query?: Q;
  readonly body?: B;
  /** The body is a file instead: its bytes are the call's `file`. */
  readonly upload?: Upload;
  readonly answer: {
    readonly status: 200 | 201;
    readonly description: string;
    readonly schema: A;
    /** JSON when absent. */
    readonly type?: StreamType;
  };
  /** Refusals of its own, by status; what every route may answer is added. */
  readonly problems?: Readonly<Record<number, string>>;
}

export interface Call<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Empty where the route takes none. */
  readonly file: Uint8Array;
  readonly actor: Actor;
  /** Who signed in; null behind a token. */
  readonly person: Person | null;
  /** Where a browser reaches Baton's pages. */
  readonly origin: string;
  readonly header: (name: string) => string | undefined;
  /** Asks again who calls; null: nobody who is let in any more. */
  readonly admitAgain: () => Promise<Actor | null>;
  /** Aborted when the caller has gone or the server stops. */
  readonly signal: AbortSignal;
}

export interface ApiAnswer<A> {
  readonly body: A;
  /** Without quotes; sent as ETag. */
  readonly etag?: string;
}

/** Text that is sent as it is made. */
export interface ApiStream {
  readonly chunks: AsyncIterable<string>;
  /** The name under which a browser keeps it. */
  readonly fileName?: string;
}

/** What a schema says, of rows that nobody may change. */
type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

/** A route with its types rubbed out, as the server and the description take it. */
export interface ApiRoute extends Shapes<z.ZodObject, z.ZodObject, z.ZodType, z.ZodType> {
  readonly handle: (call: Call<never, never, never>) => Promise<ApiAnswer<unknown> | ApiStream>;
}

/** Writes a route: `handle` gets what the schemas parsed, and returns what the answer's schema says. */
export function route<
  P extends z.ZodObject,
  A extends z.ZodType,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodUndefined,
>(
  shapes: Shapes<P, Q, B, A> & {
    readonly handle: (
      call: Call<z.infer<P>, z.infer<Q>, z.infer<B>>,
    ) => Promise<ApiAnswer<Frozen<z.infer<A>>>>;
  },
): ApiRoute {
  return shapes;
}

/** Writes a route that sends text piece by piece. It reads: where it takes a body, its question does not fit an address. */
export function streamRoute<
  P extends z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodUndefined,
>(
  shapes: Omit<Shapes<P, Q, B, z.ZodString>, "answer" | "method"> & {
    readonly answer: { readonly description: string; readonly type: StreamType };
    readonly handle: (call: Call<z.infer<P>, z.infer<Q>, z.infer<B>>) => Promise<ApiStream>;
  },
): ApiRoute {
  const method = shapes.body === undefined ? "GET" : "POST";
  return { ...shapes, method, answer: { status: 200, schema: z.string(), ...shapes.answer } };
}

/** Thrown by a route that cannot do what was asked; becomes a problem document. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  /** Members that stand in the problem document beside its detail. */
  readonly more: Readonly<Record<string, unknown>>;

  constructor(status: number, detail: string, more: Readonly<Record<string, unknown>> = {}) {
    super(detail);
    this.status = status;
    this.more = more;
  }
}
