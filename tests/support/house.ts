/**
 * The whole service in the test's own process: a database of its own, the five emulators connected to it, webhooks over
 * HTTP, and a clock that the test moves. One per test file: the engine is one per process.
 */
import { sql } from "kysely";
import { type Emulators, startEmulators } from "../../emulators/all.ts";
import type { FaultRule } from "../../emulators/core/faults.ts";
import type { SituationName } from "../../emulators/salesforce/situation-records.ts";
import { connectEmulators, deliverTo, prepareWorld } from "../../src/cli/emulated.ts";
import type { Config } from "../../src/cli/config.ts";
import type { Decision } from "../../src/decide/decision.ts";
import type { EffectState } from "../../src/handoff/queries.ts";
import type { EffectRequest } from "../../src/handoff/effects.ts";
import type { Ms } from "../../src/kernel/time.ts";
import { type Service, startService } from "../../src/service.ts";
import { openVault } from "../../src/vault/vault.ts";
import { freshDatabase, type TestDatabase } from "./database.ts";

/** Time between two sweeps: long, since tests sweep when they say so. */
export const SWEEP_MS = 3_600_000;

/** The secret key of the test houses. */
export const KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

export interface TestHouse {
  readonly emulators: Emulators;
  readonly database: TestDatabase;
  readonly service: Service;
  /** Where the service takes Intercom's webhooks. */
  readonly webhooks: string;
  /** Moves the clock of the service and of the emulators. */
  readonly advance: (ms: Ms) => void;
  readonly now: () => number;
  /** Resolves when every webhook is delivered, no run is waiting, delayed or under way but for those of paused destinations, and no timer is due. */
  readonly settle: () => Promise<void>;
  /** Stops the service, lets `ms` pass, and starts it again over the same database and accounts, with these settings. */
  readonly restart: (ms: Ms, config?: Partial<Config>) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface HouseQuestion {
  readonly environments?: readonly { readonly name: string; readonly mode: "shadow" | "live" }[];
  readonly policy?: string;
  readonly settleMs?: Ms;
  /** Whether Salesforce has an event bus. */
  readonly changeEvents?: boolean;
  /** Settings that are not as usual. */
  readonly config?: Partial<Config>;
}

/** Opens everything; the one environment is called "production" and is live unless the test says otherwise. */
export async function openTestHouse(question: HouseQuestion = {}): Promise<TestHouse> {
  const {
    environments = [{ name: "production", mode: "live" }],
    policy,
    settleMs = 400,
    changeEvents = false,
    config = {},
  } = question;
  const clock = { ahead: 0 };
  const now = (): number => Date.now() + clock.ahead;
  const database = await freshDatabase();
  const emulators = await startEmulators({ now, ...(changeEvents && { salesforce: { eventsPort: 0 } }) });
  await prepareWorld(emulators, []);
  const vault = openVault({ key: KEY });
  let path = "";
  for (const { name: environment, mode } of environments) {
    path = await connectEmulators({
      db: database.db,
      vault,
      emulators,
      environment,
      mode,
      ...(policy !== undefined && { policy }),
    });
  }
  const open = async (config: Partial<Config>): Promise<Service> => {
    const started = await startService({
      config: { ...configFor(database.url, settleMs), ...config },
      clock: now,
      log: () => {},
      serves: true,
      works: true,
      concurrency: 8,
      settleMs,
      sweepMs: SWEEP_MS,
      crashPoint: () => {},
    });
    deliverTo(emulators, started.url, path);
    return started;
  };
  let service = await open(config);
  return {
    emulators,
    database,
    get service() {
      return service;
    },
    get webhooks() {
      return `${service.url}${path}`;
    },
    now,
    restart: async (ms, other = config) => {
      await service.close(2_000);
      clock.ahead += ms;
      service = await open(other);
    },
    advance: (ms) => {
      clock.ahead += ms;
    },
    settle: () => settle(emulators, service, database, now),
    close: async () => {
      await service.close(2_000);
      await emulators.stop();
      await database.drop();
    },
  };
}

function configFor(url: string, settleMs: Ms): Config {
  return {
    database: { kind: "url", url },
    dataDirectory: "unused",
    port: 0,
    host: "127.0.0.1",
    secretKey: { kind: "text", text: KEY },
    baseUrl: null,
    log: "silent",
    concurrency: 8,
    settleMs,
    sweepMs: SWEEP_MS,
    beatMs: 5_000,
    allowUnsafeDatabase: true,
    meaning: false,
    oidc: null,
  };
}

const LOOK_EVERY_MS = 25;
const PATIENCE_MS = 120_000;

/** Quiet twice in a row: what a handoff does in Intercom comes back as webhooks of its own. */
async function settle(
  emulators: Emulators,
  service: Service,
  { db }: TestDatabase,
  now: () => number,
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  let quiet = 0;
  let before = -1;
  while (quiet < 2) {
    await emulators.intercom.flush();
    const depths = await service.house.engine.queueDepths();
    const { rows } = await sql<{ n: number }>`
      select (select count(*) from events where taken_at is null)::int
        + (select count(*) from presses where answered_at is null and kind <> 'ignored')::int
        + (select count(*) from alert_boards b join handoffs h on h.id = b.handoff_id
            where b.shown < b.news and not exists (
              select 1 from pauses p where p.environment = h.environment and p.destination = 'slack'))::int
        + (select count(*) from follow_ups
            where (state = 'fired' or (state = 'armed' and due_at <= to_timestamp(${now() / 1_000})))
              and not exists (select 1 from waiting_runs w where w.subject in (follow_ups.id, follow_ups.handoff_id)))::int
        + (select count(*) from waiting_runs w where not exists (
            select 1 from pauses p where p.environment = w.environment and p.destination = any(w.destinations)))::int as n`.execute(
      db,
    );
    const delivered = emulators.intercom.deliveries.length;
    quiet = depths.length === 0 && rows[0]?.n === 0 && delivered === before ? quiet + 1 : 0;
    before = delivered;
    if (performance.now() > deadline)
      throw new Error(`the house does not settle: ${JSON.stringify({ depths, open: rows[0]?.n })}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  await emulators.settled();
}

// --- People who write ---------------------------------------------------------------------------------------------

export interface Writer {
  /** Unique in the file: name, address and company come from it ("nora" is Nora Nguyen of nora.example). */
  readonly who: string;
  readonly situation?: SituationName;
  readonly email?: string | null;
  readonly employees?: number;
  readonly plan?: string;
  readonly contactTags?: readonly string[];
  readonly company?: Readonly<Record<string, unknown>> | null;
}

export type Seeded = ReturnType<Emulators["salesforce"]["state"]["seedSituations"]>["people"][number];

/** The person stands in Salesforce and in Intercom. */
export function seedWriter(
  house: Pick<TestHouse, "emulators">,
  writer: Writer,
): { readonly contactId: string; readonly crm: Seeded | null } {
  const { intercom, salesforce } = house.emulators;
  const { who, situation = "unknown", employees = 60, plan, contactTags = [] } = writer;
  const name = `${who[0]?.toUpperCase() ?? ""}${who.slice(1)} Nguyen`;
  const domain = `${who}.example`;
  const email = writer.email === undefined ? `${who}@${domain}` : writer.email;
  const company = `${who} works`;
  const people = email === null ? [] : [{ email, name, situation, domain, company }];
  const crm = salesforce.state.seedSituations({ people }).people[0] ?? null;
  const companies =
    writer.company === null
      ? []
      : [
          intercom.addCompany({
            companyId: domain,
            name: company,
            domain,
            size: employees,
            customAttributes: { ...writer.company },
          }).id,
        ];
  const { id: contactId } = intercom.addContact({
    ...(email !== null && { email }),
    name,
    role: "user",
    ...(plan !== undefined && { plan }),
    tags: contactTags,
    companies,
  });
  return { contactId, crm };
}

export interface Talk {
  readonly conversation: string;
  readonly contactId: string;
  readonly crm: Seeded | null;
}

/** Somebody writes one message; resolves when Baton is through with it. */
export async function writes(
  house: TestHouse,
  writer: Writer & {
    readonly text: string;
    readonly tags?: readonly string[];
    readonly team?: string;
  },
): Promise<Talk> {
  const { intercom } = house.emulators;
  const { contactId, crm } = seedWriter(house, writer);
  const { id: conversation } = intercom.startConversation({ contactId, body: writer.text });
  if (writer.team !== undefined) {
    const team = [...intercom.workspace.teams.values()].find((one) => one.name === writer.team);
    if (team === undefined) throw new Error(`no team ${writer.team} in the emulator`);
    intercom.assignConversation({ conversationId: conversation, type: "team", assigneeId: team.id });
  }
  for (const tag of writer.tags ?? []) intercom.tagConversation({ conversationId: conversation, tag });
  await house.settle();
  return { conversation, contactId, crm };
}

/** Texts that the default policy takes for what they are called. */
export const WORDS = {
  buying:
    "Could you send pricing and a quote? We need SSO and SAML, our security review comes up, and procurement would like to talk to sales.",
  upgrade:
    "How do I upgrade? We want to move to the pro plan and add more seats. Please send pricing and a quote.",
  churn: "This is unacceptable, it is the third time. I want to cancel our subscription and I want a refund.",
  integration:
    "Could you send pricing and a quote? We need SSO, SAML, a security review, and I must know the API limits and whether you have a webhook.",
  idle: "got it, thanks!",
} as const;

// --- What became of it --------------------------------------------------------------------------------------------

export interface ShownEffect {
  readonly kind: EffectRequest["kind"];
  readonly target: string;
  readonly state: EffectState;
  readonly attempts: number;
  readonly key: string;
  readonly request: EffectRequest;
  readonly result: {
    readonly ids?: Record<string, string>;
    readonly about?: string;
    readonly already?: boolean;
  } | null;
  readonly error: { readonly code?: string; readonly message: string } | null;
}

export interface ShownHandoff {
  readonly id: string;
  readonly environment: string;
  readonly recipe: string;
  readonly episode: number;
  readonly status: string;
  readonly answer: Extract<Decision, { kind: "handoff" }>;
  readonly effects: readonly ShownEffect[];
}

export async function handoffsOf(house: TestHouse, conversation: string): Promise<readonly ShownHandoff[]> {
  const { rows } = await sql<ShownHandoff>`
    select h.id, h.environment, h.recipe, h.episode, h.status, d.answer,
      (select jsonb_agg(to_jsonb(e) order by e.ordinal) from effects e
        where e.handoff_id = h.id and e.follow_up_id is null) as effects
    from handoffs h join decisions d on d.id = h.decision_id
    where h.conversation_id = ${conversation} order by h.environment, h.episode, h.started_at`.execute(
    house.database.db,
  );
  return rows;
}

/** The only handoff of the conversation, in this environment where one is named. */
export async function handoffOf(
  house: TestHouse,
  conversation: string,
  environment?: string,
): Promise<ShownHandoff> {
  const all = await handoffsOf(house, conversation);
  const handoffs = all.filter((one) => environment === undefined || one.environment === environment);
  const [only] = handoffs;
  if (only === undefined || handoffs.length > 1) {
    const decisions = await decisionsOf(house, conversation);
    throw new Error(
      `${handoffs.length} handoffs of conversation ${conversation}; decisions: ${JSON.stringify(decisions)}`,
    );
  }
  return only;
}

export async function decisionsOf(house: TestHouse, conversation: string): Promise<readonly Decision[]> {
  const { rows } = await sql<{ answer: Decision }>`
    select answer from decisions where conversation_id = ${conversation} order by environment, version`.execute(
    house.database.db,
  );
  return rows.map((row) => row.answer);
}

/** Environment and bucket of the conversation. */
export async function standingsOf(
  house: TestHouse,
  conversation: string,
): Promise<Readonly<Record<string, string>>> {
  const { rows } = await sql<{ environment: string; bucket: string }>`
    select environment, bucket from standings where conversation_id = ${conversation} order by 1`.execute(
    house.database.db,
  );
  return Object.fromEntries(rows.map((row) => [row.environment, row.bucket]));
}

/** Slack's messages that carry this key, with the e-mail or name of where they lie. */
export function slackMessages({ emulators }: TestHouse, key: string) {
  const workspace = emulators.slack.workspace();
  return [...workspace.messages].flatMap(([channelId, messages]) =>
    messages
      .filter((message) => message.metadata?.event_payload["key"] === key)
      .map((message) => ({ ...message, to: nameOfChannel(workspace, channelId) })),
  );
}

function nameOfChannel(workspace: ReturnType<Emulators["slack"]["workspace"]>, id: string): string {
  const channel = workspace.channels.get(id);
  const [userId] = channel?.userIds ?? [];
  return userId === undefined ? `#${channel?.name ?? id}` : (workspace.users.get(userId)?.email ?? userId);
}

/** Mails whose Message-ID begins with this key. */
export function mails({ emulators }: TestHouse, key: string) {
  return emulators.smtp.mails().filter((mail) => mail.messageId?.includes(key) === true);
}

/** Salesforce records that carry the handoff's keys: object, fields and id, in the order of the write. */
export function recordsOf({ emulators }: TestHouse, handoff: ShownHandoff) {
  const fingerprint = (handoff.effects[0]?.key ?? "").slice(0, 22);
  const objects = [
    "Lead",
    "Account",
    "Contact",
    "Opportunity",
    "Baton_Conversation__c",
    "Baton_Conversation_Part__c",
    "Task",
  ];
  return objects.flatMap((object) =>
    emulators.salesforce.state
      .rows(object)
      .filter((row) => String(row["Baton_Key__c"]).startsWith(fingerprint))
      .map((row) => ({ object, ...row }) as Readonly<Record<string, unknown>> & { readonly object: string }),
  );
}

export function faultOn(
  method: string,
  path: string,
  then: FaultRule["then"],
  nth?: readonly number[],
): FaultRule {
  // oxlint-disable-next-line unicorn/no-thenable -- the published JSON of a plan calls it "then"
  return { match: { method, path }, then, ...(nth !== undefined && { nth: [...nth] }) };
}

export function clearFaults({ emulators }: TestHouse): void {
  emulators.applyFaults({ seed: 1 });
}
