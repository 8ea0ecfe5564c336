/**
 * The running service: database, house, intake and web server, started in order and stopped in the reverse order.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Registry } from "prom-client";
import { type EmbeddedPostgres, joinEmbeddedPostgres, startEmbeddedPostgres } from "./store/embedded.ts";
import { checkDurability } from "./store/durability.ts";
import { type Db, openDatabase, type Log } from "./store/database.ts";
import { emptyDatabase } from "./store/empty.ts";
import { migrate } from "./store/migrate.ts";
import { createKeyFile, readKeyFile } from "./vault/key-file.ts";
import { openVault, type Vault } from "./vault/vault.ts";
import type { ConnectionRow } from "./vault/queries.ts";
import { createIntake, type Intake } from "./intake/intake.ts";
import { doorBook } from "./accounts/door.ts";
import { accountRoutes } from "./http/api/connections.ts";
import type { ReadinessCheck } from "./http/health.ts";
import { batchMetrics, stateMetrics, walkMetrics } from "./http/metrics.ts";
import { watched } from "./insights/census/gauge-queries.ts";
import { buildServer, type ServerOptions } from "./http/server.ts";
import { auditRoutes } from "./http/api/audits.ts";
import { backtestRoutes } from "./http/api/backtests.ts";
import { hindsightRoutes } from "./http/api/hindsight.ts";
import { censusRoutes } from "./http/api/census.ts";
import { metricsRoutes } from "./http/api/metrics.ts";
import { simulateRoutes } from "./http/api/simulate.ts";
import { tryDraftRoutes } from "./http/api/try-draft.ts";
import { openEffects } from "./insights/effects.ts";
import { draftRoutes } from "./http/api/drafts.ts";
import { conversationRoutes } from "./http/api/conversations.ts";
import { environmentRoutes } from "./http/api/environments.ts";
import { eventRoutes } from "./http/api/events.ts";
import type { Links } from "./http/api/handoff-detail.ts";
import { handoffRoutes } from "./http/api/handoffs.ts";
import { policyRoutes } from "./http/api/policy.ts";
import { hitsRoute } from "./http/api/hits.ts";
import { mappingRoute } from "./http/api/mapping.ts";
import { issueRoutes } from "./http/api/issues.ts";
import { pauseRoutes } from "./http/api/pauses.ts";
import { replayRoutes } from "./http/api/replay.ts";
import { reviewRoutes } from "./http/api/reviews.ts";
import { reviewQueueRoutes } from "./http/api/review-queue.ts";
import { routingRoutes } from "./http/api/routing.ts";
import { promoteRoutes } from "./http/api/promote.ts";
import type { ApiOptions } from "./http/api/serve.ts";
import type { PressDoor } from "./http/presses.ts";
import { beginAttempt, endAttempt } from "./access/attempts.ts";
import type { ProviderDoor } from "./access/provider-door.ts";
import { openSignIn, type SignIn, signInSecret } from "./access/sign-in.ts";
import { admit } from "./access/tokens.ts";
import { acceptInvitation, firstAdmin, type FirstAdmin } from "./access/users.ts";
import { peopleRoutes } from "./http/api/people.ts";
import type { AuthOptions } from "./http/auth.ts";
import type { Config } from "./cli/config.ts";
import type { Store } from "./cli/connect.ts";
import type { Clock, Ms } from "./kernel/time.ts";
import { pressSource, splitConnection, webhookSource } from "./connections.ts";
import { type House, openHouse } from "./house.ts";
import { openEmbedder } from "./meaning/embedder.ts";
import { findIn } from "./places.ts";
import { newsOf, runOf } from "./news.ts";
import { UserError } from "./kernel/failure.ts";
import { accountLook, targetLook } from "./setup.ts";
import { auditDoor } from "./auditing.ts";

export interface ServiceOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  /** Which parts this process does. */
  readonly serves: boolean;
  readonly works: boolean;
  /** Throws away what the database holds before anything else: the demo's own database only. */
  readonly fresh?: boolean;
  readonly concurrency: number;
  readonly settleMs: Ms;
  readonly sweepMs: Ms;
  readonly beatMs?: Ms | undefined;
  readonly crashPoint: (step: string, phase: "before" | "after-body" | "after-record") => void;
}

