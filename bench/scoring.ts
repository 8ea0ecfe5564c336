/**
 * The scorer alone, on one core: conversations a second beside an empty matcher over the same conversations, the cost
 * of a character as messages grow, and the cost of a message as phrases are added.
 */
import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { evidenceOfRow, type Row as ConversationRow, rowSchema } from "../src/conversation/row.ts";
import { readRows, schemaParser } from "../src/cli/rows.ts";
import { scoreRow } from "../src/cli/score.ts";
import { policyOf } from "../src/policy/read.ts";
import type { Policy } from "../src/policy/schema.ts";
import { saasDefault } from "../src/policy/templates/saas-default.ts";
import { compile, type CompiledPolicy } from "../src/qualify/compile.ts";
import { score } from "../src/qualify/score.ts";
import type { Evidence } from "../src/qualify/scores.ts";
import { demoConversations, demoFileLength, demoScoreRow } from "../demo/conversations.ts";
import type { Bench, Ground } from "./ground.ts";
import { atLeast, atMost, informs, type Row } from "./row.ts";

const REAL = join(import.meta.dirname, "..", "..", "shared", "data", "support-twitter-open.jsonl");
const GROWTH = [1, 4, 16] as const;
const PHRASES = [10, 100, 1_000] as const;
const MESSAGE_CHARACTERS = 2_000;

export const scoring: Bench = async (ground) => {
  const now = ground.clock();
  const { rows, of } = await conversations(ground);
  const evidence = rows.map((row) => evidenceOfRow(row, now) as Evidence);
  const policy = policyOf(saasDefault, "the default policy");
  const full = compile(policy);
  const rate = (compiled: CompiledPolicy): number =>
    perSecond(ground, evidence, (one) => score(one, compiled, now).signals.length);
  const limit = rate(compile(withoutPhrases(policy)));
  const lines = perSecond(ground, rows, (row) => scoreRow(row, full, now).signals.length);
  return [
    atLeast(
      {
        name: `${evidence.length} conversations of ${of}`,
        value: rate(full),
        unit: "conversations/s",
        limit,
      },
      20_000,
    ),
    informs({ name: "the same with reading the row and the verdict", value: lines, unit: "conversations/s" }),
    ...growthOfText(ground, rows, full),
    ...growthOfPhrases(ground, rows, policy),
  ];
};

async function conversations(ground: Ground): Promise<{ rows: readonly ConversationRow[]; of: string }> {
  const isReal = existsSync(REAL);
  if (!isReal) ground.say("no real conversations beside the repository: the demo's are scored");
  const input = isReal ? createReadStream(REAL) : Readable.from(demoLines(ground.clock()));
  const rows: ConversationRow[] = [];
  for await (const reading of readRows(input, schemaParser(rowSchema))) {
    if (reading.kind === "bad") throw new Error(`line ${reading.line}: ${reading.message}`);
    rows.push(reading.row);
  }
  return { rows, of: isReal ? "real support" : "the demo" };
}

function demoLines(now: number): readonly Buffer[] {
  return demoConversations({ count: demoFileLength(), seed: 1, now }).map((one) =>
    Buffer.from(`${JSON.stringify(demoScoreRow(one))}\n`),
  );
}

function withoutPhrases(policy: Policy): Policy {
  const signals = Object.entries(policy.signals).map(([name, signal]) => [
    name,
    { ...signal, phrases: [], hints: [], meaning: false },
  ]);
  return { ...policy, signals: Object.fromEntries(signals) as Policy["signals"] };
}

const PASSES = 3;

/** Items a second, the best of three passes after a warm-up: other people's work must not count. */
function perSecond<T>(ground: Ground, items: readonly T[], body: (item: T) => number): number {
  return 1e9 / (nanosecondsPerItem(ground, [() => pass(ground, items, body)])[0] ?? Number.NaN);
}

/** Each pass's best time; the passes take turns, so that a busy moment of the machine strikes all of them. */
function nanosecondsPerItem(ground: Ground, passes: readonly (() => number)[]): readonly number[] {
  for (const one of passes) one();
  const rounds = Array.from({ length: ground.quick ? 2 : PASSES }, () => passes.map((one) => one()));
  return passes.map((_, i) => Math.min(...rounds.map((round) => round[i] ?? Number.NaN)));
}

