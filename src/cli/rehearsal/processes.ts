/** The service's processes of a rehearsal: one that serves, some that work; started, killed, started again, stopped. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { UserError } from "../../kernel/failure.ts";
import type { Ms } from "../../kernel/time.ts";

export interface ProcessOptions {
  /** How logs and errors name it. */
  readonly name: string;
  readonly node: string;
  /** Path of main.ts. */
  readonly entry: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes every line that it writes to standard error. */
  readonly log?: (line: string) => void;
}

export interface Process {
  readonly name: string;
  readonly pid: number | undefined;
  /** Resolves with the line in which it says that it is ready; rejects with a UserError when it ends before. */
  readonly ready: Promise<string>;
  readonly isReady: () => boolean;
  /** Resolves when it has ended, with the signal or the exit code. */
  readonly ended: Promise<string>;
  readonly hasEnded: () => boolean;
  readonly signal: (signal: "SIGTERM" | "SIGKILL") => void;
}

const READY = /^Baton (?:listens on|works)/;
const LINES_KEPT = 40;

/** Starts `baton <args>` as a process of its own. */
export function startProcess({ name, node, entry, args, env, log }: ProcessOptions): Process {
  const child = spawn(node, [entry, ...args], { env, stdio: ["ignore", "ignore", "pipe"] });
  const lines: string[] = [];
  const state = { ready: false, ended: false };
  const ready = Promise.withResolvers<string>();
  ready.promise.catch(() => {});
  createInterface({ input: child.stderr }).on("line", (line) => {
    log?.(line);
    lines.push(line);
    if (lines.length > LINES_KEPT) lines.shift();
    if (!READY.test(line)) return;
    state.ready = true;
    ready.resolve(line);
  });
  const ended = endOf(child).then((how) => {
    state.ended = true;
    const last = lines.slice(-3).join(" | ");
    ready.reject(new UserError(`rehearse: the ${name} ended (${how}) before it was ready: ${last}`));
    return how;
  });
  return {
    name,
    pid: child.pid,
    ready: ready.promise,
    isReady: () => state.ready && !state.ended,
    ended,
    hasEnded: () => state.ended,
    signal: (signal) => void child.kill(signal),
  };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

/** Asks it to stop, and kills it when it takes longer than `graceMs`. Resolves when it is gone. */
export async function stopProcess(process: Process, graceMs: Ms): Promise<void> {
  if (process.hasEnded()) return;
  process.signal("SIGTERM");
  const timer = setTimeout(() => process.signal("SIGKILL"), graceMs);
  await process.ended;
  clearTimeout(timer);
}

/** "Baton listens on http://127.0.0.1:4000. Point ..." -> the address. */
export function addressIn(line: string): string {
  const address = /(https?:\/\/[^\s]+?)\.?(?:\s|$)/.exec(line)?.[1];
  if (address === undefined)
    throw new UserError(`rehearse: the service did not say where it listens: ${line}`);
  return address;
}

export interface Crew {
  /** Where webhooks go. */
  readonly url: string;
  /** Kills a working process without warning, and starts it again after a short while. False when none is ready. */
  readonly kill: () => boolean;
  readonly kills: () => number;
  /** Processes that ended although nobody killed them, one line each. They are started again. */
  readonly accidents: () => readonly string[];
  readonly stop: () => Promise<void>;
}

export interface CrewOptions extends Omit<ProcessOptions, "name" | "args"> {
  readonly workers: number;
  /** In [0, 1). */
  readonly random: () => number;
}

const STOP_GRACE_MS: Ms = 12_000;
/** A killed worker is away for up to this long. */
const LONGEST_ABSENCE_MS: Ms = 2_000;

/** Starts the serving process, and when it is ready (the database is then migrated) the workers. */
export async function startCrew(options: CrewOptions): Promise<Crew> {
  const { workers: count, random, ...common } = options;
  const server = startProcess({ ...common, name: "serving process", args: ["start", "--serve-only"] });
  const slots: Process[] = [];
  const expected = new Set<Process>();
  const accidents: string[] = [];
  const waiting = new Set<NodeJS.Timeout>();
  const state = { kills: 0, stopping: false };

  const startWorker = (slot: number): void => {
    const worker = startProcess({ ...common, name: `worker ${slot + 1}`, args: ["worker"] });
    slots[slot] = worker;
    void replaceAfter(worker, slot);
  };
  const replaceAfter = async (worker: Process, slot: number): Promise<void> => {
    const how = await worker.ended;
    if (state.stopping) return;
    if (!expected.has(worker)) accidents.push(`${worker.name} ended by itself: ${how}`);
    // Some come back at once, so that the dead one's lease still runs; others leave the work to those who are left.
    const timer = setTimeout(() => {
      waiting.delete(timer);
      if (!state.stopping) startWorker(slot);
    }, random() * LONGEST_ABSENCE_MS);
    waiting.add(timer);
  };
  const stop = async (): Promise<void> => {
    state.stopping = true;
    for (const timer of waiting) clearTimeout(timer);
    await Promise.all([...slots, server].map((one) => stopProcess(one, STOP_GRACE_MS)));
  };
  // However this process ends, none of its children stays.
  process.once("exit", () => {
    for (const one of [...slots, server]) one.signal("SIGKILL");
  });
  try {
    const url = addressIn(await server.ready);
    for (let slot = 0; slot < count; slot += 1) startWorker(slot);
    await Promise.all(slots.map((worker) => worker.ready));
    return {
      url,
      kill: () => {
        const ready = slots.filter((worker) => worker.isReady() && !expected.has(worker));
        const victim = ready[Math.floor(random() * ready.length)];
        if (victim === undefined) return false;
        expected.add(victim);
        state.kills += 1;
        victim.signal("SIGKILL");
        return true;
      },
      kills: () => state.kills,
      accidents: () => accidents,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
