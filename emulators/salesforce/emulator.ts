/** The Salesforce emulator: one org behind HTTP, with a ledger and faults. What it models is in README.md. */
import { emulatorTime } from "../core/clock.ts";
import { createFaults } from "../core/faults.ts";
import { createLedger } from "../core/ledger.ts";
import type { EmulatorAnswer, EmulatorRequest } from "../core/routes.ts";
import { type RunningEmulator, startServer } from "../core/server.ts";
import type { ApiAnswer, Service } from "./api.ts";
import type { ChangeEvents } from "./events/server.ts";
import { type CallCounts, createAccess, type OrgAccess } from "./access.ts";
import { keysOfRequest, ledgerBodyOf } from "./ledger-entry.ts";
import {
  answerToken,
  bearerOf,
  createSessions,
  type OAuthOptions,
  type Sessions,
  userInfo,
} from "./oauth.ts";
import { emptyOrg, type Org } from "./org.ts";
import { answerCall } from "./rest.ts";
import { applySeed, startOver } from "./seed.ts";
import type { SettingsChange } from "./settings.ts";
import { answerSoap } from "./soap.ts";

export interface SalesforceEmulatorOptions extends OAuthOptions {
  /** 0 takes a free port. */
  readonly port: number;
  readonly host?: string;
  readonly now?: () => number;
  readonly scale?: number;
  /** API calls a day before 403 REQUEST_LIMIT_EXCEEDED. */
  readonly dailyLimit?: number;
  /** Seed of the probability of row locks. */
  readonly seed?: number;
  /** How the org behaves at the start and after a reset. */
  readonly settings?: SettingsChange;
  /** The port of the event bus; 0 takes a free one. Absent: there is none. */
  readonly eventsPort?: number;
}

export interface SalesforceEmulator extends RunningEmulator {
  readonly state: OrgAccess;
  /** A fresh access token of the integration user, without the token endpoint. */
  readonly accessToken: () => string;
  /** The event bus; null when it was not asked for. */
  readonly changeEvents: ChangeEvents | null;
}

/** Starts an emulated org. */
export async function startSalesforceEmulator(
  options: SalesforceEmulatorOptions,
): Promise<SalesforceEmulator> {
  const time = emulatorTime(options);
  const org = emptyOrg(time.now, options.seed ?? 1);
  const settings = {
    ...options.settings,
    ...(options.dailyLimit !== undefined && { dailyLimit: options.dailyLimit }),
  };
  startOver(org, settings);
  const service: Service = { org, cursors: new Map(), deploys: new Map(), cursorSerial: 0 };
  const sessions = createSessions(org, options.sessionMs);
  const calls: CallCounts = { total: 0, composite: 0, query: 0 };
  const access = createAccess(service, sessions, calls);
  const door: Door = { service, sessions, calls, options, url: "" };
  const server = await startServer({
    vendor: "salesforce",
    port: options.port,
    ...(options.host !== undefined && { host: options.host }),
    routes: [],
    notFound: (request) => answer(door, request),
    ledger: createLedger(),
    faults: createFaults("salesforce"),
    now: time.now,
    errorBody: (status, message) => faultBody(status, message),
    keysOf: keysOfRequest,
    ledgerBody: ledgerBodyOf,
    expireToken: (request) => {
      const token = bearerOf(request);
      if (token !== undefined) sessions.expire(token);
    },
    control: {
      state: access.snapshot,
      reset: () => {
        Object.assign(calls, { total: 0, composite: 0, query: 0 });
        service.cursors.clear();
        service.deploys.clear();
        startOver(org, settings);
      },
      seed: (body) => applySeed(org, body, sessions.expireAll),
    },
  });
  door.url = server.url;
  const changeEvents = await eventsOf(options, org, sessions);
  return {
    ...server,
    state: access,
    accessToken: () => sessions.issue(org.userId),
    changeEvents,
    stop: async () => {
      await changeEvents?.stop();
      await server.stop();
    },
  };
}

async function eventsOf(
  { host = "127.0.0.1", eventsPort: port }: SalesforceEmulatorOptions,
  org: Org,
  sessions: Sessions,
): Promise<ChangeEvents | null> {
  if (port === undefined) return null;
  // Loaded only where somebody listens: gRPC and Avro are large.
  const { createBus } = await import("./events/bus.ts");
  const { startChangeEvents } = await import("./events/server.ts");
  return startChangeEvents(createBus(org), sessions, { host, port });
}

interface Door {
  readonly service: Service;
  readonly sessions: Sessions;
  readonly calls: CallCounts;
  readonly options: OAuthOptions;
  url: string;
}

