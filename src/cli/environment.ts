/** `baton environment list|set`: which environments there are, and how each works. */
import { Command, InvalidArgumentError, Option } from "commander";
import { UserError } from "../kernel/failure.ts";
import { setShare } from "../sync/queries.ts";
import { setEnvironment } from "../versions/environments.ts";
import { type EnvironmentState, listEnvironmentStates } from "../versions/queries.ts";
import { type AuthoredDeps, requireEnvironment, withStore } from "./stored.ts";

interface Change {
  readonly mode?: "shadow" | "live";
  readonly review?: "required" | "none";
  readonly syncShare?: number;
  readonly author: string;
  readonly json?: true;
}

/** The command with its parts. */
export function environmentCommand(deps: AuthoredDeps): Command {
  const environment = new Command("environment").description("say and change how an environment works");
  environment
    .command("list")
    .description("say which environments there are")
    .option("--json", "print one JSON array")
    .action((options: { readonly json?: true }) =>
      withStore(deps, options.json === true, async ({ db }) => {
        const states = await listEnvironmentStates(db);
        const none = ["there is no environment; make one with `baton connect`"];
        return { json: states, lines: states.length === 0 ? none : states.map(stateLine) };
      }),
    );
  environment
    .command("set")
    .description("set what is named; the rest stays")
    .argument("<name>", "the environment, as `baton environment list` prints it")
    .addOption(
      new Option("--mode <mode>", "shadow: decide and send nothing; live: send").choices(["shadow", "live"]),
    )
    .addOption(
      new Option("--review <who>", "required: somebody else than the authors must publish").choices([
        "required",
        "none",
      ]),
    )
    .addOption(
      new Option(
        "--sync-share <percent>",
        "share of the org's API calls of a day that sync may use",
      ).argParser(percent),
    )
    .option("--author <name>", "who does it", deps.user)
    .option("--json", "print one JSON object")
    .action((name: string, change: Change) =>
      withStore(deps, change.json === true, async ({ db }) => {
        const { mode, review, syncShare, author } = change;
        if (mode === undefined && review === undefined && syncShare === undefined)
          throw new UserError("nothing to set: name --mode, --review or --sync-share");
        await requireEnvironment(db, name);
        if (syncShare !== undefined) await setShare(db, name, syncShare / 100);
        const asked = { mode, review: review === "none" ? ("optional" as const) : review };
        const now = await setEnvironment(db, name, asked, author);
        return { json: now, lines: [stateLine(now)] };
      }),
    );
  return environment;
}

function percent(text: string): number {
  const value = Number(text.replace(/\s*%$/, ""));
  if (Number.isFinite(value) && value > 0 && value <= 100) return value;
  throw new InvalidArgumentError("It must be a number above 0, at most 100.");
}

function stateLine({ name, mode, review, live, drafts }: EnvironmentState): string {
  const version = live === null ? "nothing published" : `version ${live} is live`;
  const asks = review === "required" ? "review required" : "no review";
  return `${name}  ${mode}  ${asks}  ${version}  ${drafts} draft${drafts === 1 ? "" : "s"}`;
}
