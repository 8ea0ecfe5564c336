/**
 * At every step of the walk one worker dies before it, the next one after its work, the next one after its record.
 * Whoever takes the work up last must have lost nothing and doubled nothing.
 */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoConversations } from "../../demo/conversations.ts";
import { type Emulators, startEmulators } from "../../emulators/all.ts";
import { connectEmulators, DEMO_ENVIRONMENT, prepareWorld, type Replayable } from "../../src/cli/emulated.ts";
import { check } from "../../src/cli/rehearsal/check.ts";
import { collect } from "../../src/cli/rehearsal/collect.ts";
import { drive } from "../../src/cli/rehearsal/drive.ts";
import { expectationOf } from "../../src/cli/rehearsal/expect.ts";
import type { Expectation } from "../../src/cli/rehearsal/facts.ts";
import { addressIn, type Process, startProcess, stopProcess } from "../../src/cli/rehearsal/processes.ts";
import { defaultPolicy } from "../../src/policy/templates/saas-default.ts";
import { compile } from "../../src/qualify/compile.ts";
import { openVault } from "../../src/vault/vault.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";

const STEPS = [
  "hear person",
  "hear",
  "enrich",
  "match",
  "decide",
  `decide for ${DEMO_ENVIRONMENT}`,
  "salesforce",
  "intercom",
  "tell",
  "finish",
];
const PHASES = ["before", "after-body", "after-record"] as const;
/** Enrichment and matching are parts of a step: nothing of theirs is recorded. */
const UNRECORDED = ["enrich", "match"];

const ENTRY = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const KEY = Buffer.alloc(32, 7).toString("base64");
const RECIPES = ["churn-risk", "enterprise-inbound", "trial-conversion"] as const;
const policy = compile(defaultPolicy());
const now = Date.now();
/** For each step one conversation of each recipe, between people of its own. */
const casts = castsOf(STEPS.length);

let database: TestDatabase;
let emulators: Emulators;
let server: Process;
const workers = new Set<Process>();
const expectations: Expectation[] = [];
let known: Awaited<ReturnType<typeof prepareWorld>>;

/** The shortest first: no later message covers up what was lost with an earlier one. */
function castsOf(count: number): readonly (readonly Replayable[])[] {
  const all = demoConversations({ count: 87 * count, seed: 3, now });
  const byRecipe = RECIPES.map((recipe) =>
    all
      .filter((one) => one.expect.recipe === recipe)
      .toSorted((a, b) => a.turns.length + a.tags.length - (b.turns.length + b.tags.length)),
  );
  return Array.from({ length: count }, (_, i) => byRecipe.flatMap((list) => list.slice(i, i + 1)));
}

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
  emulators = await startEmulators({ scale: 60 });
  known = await prepareWorld(emulators, casts.flat(), policy.policy);
  const webhooks = await connectEmulators({
    db: database.db,
    vault: openVault({ key: KEY }),
    emulators,
    environment: DEMO_ENVIRONMENT,
    mode: "live",
  });
  server = start("serving process", ["start", "--serve-only"]);
  emulators.intercom.setWebhooks(`${addressIn(await server.ready)}${webhooks}`);
});

afterAll(async () => {
  await Promise.all([...workers, server].map((one) => stopProcess(one, 5_000)));
  await emulators.stop();
  await database.drop();
});

/** One worker after the other, each with its place to die, and a last one without; resolves with how they ended. */
async function succession(crashPoints: readonly string[]): Promise<readonly string[]> {
  const ends: string[] = [];
  for (const crashAt of crashPoints) ends.push(await startWorker(crashAt).ended);
  startWorker();
  return ends;
}

describe("workers that die", () => {
  test.for(STEPS.map((step, i) => ({ step, cast: casts[i] ?? [] })))(
    "before, within and after the step $step lose nothing and double nothing",
    { timeout: 180_000 },
    async ({ step, cast }) => {
      const phases = PHASES.filter((phase) => phase !== "after-record" || !UNRECORDED.includes(step));
      const ends = succession(phases.map((phase) => `${step}:${phase}`));
      const { replayed, hanging } = await drive({
        emulators,
        db: database.db,
        crew: { kill: () => false, kills: () => 0 },
        conversations: cast,
        rate: null,
        kills: 0,
        random: () => 0.3,
        clock: Date.now,
        isStopped: () => false,
        onProgress: () => {},
        patienceMs: 60_000,
      });
      expectations.push(...replayed.flatMap((one, i) => expected(one?.conversation, cast[i])));
      expect(hanging).toEqual([]);
      expect(await ends).toEqual(phases.map(() => "SIGKILL"));
      await Promise.all([...workers].map((worker) => stopProcess(worker, 0)));

      const environment = DEMO_ENVIRONMENT;
      const facts = await collect({
        db: database.db,
        emulators,
        environment,
        policy: policy.policy,
        deals: async () => [],
        expectations,
        contacts: [],
        endedAt: Date.now(),
      });
      expect(check(facts).problems.map(({ kind, line }) => `${kind}: ${line}`)).toEqual([]);
    },
  );
});

function expected(id: string | undefined, conversation: Replayable | undefined): readonly Expectation[] {
  if (id === undefined || conversation === undefined) return [];
  const person = { email: conversation.contact.email, domain: conversation.company?.domain ?? null };
  return [
    {
      name: conversation.id,
      person,
      conversation: id,
      ...expectationOf(conversation, policy, now, known.get(person.email ?? "")),
    },
  ];
}
