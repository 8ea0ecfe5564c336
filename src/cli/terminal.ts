/** What a command may touch of its surroundings; `main.ts` makes the real one, tests make another. */
import type { Readable } from "node:stream";
import type { Clock } from "../kernel/time.ts";

export interface Terminal {
  /** Writes one line (or many) to standard output. */
  readonly out: (text: string) => void;
  /** Writes one line to standard error: progress, warnings. */
  readonly err: (text: string) => void;
  /** Resolves when whoever reads standard output has caught up: a slow reader must not fill the memory. */
  readonly drained?: () => Promise<void>;
  readonly stdin: Readable;
  /** True when standard error is a terminal: progress bars only then. */
  readonly interactive: boolean;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Sets the exit code; 0 unless a command says otherwise. */
  readonly exit: (code: number) => void;
}
