/** One thread that embeds, from its first question to its end: it ends by itself when it is idle, silent or broken. */
import { Worker } from "node:worker_threads";
import type { Ms } from "../kernel/time.ts";
import type { Vector } from "../qualify/meaning/likeness.ts";
import type { Answer, Question } from "./worker.ts";

export interface ThreadOptions {
  readonly program: URL;
  /** It ends after so long without a question. */
  readonly idleMs: Ms;
  /** It is given up when it answers nothing for so long. */
  readonly patienceMs: Ms;
  /** Told once. `error` is what broke it, null where it was idle, silent or asked to end. */
  readonly onEnd: (error: Error | null, hasAnswered: boolean) => void;
}

export interface Thread {
  /** Rejects when the thread ends first. */
  readonly ask: (sentence: string) => Promise<Vector>;
  readonly end: (why: string) => Promise<void>;
}

interface Waiting {
  readonly resolve: (vector: Vector) => void;
  readonly reject: (error: Error) => void;
}

export function startThread({ program, idleMs, patienceMs, onEnd }: ThreadOptions): Thread {
  const worker = new Worker(program);
  worker.unref();
  const waiting = new Map<number, Waiting>();
  let timer: NodeJS.Timeout | undefined;
  let asked = 0;
  let hasAnswered = false;
  let hasEnded = false;

  const end = async (why: Error, error: Error | null): Promise<void> => {
    clearTimeout(timer);
    if (hasEnded) return;
    hasEnded = true;
    onEnd(error, hasAnswered);
    for (const { reject } of waiting.values()) reject(why);
    await worker.terminate();
  };
  const watch = (): void => {
    clearTimeout(timer);
    const isIdle = waiting.size === 0;
    timer = setTimeout(
      () => void end(new Error("it did not answer in time"), null),
      isIdle ? idleMs : patienceMs,
    );
    if (isIdle) timer.unref();
  };
  worker.on("message", ({ id, vector }: Answer) => {
    hasAnswered = true;
    waiting.get(id)?.resolve(vector);
    waiting.delete(id);
    watch();
  });
  worker.on("error", (cause) => {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    void end(error, error);
  });
  return {
    ask: (sentence) =>
      new Promise((resolve, reject) => {
        asked += 1;
        const question: Question = { id: asked, sentence };
        waiting.set(question.id, { resolve, reject });
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        worker.postMessage(question);
        watch();
      }),
    end: (why) => end(new Error(why), null),
  };
}
