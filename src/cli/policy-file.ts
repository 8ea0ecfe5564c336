/** A policy out of a file, for the commands that take `--policy FILE`. */
import { readFile } from "node:fs/promises";
import { UserError } from "../kernel/failure.ts";
import { readPolicy } from "../policy/read.ts";
import type { PolicyFault, PolicyReading } from "../policy/read.ts";
import type { Policy } from "../policy/schema.ts";
import { defaultPolicy } from "../policy/templates/saas-default.ts";
import { openInput } from "./rows.ts";
import type { Terminal } from "./terminal.ts";

/** The text of `path`, or of standard input for "-". Throws a UserError of one line when it cannot be read. */
export async function readPolicyText(path: string, terminal: Terminal): Promise<string> {
  if (path !== "-") {
    await openInput(path, terminal.stdin, "name a policy file in YAML or JSON").then((stream) =>
      stream.destroy(),
    );
    return readFile(path, "utf8");
  }
  const chunks: Buffer[] = [];
  for await (const chunk of terminal.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

/**
 * The policy of `path`, or the default one when there is none; warnings go to standard error.
 * Throws a UserError with a line for each fault.
 */
export async function loadPolicy(path: string | undefined, terminal: Terminal): Promise<Policy> {
  if (path === undefined) return defaultPolicy();
  const reading = readPolicy(await readPolicyText(path, terminal));
  const notes = faultLines(path, reading);
  if (reading.kind === "faults") throw new UserError(notes.join("\n"));
  for (const note of notes) terminal.err(`warning: ${note}`);
  return reading.policy;
}

/** "policy.yaml:12: recipes[2].on[0]: ..." for each fault, or for each warning of a policy that can be used. */
function faultLines(path: string, reading: PolicyReading): readonly string[] {
  const list: readonly PolicyFault[] = reading.kind === "ok" ? reading.warnings : reading.faults;
  return list.map(
    ({ path: place, line, message }) =>
      `${path}${line === undefined ? "" : `:${line}`}: ${place === "" ? "" : `${place}: `}${message}`,
  );
}
