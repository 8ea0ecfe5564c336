/** `baton pause`, `baton resume`, `baton pauses`: a destination to which an environment sends nothing for now. */
import { Argument, Command } from "commander";
import { pause, resume } from "../handoff/pause.ts";
import { type Destination, DESTINATIONS, listPauses, type Pause } from "../handoff/pause-queries.ts";
import { type AuthoredDeps, requireEnvironment, withStore } from "./stored.ts";

interface Asked {
  readonly environment: string;
  readonly json?: true;
}

const destination = (): Argument =>
  new Argument("<destination>", "where nothing shall go").choices(DESTINATIONS);

/** Pauses. */
export function pauseCommand(deps: AuthoredDeps): Command {
  return new Command("pause")
    .description("send nothing to a destination until it is resumed; what is due waits and keeps its order")
    .addArgument(destination())
    .requiredOption("--environment <name>", "of which environment")
    .requiredOption("--reason <text>", "why, for whoever wonders")
    .option("--author <name>", "who does it", deps.user)
    .option("--json", "print one JSON object")
    .action((to: Destination, options: Asked & { readonly reason: string; readonly author: string }) =>
      withStore(deps, options.json === true, async ({ db }) => {
        const { environment, reason, author } = options;
        await requireEnvironment(db, environment);
        const asked = { environment, destination: to, reason };
        const paused = await pause(db, asked, author, deps.terminal.clock());
        return { json: paused, lines: [pauseLine(paused)] };
      }),
    );
}

/** Resumes. */
export function resumeCommand(deps: AuthoredDeps): Command {
  return new Command("resume")
    .description("end a pause: what waited goes out, the oldest first")
    .addArgument(destination())
    .requiredOption("--environment <name>", "of which environment")
    .option("--author <name>", "who does it", deps.user)
    .option("--json", "print one JSON object; null where nothing was paused")
    .action((to: Destination, { environment, json, author }: Asked & { readonly author: string }) =>
      withStore(deps, json === true, async ({ db }) => {
        await requireEnvironment(db, environment);
        const ended = await resume(db, { environment, destination: to }, author);
        const lines =
          ended === null
            ? [`${to} of ${environment} was not paused`]
            : [`${to} of ${environment} is resumed; ${ended.waiting} runs that waited start now`];
        return { json: ended, lines };
      }),
    );
}

/** Lists. */
export function pausesCommand(deps: AuthoredDeps): Command {
  return new Command("pauses")
    .description("say what is paused, why, and how much waits")
    .option("--environment <name>", "of this environment only")
    .option("--json", "print one JSON array")
    .action((options: { readonly environment?: string; readonly json?: true }) =>
      withStore(deps, options.json === true, async ({ db }) => {
        const { environment = null } = options;
        if (environment !== null) await requireEnvironment(db, environment);
        const pauses = await listPauses(db, environment);
        return { json: pauses, lines: pauses.length === 0 ? ["nothing is paused"] : pauses.map(pauseLine) };
      }),
    );
}

function pauseLine(one: Pause): string {
  const since = `${new Date(one.since).toISOString().slice(0, 16)}Z`;
  const by = one.isAutomatic ? "by Baton, until it is let in again" : `by ${one.pausedBy}`;
  return `${one.destination} of ${one.environment}  paused ${since} ${by}  ${one.waiting} runs wait  ${one.reason}`;
}
