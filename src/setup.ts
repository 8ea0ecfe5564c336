/**
 * What `baton salesforce check|install`, `baton intercom check`, `baton slack check` and the promotion of a policy ask of accounts: of a
 * stored connection, or of one from a file.
 */
import { randomBytes } from "node:crypto";
import { stringify } from "yaml";
import { PermanentFailure, RetryableFailure, UserError } from "./kernel/failure.ts";
import type { CheckedAccount, ConnectionSource, Finding, OrgAccount } from "./accounts/account.ts";
import type { AccountLook } from "./accounts/look.ts";
import type { Clock } from "./kernel/time.ts";
import { openVault, type Vault } from "./vault/vault.ts";
import { type ConnectionKind, type ConnectionRow, listConnections, secretContext } from "./vault/queries.ts";
import { listEnvironments } from "./decide/queries.ts";
import type { ShownStream } from "./feedback/stream.ts";
import { streamOf } from "./feedback/stream-queries.ts";
import type { CrmDirectory } from "./handoff/ports.ts";
import type { SyncPlace } from "./sync/place.ts";
import { documentOf } from "./versions/queries.ts";
import type { LookAtTarget, System } from "./versions/target.ts";
import { policyOf } from "./policy/read.ts";
import { queuesOf } from "./policy/lint/routes.ts";
import { type CrmName, isChannelName, isCrmName, isInboxName, type Named, namesOf } from "./policy/names.ts";
import type { Policy } from "./policy/schema.ts";
import { defaultPolicy } from "./policy/templates/saas-default.ts";
import type { Store } from "./cli/connect.ts";
import { checkWorkspace } from "./connectors/intercom/check.ts";
import { inboxAnswers } from "./connectors/intercom/named.ts";
import { readDirectory } from "./connectors/salesforce/directory.ts";
import { checkOrg } from "./connectors/salesforce/check.ts";
import { streamFindings } from "./connectors/salesforce/stream-findings.ts";
import { installMetadata } from "./connectors/salesforce/install.ts";
import { crmAnswers } from "./connectors/salesforce/named.ts";
import { manifestOf } from "./connectors/slack/manifest.ts";
import { checkSlack } from "./connectors/slack/check.ts";
import { channelAnswers } from "./connectors/slack/named.ts";
import {
  openEmail,
  openEnrichment,
  openIntercom,
  openSalesforce,
  openSlack,
  type Plugs,
  splitConnection,
} from "./connections.ts";

export interface SetupDeps {
  readonly clock: Clock;
  readonly openStore: () => Promise<Store>;
}

interface Found {
  readonly row: ConnectionRow;
  readonly vault: Vault;
  readonly policy: Policy;
  /** Null for a connection from a file, and where no worker has listened yet. */
  readonly stream: ShownStream | null;
}

const SILENT = { debug: () => {}, warn: () => {} };

export async function salesforceSetup(source: ConnectionSource, deps: SetupDeps): Promise<OrgAccount> {
  const { row, vault, policy, stream } = await find("salesforce", source, deps);
  const org = openSalesforce(row, { clock: deps.clock, log: SILENT, vault });
  const queues = queuesOf(policy).map(({ queue }) => queue);
  const needs = { ...org.settings, names: crmNames(namesOf(policy)), queues: [...new Set(queues)] };
  return {
    check: async () => [...(await checkOrg(org.client, needs)), ...streamFindings(stream)],
    install: ({ checkOnly }) =>
      installMetadata(org.client, {
        checkOnly,
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      }),
    close: () => org.close(),
  };
}

/** Users and queues of an environment's org, read now. */
export async function ownersOf(environment: string, deps: SetupDeps): Promise<CrmDirectory> {
  const { row, vault } = await find("salesforce", { kind: "environment", environment }, deps);
  const org = openSalesforce(row, { clock: deps.clock, log: SILENT, vault });
  try {
    return await readDirectory(org.client);
  } finally {
    org.close();
  }
}

/** The org of an environment as the census asks it; the caller closes it. */
export async function crmOf(environment: string, deps: SetupDeps) {
  const { row, vault } = await find("salesforce", { kind: "environment", environment }, deps);
  return openSalesforce(row, { clock: deps.clock, log: SILENT, vault });
}

