/** Drives `baton.program.ts` from a test. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

type Event =
  | { readonly kind: "ready"; readonly url: string; readonly adopted: boolean; readonly pid: number }
  | { readonly kind: "failed"; readonly name: string; readonly message: string }
  | { readonly kind: "log"; readonly level: string; readonly message: string }
  | { readonly kind: "interrupted" }
  | { readonly kind: "stopped" };

export interface Baton {
  readonly pid: number;
  /** How the start ended. */
  readonly started: Extract<Event, { kind: "ready" | "failed" }>;
  readonly logged: string[];
  /** Waits until it says that Ctrl-C has reached it. */
  interrupted(): Promise<void>;
  /** Ends it in order and waits. */
  stop(): Promise<void>;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
}

export interface BatonOptions {
  readonly directory: string;
  readonly fallback: string;
  readonly native?: string;
  readonly uid?: number;
  readonly gid?: number;
}

const PROGRAM = fileURLToPath(new URL("baton.program.ts", import.meta.url));

export async function startBaton(options: BatonOptions): Promise<Baton> {
  const { directory, fallback, native, ...identity } = options;
  const args = [PROGRAM, directory, fallback, ...(native === undefined ? [] : [native])];
  const child = spawn(process.execPath, args, {
    ...identity,
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const logged: string[] = [];
  const waiting = new Map<string, () => void>();
  const started = await new Promise<Baton["started"]>((resolve, reject) => {
    child.once("exit", (code, signal) => reject(new Error(`ended early: ${code ?? signal}`)));
    createInterface(child.stdout).on("line", (line) => {
      const event = JSON.parse(line) as Event;
      if (event.kind === "log") logged.push(event.message);
      else if (event.kind === "ready" || event.kind === "failed") resolve(event);
      else waiting.get(event.kind)?.();
    });
  });
  return {
    pid: child.pid ?? 0,
    started,
    logged,
    interrupted: () => new Promise((resolve) => waiting.set("interrupted", resolve)),
    stop: () => ended(child, () => child.stdin.end()),
    kill: () => ended(child, () => child.kill("SIGKILL")),
  };
}

async function ended(child: ChildProcess, end: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  end();
  await exit;
}
