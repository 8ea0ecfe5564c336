/** `baton audit-log verify`: whether the log of changes is as it was written. */
import { Command } from "commander";
import { verifyAuditLog } from "../access/audit-log.ts";
import { type StoredDeps, withStore } from "./stored.ts";

export function auditLogCommand(deps: StoredDeps): Command {
  const command = new Command("audit-log").description(
    "who changed what: a chain of rows, each with the hash of the one before",
  );
  command
    .command("verify")
    .description("read the whole log; exit 1 and name the first row that does not fit")
    .option("--json", "print one JSON object")
    .action((options: { readonly json?: true }) =>
      withStore(deps, options.json === true, async ({ db }) => {
        const found = await verifyAuditLog(db);
        if (found.kind === "broken")
          return {
            json: found,
            lines: [`row ${found.seq} of the audit log ${found.why}: somebody wrote to the table past Baton`],
            isRefused: true,
          };
        return {
          json: found,
          lines: [
            `${found.rows} rows, none changed. Keep the last hash elsewhere to prove the end, too: ${found.head}`,
          ],
        };
      }),
    );
  return command;
}
