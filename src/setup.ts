/** What `baton salesforce check|install` and `baton intercom check` work on: a stored connection, or one from a file. */
import { randomBytes } from "node:crypto";
import { UserError } from "./kernel/failure.ts";
import type { Clock } from "./kernel/time.ts";
import { openVault, type Vault } from "./vault/vault.ts";
import { type ConnectionKind, type ConnectionRow, listConnections, secretContext } from "./vault/queries.ts";
import { listEnvironments } from "./decide/queries.ts";
import type { CrmDirectory } from "./handoff/ports.ts";
import { documentOf } from "./versions/queries.ts";
import { policyOf } from "./policy/read.ts";
import type { Policy } from "./policy/schema.ts";
import { defaultPolicy } from "./policy/templates/saas-default.ts";
import type { Store } from "./cli/connect.ts";
import type { IntercomSetup } from "./cli/intercom.ts";
import type { SalesforceSetup } from "./cli/salesforce.ts";
import type { ConnectionSource } from "./cli/setup.ts";
import { checkWorkspace } from "./connectors/intercom/check.ts";
import { readDirectory } from "./connectors/salesforce/directory.ts";
import { checkOrg, DEFAULT_NEEDS } from "./connectors/salesforce/check.ts";
import { installMetadata } from "./connectors/salesforce/install.ts";
import { openIntercom, openSalesforce, splitConnection } from "./connections.ts";

export interface SetupDeps {
  readonly clock: Clock;
  readonly openStore: () => Promise<Store>;
}

interface Found {
  readonly row: ConnectionRow;
  readonly vault: Vault;
  readonly policy: Policy;
}

const SILENT = { debug: () => {}, warn: () => {} };

export async function salesforceSetup(source: ConnectionSource, deps: SetupDeps): Promise<SalesforceSetup> {
  const { row, vault, policy } = await find("salesforce", source, deps);
  const org = openSalesforce(row, { clock: deps.clock, log: SILENT, vault });
  const stages = policy.recipes.flatMap(({ record }) =>
    record !== "by-situation" && record.stage !== undefined ? [record.stage] : [],
  );
  const queues = Object.values(policy.routing.routes).flatMap((hops) =>
    hops.flatMap((hop) => (hop.kind === "queue" ? [hop.queue] : [])),
  );
  const sources = [...policy.recipes.map(({ record }) => record), ...policy.records].flatMap((record) =>
    record !== "by-situation" && record.source !== undefined ? [record.source] : [],
  );
  const needs = {
    ...org.settings,
    mapped: mappedFields(policy),
    sources: [...new Set(sources)],
    stages: [...new Set([...DEFAULT_NEEDS.stages, ...stages])],
    queues: [...new Set(queues)],
  };
  return {
    check: () => checkOrg(org.client, needs),
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

const OBJECTS = {
  lead: "Lead",
  contact: "Contact",
  account: "Account",
  opportunity: "Opportunity",
} as const;

/** Fields that the policy's mapping writes into Salesforce, by object. */
function mappedFields({ mapping }: Policy): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(mapping).map(([object, rules]) => [
      OBJECTS[object as keyof typeof OBJECTS],
      rules.filter(({ direction }) => direction !== "to-intercom").map(({ to }) => to),
    ]),
  );
}

export async function intercomSetup(source: ConnectionSource, deps: SetupDeps): Promise<IntercomSetup> {
  const { row, vault } = await find("intercom", source, deps);
  const workspace = openIntercom(row, { clock: deps.clock, log: SILENT, vault });
  return { check: () => checkWorkspace(workspace), close: () => workspace.close() };
}

async function find(
  kind: ConnectionKind & ("intercom" | "salesforce"),
  source: ConnectionSource,
  deps: SetupDeps,
): Promise<Found> {
  if (source.kind === "settings") return fromFile(kind, source.settings);
  const store = await deps.openStore();
  try {
    const environment = (await listEnvironments(store.db)).find((one) => one.name === source.environment);
    if (environment === undefined)
      throw new UserError(
        `there is no environment "${source.environment}": make it with \`baton connect\`, or give --settings`,
      );
    const id = kind === "intercom" ? environment.intercomConnection : environment.salesforceConnection;
    const row = (await listConnections(store.db)).find((one) => one.id === id);
    if (row === undefined)
      throw new UserError(
        `environment ${source.environment} has no ${kind} connection: add one with \`baton connect\``,
      );
    const document =
      environment.policyVersion === null ? null : await documentOf(store.db, environment.policyVersion);
    const policy =
      document === null ? defaultPolicy() : policyOf(document, `the live policy of ${source.environment}`);
    return { row, vault: store.vault, policy };
  } finally {
    await store.close();
  }
}

/** Nothing of a connection from a file is stored: its secrets are sealed under a key that ends with the process. */
function fromFile(kind: "intercom" | "salesforce", given: unknown): Found {
  const vault = openVault({ key: randomBytes(32).toString("base64") });
  const id = `the ${kind} settings`;
  const { settings, secret } = splitConnection(kind, id, given);
  return {
    row: { id, kind, settings, secret: vault.seal(JSON.stringify(secret ?? {}), secretContext(id)) },
    vault,
    policy: defaultPolicy(),
  };
}