export interface Service {
  /** Where it listens; null when it only works. */
  readonly url: string | null;
  readonly databaseUrl: string;
  readonly house: House;
  readonly vault: Vault;
  /** How the first admin comes in, who is made where passwords count; null when there is a user already. */
  readonly firstAdmin: () => Promise<FirstAdmin | null>;
  /** Stops taking requests and work, lets what runs end for `graceMs`, and stops the database if it is ours. */
  readonly close: (graceMs: Ms) => Promise<void>;
}

const MIGRATIONS = join(import.meta.dirname, "..", "migrations");
/** Intake has connections of its own: other work must not keep acknowledgements waiting. */
const INTAKE_POOL = 4;

export async function startService(options: ServiceOptions): Promise<Service> {
  const { config, log } = options;
  const vault = await vaultOf(config);
  const postgres = await databaseOf(config, log, options.serves);
  const undo: (() => Promise<void>)[] = [async () => postgres.stop()];
  try {
    await checkDurability(postgres.url, { allowUnsafe: config.allowUnsafeDatabase, log });
    if (options.fresh === true) await emptyDatabase(postgres.url);
    await migrate({ url: postgres.url, folder: MIGRATIONS, log });
    const metrics = new Registry();
    const counted = walkMetrics(metrics);
    const embedder = config.meaning ? openEmbedder({ warn: (sentence) => log("warn", sentence) }) : null;
    undo.push(async () => embedder?.close());
    const house = await openHouse({
      ...options,
      databaseUrl: postgres.url,
      vault,
      embedder,
      onDecision: (environment, kind) => counted.decided(environment, kind),
      onHandoff: ({ environment, recipe, status }) => counted.handedOff(environment, recipe, status),
    });
    undo.push(() => house.close(1_000));
    const web = options.serves ? await serve(options, postgres.url, house, vault, metrics) : null;
    if (web !== null) undo.push(web.close);
    if (options.works) await house.work();
    return {
      url: web?.url ?? null,
      databaseUrl: postgres.url,
      house,
      vault,
      firstAdmin: () => firstAdmin(house.database.db, config.oidc, options.clock()),
      close: async (graceMs) => {
        await web?.close();
        await house.close(graceMs);
        await embedder?.close();
        await postgres.stop();
      },
    };
  } catch (error) {
    for (const step of undo.toReversed()) await step().catch(() => {});
    throw error;
  }
}

/** Database and vault alone, for commands that change what is stored while the service may run or not. */
export async function openStore(config: Config, log: Log): Promise<Store> {
  const vault = await vaultOf(config);
  const postgres = await databaseOf(config, log, false);
  await migrate({ url: postgres.url, folder: MIGRATIONS, log });
  const database = openDatabase({ url: postgres.url, poolSize: 2, log });
  return {
    db: database.db,
    url: database.url,
    vault,
    close: async () => {
      await database.close();
      await postgres.stop();
    },
  };
}

async function vaultOf(config: Config): Promise<Vault> {
  const { secretKey } = config;
  switch (secretKey.kind) {
    case "text":
      return openVault({ key: secretKey.text, source: "BATON_SECRET_KEY" });
    case "file":
      return openVault({ key: await readKeyFile(secretKey.path), source: "BATON_SECRET_KEY_FILE" });
    case "made":
      return openVault({ key: await madeKey(config, secretKey.path), source: secretKey.path });
  }
}

/** The key file of the data directory, made with it at the first start. */
async function madeKey({ dataDirectory }: Config, path: string): Promise<string> {
  try {
    await mkdir(dataDirectory, { recursive: true });
    return await createKeyFile(path);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(
      `the data directory ${dataDirectory} can't be made or written (${codeOf(cause)}): name a folder of this user's in BATON_DATA_DIR`,
      { cause },
    );
  }
}

