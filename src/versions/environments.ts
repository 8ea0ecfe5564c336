/** Changes how an environment works. */
import { record } from "../access/audit-log.ts";
import { UserError } from "../kernel/failure.ts";
import { type Db, inTransaction } from "../store/database.ts";
import {
  changeEnvironment,
  type EnvironmentChange,
  type EnvironmentState,
  listEnvironmentStates,
} from "./queries.ts";

/** Changes what is named, and returns the environment as it is then. A UserError when there is none of this name. */
export function setEnvironment(
  db: Db,
  name: string,
  change: EnvironmentChange,
  actor: string,
): Promise<EnvironmentState> {
  return inTransaction(db, async (tx) => {
    await changeEnvironment(tx, name, change);
    const now = (await listEnvironmentStates(tx)).find((one) => one.name === name);
    if (now === undefined) throw new UserError(`there is no environment "${name}"`);
    const facts = { ...change };
    await record(tx, { actor, action: "environment.set", subject: name, environment: name, facts });
    return now;
  });
}
