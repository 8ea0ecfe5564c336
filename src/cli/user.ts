/** `baton user create|list|role|link|disable|enable`: who may sign in. */
import { Command, Option } from "commander";
import { listUsers, type UserRow } from "../access/people-queries.ts";
import { type Role, ROLE_WORDS, ROLES } from "../access/roles.ts";
import { createUser, inviteAgain, type Link, setDisabled, setRole } from "../access/users.ts";
import { requireEnvironment, type AuthoredDeps, type Told, withStore } from "./stored.ts";

interface UserDeps extends AuthoredDeps {
  /** The address of a link's page. */
  readonly linkTo: (token: string) => string;
  /** The provider without which nobody signs in; null where passwords count. */
  readonly onlyBy: () => string | null;
}

interface Shared {
  readonly author: string;
  readonly json?: true;
}
type CreateOptions = Shared & {
  readonly email: string;
  readonly name?: string;
  readonly role: Role;
  readonly environment?: string;
};

export function userCommand(deps: UserDeps): Command {
  const command = new Command("user").description("people who sign in, and what they may do");
  addMaking(command, deps);
  addChanging(command, deps);
  return command;
}

function addMaking(command: Command, deps: UserDeps): void {
  const { terminal } = deps;
  shared(
    command.command("create").description("make a user and print the link with which they set a password"),
    deps,
  )
    .requiredOption("--email <address>", "their address, and their name in the audit log")
    .option("--name <name>", "how they are called")
    .addOption(
      new Option("--role <role>", ROLES.map((one) => `${one}: ${ROLE_WORDS[one]}`).join("; "))
        .choices(ROLES)
        .makeOptionMandatory(true),
    )
    .option("--environment <name>", "the one environment it is for; all without it")
    .action((options: CreateOptions) =>
      withStore(deps, options.json === true, async ({ db }) => {
        const environment = options.environment ?? null;
        if (environment !== null) await requireEnvironment(db, environment);
        return toldLink(
          await createUser(db, { ...options, environment }, options.author, terminal.clock()),
          deps,
        );
      }),
    );
  shared(
    command.command("link").description("print another link to set a password; earlier ones stop working"),
    deps,
  )
    .argument("<email>", "whose")
    .action((email: string, options: Shared) =>
      withStore(deps, options.json === true, async ({ db }) =>
        toldLink(await inviteAgain(db, email, options.author, terminal.clock()), deps),
      ),
    );
  command
    .command("list")
    .description("say who may sign in")
    .option("--json", "print one JSON array")
    .action((options: Pick<Shared, "json">) =>
      withStore(deps, options.json === true, async ({ db }) => {
        const users = await listUsers(db);
        const none = ["nobody may sign in; `baton user create --email X --role admin` makes the first"];
        return { json: users, lines: users.length === 0 ? none : users.map(userLine) };
      }),
    );
}

function addChanging(command: Command, deps: UserDeps): void {
  shared(command.command("role").description("give a role, or take it away with `none`"), deps)
    .argument("<email>", "whose")
    .addArgument(command.createArgument("<role>", "the role").choices([...ROLES, "none"]))
    .option("--environment <name>", "the one environment it is for; all without it")
    .action((email: string, role: Role | "none", options: Shared & { readonly environment?: string }) =>
      withStore(deps, options.json === true, async ({ db }) => {
        const environment = options.environment ?? null;
        if (environment !== null) await requireEnvironment(db, environment);
        const asked = { user: email, environment, role: role === "none" ? null : role };
        return toldUser(await setRole(db, asked, options.author));
      }),
    );
  for (const [name, words] of [
    ["disable", "let somebody in no more, and end their sessions"],
    ["enable", "let somebody in again"],
  ] as const)
    shared(command.command(name).description(words), deps)
      .argument("<email>", "whom")
      .action((email: string, options: Shared) =>
        withStore(deps, options.json === true, async ({ db }) =>
          toldUser(await setDisabled(db, email, name === "disable", options.author)),
        ),
      );
}

function shared(command: Command, { user }: UserDeps): Command {
  return command
    .option("--author <name>", "who does it, for the audit log", user)
    .option("--json", "print one JSON object");
}

function toldLink({ token, ...link }: Link, { linkTo, onlyBy }: UserDeps): Told {
  const provider = onlyBy();
  if (provider !== null)
    return {
      json: { user: link.user, email: link.email, link: null, expiresAt: null },
      lines: [`${link.email} signs in with ${provider}: there is no link, since passwords are off.`],
    };
  const expiresAt = new Date(link.expiresAt).toISOString();
  const address = linkTo(token);
  return {
    json: { ...link, expiresAt, link: address },
    lines: [address, `${link.email} sets a password there, once, until ${expiresAt}. It is not shown again.`],
  };
}

function toldUser(user: UserRow): Told {
  return { json: user, lines: [userLine(user)] };
}

function userLine({ email, roles, twoFactor, isSetUp, disabledAt }: UserRow): string {
  const may = roles
    .map(({ environment, role }) => `${role} of ${environment ?? "every environment"}`)
    .join(", ");
  const state = disabledAt !== null ? "disabled" : isSetUp ? "may sign in" : "has not come in yet";
  return `${email}  ${state}  ${may || "no role"}${twoFactor ? "  one-time codes" : ""}`;
}
