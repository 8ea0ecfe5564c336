/** `baton sync backfill|status|history`: make both systems agree, say how sync stands, and what it did to somebody. */
import { Command } from "commander";
import type { Ms } from "../kernel/time.ts";
import {
  backfill,
  type BackfillEnd,
  type BackfillParts,
  type Preview,
  previewBackfill,
} from "../sync/backfill.ts";
import { budgetNow } from "../sync/carry.ts";
import type { SyncPlace } from "../sync/place.ts";
import { type AuditLine, historyOf, statusOf, type SyncStatus } from "../sync/audit/queries.ts";
import { backfillOf, type BackfillState } from "../sync/queries.ts";
import type { Store } from "./connect.ts";
import { progressOf } from "./progress.ts";
import { withStore } from "./stored.ts";
import type { Terminal } from "./terminal.ts";

export interface SyncDeps {
  readonly openStore: () => Promise<Store>;
  /** Resolves when somebody asked to stop. */
  readonly untilStopped: () => Promise<void>;
  readonly place: (store: Store, environment: string) => Promise<SyncPlace>;
}

interface BackfillOptions {
  readonly environment: string;
  readonly preview?: true;
  readonly json?: true;
}

const DAY_MS: Ms = 86_400_000;
const MOST_LINES = 200;

export function syncCommand(terminal: Terminal, deps: SyncDeps): Command {
  const sync = new Command("sync").description(
    "keep people and companies the same in Intercom and Salesforce",
  );
  sync
    .command("backfill")
    .description("make all people and companies that both systems know agree; goes on where it stopped")
    .requiredOption("--environment <name>", "the environment, as `baton environment list` prints it")
    .option("--preview", "say what it would change, and write nothing")
    .option("--json", "print one JSON object")
    .action((options: BackfillOptions) => runBackfill(terminal, deps, options));
  sync
    .command("status")
    .description("say how sync stands in each environment")
    .option("--json", "print one JSON array")
    .action((options: { readonly json?: true }) =>
      withStore({ terminal, openStore: deps.openStore }, options.json === true, async ({ db }) => {
        const now = terminal.clock();
        const states = await statusOf(db, now - DAY_MS);
        const all = await Promise.all(
          states.map(async (state) => {
            const { environment } = state;
            return {
              ...state,
              budget: await budgetNow(db, environment, null, now),
              backfill: await backfillOf(db, environment),
            };
          }),
        );
        const none = ["there is no environment; make one with `baton connect`"];
        return { json: all, lines: all.length === 0 ? none : all.flatMap(statusLines) };
      }),
    );
  sync
    .command("history")
    .description("say what sync did to somebody, the latest first")
    .requiredOption("--email <address>", "an address that they have or had; of a company its domain")
    .option("--json", "print one JSON array")
    .action(({ email, json }: { readonly email: string; readonly json?: true }) =>
      withStore({ terminal, openStore: deps.openStore }, json === true, async ({ db }) => {
        const lines = await historyOf(db, email.trim().toLowerCase(), MOST_LINES);
        const none = [`sync has changed nothing of ${email}`];
        return { json: lines, lines: lines.length === 0 ? none : lines.map(auditLine) };
      }),
    );
  return sync;
}

async function runBackfill(terminal: Terminal, deps: SyncDeps, options: BackfillOptions): Promise<void> {
  let isStopped = false;
  const stopped = (async () => {
    await deps.untilStopped();
    isStopped = true;
  })();
  const isJson = options.json === true;
  await withStore({ terminal, openStore: deps.openStore }, isJson, async (store) => {
    const place = await deps.place(store, options.environment);
    let draw: ((done: number) => void) | null = null;
    const parts: BackfillParts = {
      db: store.db,
      clock: terminal.clock,
      sleep: (ms) => Promise.race([stopped, new Promise<void>((resolve) => setTimeout(resolve, ms).unref())]),
      isStopped: () => isStopped,
      onPage: (looked, total) => {
        draw ??= progressOf(terminal, total, "people");
        draw(looked);
      },
    };
    if (options.preview === true) {
      const preview = await previewBackfill(parts, place);
      return { json: preview, lines: previewLines(preview) };
    }
    const end = await untilThrough(terminal, parts, place);
    const told = { json: { end: end.kind, ...end.state }, lines: endLines(options.environment, end) };
    return { ...told, isRefused: end.kind !== "done" };
  });
}

