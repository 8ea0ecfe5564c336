/** Audits of a live connection: an environment's Intercom and Salesforce as an audit reads them, and the run that does it. */
import { isPaused } from "./handoff/pause-queries.ts";
import { givesWayUntil } from "./handoff/allowance.ts";
import { listEnvironments } from "./decide/queries.ts";
import type { Engine, RunKind } from "./engine/engine.ts";
import type { Audit } from "./insights/audit/asked.ts";
import type { AskCrm } from "./insights/audit/count.ts";
import { liveItems, type PastTalks, patient } from "./insights/audit/live.ts";
import { carryAudit } from "./insights/audit/look.ts";
import { loadAudit } from "./insights/audit/queries.ts";
import { UserError } from "./kernel/failure.ts";
import type { Clock, Ms } from "./kernel/time.ts";
import { policyOf } from "./policy/read.ts";
import { defaultPolicy } from "./policy/templates/saas-default.ts";
import type { Policy } from "./policy/schema.ts";
import { compile } from "./qualify/compile.ts";
import type { Db, Log } from "./store/database.ts";
import { documentOf } from "./versions/queries.ts";
import { listConnections } from "./vault/queries.ts";
import type { Vault } from "./vault/vault.ts";
import { fileItems } from "./cli/audit-file.ts";
import { exportedByIntercom, openIntercom, openSalesforce } from "./connections.ts";
import type { AuditParts } from "./http/api/audits.ts";

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

const DAY_MS: Ms = 86_400_000;
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
  return {
    talks: inbox,
    askCrm:
      org === null
        ? null
        : async (people) =>
            givesWayUntil(org.usage(), clock()) === null
              ? patient({ signal, sleep }, () => org.peopleKnown(people))
              : null,
    ...(await policyNow(db, name, environment.policyVersion)),
    close: () => {
      inbox.close();
      org?.close();
    },
  };
}

// A type, not an interface: only types are assignable to the engine's JSON.
export type AuditInput = { readonly audit: string; readonly environment: string };

/** A live audit as a run: a worker that dies leaves it to another, which begins anew; nothing was written. */
export function auditRun(deps: AuditPlaceDeps): RunKind<AuditInput> {
  return {
    name: "audit",
    queue: "upkeep",
    body: async (steps, input) => {
      await steps.step("audit", ({ signal }) => carryLive(deps, input, signal));
    },
  };
}

async function carryLive(
  deps: AuditPlaceDeps,
  { audit: id, environment }: AuditInput,
  signal: AbortSignal,
): Promise<string> {
  const { db, clock } = deps;
  const audit = await loadAudit(db, environment, id);
  const days = audit?.question.days ?? null;
  if (audit === null || days === null) return "gone";
  const since = audit.askedAt - days * DAY_MS;
  return carryAudit({ db, clock, audit, signal }, async () => {
    const place = await auditPlaceOf(deps, environment, signal);
    return {
      compiled: compile(place.policy),
      policy: place.policyName,
      askCrm: place.askCrm,
      items: (watch) => liveItems(place.talks, since, { ...watch, sleep }),
      close: place.close,
    };
  });
}

/** What the API's audits begin: a live one is a run of the engine, a file is counted here, where its bytes are. */
export function auditDoor(
  { db, clock, log }: Pick<AuditPlaceDeps, "db" | "clock"> & { readonly log: Log },
  house: { readonly engine: Pick<Engine, "start">; readonly auditKind: RunKind<AuditInput> },
): AuditParts {
  return {
    db,
    clock,
    startLive: (audit, environment) =>
      house.engine.start(house.auditKind, { audit, environment }, { id: `audit:${audit}` }),
    startFile: (audit, file) => {
      carryFile({ db, clock }, audit, file).catch((error: unknown) =>
        log("error", "a file could not be audited", { audit: audit.id, error: String(error) }),
      );
    },
  };
}

/** Counts a file against the environment's live policy, or the default one; nothing of it is kept but the report. */
function carryFile(
  { db, clock }: Pick<AuditPlaceDeps, "db" | "clock">,
  audit: Audit,
  file: Uint8Array,
): Promise<string> {
  return carryAudit({ db, clock, audit, signal: new AbortController().signal }, async () => {
    const environment = (await listEnvironments(db)).find(({ name }) => name === audit.environment);
    const { policy, policyName } = await policyNow(db, audit.environment, environment?.policyVersion ?? null);
    return {
      compiled: compile(policy),
      policy: policyName,
      askCrm: null,
      items: () => fileItems(file, { fromIntercom: exportedByIntercom, now: clock() }),
      close: () => {},
    };
  });
}

async function policyNow(
  db: Db,
  name: string,
  version: number | null,
): Promise<Pick<AuditPlace, "policy" | "policyName">> {
  const document = version === null ? null : await documentOf(db, version);
  if (document === null) return { policy: defaultPolicy(), policyName: "the default policy" };
  const policyName = `the live policy of ${name}`;
  return { policy: policyOf(document, policyName), policyName };
}
