/** What Baton counts about its doors, for Prometheus. No label holds a person's data or an unbounded value. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Watched } from "../insights/census/gauge-queries.ts";

/** What became of one notification. */
export type NotificationResult =
  | "stored"
  | "duplicate"
  | "parked"
  | "ping"
  | "wrong_workspace"
  | "bad_signature"
  | "bad_request"
  | "too_large"
  | "unsupported_type"
  | "unknown_connection"
  | "unavailable";

export interface WebhookMetrics {
  count(result: NotificationResult): void;
  /** From the first header to the answer, in seconds. */
  acknowledged(seconds: number): void;
}

/** Adds the counters of the webhook to the registry, and Node's own (event loop lag, memory) once. */
export function webhookMetrics(registry: Registry): WebhookMetrics {
  if (registry.getSingleMetric("nodejs_eventloop_lag_seconds") === undefined) {
    collectDefaultMetrics({ register: registry });
  }
  const results = new Counter({
    name: "baton_notifications_total",
    help: "Notifications by what became of them",
    labelNames: ["result"] as const,
    registers: [registry],
  });
  const latency = new Histogram({
    name: "baton_webhook_ack_seconds",
    help: "Time to the answer of a webhook that was let in; Intercom's priority lane ends at 0.5 s",
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  return { count: (result) => results.inc({ result }), acknowledged: (seconds) => latency.observe(seconds) };
}

/** What became of one press in Slack. */
export type PressResult =
  | "stored"
  | "duplicate"
  | "ignored"
  | "bad_signature"
  | "bad_request"
  | "too_large"
  | "unsupported_type"
  | "unknown_connection"
  | "unavailable";

export interface PressMetrics {
  count(result: PressResult): void;
}

/** Adds the counter of what people press in Slack. */
export function pressMetrics(registry: Registry): PressMetrics {
  const results = new Counter({
    name: "baton_presses_total",
    help: "Presses in Slack by what became of them",
    labelNames: ["result"] as const,
    registers: [registry],
  });
  return { count: (result) => results.inc({ result }) };
}

/** Returns the intake's `onBatch`: rows per insert as `baton_intake_batch_rows`. */
export function batchMetrics(registry: Registry): (rows: number) => void {
  const rows = new Histogram({
    name: "baton_intake_batch_rows",
    help: "Notifications that shared one insert",
    buckets: [1, 2, 5, 10, 20, 50, 100, 200],
    registers: [registry],
  });
  return (count) => rows.observe(count);
}

export interface WalkMetrics {
  decided(environment: string, kind: string): void;
  handedOff(environment: string, recipe: string, status: string): void;
}

/** What this process decided and carried out since it started; several processes add up. */
export function walkMetrics(registry: Registry): WalkMetrics {
  const decisions = new Counter({
    name: "baton_decisions_total",
    help: "Decisions by their kind",
    labelNames: ["environment", "kind"] as const,
    registers: [registry],
  });
  const handoffs = new Counter({
    name: "baton_handoffs_total",
    help: "Handoffs that ended, by recipe and status",
    labelNames: ["environment", "recipe", "status"] as const,
    registers: [registry],
  });
  return {
    decided: (environment, kind) => decisions.inc({ environment, kind }),
    handedOff: (environment, recipe, status) => handoffs.inc({ environment, recipe, status }),
  };
}

/** Adds gauges of what stands in the database; every process tells the same. Read once for each scrape. */
export function stateMetrics(registry: Registry, read: () => Promise<Watched>): void {
  let reading: Promise<Watched | null> | null = null;
  const state = (): Promise<Watched | null> => {
    // A database that is away leaves its gauges out; /readyz says so.
    reading ??= read()
      .catch(() => null)
      .finally(() => {
        reading = null;
      });
    return reading;
  };
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    rows: (
      watched: Watched,
    ) => readonly { readonly labels: Partial<Record<Label, string>>; readonly value: number }[],
  ): void => {
    const one = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [registry],
      collect: async () => {
        const watched = await state();
        one.reset();
        for (const { labels, value } of watched === null ? [] : rows(watched)) one.set(labels, value);
      },
    });
  };
  const place = ["environment", "destination"] as const;
  gauge(
    "baton_census_adds_up",
    "1 where the census of the last night adds up, 0 where it does not",
    ["environment"],
    ({ census }) =>
      census.map(({ environment, addsUp }) => ({ labels: { environment }, value: addsUp ? 1 : 0 })),
  );
  gauge(
    "baton_census_conversations",
    "Conversations that had come in by the last night",
    ["environment"],
    ({ census }) => census.map(({ environment, in: value }) => ({ labels: { environment }, value })),
  );
  gauge("baton_open_issues", "Issues that wait for a person", place, ({ openIssues }) =>
    openIssues.map(({ n: value, ...labels }) => ({ labels, value })),
  );
  gauge("baton_paused", "1 for each destination that gets nothing for now", place, ({ pauses }) =>
    pauses.map((labels) => ({ labels, value: 1 })),
  );
  gauge(
    "baton_waiting_runs",
    "Runs that wait for a destination or their place in the line",
    [],
    (watched) => [{ labels: {}, value: watched.waitingRuns }],
  );
  gauge("baton_undecided_seconds", "How long the longest has waited for its decision", [], (watched) => [
    { labels: {}, value: watched.undecidedSeconds },
  ]);
}