/** An environment that is connected on both sides and has a live policy, as sync needs it. */
export async function syncPlaceOf(
  { db, vault, clock }: Pick<Store, "db" | "vault"> & { readonly clock: Clock },
  name: string,
): Promise<SyncPlace> {
  const environment = (await listEnvironments(db)).find((one) => one.name === name);
  if (environment === undefined)
    throw new UserError(`there is no environment "${name}"; \`baton environment list\` names them`);
  const { policyVersion, mode, workspace } = environment;
  const document = policyVersion === null ? null : await documentOf(db, policyVersion);
  if (policyVersion === null || document === null)
    throw new UserError(`environment ${name} has no live policy: publish one`);
  const rows = await listConnections(db);
  const row = (id: string | null): ConnectionRow | undefined => rows.find((one) => one.id === id);
  const [inbox, org] = [row(environment.intercomConnection), row(environment.salesforceConnection)];
  if (inbox === undefined || org === undefined)
    throw new UserError(
      `environment ${name} has no ${inbox === undefined ? "Intercom" : "Salesforce"} connection: add one with \`baton connect\``,
    );
  const plugs = { clock, log: SILENT, vault };
  return {
    environment: name,
    mode,
    workspace,
    policy: policyOf(document, `the live policy of ${name}`),
    policyVersion,
    crm: openSalesforce(org, plugs).sync,
    people: openIntercom(inbox, plugs).sync,
  };
}

/** Asks the accounts that an environment is connected to, at the time of the question. */
export function targetLook(deps: Pick<Store, "db" | "vault"> & { readonly clock: Clock }): LookAtTarget {
  const { db, vault, clock } = deps;
  return async (name, names) => {
    const environment = (await listEnvironments(db)).find((one) => one.name === name);
    if (environment === undefined) throw new UserError(`there is no environment "${name}"`);
    const rows = await listConnections(db);
    const opened = <T>(id: string | null, open: (row: ConnectionRow, plugs: Plugs) => T): T | null => {
      const row = rows.find((one) => one.id === id);
      return row === undefined ? null : open(row, { clock, log: SILENT, vault });
    };
    const crm = opened(environment.salesforceConnection, openSalesforce);
    const inbox = opened(environment.intercomConnection, openIntercom);
    const slack = opened(environment.slackConnection, openSlack);
    const [ofInbox, ofSlack] = [names.filter(isInboxName), names.filter(isChannelName)];
    const unconnected: System[] = [
      ...(crm === null ? (["Salesforce"] as const) : []),
      ...(inbox === null && ofInbox.length > 0 ? (["Intercom"] as const) : []),
      ...(slack === null && ofSlack.length > 0 ? (["Slack"] as const) : []),
    ];
    try {
      const [owners, ...answers] = await Promise.all([
        crm === null ? null : readDirectory(crm.client),
        crm === null ? [] : crmAnswers(crm.client, names.filter(isCrmName)),
        inbox === null ? [] : inboxAnswers(inbox, ofInbox),
        slack === null ? [] : channelAnswers(slack, ofSlack),
      ]);
      return { owners, answers: answers.flat(), unconnected };
    } finally {
      for (const one of [crm, inbox, slack]) one?.close();
    }
  };
}

/** What the policy needs of the org, without the places in the policy. */
function crmNames(names: readonly Named[]): readonly CrmName[] {
  return names.flatMap((named): CrmName[] => {
    if (named.use === "reads" || !isCrmName(named)) return [];
    const { path: _, use: __, ...name } = named;
    return [name];
  });
}

export async function intercomSetup(source: ConnectionSource, deps: SetupDeps): Promise<CheckedAccount> {
  const { row, vault } = await find("intercom", source, deps);
  const workspace = openIntercom(row, { clock: deps.clock, log: SILENT, vault });
  return { check: () => checkWorkspace(workspace), close: () => workspace.close() };
}

export async function slackSetup(source: ConnectionSource, deps: SetupDeps): Promise<CheckedAccount> {
  const { row, vault, policy } = await find("slack", source, deps);
  const slack = openSlack(row, { clock: deps.clock, log: SILENT, vault });
  // What is named by settings alone has no id yet: `baton connect` will call it so.
  const id = source.kind === "environment" ? row.id : "<environment>-slack";
  const channels = namesOf(policy).filter(isChannelName);
  return { check: () => checkSlack(slack, channels, `/webhooks/slack/${id}`), close: () => slack.close() };
}

async function emailSetup(source: ConnectionSource, deps: SetupDeps): Promise<CheckedAccount> {
  const { row, vault } = await find("email", source, deps);
  const mail = openEmail(row, { clock: deps.clock, log: SILENT, vault });
  return {
    check: async () => {
      await mail.verify();
      return [{ level: "ok", what: "the mail server lets Baton in", fix: null }];
    },
    close: () => mail.close(),
  };
}

