/** All five emulators together, with one account each that everybody may know. */
import { type FaultPlan, parseVendorFaults } from "./core/faults.ts";
import type { RunningEmulator } from "./core/server.ts";
import { enrichmentAccount, startEnrichmentEmulator } from "./enrichment/emulator.ts";
import {
  type IntercomEmulator,
  type IntercomEmulatorOptions,
  startIntercomEmulator,
} from "./intercom/start.ts";
import {
  type SalesforceEmulator,
  type SalesforceEmulatorOptions,
  startSalesforceEmulator,
} from "./salesforce/emulator.ts";
import { slackAccount, type SlackEmulator, startSlackEmulator } from "./slack/emulator.ts";
import { smtpAccount, type SmtpEmulator, startSmtpEmulator } from "./smtp/emulator.ts";
import type { SlackSeed } from "./slack/workspace.ts";
import type { EnrichmentSeed } from "./enrichment/table.ts";

/** The emulated accounts. Published on purpose: these credentials open nothing but emulators. */
export const emulatedAccounts = {
  intercom: {
    workspaceId: "emulated1",
    token: "emulated-intercom-token",
    clientSecret: "emulated-intercom-client-secret",
  },
  salesforce: {
    clientId: "emulated-salesforce-client-id",
    clientSecret: "emulated-salesforce-client-secret",
  },
  slack: slackAccount,
  smtp: smtpAccount,
  enrichment: enrichmentAccount,
} as const;

export interface EmulatorsOptions {
  /** Absent or 0: free ports. Mail's control plane takes the port after mail's. */
  readonly ports?: {
    readonly intercom?: number;
    readonly salesforce?: number;
    readonly slack?: number;
    readonly smtp?: number;
    readonly enrichment?: number;
  };
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly now?: () => number;
  /** How many vendor milliseconds pass in one real one; shortens Intercom's wait before it sends a webhook again. */
  readonly scale?: number;
  /** What Slack and enrichment hold at the start and after a reset. Default: `defaultSlackSeed`, and nothing. */
  readonly seed?: { readonly slack?: SlackSeed; readonly enrichment?: EnrichmentSeed };
  readonly faults?: FaultPlan;
  /** Further switches of the two large ones, their rate limits for example. */
  readonly intercom?: Partial<IntercomEmulatorOptions>;
  readonly salesforce?: Partial<SalesforceEmulatorOptions>;
}

export interface Emulators {
  readonly intercom: IntercomEmulator;
  readonly salesforce: SalesforceEmulator;
  readonly slack: SlackEmulator;
  readonly smtp: SmtpEmulator;
  readonly enrichment: RunningEmulator;
  /** Gives each emulator its part of the plan; one that is not named has no faults from now on. */
  readonly applyFaults: (plan: FaultPlan) => void;
  /** All back to the start: state, ledgers and faults. */
  readonly reset: () => Promise<void>;
  /** Resolves when every commit that a fault holds back has happened. */
  readonly settled: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Where each one listens and what it takes to connect. */
  readonly connections: () => Readonly<Record<keyof typeof emulatedAccounts, Connection>>;
}

/** `url` with the credentials; the control plane is under it, but for mail, which has `controlUrl`. Slack has `apiUrl`. */
export type Connection = { readonly url: string } & Readonly<Record<string, string>>;

/** A workspace in which the channels of the example policy exist and every address belongs to somebody. */
const defaultSlackSeed: SlackSeed = {
  anyUser: true,
  channels: [{ name: "churn" }, { name: "sales" }, { name: "baton" }],
};

/** Starts all five. When one cannot start, those that did are stopped and the error is thrown on. */
export async function startEmulators(options: EmulatorsOptions = {}): Promise<Emulators> {
  const running: RunningEmulator[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.splice(0).map((emulator) => emulator.stop()));
  };
  const started = async <Emulator extends RunningEmulator>(
    starting: Promise<Emulator>,
  ): Promise<Emulator> => {
    const emulator = await starting;
    running.push(emulator);
    return emulator;
  };
  try {
    const emulators = await startEach(options, started);
    const all = { ...emulators, ...together(emulators), stop };
    if (options.faults) all.applyFaults(options.faults);
    return all;
  } catch (error) {
    await stop();
    throw error;
  }
}

