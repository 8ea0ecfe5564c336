/** The port Crm over one Salesforce org. */
import type { DealFeed } from "../../feedback/deal.ts";
import type { DealStream } from "../../feedback/stream.ts";
import type { Crm, CrmOperation, CrmWritten } from "../../handoff/ports.ts";
import type { Clock } from "../../kernel/time.ts";
import type { SyncCrm } from "../../sync/ports.ts";
import { createHttp, type HttpLog } from "../http/http.ts";
import { withoutMetadata } from "./bare.ts";
import { API_PATH, createClient, type SalesforceClient } from "./client.ts";
import { createDealFeed } from "./deals.ts";
import { readDirectory } from "./directory.ts";
import { findWritten } from "./find.ts";
import { fitting } from "./fit.ts";
import { createLook } from "./look.ts";
import { readOwners } from "./owners.ts";
import { peopleKnown, type PersonKnown, type PersonQuestion } from "./people-known.ts";
import { createSessions, type SalesforceLogin } from "./session.ts";
import { soql } from "./soql.ts";
import { createSync } from "./sync.ts";
import { createDealStream } from "./pubsub.ts";
import { readTouches } from "./touches.ts";
import { metered } from "./usage.ts";
import { whereabouts } from "./whereabouts.ts";
import { createWrite } from "./write.ts";

/** What a Salesforce connection stores; `login` holds the secrets. */
export interface SalesforceSettings {
  /** The org's My Domain, "https://acme.my.salesforce.com"; JWT may use https://login.salesforce.com. */
  readonly loginUrl: string;
  readonly login: SalesforceLogin;
  /** "none": the org does not have Baton's fields and objects, and shall not get them. */
  readonly metadata: "baton" | "none";
  /** Lookup on Account to the customer success manager; null: none. An org without the field is understood. */
  readonly csmField: string | null;
  /** Role in the account team that makes somebody the CSM where the field names nobody; null: teams are not read. */
  readonly csmTeamRole: string | null;
  /** Number on Lead with the org's own score, 0..100; null: none. */
  readonly leadScoreField: string | null;
  /** "auto": where the org has them, change events hurry the feedback from deals. */
  readonly changeEvents: "auto" | "off";
  /** "https://host:port" of the event bus; null: Salesforce's public one. */
  readonly pubsubUrl: string | null;
  readonly allowPrivateAddresses: boolean;
}

/** Settings of a connection that says nothing else. */
export const SALESFORCE_DEFAULTS = {
  metadata: "baton",
  csmField: "CSM__c",
  csmTeamRole: null,
  leadScoreField: null,
  changeEvents: "auto",
  pubsubUrl: null,
  allowPrivateAddresses: false,
} as const;

export interface ConnectorDeps {
  readonly clock: Clock;
  readonly log: HttpLog;
}

/** Salesforce runs any number of short calls, and 25 that take 20 s or longer (salesforce app limits cheat sheet). */
const CONCURRENCY = 20;
const TIMEOUT_MS = 30_000;

export interface SalesforceConnection extends Crm, DealFeed {
  /** For check, install and the change feed. */
  readonly client: SalesforceClient;
  readonly sync: SyncCrm;
  readonly stream: DealStream;
  readonly settings: SalesforceSettings;
  /** What the org knows of these people, at most 200: two composite calls. */
  peopleKnown(people: readonly PersonQuestion[]): Promise<ReadonlyMap<string, PersonKnown>>;
  /** One call that costs the org next to nothing; throws what it throws. */
  knock(): Promise<void>;
  close(): void;
}

/** Opens a connection; nothing is sent before the first call. */
export function connectSalesforce(settings: SalesforceSettings, deps: ConnectorDeps): SalesforceConnection {
  const { clock, log } = deps;
  const { http, usage } = metered(
    createHttp({
      target: "salesforce",
      clock,
      log,
      concurrency: CONCURRENCY,
      timeoutMs: TIMEOUT_MS,
      allowPrivateAddresses: settings.allowPrivateAddresses,
    }),
    clock,
  );
  const { loginUrl, login } = settings;
  const sessions = createSessions({ loginUrl, login, http, clock });
  const client = createClient(http, sessions, clock);
  const isBare = settings.metadata === "none";
  const find = (operations: readonly CrmOperation[]): Promise<CrmWritten | null> =>
    isBare ? Promise.resolve(null) : findWritten(client, operations);
  const write = fitting(client, createWrite(client, find), clock);
  return {
    client,
    settings,
    look: createLook(client, settings),
    write: (operations) => write(isBare ? withoutMetadata(operations) : operations),
    find,
    whereabouts: (ids) => whereabouts(client, ids),
    directory: () => readDirectory(client),
    usage,
    knock: () => knock(client),
    touches: (question) => readTouches(client, question),
    owners: (ids) => readOwners(client, ids),
    peopleKnown: (people) => peopleKnown(client, people, { now: clock(), hasKeys: !isBare }),
    ...createDealFeed(client, clock),
    stream: createDealStream(settings, sessions, clock),
    sync: createSync(client, { usage }, clock),
    recordUrl: (id) =>
      `${(client.instanceUrl() ?? settings.loginUrl).replace(/\/+$/, "")}/${encodeURIComponent(id)}`,
    close: () => http.close(),
  };
}

async function knock(client: SalesforceClient): Promise<void> {
  const { text } = soql`SELECT Id FROM User LIMIT 1`;
  await client.call({
    method: "GET",
    path: `${API_PATH}/query?q=${encodeURIComponent(text)}`,
    effect: "read",
  });
}
