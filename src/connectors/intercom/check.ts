/** Asks a workspace everything that a handoff will need, before one needs it. Nothing is written. */
import { WEBHOOK_TOPICS } from "../../intake/topics.ts";
import { PermanentFailure } from "../../kernel/failure.ts";
import type { IntercomConnection } from "./inbox.ts";

export interface Finding {
  /** "missing": handoffs will fail. "warning": something will be left out, or cannot be checked from here. */
  readonly level: "ok" | "warning" | "missing";
  readonly what: string;
  /** What to do about it; null when all is well. */
  readonly fix: string | null;
}

const ok = (what: string): Finding => ({ level: "ok", what, fix: null });
const missing = (what: string, fix: string): Finding => ({ level: "missing", what, fix });
const warning = (what: string, fix: string): Finding => ({ level: "warning", what, fix });

/** One permission: the answer, or what it lacks. */
async function allowed(what: string, permission: string, ask: () => Promise<unknown>): Promise<Finding> {
  try {
    await ask();
    return ok(what);
  } catch (error) {
    if (!(error instanceof PermanentFailure)) throw error;
    return missing(
      `${what}: refused (${error.facts.code})`,
      `Give the app the permission "${permission}" in the Developer Hub.`,
    );
  }
}

/**
 * Whose token this is, whether it is the workspace's, whether the acting teammate exists and what the app may read.
 * Throws the failure of the first call when the token itself is refused.
 */
export async function checkWorkspace(connection: IntercomConnection): Promise<Finding[]> {
  const { settings } = connection;
  const me = await connection.me();
  const workspace = me.app?.id_code ?? null;
  const whose = `signed in as ${me.name ?? me.id} of ${me.app?.name ?? "a workspace"} (${workspace ?? "?"}, region ${me.app?.region ?? "?"})`;
  const identity =
    workspace === null || workspace === settings.workspace
      ? ok(whose)
      : missing(
          `the token belongs to workspace ${workspace}, the connection to ${settings.workspace}`,
          "Store the token of the right workspace.",
        );
  const { adminId } = settings;
  const admin =
    adminId === null
      ? [ok(`Baton acts as ${me.name ?? me.id}, the owner of the token`)]
      : [await actingTeammate(connection, adminId)];
  return [
    identity,
    ...admin,
    await allowed("tags can be listed", "Read tags", () => connection.list("tags")),
    await allowed("teams can be listed", "Read admins", () => connection.list("teams")),
    await allowed("conversations can be read", "Read conversations", () => connection.read("0")),
    warning(
      "webhook topics cannot be checked from here",
      `Subscribe to these in the Developer Hub: ${WEBHOOK_TOPICS.join(", ")}.`,
    ),
  ];
}

async function actingTeammate(connection: IntercomConnection, adminId: string): Promise<Finding> {
  const teammate = (await connection.list("admins")).find(({ id }) => id === adminId);
  if (teammate !== undefined) return ok(`Baton acts as ${teammate.name}`);
  return missing(
    `teammate ${adminId} does not exist in the workspace`,
    "Choose another teammate for the connection.",
  );
}