/** The configured database, or the embedded one: started by the process that serves, joined by a worker. */
async function databaseOf(
  config: Config,
  log: Log,
  owns: boolean,
): Promise<Pick<EmbeddedPostgres, "url" | "stop">> {
  if (config.database.kind === "url") return { url: config.database.url, stop: async () => {} };
  const joined = owns ? null : await joinEmbeddedPostgres(config.dataDirectory);
  if (joined !== null) return { url: joined, stop: async () => {} };
  return startEmbeddedPostgres({
    directory: config.dataDirectory,
    log,
    allowUnsafe: config.allowUnsafeDatabase,
  });
}

async function serve(
  options: ServiceOptions,
  databaseUrl: string,
  house: House,
  vault: Vault,
  metrics: Registry,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const { config, clock, log } = options;
  const pool = openDatabase({ url: databaseUrl, poolSize: INTAKE_POOL, statementTimeoutMs: 4_000, log });
  const intake: Intake = createIntake({
    db: pool.db,
    clock,
    log,
    onBatch: batchMetrics(metrics),
    start: (arrivals) =>
      house.engine.startMany(
        house.conversationKind,
        arrivals.map((arrival) => runOf(newsOf(arrival))),
      ),
  });
  const { db } = house.database;
  stateMetrics(metrics, () => watched(db));
  const signIn = openSignIn({
    db,
    secret: await signInSecret(db, vault),
    baseUrl: config.baseUrl,
    log,
    oidc: config.oidc,
  });
  const server = buildServer({
    ...doorsOf(options, house, vault, { intake, db: pool.db }),
    noteAtDoor: doorBook({ db, clock, log }),
    readiness: () => readiness(house, signIn),
    metrics,
    log,
    api: apiOf(options, house, vault, signIn),
    auth: authOf(options, db, signIn),
  });
  const close = async (): Promise<void> => {
    await server.close();
    await intake.close();
    await pool.close();
  };
  try {
    return { url: await server.listen({ host: config.host, port: config.port }), close };
  } catch (error) {
    await close();
    throw notListening(error, config);
  }
}

/** Where vendors' webhooks are let in, connection by connection. */
function doorsOf(
  { clock }: ServiceOptions,
  house: House,
  vault: Vault,
  { intake, db }: { readonly intake: Intake; readonly db: Db },
): Required<Pick<ServerOptions, "intakeFor" | "pressesFor">> {
  const rowOf = async (id: string, kind: ConnectionRow["kind"]) =>
    (await findIn(house.connections, (one) => one.id === id && one.kind === kind)) ?? null;
  const intakeDoor = remembered((row) => ({ ...webhookSource(row, vault), take: intake.take }));
  const pressDoor = remembered((row): PressDoor | null => {
    const source = pressSource(row, vault, clock);
    if (source === null) return null;
    return {
      isSigned: source.isSigned,
      take: async (raw) => {
        const press = source.read(raw);
        if (press === null) return { kind: "unreadable" };
        const isNew = await house.takePress(db, { connection: row.id, press });
        if (press.wish.kind === "ignored") return { kind: "ignored", what: press.wish.what };
        return { kind: isNew ? "stored" : "duplicate" };
      },
    };
  });
  return {
    intakeFor: async (id) => intakeDoor(await rowOf(id, "intercom")),
    pressesFor: async (id) => pressDoor(await rowOf(id, "slack")),
  };
}

/** Kept as long as the house keeps the row: to unseal the secret at every webhook would cost more than to check it. */
function remembered<Door>(
  make: (row: ConnectionRow) => Door | null,
): (row: ConnectionRow | null) => Door | null {
  const doors = new WeakMap<ConnectionRow, Door | null>();
  return (row) => {
    if (row === null) return null;
    const known = doors.get(row);
    if (known !== undefined) return known;
    const door = make(row);
    doors.set(row, door);
    return door;
  };
}

