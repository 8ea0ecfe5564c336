/** `baton intercom check`: is the workspace ready. */
import { Command } from "commander";
import type { CheckedAccount, ConnectionSource } from "../accounts/account.ts";
import { addCheck } from "./setup.ts";
import type { Terminal } from "./terminal.ts";

export interface IntercomDeps {
  connect(source: ConnectionSource): Promise<CheckedAccount>;
}

export function intercomCommand(terminal: Terminal, deps: IntercomDeps): Command {
  const command = new Command("intercom").description("check an Intercom workspace");
  const words = { vendor: "Intercom", what: "the workspace and its app lack" };
  addCheck(command, words, terminal, (source) => deps.connect(source));
  return command;
}
