/** `baton keys rotate`: seals every stored secret anew under the first key of BATON_SECRET_KEY. */
import { Command } from "commander";
import { listConnections, saveConnection, secretContext } from "../vault/queries.ts";
import { rotate } from "../vault/vault.ts";
import type { Store } from "./connect.ts";
import type { Terminal } from "./terminal.ts";

export function keysCommand(terminal: Terminal, openStore: () => Promise<Store>): Command {
  const command = new Command("keys").description("the key that encrypts stored secrets");
  command
    .command("rotate")
    .description("seal every stored secret anew under the first key; the others are then no longer needed")
    .option("--json", "print one JSON object")
    .action(async (options: { readonly json?: true }) => {
      const { db, vault, close } = await openStore();
      try {
        const rows = (await listConnections(db)).flatMap((row) =>
          row.secret === null ? [] : [{ ...row, secret: row.secret }],
        );
        const sealed = rotate(
          vault,
          rows.map((row) => ({ sealed: row.secret, context: secretContext(row.id) })),
        );
        for (const { sealed: secret, context } of sealed) {
          const row = rows.find((one) => one.id === context.row);
          if (row !== undefined) await saveConnection(db, { ...row, secret });
        }
        const result = { key: vault.currentKeyId, secrets: rows.length, resealed: sealed.length };
        terminal.out(
          options.json === true
            ? JSON.stringify(result)
            : `${result.resealed} of ${result.secrets} secrets sealed anew under key ${result.key}.`,
        );
      } finally {
        await close();
      }
    });
  return command;
}
