/** `baton erase`: a person's words leave Baton; `baton retention`: how long words are kept. */
import { Command } from "commander";
import { erasePerson, type Found, findPerson } from "../erasure/erase.ts";
import { setRetention } from "../erasure/queries.ts";
import { isRetentionClass, type Kept, RETENTION, retentionOf } from "../erasure/retention.ts";
import { UserError } from "../kernel/failure.ts";
import { columns } from "./columns.ts";
import { type AuthoredDeps, type Told, withStore } from "./stored.ts";

interface EraseOptions {
  readonly email: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

export function eraseCommand({ terminal, openStore, user }: AuthoredDeps): Command {
  return new Command("erase")
    .description("take a person's words, and who they are, out of everything Baton holds")
    .requiredOption("--email <address>", "whom")
    .option("--dry-run", "say what would be erased and what remains elsewhere, and change nothing")
    .option("--yes", "do it; it cannot be undone")
    .option("--json", "print one JSON object")
    .action(async (options: EraseOptions) => {
      const { email } = options;
      if (options.yes !== true && options.dryRun !== true)
        throw new UserError("erase: cannot be undone; look first with --dry-run, then say --yes.");
      if (!email.includes("@")) throw new UserError(`erase: ${email} is no e-mail address.`);
      await withStore({ terminal, openStore }, options.json === true, async ({ db }) => {
        const found = await findPerson(db, email);
        if (options.dryRun === true) return told(email, { ...found, isErased: false });
        return told(email, { ...(await erasePerson(db, email, user, terminal.clock())), isErased: true });
      });
    });
}

type Result = Found & {
  readonly isErased: boolean;
  readonly rows?: Readonly<Record<string, number>>;
  readonly mentions?: readonly { readonly table: string; readonly rows: number }[];
};

function told(email: string, result: Result): Told {
  const { belongings, remains, isErased, rows = {}, mentions = [] } = result;
  const count = belongings.reduce((sum, one) => sum + one.conversations.length, 0);
  const touched = Object.entries(rows).flatMap(([table, n]) => (n > 0 ? [`${table} ${n}`] : []));
  const lines = [
    belongings.length === 0
      ? `Baton knows nobody with the address ${email}.`
      : isErased
        ? `${count} conversations of ${email} are erased (${touched.join(", ") || "nothing was left of them"}).`
        : `${count} conversations of ${email} would be erased; nothing was changed.`,
  ];
  if (remains.length > 0) {
    const cells = remains.map(({ system, what, handoff, isCertain }) => [
      system,
      isCertain ? what : `${what} (perhaps)`,
      handoff ?? "",
    ]);
    lines.push("", "What remains with others; ask for its deletion there:");
    lines.push(...columns(["system", "what", "handoff"], cells));
  }
  for (const { table, rows: n } of mentions)
    lines.push(
      `The address still stands in ${n} rows of ${table}: somebody else wrote it, or a setting names it.`,
    );
  if (isErased && belongings.length > 0)
    lines.push(
      "",
      "Backups of Baton's database still hold it; a running service looks twice more within ten minutes.",
    );
  return { json: result, lines };
}

export function retentionCommand({ terminal, openStore, user }: AuthoredDeps): Command {
  const command = new Command("retention").description("how long words are kept");
  command
    .command("show", { isDefault: true })
    .description("every class of words with its days")
    .option("--json", "print one JSON array")
    .action((options: { readonly json?: true }) =>
      withStore({ terminal, openStore }, options.json === true, async ({ db }) =>
        kept(await retentionOf(db)),
      ),
    );
  command
    .command("set <class> <days>")
    .description("keep a class of words for so many days; what is older goes within the hour")
    .option("--json", "print one JSON array")
    .action(async (name: string, written: string, options: { readonly json?: true }) => {
      const days = Number(written);
      if (!isRetentionClass(name))
        throw new UserError(
          `retention: there is no class ${name}; there are ${Object.keys(RETENTION).join(", ")}.`,
        );
      if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS)
        throw new UserError(`retention: ${written} is no number of days from 1 to ${MOST_DAYS}.`);
      await withStore({ terminal, openStore }, options.json === true, async ({ db }) => {
        await setRetention(db, name, days, user, terminal.clock());
        return kept(await retentionOf(db));
      });
    });
  return command;
}

const MOST_DAYS = 3_650;

function kept(all: readonly Kept[]): Told {
  const cells = all.map((one) => [one.class, String(one.days), one.isDefault ? "default" : "set", one.holds]);
  return { json: all, lines: columns(["class", "days", "", "what"], cells) };
}