/** Every route of /api/v1, room by room, behind the tokens and sessions of this database. */
export function apiOf(options: ServiceOptions, house: House, vault: Vault, signIn: SignIn): ApiOptions {
  const { clock, config, log } = options;
  const { database } = house;
  const { db } = database;
  const reading = { db, policyOf: house.policyOfVersion, linksOf: linksOf(house) };
  return {
    baseUrl: config.baseUrl,
    admit: (authorization, headers) =>
      authorization === undefined ? signIn.admit(headers) : admit(db, authorization, clock()),
    routes: [
      ...peopleRoutes({ db, clock }),
      ...environmentRoutes(db),
      ...policyRoutes(db),
      ...draftRoutes(db),
      ...tryDraftRoutes({ db, clock, effects: openEffects(database, clock) }),
      ...simulateRoutes(db, clock),
      ...backtestRoutes(database, clock),
      ...auditRoutes(auditDoor({ db, clock, log }, house)),
      ...hindsightRoutes({ archive: database, clock }),
      ...routingRoutes(db, clock),
      ...handoffRoutes(reading),
      ...conversationRoutes(reading),
      ...censusRoutes(db, clock),
      ...metricsRoutes(db, clock),
      ...replayRoutes(reading),
      ...reviewRoutes({ db, clock }),
      ...reviewQueueRoutes(reading),
      ...eventRoutes(db),
      ...issueRoutes(db, clock),
      ...pauseRoutes(db, clock),
      ...promoteRoutes(db, targetLook({ db, vault, clock })),
      hitsRoute(db, clock),
      mappingRoute(db, targetLook({ db, vault, clock })),
      ...accountRoutes({ db, vault, clock, split: splitConnection, look: accountLook({ db, vault, clock }) }),
    ],
  };
}

/** Where people open conversations and records; an environment without a live policy has no place to ask. */
function linksOf(house: House): (environment: string) => Promise<Links> {
  return async (environment) => {
    const world = await house.place(environment).then(
      (place) => place.world,
      () => null,
    );
    return {
      conversation: (id) => world?.inbox?.conversationUrl(id) ?? null,
      record: (id) => world?.crm?.recordUrl(id) ?? null,
    };
  };
}

function authOf({ clock, config }: ServiceOptions, db: Db, { handle, hash, provider }: SignIn): AuthOptions {
  return {
    baseUrl: config.baseUrl,
    provider,
    handle,
    accept: (asked) => acceptInvitation(db, asked, hash, clock()),
    beginAttempt: (on) => beginAttempt(db, on, clock()),
    endAttempt: (on) => endAttempt(db, on),
  };
}

/** What a person can do about an address that cannot be listened on. */
function notListening(error: unknown, { host, port }: Config): unknown {
  const code = codeOf(error);
  if (code === "EADDRINUSE")
    return new UserError(
      `port ${port} on ${host} is taken: stop what listens there, or name another in BATON_PORT`,
    );
  if (["EACCES", "EADDRNOTAVAIL", "ENOTFOUND", "EAI_AGAIN"].includes(code))
    return new UserError(`cannot listen on ${host}:${port} (${code}): correct BATON_HOST or BATON_PORT`);
  return error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

async function readiness(house: House, { provider }: SignIn): Promise<readonly ReadinessCheck[]> {
  const [database, engine] = await Promise.allSettled([house.environments(), house.engine.queueDepths()]);
  return [
    {
      name: "database",
      ok: database.status === "fulfilled",
      detail: database.status === "fulfilled" ? "answers, migrated" : "does not answer",
    },
    {
      name: "engine",
      ok: engine.status === "fulfilled",
      detail: engine.status === "fulfilled" ? "runs" : "does not answer",
    },
    ...(provider === null ? [] : [providerCheck(provider)]),
  ];
}

/** A provider that is away keeps people out and no work: the check is told and does not count. */
function providerCheck(provider: ProviderDoor): ReadinessCheck {
  const fault = provider.fault();
  const detail = fault ?? "people can sign in with it, as far as is known";
  return { name: `sign-in with ${provider.name}`, ok: fault === null, detail, isNeeded: false };
}