/** Somebody whom every provider can be asked about: reserved by RFC 2606, so nobody's address. */
const NOBODY = { email: null, domain: "example.com" };

async function enrichmentSetup(source: ConnectionSource, deps: SetupDeps): Promise<CheckedAccount> {
  const { row, vault } = await find("enrichment", source, deps);
  const enricher = openEnrichment(row, { clock: deps.clock, log: SILENT, vault });
  return {
    check: async () => {
      const found = await enricher.enrich(NOBODY);
      const what = `the provider answers, and ${found === null ? "does not know" : "knows"} ${NOBODY.domain}`;
      return [{ level: "ok", what, fix: null }];
    },
    close: () => {},
  };
}

const SETUPS: Readonly<
  Record<ConnectionKind, (source: ConnectionSource, deps: SetupDeps) => Promise<CheckedAccount>>
> = {
  intercom: intercomSetup,
  salesforce: salesforceSetup,
  slack: slackSetup,
  email: emailSetup,
  enrichment: enrichmentSetup,
};

/** Looks at stored accounts for the admin, over the service's own database. */
export function accountLook({
  db,
  vault,
  clock,
}: Pick<Store, "db" | "vault"> & { readonly clock: Clock }): AccountLook {
  const deps: SetupDeps = { clock, openStore: async () => ({ db, url: "", vault, close: async () => {} }) };
  return {
    check: async (environment, kind) => {
      const account = await SETUPS[kind]({ kind: "environment", environment }, deps);
      try {
        return await account.check();
      } catch (error) {
        return [refusedFinding(error)];
      } finally {
        account.close();
      }
    },
    install: async (environment, checkOnly) => {
      const org = await salesforceSetup({ kind: "environment", environment }, deps);
      try {
        return await org.install({ checkOnly });
      } finally {
        org.close();
      }
    },
    workspaceOf: async (given) => {
      const { row, vault: own } = fromFile("intercom", { ...given, workspace: "unknown" });
      const inbox = openIntercom(row, { clock, log: SILENT, vault: own });
      try {
        const { app } = await inbox.me();
        return app?.id_code ?? null;
      } finally {
        inbox.close();
      }
    },
    slackManifest: (requestUrl) => stringify(manifestOf(requestUrl)).trimEnd(),
  };
}

/** What the account's own words say of a look that did not come to its end. */
function refusedFinding(error: unknown): Finding {
  if (error instanceof PermanentFailure)
    return { level: "missing", what: error.message, fix: "Correct the connection, then test it again." };
  if (error instanceof RetryableFailure)
    return { level: "missing", what: error.message, fix: "Test it again in a minute." };
  throw error;
}

async function find(kind: ConnectionKind, source: ConnectionSource, deps: SetupDeps): Promise<Found> {
  if (source.kind === "settings") return fromFile(kind, source.settings);
  const store = await deps.openStore();
  try {
    const environment = (await listEnvironments(store.db)).find((one) => one.name === source.environment);
    if (environment === undefined)
      throw new UserError(
        `there is no environment "${source.environment}": make it with \`baton connect\`, or give --settings`,
      );
    const id = {
      intercom: environment.intercomConnection,
      salesforce: environment.salesforceConnection,
      slack: environment.slackConnection,
      email: environment.emailConnection,
      enrichment: environment.enrichmentConnection,
    }[kind];
    const row = (await listConnections(store.db)).find((one) => one.id === id);
    if (row === undefined)
      throw new UserError(
        `environment ${source.environment} has no ${kind} connection: add one with \`baton connect\``,
      );
    const document =
      environment.policyVersion === null ? null : await documentOf(store.db, environment.policyVersion);
    const policy =
      document === null ? defaultPolicy() : policyOf(document, `the live policy of ${source.environment}`);
    const stream = await streamOf(store.db, source.environment);
    return { row, vault: store.vault, policy, stream };
  } finally {
    await store.close();
  }
}

/** Nothing of a connection from a file is stored: its secrets are sealed under a key that ends with the process. */
function fromFile(kind: ConnectionKind, given: unknown): Found {
  const vault = openVault({ key: randomBytes(32).toString("base64") });
  const id = `the ${kind} settings`;
  const { settings, secret } = splitConnection(kind, id, given);
  return {
    row: { id, kind, settings, secret: vault.seal(JSON.stringify(secret ?? {}), secretContext(id)) },
    vault,
    policy: defaultPolicy(),
    stream: null,
  };
}