type Each = Pick<Emulators, keyof typeof emulatedAccounts>;

async function startEach(
  options: EmulatorsOptions,
  started: <Emulator extends RunningEmulator>(starting: Promise<Emulator>) => Promise<Emulator>,
): Promise<Each> {
  const { ports = {}, host, now, scale, seed = {} } = options;
  const common = { ...(host !== undefined && { host }), ...(now && { now }) };
  const scaled = { ...common, ...(scale !== undefined && { scale }) };
  const { workspaceId: workspace, token, clientSecret } = emulatedAccounts.intercom;
  const intercom = {
    ...scaled,
    port: ports.intercom ?? 0,
    workspace,
    token,
    clientSecret,
    ...options.intercom,
  };
  const salesforce = {
    ...scaled,
    port: ports.salesforce ?? 0,
    ...emulatedAccounts.salesforce,
    ...options.salesforce,
  };
  const slackSeed = seed.slack ?? defaultSlackSeed;
  const smtpPort = ports.smtp ?? 0;
  const controlPort = smtpPort === 0 ? 0 : smtpPort + 1;
  const enrichment = { ...common, port: ports.enrichment ?? 0, seed: seed.enrichment ?? {} };
  return {
    intercom: await started(startIntercomEmulator(intercom)),
    salesforce: await started(startSalesforceEmulator(salesforce)),
    slack: await started(startSlackEmulator({ ...common, port: ports.slack ?? 0, seed: slackSeed })),
    smtp: await started(startSmtpEmulator({ ...common, port: smtpPort, controlPort })),
    enrichment: await started(startEnrichmentEmulator(enrichment)),
  };
}

function together(each: Each): Pick<Emulators, "applyFaults" | "reset" | "settled" | "connections"> {
  const all = [each.intercom, each.salesforce, each.slack, each.smtp, each.enrichment];
  const controlUrls = [each.intercom, each.salesforce, each.slack, each.enrichment].map(({ url }) => url);
  return {
    applyFaults(plan) {
      each.intercom.faults.set(parseVendorFaults(plan, "intercom"));
      each.salesforce.faults.set(parseVendorFaults(plan, "salesforce"));
      each.slack.faults.set(parseVendorFaults(plan, "slack"));
      each.smtp.faults.set(parseVendorFaults(plan, "smtp"));
      each.enrichment.faults.set(parseVendorFaults(plan, "enrichment"));
    },
    async reset() {
      const urls = [...controlUrls, each.smtp.controlUrl];
      await Promise.all(
        urls.map(async (url) => {
          const answer = await fetch(`${url}/__emulator/reset`, { method: "POST" });
          if (!answer.ok) throw new Error(`emulators: ${url} did not reset (${answer.status})`);
        }),
      );
    },
    settled: async () => {
      await Promise.all(all.map((emulator) => emulator.settled()));
    },
    connections: () => ({
      intercom: { url: each.intercom.url, ...emulatedAccounts.intercom },
      salesforce: {
        url: each.salesforce.url,
        ...emulatedAccounts.salesforce,
        ...(each.salesforce.changeEvents !== null && { pubsubUrl: each.salesforce.changeEvents.url }),
      },
      slack: {
        url: each.slack.url,
        apiUrl: each.slack.apiUrl,
        token: slackAccount.botToken,
        signingSecret: slackAccount.signingSecret,
      },
      smtp: { url: each.smtp.url, controlUrl: each.smtp.controlUrl, ...smtpAccount },
      enrichment: { url: each.enrichment.url, ...enrichmentAccount },
    }),
  };
}
