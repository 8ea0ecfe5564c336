/** One environment, ready to be kept in sync. */
import type { Policy } from "../policy/schema.ts";
import type { SyncCrm, SyncPeople } from "./ports.ts";

export interface SyncPlace {
  readonly environment: string;
  readonly mode: "shadow" | "live";
  /** Intercom's workspace id. */
  readonly workspace: string;
  readonly policy: Policy;
  readonly policyVersion: number;
  readonly crm: SyncCrm;
  readonly people: SyncPeople;
}
