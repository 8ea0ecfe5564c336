/** The Intercom emulator: REST 2.14, a webhook sender, and people who write. */
import { emulatorTime } from "../core/clock.ts";
import { createFaults, type VendorFaults } from "../core/faults.ts";
import { createLedger } from "../core/ledger.ts";
import { type EmulatorRequest, type Route, route } from "../core/routes.ts";
import { type RunningEmulator, startServer } from "../core/server.ts";
import { errorBodyOfStatus, notFound } from "./errors.ts";
import { asFields, textOf } from "./fields.ts";
import { createGate, type Gate } from "./gate.ts";
import { accountRoutes } from "./routes/account.ts";
import { companyRoutes } from "./routes/companies.ts";
import { contactLinkRoutes } from "./routes/contact-links.ts";
import { contactRoutes } from "./routes/contacts.ts";
import { conversationChangeRoutes } from "./routes/conversation-changes.ts";
import { conversationRoutes } from "./routes/conversations.ts";
import { plantSeed, type Seeded } from "./seed.ts";
import { createSimulation, type Simulation } from "./simulate.ts";
import type { Delivery } from "./outbox.ts";
import { createWebhookSender, type WebhookSender } from "./webhooks.ts";
import { adminWire, companyWire, contactWire, tagWire, teamWire } from "./wire-people.ts";
import { conversationWire } from "./wire-talk.ts";
import { createWorkspace, type Flavour, type Workspace } from "./workspace.ts";

export interface IntercomEmulatorOptions {
  /** 0 takes a free port. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** The workspace id: `app.id_code` in REST, `app_id` in webhooks. */
  readonly workspace: string;
  /** The access token that REST asks for. */
  readonly token: string;
  /** Signs the webhooks. */
  readonly clientSecret: string;
  /** Absent: no webhooks until `setWebhooks`. */
  readonly webhookUrl?: string;
  /** Unix milliseconds; default the machine's clock. */
  readonly now?: () => number;
  /** Shortens the webhook sender's waits: 60 makes the retry come after one second. Default 1. */
  readonly scale?: number;
  /** Default 1666, a private app's share of 10 000 a minute; Infinity = no limit. */
  readonly rateLimitPer10s?: number;
  /** The webhook version of the app. Default "2.5-2.14". */
  readonly flavour?: Flavour;
  /** Topics the app is subscribed to; default all. */
  readonly topics?: readonly string[];
  /** How long a new contact is missing from searches; default 0. */
  readonly searchLagMs?: number;
  /** Webhooks under way at once; default 32. */
  readonly webhookConcurrency?: number;
  /** Real milliseconds before a webhook counts as unanswered; default 5000, as Intercom waits. */
  readonly webhookTimeoutMs?: number;
  readonly faults?: VendorFaults;
}

export interface IntercomEmulator extends RunningEmulator, Simulation {
  /** The state itself, to look at. */
  readonly workspace: Workspace;
  /** Every webhook attempt so far, oldest first. */
  readonly deliveries: readonly Delivery[];
  readonly sendPing: () => void;
  /** Resolves when late commits have happened and every webhook is delivered or given up. */
  readonly flush: () => Promise<void>;
  /** Sends webhooks to `url` from now on; undefined = to nobody. A disabled subscription is live again. */
  readonly setWebhooks: (url: string | undefined, secret?: string) => void;
  /** The same as `POST /__emulator/seed`. Throws `SeedError`. */
  readonly seed: (json: unknown) => Seeded;
  /** The same as `POST /__emulator/reset` without ledger and faults. */
  readonly reset: () => void;
}

