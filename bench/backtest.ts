/**
 * A draft over 100,000 stored conversations, with a decision each: in the time that a person waits, beside the time
 * that PostgreSQL alone needs to hand the same rows over.
 */
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { sql } from "kysely";
import { evidenceOfRow, rowSchema } from "../src/conversation/row.ts";
import { briefOf } from "../src/decide/brief.ts";
import { decide, type DecisionInputs } from "../src/decide/decide.ts";
import type { Decision } from "../src/decide/decision.ts";
import { triggersOf } from "../src/decide/preview.ts";
import { publishGiven } from "../src/versions/publish.ts";
import { liveVersion } from "../src/versions/queries.ts";
import type { Directory } from "../src/decide/candidate.ts";
import type { Backtest } from "../src/insights/backtest.ts";
import { pagesOf, pastDecisions, windowFacts } from "../src/insights/queries.ts";
import { defaultPolicy, saasDefault } from "../src/policy/templates/saas-default.ts";
import { compile } from "../src/qualify/compile.ts";
import { type CrmView, NOBODY_KNOWN } from "../src/qualify/crm.ts";
import { score } from "../src/qualify/score.ts";
import { demoConversations, demoFileLength, demoScoreRow } from "../demo/conversations.ts";
import type { Bench, BenchDatabase, Ground } from "./ground.ts";
import { memoryOf } from "./ground.ts";
import { atMost, informs } from "./row.ts";

const CONVERSATIONS = 100_000;
/** Different ones; the rest are copies under names of their own. */
const DIFFERENT = 2_000;
const DAY_MS = 86_400_000;
const ENVIRONMENT = "production";

export const backtest: Bench = async (ground) => {
  const count = ground.quick ? CONVERSATIONS / 10 : CONVERSATIONS;
  const database = await ground.newDatabase();
  const bytes = await seedDecisions(ground, database, count, ground.clock());
  const folder = await ground.newFolder();
  const draft = join(folder, "draft.yaml");
  const lower = saasDefault.replace("threshold: 40", "threshold: 25");
  await writeFile(draft, lower);
  const anew = join(folder, "anew.yaml");
  await writeFile(anew, lower.replace("phrases: [pricing, quote,", "phrases: [pricing,"));
  const window = { environment: ENVIRONMENT, since: 0, until: ground.clock() + DAY_MS };
  const { versions } = await windowFacts(database.db, window);
  const read = await seconds(async () => {
    for (const ends of await pagesOf(database.db, window, 400))
      await pastDecisions(database.db, window, ends, versions);
  });
  let peak = 0;
  const took = await seconds(async () => {
    peak = await command(
      ground,
      database.url,
      folder,
      ["--policy", draft, "--since", "9999d", "--json"],
      count,
    );
  });
  const tookAnew = await seconds(async () => {
    await command(ground, database.url, folder, ["--policy", anew, "--since", "9999d", "--json"], count);
  });
  const limit = { limit: read };
  return [
    atMost(
      {
        name: `a draft over ${count.toLocaleString("en-US")} conversations`,
        value: took,
        unit: "s",
        ...limit,
      },
      10,
    ),
    ...(peak === 0
      ? []
      : [atMost({ name: "memory of the command, its peak", value: peak, unit: "MB" }, 350)]),
    informs({ name: "the same with another phrase: all are counted anew", value: tookAnew, unit: "s" }),
    informs({ name: "PostgreSQL hands the same rows over", value: read, unit: "s" }),
    informs({ name: "stored inputs of one decision, as text", value: bytes, unit: "bytes" }),
  ];
};

const MAIN = join(import.meta.dirname, "..", "bin", "baton.mjs");

