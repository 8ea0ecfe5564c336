/** Makes a policy text the live one of an environment. */
import { createHash } from "node:crypto";
import { UserError } from "../kernel/failure.ts";
import { readPolicy } from "../policy/read.ts";
import type { Policy } from "../policy/schema.ts";
import { type Db, inTransaction } from "../store/database.ts";
import { publishPolicy } from "./queries.ts";

/** Returns the version. The text must be faultless; otherwise a UserError names every fault with its line. */
export async function publish(
  db: Db,
  environment: string,
  document: string,
  author: string,
  comment: string,
): Promise<number> {
  policyOf(document, `the policy for ${environment}`);
  const sha256 = createHash("sha256").update(document).digest("hex");
  return inTransaction(db, (tx) => publishPolicy(tx, { environment, document, sha256, author, comment }));
}

/** The document as a policy, or a UserError with every fault; `what` names it. */
export function policyOf(document: string, what: string): Policy {
  const read = readPolicy(document);
  if (read.kind === "ok") return read.policy;
  const lines = read.faults.map(
    ({ line, path, message }) =>
      `  ${[line === undefined ? "" : `line ${line}`, path].filter((part) => part !== "").join(", ") || "the file"}: ${message}`,
  );
  throw new UserError(`${what} has faults:\n${lines.join("\n")}`);
}
