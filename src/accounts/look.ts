/** What the admin asks of accounts elsewhere; the composition answers with the connectors. */
import type { ConnectionKind } from "../vault/queries.ts";
import type { Finding, Installed } from "./account.ts";

export interface AccountLook {
  /** Everything that a handoff will need of it, one finding each; a refused sign-in is a finding. Nothing is written. */
  readonly check: (environment: string, kind: ConnectionKind) => Promise<readonly Finding[]>;
  /** Deploys Baton's fields and objects to the environment's org; `checkOnly` only asks whether it would take them. */
  readonly install: (environment: string, checkOnly: boolean) => Promise<Installed>;
  /** The id of the workspace that a token of Intercom belongs to; null when Intercom does not say. */
  readonly workspaceOf: (given: Readonly<Record<string, unknown>>) => Promise<string | null>;
  /** What to make the app in Slack from, as YAML. */
  readonly slackManifest: (requestUrl: string) => string;
}
