/** Audits of a live connection: an environment's Intercom and Salesforce as an audit reads them, and the run that does it. */
import { isPaused } from "./handoff/pause-queries.ts";
import { givesWayUntil } from "./handoff/allowance.ts";
import { listEnvironments } from "./decide/queries.ts";
import { type AskCrm } from "./insights/audit/count.ts";
import { type PastTalks, patient } from "./insights/audit/live.ts";
import { UserError } from "./kernel/failure.ts";
import type { Clock, Ms } from "./kernel/time.ts";
import { policyOf } from "./policy/read.ts";
import { defaultPolicy } from "./policy/templates/saas-default.ts";
import type { Policy } from "./policy/schema.ts";
import type { Db } from "./store/database.ts";
import { documentOf } from "./versions/queries.ts";
import { listConnections } from "./vault/queries.ts";
import type { Vault } from "./vault/vault.ts";
import { openIntercom, openSalesforce } from "./connections.ts";

export interface AuditPlace {
  readonly talks: PastTalks;
  /** Null without Salesforce, and while it is paused. */
  readonly askCrm: AskCrm | null;
  readonly policy: Policy;
  /** "the live policy of production". */
  readonly policyName: string;
  readonly close: () => void;
}

export interface AuditPlaceDeps {
  readonly db: Db;
  readonly vault: Vault;
  readonly clock: Clock;
}

const SILENT = { debug: () => {}, warn: () => {} };
const sleep = (ms: Ms): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** An environment's past; the caller closes it. A UserError where there is no such environment, or no Intercom. */
export async function auditPlaceOf(
  { db, vault, clock }: AuditPlaceDeps,
  name: string,
  signal: AbortSignal,
): Promise<AuditPlace> {
  const environment = (await listEnvironments(db)).find((one) => one.name === name);
  if (environment === undefined)
    throw new UserError(`there is no environment "${name}"; \`baton environment list\` names them`);
  const rows = await listConnections(db);
  const inboxRow = rows.find(({ id }) => id === environment.intercomConnection);
  if (inboxRow === undefined)
    throw new UserError(
      `environment ${name} has no Intercom connection: add one with \`baton connect\`, or audit an export`,
    );
  const plugs = { clock, log: SILENT, vault };
  const orgRow = (await isPaused(db, name, "salesforce"))
    ? undefined
    : rows.find(({ id }) => id === environment.salesforceConnection);
  const inbox = openIntercom(inboxRow, plugs);
  const org = orgRow === undefined ? null : openSalesforce(orgRow, plugs);
  const { policyVersion } = environment;
  const document = policyVersion === null ? null : await documentOf(db, policyVersion);
  const policyName = document === null ? "the default policy" : `the live policy of ${name}`;
  return {
    talks: inbox,
    askCrm:
      org === null
        ? null
        : async (people) =>
            givesWayUntil(org.usage(), clock()) === null
              ? patient({ signal, sleep }, () => org.peopleKnown(people))
              : null,
    policy: document === null ? defaultPolicy() : policyOf(document, policyName),
    policyName,
    close: () => {
      inbox.close();
      org?.close();
    },
  };
}