/** Goes through the items for about a second; returns nanoseconds for each. */
function pass<T>(ground: Ground, items: readonly T[], body: (item: T) => number): number {
  const passMs = ground.quick ? 200 : 1_000;
  const began = performance.now();
  let done = 0;
  while (performance.now() - began < passMs) {
    for (const item of items) body(item);
    done += items.length;
  }
  return ((performance.now() - began) / done) * 1e6;
}

/** One message of a certain length, cut from what the customers wrote. */
function message(rows: readonly ConversationRow[], characters: number, now: number): Evidence {
  const texts = rows.flatMap((row) =>
    row.turns.filter((turn) => turn.role === "customer").map((turn) => turn.text),
  );
  let text = "";
  for (let i = 0; text.length < characters; i += 1) text += `${texts[i % texts.length] ?? ""}. `;
  const row = rowSchema.parse({ id: "long", text: text.slice(0, characters) });
  return evidenceOfRow(row, now) as Evidence;
}

function growthOfText(
  ground: Ground,
  rows: readonly ConversationRow[],
  full: CompiledPolicy,
): readonly Row[] {
  const now = ground.clock();
  // The 16 short messages hold together exactly what the long one holds.
  const long = message(rows, MESSAGE_CHARACTERS * 16, now);
  const text = long.snapshot.messages[0]?.text ?? "";
  const found = (piece: Evidence): number => score(piece, full, now).signals.length;
  const sizes = GROWTH.map((times) => MESSAGE_CHARACTERS * times);
  const passes = sizes.map((size) => {
    const pieces = Array.from({ length: text.length / size }, (_, i) => {
      const row = rowSchema.parse({ id: `piece ${i}`, text: text.slice(i * size, (i + 1) * size) });
      return evidenceOfRow(row, now) as Evidence;
    });
    return () => pass(ground, pieces, found) / size;
  });
  const measured = nanosecondsPerItem(ground, passes);
  const costs = sizes.map((size, i) => ({ size, nanoseconds: measured[i] ?? Number.NaN }));
  return [
    ...costs.map(({ size, nanoseconds }) =>
      informs({ name: `one message of ${size} characters, per character`, value: nanoseconds, unit: "ns" }),
    ),
    atMost({ name: "per character: dearest over cheapest length", value: spread(costs), unit: "" }, 1.5),
  ];
}

function growthOfPhrases(ground: Ground, rows: readonly ConversationRow[], policy: Policy): readonly Row[] {
  const now = ground.clock();
  const evidence = message(rows, MESSAGE_CHARACTERS, now);
  const words = [
    ...new Set(rows.flatMap((row) => row.turns.flatMap((turn) => turn.text.match(/[a-z]{3,}/g) ?? []))),
  ];
  const passes = PHRASES.map((count) => {
    const phrases = Array.from({ length: count }, (_, i) => `${words[(i * 7) % words.length]} zorblat ${i}`);
    const compiled = compile(onlyPhrases(policy, phrases));
    return () => pass(ground, [evidence], (one) => score(one, compiled, now).signals.length);
  });
  const measured = nanosecondsPerItem(ground, passes);
  const costs = PHRASES.map((count, i) => ({ count, nanoseconds: measured[i] ?? Number.NaN }));
  return [
    ...costs.map(({ count, nanoseconds }) =>
      informs({
        name: `one message of ${MESSAGE_CHARACTERS} characters, ${count} phrases`,
        value: nanoseconds / 1_000,
        unit: "us",
      }),
    ),
    atMost(
      { name: "per message: dearest over cheapest number of phrases", value: spread(costs), unit: "" },
      1.5,
    ),
  ];
}

/** All phrases in the first signal that has some; they begin with words that customers use, and match nothing. */
function onlyPhrases(policy: Policy, phrases: readonly string[]): Policy {
  const empty = withoutPhrases(policy);
  const [name] = Object.keys(empty.signals);
  const signal = name === undefined ? undefined : empty.signals[name];
  if (name === undefined || signal === undefined) throw new Error("the default policy has no signal");
  return { ...empty, signals: { ...empty.signals, [name]: { ...signal, phrases: [...phrases] } } };
}

function spread(costs: readonly { readonly nanoseconds: number }[]): number {
  const all = costs.map((cost) => cost.nanoseconds);
  return Math.max(...all) / Math.min(...all);
}