/** Runs `baton backtest` as a person does; returns its peak memory in MB, 0 where the system does not tell. */
async function command(
  ground: Ground,
  url: string,
  folder: string,
  args: readonly string[],
  count: number,
): Promise<number> {
  const child = spawn(process.execPath, [MAIN, "backtest", ...args], {
    cwd: folder,
    env: { ...ground.env, DATABASE_URL: url, BATON_DATA_DIR: folder, BATON_SECRET_KEY: ground.secretKey },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let peak = 0;
  const see = async (): Promise<void> => {
    peak = Math.max(peak, (await memoryOf(child.pid ?? 0))?.peak ?? 0);
  };
  const look = setInterval(() => void see(), 100);
  const said = await text(child.stdout);
  clearInterval(look);
  const report = JSON.parse(said) as Backtest;
  const { enters, unsure } = report.movements;
  if (report.conversations !== count || enters + unsure === 0)
    throw new Error(
      `the backtest of ${count} conversations saw ${report.conversations} and let ${enters} in`,
    );
  return peak;
}

async function seconds(body: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await body();
  return (performance.now() - began) / 1_000;
}

/**
 * Stores the demo's conversations with their decisions, and copies of them, in the order of time, as a service does;
 * returns the mean size of the inputs.
 */
async function seedDecisions(
  ground: Ground,
  { db }: BenchDatabase,
  count: number,
  now: number,
): Promise<number> {
  await sql`insert into connections (id, kind, settings) values ('i', 'intercom', '{"workspace":"w"}'), ('s', 'salesforce', '{}')`.execute(
    db,
  );
  await sql`insert into environments (name, intercom_connection, salesforce_connection) values (${ENVIRONMENT}, 'i', 's')`.execute(
    db,
  );
  await publishGiven(db, {
    environment: ENVIRONMENT,
    document: saasDefault,
    publisher: "bench",
    comment: "",
  });
  const version = (await liveVersion(db, ENVIRONMENT))?.id ?? null;
  const stored = conversations(now).map(storedDecision);
  const texts = stored.map(({ inputs }) => JSON.stringify(inputs));
  await sql`create table different as table decisions with no data`.execute(db);
  for (let from = 0; from < stored.length; from += 500) {
    const some = stored.slice(from, from + 500);
    await sql`
      insert into different (environment, workspace, conversation_id, version, policy_version, kind, recipe, exclusion, inputs, answer, brief, decided_at)
      select ${ENVIRONMENT}, 'w', id, 1, ${version}, kind, recipe, exclusion, inputs::json, answer::jsonb, brief::json, to_timestamp(at)
      from unnest(${some.map(({ id }) => id)}::text[], ${some.map(({ answer }) => answer.kind)}::text[],
        ${some.map(({ answer }) => ("recipe" in answer ? answer.recipe : null))}::text[],
        ${some.map(({ answer }) => ("exclusion" in answer ? answer.exclusion : null))}::text[],
        ${texts.slice(from, from + 500)}::text[], ${some.map(({ answer }) => JSON.stringify(answer))}::text[],
        ${some.map(({ inputs, answer }) => JSON.stringify(briefOf(inputs, answer)))}::text[],
        ${some.map(({ inputs }) => inputs.now / 1_000)}::float8[]) as t(id, kind, recipe, exclusion, inputs, answer, brief, at)`.execute(
      db,
    );
  }
  await sql`
    insert into decisions (environment, workspace, conversation_id, version, policy_version, kind, recipe, exclusion, inputs, answer, brief, decided_at)
    select environment, workspace, conversation_id || '-' || copy, version, policy_version, kind, recipe, exclusion, inputs, answer, brief,
      decided_at - copy * interval '1 minute' as at
    from different, generate_series(0, ${count / stored.length - 1}::int) copy order by at`.execute(db);
  await sql`analyze decisions`.execute(db);
  ground.say(`${count} decisions stored`);
  return texts.reduce((sum, text) => sum + text.length, 0) / texts.length;
}

function conversations(now: number) {
  const file = demoFileLength();
  if (file === 0) throw new Error("the demo has no conversations");
  return demoConversations({ count: DIFFERENT, seed: 1, now });
}

type Demo = ReturnType<typeof conversations>[number];
const directory: Directory = {
  users: Object.values(defaultPolicy().routing.pools)
    .flatMap((pool) => pool.members)
    .map(({ user }, i) => ({ id: `005${i}`, email: user, name: user, active: true })),
  queues: [{ id: "00G1", name: "Inbound", objects: ["Lead", "Opportunity", "Task"] }],
};
const compiled = compile(defaultPolicy());

/** As the service would have stored it: Salesforce was asked only about those whom a recipe wants. */
function storedDecision(
  demo: Demo,
  i: number,
): { id: string; inputs: Omit<DecisionInputs, "policy">; answer: Decision } {
  const now = Math.max(...demo.turns.map((turn) => turn.at)) + 1_000;
  const heard = evidenceOfRow(rowSchema.parse(demoScoreRow(demo)), now);
  const given = (crm: CrmView | null): DecisionInputs => {
    const evidence = { snapshot: heard.snapshot, crm };
    return {
      environment: ENVIRONMENT,
      evidence,
      scores: score(evidence, compiled, now),
      policy: compiled.policy,
      triggers: triggersOf(evidence),
      now,
      earlier: [],
      directory: crm === null ? { users: [], queues: [] } : directory,
      pools: {},
    };
  };
  const blind = decide(given(null));
  const isWanted = blind.kind === "handoff" || blind.kind === "held";
  const { policy: _, ...inputs } = given(isWanted ? (heard.crm ?? NOBODY_KNOWN) : null);
  return { id: `${i}`, inputs, answer: decide({ ...inputs, policy: compiled.policy }) };
}
