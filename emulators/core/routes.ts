/** Requests, answers and the small router that all HTTP emulators share. */

export interface EmulatorRequest {
  /** Upper case. */
  readonly method: string;
  /** Without the query string, not decoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The named pieces of the route's path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Parsed JSON when the content type says so, else the text; null for an empty body. */
  readonly body: unknown;
  /** The content type said JSON and the body was not. `body` is then the text. */
  readonly isMalformed: boolean;
  readonly rawBody: Buffer;
}

export interface EmulatorAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a string as it is, undefined as an empty body. */
  readonly body?: unknown;
  /** The handler changed the state. Default false. */
  readonly committed?: boolean;
  /** Keys for the ledger beside those that `keysOf` finds in the request. */
  readonly keys?: readonly string[];
}

/** Computes the answer and makes the change of state, at once and completely. */
export type Handle = (request: EmulatorRequest) => EmulatorAnswer | Promise<EmulatorAnswer>;

export interface Route {
  readonly method: string;
  /** `/contacts/:id/tags`; a last piece `*name` takes the rest of the path. */
  readonly path: string;
  readonly handle: Handle;
}

/** A route, in one line. */
export function route(method: string, path: string, handle: Handle): Route {
  return { method, path, handle };
}

export type RouteFinder = (
  method: string,
  path: string,
) => { readonly handle: Handle; readonly params: Record<string, string> } | undefined;

/** A finder over `routes`; where several fit, the first in the list wins. */
export function routeFinder(routes: readonly Route[]): RouteFinder {
  const byMethod = new Map<string, { pieces: string[]; handle: Handle }[]>();
  for (const { method, path, handle } of routes) {
    const list = byMethod.get(method) ?? [];
    list.push({ pieces: path.split("/"), handle });
    byMethod.set(method, list);
  }
  return (method, path) => {
    const actual = path.split("/");
    for (const { pieces, handle } of byMethod.get(method) ?? []) {
      const params = paramsOf(pieces, actual);
      if (params !== undefined) return { handle, params };
    }
    return undefined;
  };
}

function paramsOf(pieces: readonly string[], actual: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, piece] of pieces.entries()) {
    if (piece.startsWith("*")) {
      params[piece.slice(1)] = actual.slice(index).map(decoded).join("/");
      return params;
    }
    const value = actual[index];
    if (value === undefined) return undefined;
    if (piece.startsWith(":") && value !== "") params[piece.slice(1)] = decoded(value);
    else if (piece !== value) return undefined;
  }
  return pieces.length === actual.length ? params : undefined;
}

function decoded(piece: string): string {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}
