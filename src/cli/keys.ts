/** `baton keys rotate`: seals every stored secret anew under the first key of BATON_SECRET_KEY. */
import { Command } from "commander";
import {
  listConnections,
  listServiceSecrets,
  saveConnection,
  saveServiceSecret,
  secretContext,
  serviceSecretContext,
} from "../vault/queries.ts";
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
        const own = await listServiceSecrets(db);
        const ownSealed = rotate(
          vault,
          own.map(({ name, sealed: text }) => ({ sealed: text, context: serviceSecretContext(name) })),
        );
        for (const { sealed: text, context } of ownSealed)
          await saveServiceSecret(db, context.row, text, { replace: true });
        const result = {
          key: vault.currentKeyId,
          secrets: rows.length + own.length,
          resealed: sealed.length + ownSealed.length,
        };
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
