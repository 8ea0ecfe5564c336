/**
 * `npm run bench -- [names...] [--json FILE] [--quick]`: measures Baton and prints each figure beside the limit of the
 * same machine and its budget. A missed budget is said, not an error; a bench that could not run is.
 */
import { writeFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { type Bench, type Ground, onGround } from "./ground.ts";
import { type Row, tableOf } from "./row.ts";
import { backtest } from "./backtest.ts";
import { feedback } from "./feedback.ts";
import { handoff } from "./handoff.ts";
import { intake } from "./intake.ts";
import { memory } from "./memory.ts";
import { scoring } from "./scoring.ts";
import { start } from "./start.ts";

const BENCHES: Readonly<Record<string, Bench>> = {
  scoring,
  intake,
  handoff,
  feedback,
  backtest,
  memory,
  start,
};

const { values, positionals } = asked();
const unknown = positionals.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  process.stderr.write(
    `bench: there is no ${unknown.join(", ")}; there are ${Object.keys(BENCHES).join(", ")}.\n`,
  );
  process.exit(2);
}

const say = (line: string): void => void process.stderr.write(`bench: ${line}\n`);
const [busy = 0] = loadavg();
const others = busy > 0.5 ? "; others work on it, so times are longer than the machine alone would give" : "";
say(`${availableParallelism()} cores, load ${busy.toFixed(1)} before the start${others}`);
const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
const options = { quick: values.quick, env: process.env, clock: () => Date.now(), say };
const { rows, failed } = await onGround(options, (ground) => all(ground, names));

process.stdout.write(`${tableOf(rows)}\n`);
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
// Emulators and vendors' clients may keep handles; everything that was started is stopped by now.
process.exit(failed === 0 ? 0 : 1);

/** What the call asks for; a mistyped one ends with one line. */
function asked() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { json: { type: "string" }, quick: { type: "boolean", default: false } },
    });
  } catch (error) {
    const fault = error instanceof Error ? (error.message.split(". ")[0] ?? "") : String(error);
    process.stderr.write(`bench: ${fault}; usage: npm run bench -- [names...] [--json FILE] [--quick]\n`);
    process.exit(2);
  }
}

async function all(ground: Ground, wanted: readonly string[]): Promise<{ rows: Row[]; failed: number }> {
  const measured: Row[] = [];
  let broken = 0;
  for (const name of wanted) {
    const began = performance.now();
    try {
      const found = await BENCHES[name]?.(ground);
      measured.push(...(found ?? []).map((row) => ({ ...row, name: `${name}: ${row.name}` })));
      ground.say(`${name} took ${Math.round((performance.now() - began) / 1_000)} s`);
    } catch (error) {
      broken += 1;
      ground.say(
        `${name} could not run: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
  }
  return { rows: measured, failed: broken };
}
