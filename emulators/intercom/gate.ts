/**
 * What stands before every REST handler: token, version, rate limit. Order and headers as documented
 * (rest-api/errors/rate-limiting): the three rate headers are missing when the credentials are invalid.
 */
import type { EmulatorAnswer, EmulatorRequest, Handle } from "../core/routes.ts";
import { answerOfError, errorList, IntercomError } from "./errors.ts";

/** The one REST version this emulator speaks. */
const restVersion = "2.14";

const windowMs = 10_000;

export interface GateOptions {
  readonly now: () => number;
  /** The valid access token. */
  readonly token: string;
  /** Requests per window of 10 s; Infinity = no limit. */
  readonly rateLimitPer10s: number;
}

export interface Gate {
  /** The handler behind token, version and rate limit. */
  readonly guard: (handle: Handle) => Handle;
  /** Refuses the token for `ms` of the emulator's clock. */
  readonly expireToken: (ms: number) => void;
  readonly reset: () => void;
}

/** A gate with full windows. */
export function createGate(options: GateOptions): Gate {
  let window = -1;
  let used = 0;
  let refusedUntil = 0;

  function rateHeaders(): Record<string, string> {
    const limit = Number.isFinite(options.rateLimitPer10s) ? options.rateLimitPer10s : 1_000_000;
    return {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(Math.max(0, limit - used)),
      "x-ratelimit-reset": String(((window + 1) * windowMs) / 1000),
    };
  }

  function refusal(request: EmulatorRequest): EmulatorAnswer | undefined {
    const isKnown = request.headers["authorization"] === `Bearer ${options.token}`;
    if (!isKnown || options.now() < refusedUntil) {
      return { status: 401, body: errorList("unauthorized", "Access Token Invalid") };
    }
    const current = Math.floor(options.now() / windowMs);
    if (current !== window) {
      window = current;
      used = 0;
    }
    used += 1;
    if (used > options.rateLimitPer10s) {
      const message = `Exceeded rate limit of ${options.rateLimitPer10s} in 10_seconds`;
      return { status: 429, headers: rateHeaders(), body: errorList("rate_limit_exceeded", message) };
    }
    const version = request.headers["intercom-version"];
    if (version !== undefined && version !== restVersion) {
      const message = `Intercom version ${version} is not valid; this emulator speaks ${restVersion}`;
      return { status: 400, headers: rateHeaders(), body: errorList("intercom_version_invalid", message) };
    }
    if (request.isMalformed) {
      const message = "The request body is not valid JSON";
      return { status: 400, headers: rateHeaders(), body: errorList("parameter_invalid", message) };
    }
    return undefined;
  }

  return {
    guard: (handle) => async (request) => {
      const refused = refusal(request);
      if (refused !== undefined) return refused;
      const answer = await answerOrRefusal(handle, request);
      return { ...answer, headers: { ...rateHeaders(), ...answer.headers } };
    },
    expireToken(ms) {
      refusedUntil = options.now() + ms;
    },
    reset() {
      window = -1;
      refusedUntil = 0;
    },
  };
}

async function answerOrRefusal(handle: Handle, request: EmulatorRequest): Promise<EmulatorAnswer> {
  try {
    return await handle(request);
  } catch (error) {
    if (error instanceof IntercomError) return answerOfError(error);
    throw error;
  }
}