/** Starts the emulator. Rejects when the port is taken. */
export async function startIntercomEmulator(options: IntercomEmulatorOptions): Promise<IntercomEmulator> {
  const parts = createParts(options);
  const { workspace, simulation, sender, gate, seed, reset, faults, time } = parts;
  const server = await startServer({
    vendor: "intercom",
    port: options.port,
    ...(options.host !== undefined && { host: options.host }),
    now: time.now,
    ledger: createLedger(),
    faults,
    routes: restRoutes(workspace, gate, options.searchLagMs ?? 0),
    notFound: gate.guard(() => {
      throw notFound("The requested resource does not exist in the current API version");
    }),
    errorBody: errorBodyOfStatus,
    expireToken: (_request, ms = 1000) => gate.expireToken(ms),
    control: { state: () => stateOf(workspace, sender), reset, seed, routes: controlRoutesOf(sender) },
  });
  return {
    ...server,
    ...simulation,
    workspace,
    deliveries: sender.deliveries,
    sendPing: sender.ping,
    flush: async () => {
      await server.settled();
      await sender.flush();
    },
    setWebhooks: sender.setUrl,
    seed,
    reset,
    stop: async () => {
      sender.stop();
      await server.stop();
    },
  };
}

/** The workspace with everything that works on it, before the server. */
function createParts(options: IntercomEmulatorOptions) {
  const time = emulatorTime(options);
  const faults = createFaults("intercom", options.faults);
  const rateLimitPer10s = options.rateLimitPer10s ?? 1666;
  const gate = createGate({ now: time.now, token: options.token, rateLimitPer10s });
  const sender = createWebhookSender({
    appId: options.workspace,
    clientSecret: options.clientSecret,
    url: options.webhookUrl,
    topics: options.topics === undefined ? undefined : new Set(options.topics),
    time,
    faults,
    concurrency: options.webhookConcurrency ?? 32,
    timeoutMs: options.webhookTimeoutMs ?? 5000,
  });
  let isQuiet = false;
  const workspace = createWorkspace({
    appId: options.workspace,
    flavour: options.flavour ?? "2.5-2.14",
    now: time.now,
    emit: (topic, item) => {
      if (!isQuiet) sender.emit(topic, item);
    },
  });
  const simulation = createSimulation(workspace);
  const quietly = <T>(quiet: boolean, act: () => T): T => {
    isQuiet = quiet;
    try {
      return act();
    } finally {
      isQuiet = false;
    }
  };
  const seed = (json: unknown): Seeded => plantSeed(workspace, simulation, json, quietly);
  const reset = (): void => {
    workspace.clear();
    sender.reset();
    gate.reset();
  };
  return { time, faults, gate, sender, workspace, simulation, seed, reset };
}

function restRoutes(workspace: Workspace, gate: Gate, searchLagMs: number): Route[] {
  const routes = [
    ...contactRoutes(workspace, searchLagMs),
    ...contactLinkRoutes(workspace),
    ...companyRoutes(workspace),
    ...conversationRoutes(workspace),
    ...conversationChangeRoutes(workspace),
    ...accountRoutes(workspace),
  ];
  return routes.map(({ method, path, handle }) => route(method, path, gate.guard(handle)));
}

function controlRoutesOf(sender: WebhookSender): Route[] {
  return [
    route("POST", "/__emulator/webhooks", (request: EmulatorRequest) => {
      const fields = asFields(request.body);
      const url = textOf(fields?.["url"]);
      const isRemoved = fields?.["url"] === null;
      if (!isRemoved && (url === undefined || !URL.canParse(url))) {
        return { status: 400, body: { error: "webhooks: url: expected an address, or null for none" } };
      }
      sender.setUrl(url, textOf(fields?.["secret"]));
      return { status: 200, body: { url: url ?? null } };
    }),
    route("POST", "/__emulator/ping", () => {
      sender.ping();
      return { status: 200, body: {} };
    }),
    route("GET", "/__emulator/deliveries", () => ({ status: 200, body: sender.deliveries })),
  ];
}

function stateOf(workspace: Workspace, sender: WebhookSender): Record<string, unknown> {
  return {
    workspace: workspace.appId,
    contacts: [...workspace.contacts.values()].map((contact) => contactWire(workspace, contact)),
    companies: [...workspace.companies.values()].map((company) => companyWire(workspace, company)),
    conversations: [...workspace.conversations.values()].map((each) => conversationWire(workspace, each)),
    admins: [...workspace.admins.values()].map(adminWire),
    teams: [...workspace.teams.values()].map(teamWire),
    tags: [...workspace.tags.values()].map(tagWire),
    events: workspace.events,
    notes: [...workspace.notes.values()],
    webhooks: { isDisabled: sender.isDisabled(), attempts: sender.deliveries.length },
  };
}
