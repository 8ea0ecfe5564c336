/**
 * A worker dies before, within and after each step of what is pressed in Slack, and of what follows from it. Whoever takes
 * it up has done everything, and nothing twice.
 */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "kysely";
import { type Emulators, startEmulators } from "../../emulators/all.ts";
import { connectEmulators, deliverTo, DEMO_ENVIRONMENT, prepareWorld } from "../../src/cli/emulated.ts";
import { addressIn, type Process, startProcess, stopProcess } from "../../src/cli/rehearsal/processes.ts";
import { openVault } from "../../src/vault/vault.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { seedWriter, WORDS } from "../support/house.ts";

const ENTRY = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const KEY = Buffer.alloc(32, 7).toString("base64");
const PHASES = ["before", "after-body", "after-record"] as const;
/** Steps of the press, of the effects that it planned, and of the alerts that tell of it. */
const STEPS = ["press", "answer press", "carry", "renew alerts"];

let database: TestDatabase;
let emulators: Emulators;
let server: Process;
const workers = new Set<Process>();

function start(name: string, args: readonly string[], crashAt?: string): Process {
  const env = {
    PATH: process.env["PATH"],
    NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
    DATABASE_URL: database.url,
    BATON_SECRET_KEY: KEY,
    BATON_PORT: "0",
    BATON_LOG: "warn",
    BATON_SETTLE_MS: "300",
    BATON_HEARTBEAT_MS: "300",
    ...(crashAt !== undefined && { BATON_CRASH_AT: crashAt }),
  };
  return startProcess({ name, node: process.execPath, entry: ENTRY, args, env });
}

function startWorker(crashAt?: string): Process {
  const worker = start("worker", ["worker"], crashAt);
  workers.add(worker);
  return worker;
}

beforeAll(async () => {
  database = await freshDatabase();
  emulators = await startEmulators();
  await prepareWorld(emulators, []);
  const webhooks = await connectEmulators({
    db: database.db,
    vault: openVault({ key: KEY }),
    emulators,
    environment: DEMO_ENVIRONMENT,
    mode: "live",
  });
  server = start("serving process", ["start", "--serve-only"]);
  const address = addressIn(await server.ready);
  deliverTo(emulators, address, webhooks);
});

afterAll(async () => {
  await Promise.all([...workers, server].map((one) => stopProcess(one, 5_000)));
  await emulators.stop();
  await database.drop();
});

/** Looks again until there is something. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface Told {
  readonly handoff: string;
  readonly key: string;
  readonly owner: string;
}

/** A lead of the pool whose owner has been told in Slack. */
async function told(who: string): Promise<Told> {
  const { contactId } = seedWriter({ emulators }, { who });
  const { id } = emulators.intercom.startConversation({ contactId, body: WORDS.buying });
  return until(async () => {
    const { rows } = await sql<Told>`
      select h.id as handoff, e.key, e.request -> 'recipient' ->> 'email' as owner
      from handoffs h join effects e on e.handoff_id = h.id and e.kind = 'notify'
      where h.conversation_id = ${id} and h.status = 'done'`.execute(database.db);
    return rows[0];
  });
}

async function stateOf({ handoff, owner }: Told) {
  const { rows } = await sql<{
    rejections: number;
    open: number;
    notes: readonly string[];
    credited: boolean;
    turns: number;
  }>`
    select
      (select count(*)::int from follow_ups where handoff_id = ${handoff} and kind = 'reject' and state = 'done') as rejections,
      (select count(*)::int from follow_ups where handoff_id = ${handoff} and state in ('armed', 'fired'))
        + (select count(*)::int from presses where answered_at is null)
        + (select count(*)::int from alert_boards where shown < news) as open,
      array(select e.key from effects e join follow_ups f on f.id = e.follow_up_id
        where f.handoff_id = ${handoff} and f.kind = 'reject') as notes,
      (select credited_at is not null from assignments where handoff_id = ${handoff}) as credited,
      (select sum(served + adjustment)::float8 from pool_members where member = ${owner}) as turns`.execute(
    database.db,
  );
  const [row] = rows;
  if (row === undefined) throw new Error("an aggregate without a row");
  return row;
}

describe("a worker that dies", () => {
  test.for(STEPS.map((step, i) => ({ step, who: ["abel", "bert", "cara", "dora"][i] ?? "" })))(
    "at every phase of the step $step loses no rejection and doubles none",
    { timeout: 180_000 },
    async ({ step, who }) => {
      const first = startWorker();
      const lead = await told(who);
      const before = await stateOf(lead);
      const { slack, salesforce } = emulators;
      // The question is asked while the worker lives: what opens it is good for three seconds.
      await slack.press({ user: lead.owner, key: lead.key, action: "baton-reject" });
      await until(async () => slack.workspace().views.at(-1)?.userId);
      await until(async () => ((await stateOf(lead)).open === before.open ? true : undefined));
      await stopProcess(first, 2_000);

      await slack.submit({ user: lead.owner, values: { reason: "spam" } });
      const ends: string[] = [];
      for (const phase of PHASES) ends.push(await startWorker(`${step}:${phase}`).ended);
      expect(ends).toEqual(PHASES.map(() => "SIGKILL"));
      const last = startWorker();
      const after = await until(async () => {
        const state = await stateOf(lead);
        return state.open === 0 && state.rejections > 0 ? state : undefined;
      });
      expect(after).toMatchObject({ rejections: 1, credited: true, turns: before.turns - 1 });
      expect(after.notes).toHaveLength(1);
      const tasks = salesforce.state.rows("Task").filter((task) => task["Baton_Key__c"] === after.notes[0]);
      expect(tasks).toMatchObject([{ Subject: "Not a lead: Spam or a test" }]);
      await stopProcess(last, 2_000);
      const alerts = [...slack.workspace().messages.values()]
        .flat()
        .filter(({ metadata }) => metadata?.event_payload["key"] === lead.key);
      expect(alerts).toHaveLength(1);
      expect(JSON.stringify(alerts[0]?.blocks)).toContain("Not a lead, says");
    },
  );
});
