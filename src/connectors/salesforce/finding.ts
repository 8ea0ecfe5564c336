/** What a look at the org finds, with what to do about it. */

export interface Finding {
  /** "missing": handoffs will fail. "warning": something will be left out. */
  readonly level: "ok" | "warning" | "missing";
  /** What was looked at, and what was found. */
  readonly what: string;
  /** What to do about it; null when all is well. */
  readonly fix: string | null;
}

export const INSTALL = "Run `baton salesforce install` with an admin's connection.";
export const PERMISSIONS = "Assign the permission set Baton_Integration to the integration user.";

export const ok = (what: string): Finding => ({ level: "ok", what, fix: null });
export const missing = (what: string, fix: string): Finding => ({ level: "missing", what, fix });
export const warning = (what: string, fix: string): Finding => ({ level: "warning", what, fix });
