/** For whoever watches the process: alive, ready, and the figures. */
import type { FastifyInstance } from "fastify";
import { setTimeout as sleep } from "node:timers/promises";
import type { Registry } from "prom-client";
import type { Ms } from "../kernel/time.ts";

/** One thing that must be in order before work can be taken: the database, the migrations, the engine. */
export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
  /** One readable line; without secrets, it is public. */
  readonly detail: string;
  /** False: work is taken without it, too. */
  readonly isNeeded?: false;
}

export interface HealthOptions {
  readonly readiness: () => Promise<readonly ReadinessCheck[]>;
  readonly metrics: Registry;
  /** A check that answers later counts as failed. */
  readonly readinessDeadlineMs: Ms;
}

/** Adds `/healthz` (process), `/readyz` (503 with names when not) and `/metrics`. */
export function healthRoutes(options: HealthOptions): (server: FastifyInstance) => Promise<void> {
  return async (server) => {
    server.get("/healthz", (_request, reply) => reply.send({ ok: true }));
    server.get("/readyz", async (_request, reply) => {
      const checks = await checked(options);
      const missing = checks
        .filter((check) => !check.ok && check.isNeeded !== false)
        .map((check) => check.name);
      return reply
        .code(missing.length === 0 ? 200 : 503)
        .send({ ready: missing.length === 0, missing, checks });
    });
    server.get("/metrics", async (_request, reply) =>
      reply.type(options.metrics.contentType).send(await options.metrics.metrics()),
    );
  };
}

async function checked({
  readiness,
  readinessDeadlineMs,
}: HealthOptions): Promise<readonly ReadinessCheck[]> {
  const stop = new AbortController();
  const late = sleep(readinessDeadlineMs, null, { signal: stop.signal }).catch(() => null);
  try {
    return (await Promise.race([readiness(), late])) ?? [failedCheck("no answer in time")];
  } catch {
    return [failedCheck("the checks themselves failed; the log says why")];
  } finally {
    stop.abort();
  }
}

function failedCheck(detail: string): ReadinessCheck {
  return { name: "readiness", ok: false, detail };
}
