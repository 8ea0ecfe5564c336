/** Slack's Web API over one workspace in memory, faulty on demand. */
import { SeedError } from "../core/control.ts";
import { createFaults } from "../core/faults.ts";
import { createLedger } from "../core/ledger.ts";
import { type EmulatorAnswer, type EmulatorRequest, type Route, route } from "../core/routes.ts";
import { type RunningEmulator, startServer } from "../core/server.ts";
import {
  type Interactivity,
  press,
  type Pressed,
  type SlackPress,
  type SlackSubmission,
  submit,
} from "./interact.ts";
import { type Arguments, type Context, metadataOf, methods } from "./methods.ts";
import { emptyWorkspace, type SlackSeed, seedWorkspace, type Workspace } from "./workspace.ts";

/** The workspace and the app that the emulator plays. Published: they open nothing but an emulator. */
export const slackAccount = {
  botToken: "xoxb-emulated-workspace-token",
  teamId: "T0EMULATED",
  teamName: "Emulated Workspace",
  botUserId: "U0BATONBOT",
  botId: "B0BATONBOT",
  signingSecret: "emulated-slack-signing-secret",
} as const;

export interface SlackEmulatorOptions {
  /** Default 0: a free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly now?: () => number;
  /** What the workspace holds at the start and after every reset. */
  readonly seed?: SlackSeed;
}

export interface SlackEmulator extends RunningEmulator {
  /** What `slackApiUrl` of @slack/web-api takes: the URL with `/api/`. */
  readonly apiUrl: string;
  /** The live workspace, for checks in the same process. */
  readonly workspace: () => Workspace;
  /** Where people's presses are posted from now on. */
  readonly setInteractivity: (url: string) => void;
  /** Somebody presses something under a message. */
  readonly press: (press: SlackPress) => Promise<Pressed>;
  /** Somebody answers the view that was opened for them last. */
  readonly submit: (submission: SlackSubmission) => Promise<Pressed>;
}

/** Starts the emulator. Rejects when the port is taken; throws `SeedError` for a seed it cannot read. */
export async function startSlackEmulator(options: SlackEmulatorOptions = {}): Promise<SlackEmulator> {
  const now = options.now ?? Date.now;
  const startWorkspace = (): Workspace => {
    const fresh = emptyWorkspace();
    seedWorkspace(fresh, options.seed ?? {});
    return fresh;
  };
  let workspace = startWorkspace();
  const context = (): Context => ({
    workspace,
    now,
    team: { id: slackAccount.teamId, name: slackAccount.teamName, url: "https://emulated.slack.example/" },
    bot: { id: slackAccount.botId, userId: slackAccount.botUserId, name: "baton" },
  });
  const { setInteractivity, ...people } = peopleOf(context);
  const call = (request: EmulatorRequest): EmulatorAnswer => callMethod(context(), request);
  const server = await startServer({
    vendor: "slack",
    port: options.port ?? 0,
    ...(options.host !== undefined && { host: options.host }),
    now,
    ledger: createLedger(),
    faults: createFaults("slack"),
    routes: [route("POST", "/api/:method", call), route("GET", "/api/:method", call)],
    notFound: () => ({ status: 404, body: "not found" }),
    errorBody: (status, message) => ({ ok: false, error: errorName(status), ...(message && { message }) }),
    keysOf,
    ledgerBody: (request) => {
      const { token: _secret, ...rest } = argumentsOf(request);
      return rest;
    },
    expireToken: (_request, ms) => {
      workspace.revokedUntil = ms === undefined ? Infinity : now() + ms;
    },
    control: {
      state: () => stateOf(workspace),
      reset: () => {
        workspace = startWorkspace();
      },
      seed: (body) => seedWorkspace(workspace, body),
      routes: [
        control("PUT", "/__emulator/interactivity", (body) => setInteractivity(urlIn(body))),
        control("POST", "/__emulator/press", people.press),
        control("POST", "/__emulator/submit", people.submit),
      ],
    },
  });
  return {
    ...server,
    apiUrl: `${server.url}/api/`,
    workspace: () => workspace,
    setInteractivity,
    ...people,
  };
}