function answer(door: Door, request: EmulatorRequest): EmulatorAnswer {
  const { service, sessions } = door;
  const path = request.path.replace(/^\/{2,}/, "/").replace(/\/$/, "");
  if (path === "/services/oauth2/token") {
    if (request.method !== "POST")
      return { status: 405, body: { error: "invalid_request", error_description: "must use HTTP POST" } };
    return answerToken(service.org, sessions, door.options, request, door.url);
  }
  if (path === "/services/oauth2/revoke") {
    sessions.expire(
      new URLSearchParams(request.rawBody.toString("utf8")).get("token") ?? request.query["token"] ?? "",
    );
    return { status: 200 };
  }
  if (path.startsWith("/services/Soap/m/"))
    return answerSoap(service, sessions, request.rawBody.toString("utf8"));
  if (path === "/services/data") return { status: 200, body: versions() };
  const userId = sessions.userOf(bearerOf(request) ?? "");
  if (userId === undefined) return sessionOver();
  if (path === "/services/oauth2/userinfo" || path.startsWith("/id/")) {
    return { status: 200, body: userInfo(service.org, userId, door.url) };
  }
  return answerApi(door, request, path, userId);
}

/** Counts the call, checks the day's limit, runs it, and tells how much is spent. */
function answerApi(door: Door, request: EmulatorRequest, path: string, userId: string): EmulatorAnswer {
  const { service, calls } = door;
  const [, version, rest = ""] = /^\/services\/data\/v(\d{2}\.\d)(?:\/(.*))?$/.exec(path) ?? [];
  if (version === undefined)
    return {
      status: 404,
      body: [{ errorCode: "NOT_FOUND", message: "The requested resource does not exist" }],
    };
  if (Number(version) < 31) {
    return {
      status: 410,
      body: [{ errorCode: "UNSUPPORTED_API_VERSION", message: `Version ${version} is retired` }],
    };
  }
  const pieces = rest
    .split("/")
    .filter((piece) => piece !== "")
    .map(decodeURIComponent);
  const { dailyLimit } = service.org.settings;
  if (calls.total >= dailyLimit) {
    const body = [{ message: "TotalRequests Limit exceeded.", errorCode: "REQUEST_LIMIT_EXCEEDED" }];
    return { status: 403, body, headers: { "Sforce-Limit-Info": `api-usage=${calls.total}/${dailyLimit}` } };
  }
  count(calls, pieces);
  if (request.isMalformed) {
    return {
      status: 400,
      body: [{ message: "Unexpected character at [line:1, column:1]", errorCode: "JSON_PARSER_ERROR" }],
    };
  }
  const isMultipart = request.headers["content-type"]?.startsWith("multipart/") === true;
  const given = answerCall(
    service,
    {
      method: request.method,
      path: pieces,
      query: request.query,
      headers: request.headers,
      body: isMultipart ? request.rawBody : request.body,
      version,
      userId,
    },
    calls.total,
  );
  return httpAnswer(given, `api-usage=${calls.total}/${dailyLimit}`);
}

function httpAnswer(given: ApiAnswer, usage: string): EmulatorAnswer {
  return {
    status: given.status,
    headers: { ...given.headers, "Sforce-Limit-Info": usage },
    ...(given.body !== undefined && { body: given.body }),
    committed: given.changed ?? false,
  };
}

function count(calls: CallCounts, pieces: readonly string[]): void {
  calls.total++;
  if (pieces[0] === "composite") calls.composite++;
  if (pieces[0] === "query" || pieces[0] === "queryAll") calls.query++;
}

function sessionOver(): EmulatorAnswer {
  return { status: 401, body: [{ message: "Session expired or invalid", errorCode: "INVALID_SESSION_ID" }] };
}

function versions() {
  const named: readonly (readonly [number, string])[] = [
    [60, "Spring '24"],
    [64, "Spring '25"],
    [65, "Winter '26"],
    [66, "Spring '26"],
    [67, "Summer '26"],
  ];
  return named.map(([version, label]) => ({
    label,
    url: `/services/data/v${version}.0`,
    version: `${version}.0`,
  }));
}

const faultCodes: Readonly<Record<number, readonly [string, string]>> = {
  401: ["INVALID_SESSION_ID", "Session expired or invalid"],
  403: ["REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."],
  429: ["REQUEST_LIMIT_EXCEEDED", "Too many requests"],
  500: [
    "UNKNOWN_EXCEPTION",
    "An unexpected error occurred. Please include this ErrorId if you contact support",
  ],
  503: ["SERVER_UNAVAILABLE", "The server is temporarily unavailable"],
};

function faultBody(status: number, message: string | undefined) {
  const [errorCode, text] = faultCodes[status] ?? ["UNKNOWN_EXCEPTION", `HTTP ${status}`];
  return [{ message: message ?? text, errorCode }];
}
