/** Environments made ready: from stored connections and a live policy to a place at which runs decide and act. */
import type { Clock, Ms } from "./kernel/time.ts";
import type { Log } from "./store/database.ts";
import { UserError } from "./kernel/failure.ts";
import type { Vault } from "./vault/vault.ts";
import type { ConnectionRow } from "./vault/queries.ts";
import type { CompiledPolicy } from "./qualify/compile.ts";
import type { Environment } from "./decide/queries.ts";
import type { Directory } from "./decide/candidate.ts";
import type { World } from "./handoff/carry.ts";
import {
  notifierOf,
  openEmail,
  openEnrichment,
  openIntercom,
  openSalesforce,
  openSlack,
  type Plugs,
} from "./connections.ts";
import type { Place } from "./desk.ts";

const DIRECTORY_FRESH_MS: Ms = 300_000;

export interface PlaceOptions {
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly settleMs: Ms;
}

export type Places = (environment: string) => Promise<Place>;
/** A version of the policy, read by a text model. */
type PolicyOf = (version: number, textModel: number | null) => Promise<CompiledPolicy>;

/** Places are made anew when their environment, a connection or the policy changed, and kept otherwise. */
export function placesOf(
  policyOf: PolicyOf,
  options: PlaceOptions,
  connections: Remembered<readonly ConnectionRow[]>,
  environments: Remembered<readonly Environment[]>,
): Places {
  const kept = new Map<string, { readonly fingerprint: string; readonly place: Promise<Place> }>();
  return async (name) => {
    const environment = await findIn(environments, (one) => one.name === name);
    if (environment === undefined) throw new UserError(`there is no environment "${name}"`);
    const ids = idsOf(environment);
    const hasAll = (all: readonly ConnectionRow[]): boolean =>
      ids.every((id) => id === null || all.some((row) => row.id === id));
    const rows = (await connections(hasAll)).filter((row) => ids.includes(row.id));
    const fingerprint = JSON.stringify([environment, rows]);
    const known = kept.get(name);
    if (known?.fingerprint === fingerprint) return known.place;
    const place = makePlace(policyOf, options, environment, rows);
    kept.set(name, { fingerprint, place });
    return place;
  };
}

function idsOf(environment: Environment): readonly (string | null)[] {
  return [
    environment.intercomConnection,
    environment.salesforceConnection,
    environment.slackConnection,
    environment.emailConnection,
    environment.enrichmentConnection,
  ];
}

async function makePlace(
  policyOf: PolicyOf,
  options: PlaceOptions,
  environment: Environment,
  rows: readonly ConnectionRow[],
): Promise<Place> {
  const { policyVersion } = environment;
  if (policyVersion === null)
    throw new UserError(`environment ${environment.name} has no live policy: publish one`);
  const plugs: Plugs = { clock: options.clock, log: httpLog(options.log), vault: options.vault };
  const opened = <T>(id: string | null, open: (row: ConnectionRow, plugs: Plugs) => T): T | null => {
    const row = rows.find((one) => one.id === id);
    return row === undefined ? null : open(row, plugs);
  };
  const slack = opened(environment.slackConnection, openSlack);
  const crm = opened(environment.salesforceConnection, openSalesforce);
  const inbox = opened(environment.intercomConnection, openIntercom);
  const world: World = {
    crm,
    inbox,
    notifier: notifierOf(slack, opened(environment.emailConnection, openEmail)),
    settleMs: options.settleMs,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    clock: options.clock,
  };
  const policy = await policyOf(policyVersion, environment.textModel);
  const none: Directory = { users: [], queues: [] };
  return {
    environment,
    policy,
    policyVersion,
    world,
    feed: crm,
    stream: crm?.stream ?? null,
    people: inbox,
    list: inbox,
    board: slack?.board ?? null,
    records: crm?.sync ?? null,
    contacts: inbox?.sync ?? null,
    enricher: opened(environment.enrichmentConnection, openEnrichment),
    knock: async (destination) => {
      if (destination === "salesforce") await crm?.knock();
      else if (destination === "intercom") await inbox?.me();
      else if (destination === "slack") await slack?.whoami();
      else return false;
      return true;
    },
    directory: remembered(options.clock, DIRECTORY_FRESH_MS, async () =>
      crm === null ? none : namedIn(policy, await crm.directory()),
    ),
  };
}

/** Only users and queues that the policy names: a decision keeps what it rested on, not the whole org. */
function namedIn({ policy }: CompiledPolicy, directory: Directory): Directory {
  const text = JSON.stringify(policy.routing).toLowerCase();
  return {
    users: directory.users.filter((user) => text.includes(JSON.stringify(user.email.toLowerCase()))),
    queues: directory.queues.filter((queue) => text.includes(JSON.stringify(queue.name.toLowerCase()))),
  };
}

function httpLog(log: Log): HttpLogLines {
  return {
    debug: (facts, message) => log("debug", message, { ...facts }),
    warn: (facts, message) => log("warn", message, { ...facts }),
  };
}
interface HttpLogLines {
  debug(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** An answer that is kept for a while; one without what the caller looks for is asked for again at once. */
export type Remembered<T> = (has?: (answer: T) => boolean) => Promise<T>;

/**
 * Asks again only when the last answer is older than `freshMs`, or has not what is looked for: who has just been set up
 * is known from the first call on. Callers at the same time share one question.
 */
export function remembered<T>(clock: Clock, freshMs: Ms, ask: () => Promise<T>): Remembered<T> {
  let answer: Promise<T> | null = null;
  let askedAt = -Infinity;
  const anew = (): Promise<T> => {
    const asked = ask();
    answer = asked;
    askedAt = clock();
    asked.catch(() => {
      if (answer === asked) answer = null;
    });
    return asked;
  };
  return async (has = () => true) => {
    const known = answer;
    if (known === null || clock() - askedAt >= freshMs) return anew();
    const value = await known;
    if (has(value)) return value;
    // Somebody else may have asked meanwhile.
    return answer === null || answer === known ? anew() : answer;
  };
}

/** The first of a list that is kept for which `isIt` holds. */
export async function findIn<T>(
  list: Remembered<readonly T[]>,
  isIt: (one: T) => boolean,
): Promise<T | undefined> {
  return (await list((all) => all.some(isIt))).find(isIt);
}