/** Waits while the share of the org's calls is used or a side is paused, unless somebody asks to stop. */
async function untilThrough(
  terminal: Terminal,
  parts: BackfillParts,
  place: SyncPlace,
): Promise<BackfillEnd> {
  let said = "";
  for (;;) {
    const end = await backfill(parts, place);
    if (end.kind !== "paused") return end;
    if (end.why !== said) terminal.err(end.why);
    said = end.why;
    await parts.sleep(Math.min(Math.max(0, end.until - parts.clock()), DAY_MS));
    if (parts.isStopped()) return { kind: "stopped", state: end.state };
  }
}

function previewLines(preview: Preview): readonly string[] {
  const { looked, total, matched, changing, fields, examples, unfinished } = preview;
  const first = `${looked} of ${total} people looked at, ${matched} are known to Salesforce, ${changing} would change`;
  return [
    unfinished === null ? first : `${first}; unfinished: ${unfinished}`,
    ...fields.map(({ field, to, changes }) => `${String(changes).padStart(7)}  ${field} in ${LABEL[to]}`),
    ...examples.map(
      ({ of, record, field, to, before, after, why }) =>
        `${of} (${record}): ${field} in ${LABEL[to]} from ${shown(before)} to ${shown(after)}: ${why}`,
    ),
  ];
}

function endLines(environment: string, end: BackfillEnd): readonly string[] {
  const { looked, total, matched, changes } = end.state;
  const came = `${looked} of ${total} people looked at, ${matched} are known to Salesforce, changes: ${countsOf(changes)}`;
  if (end.kind === "done") return [came];
  return [`${came}; stopped: \`baton sync backfill --environment ${environment}\` goes on there`];
}

const LABEL = { intercom: "Intercom", salesforce: "Salesforce" } as const;

function countsOf(changes: BackfillState["changes"]): string {
  const counts = Object.entries(changes).map(([state, n]) => `${n} ${state}`);
  return counts.length === 0 ? "none" : counts.join(", ");
}

function shown(value: AuditLine["before"]): string {
  return value === null ? "nothing" : JSON.stringify(value);
}

type Standing = SyncStatus & {
  readonly budget: Awaited<ReturnType<typeof budgetNow>>;
  readonly backfill: BackfillState | null;
};

function statusLines(standing: Standing): readonly string[] {
  const { environment, share, paired, changes, covered, budget, backfill: last } = standing;
  const allowed = budget.allowed === null ? "an unknown number of" : String(budget.allowed);
  const paused = budget.kind === "spent" ? `, paused until ${new Date(budget.until).toISOString()}` : "";
  const read = Object.entries(covered).map(([source, until]) => `${source} until ${until}`);
  return [
    `${environment}  ${paired} people and companies with a record; changes of the last day: ${countsOf(changes)}`,
    `  calls to Salesforce within a day: ${budget.used} of ${allowed} (${Math.round(share * 1_000) / 10} %)${paused}`,
    `  read: ${read.length === 0 ? "nothing yet" : read.join(", ")}`,
    `  backfill: ${last === null ? "never" : `${last.looked} of ${last.total} people${last.endedAt === null ? ", not through" : ""}`}`,
  ];
}

function auditLine(line: AuditLine): string {
  const { at, environment, record, field, writtenTo, before, after, state, why, error } = line;
  const said = error === null ? why : `${why}; ${error}`;
  return `${at}  ${environment}  ${state.padEnd(7)}  ${record}  ${field} in ${LABEL[writtenTo]}: ${shown(before)} -> ${shown(after)}  ${said}`;
}