/** The people of the workspace, who press what the app offers. */
function peopleOf(context: () => Context) {
  let to: Interactivity | null = null;
  const reached = (): Interactivity => {
    if (to === null) throw new SeedError("no request URL is set: PUT /__emulator/interactivity");
    return to;
  };
  return {
    setInteractivity: (url: string): void => {
      to = { url, signingSecret: slackAccount.signingSecret };
    },
    press: (given: unknown) => press(context(), reached(), given),
    submit: (given: unknown) => submit(context(), reached(), given),
  };
}

function urlIn(body: unknown): string {
  const url = typeof body === "object" && body !== null && "url" in body ? body.url : null;
  if (typeof url !== "string") throw new SeedError("url: must be a text");
  return url;
}

/** A route of the control plane that takes JSON and answers JSON; 400 with one line for what it cannot do. */
function control(method: string, path: string, handle: (body: unknown) => unknown): Route {
  return route(method, path, async ({ body }) => {
    try {
      return { status: 200, body: (await handle(body)) ?? {} };
    } catch (error) {
      if (error instanceof SeedError) return { status: 400, body: { error: error.message } };
      throw error;
    }
  });
}

function callMethod(context: Context, request: EmulatorRequest): EmulatorAnswer {
  const given = argumentsOf(request);
  const refusal = authError(context, request, given);
  if (refusal) return { status: 200, body: { ok: false, error: refusal } };
  const method = methods[request.params["method"] ?? ""];
  if (!method)
    return {
      status: 200,
      body: { ok: false, error: "unknown_method", req_method: request.params["method"] },
    };
  const { scopes } = context.workspace;
  if (method.scopes.length > 0 && !method.scopes.some((scope) => scopes.has(scope))) {
    const body = {
      ok: false,
      error: "missing_scope",
      needed: method.scopes.join(","),
      provided: [...scopes].join(","),
    };
    return { status: 200, body };
  }
  const result = method.call(context, given);
  return {
    status: result.status ?? 200,
    headers: { "x-oauth-scopes": [...scopes].join(","), ...result.headers },
    body: result.body,
    committed: result.committed ?? false,
  };
}

/** Slack's word for what is wrong with the token, or null (docs.slack.dev/reference/methods/auth.test, errors). */
function authError({ workspace, now }: Context, request: EmulatorRequest, given: Arguments): string | null {
  const bearer = /^Bearer (.+)$/i.exec(request.headers["authorization"] ?? "")?.[1];
  const token = bearer ?? given["token"];
  if (token === undefined || token === "") return "not_authed";
  if (token !== slackAccount.botToken) return "invalid_auth";
  return workspace.revokedUntil !== null && now() < workspace.revokedUntil ? "token_revoked" : null;
}

/** Arguments that Slack takes as JSON inside a form. */
const jsonArguments = new Set(["blocks", "attachments", "metadata", "view"]);

/** Arguments from the query, a form or a JSON body, as all of Slack's methods take them (docs.slack.dev/apis/web-api). */
function argumentsOf(request: EmulatorRequest): Arguments {
  const given: Record<string, unknown> = { ...request.query };
  if (typeof request.body === "string" && !request.isMalformed) {
    Object.assign(given, Object.fromEntries(new URLSearchParams(request.body)));
  } else if (typeof request.body === "object" && request.body !== null) {
    Object.assign(given, request.body);
  }
  for (const name of jsonArguments) {
    const value = given[name];
    if (typeof value === "string") given[name] = parsedOrText(value);
  }
  return given;
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The ledger's key of a message: `metadata.event_payload.key`. */
function keysOf(request: EmulatorRequest): string[] {
  const key = metadataOf(argumentsOf(request)["metadata"])?.event_payload["key"];
  return typeof key === "string" ? [key] : [];
}

function errorName(status: number): string {
  if (status === 429) return "ratelimited";
  return status === 503 ? "service_unavailable" : "internal_error";
}

function stateOf(workspace: Workspace) {
  return {
    users: [...workspace.users.values()],
    channels: [...workspace.channels.values()],
    messages: [...workspace.messages].flatMap(([channel, messages]) =>
      messages.map((message) => ({ channel, ...message })),
    ),
    whispers: workspace.whispers,
    views: workspace.views,
    anyUser: workspace.anyUser,
    scopes: [...workspace.scopes],
    tokenRevoked: workspace.revokedUntil !== null,
  };
}
