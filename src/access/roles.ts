/** The roles of people, and the one place that says which scopes a role has. Each may do what those before it may. */
import { type Scope, SCOPES } from "./scopes.ts";

export const ROLES = ["viewer", "reviewer", "editor", "publisher", "admin"] as const;
export type Role = (typeof ROLES)[number];

const VIEWER: readonly Scope[] = ["environments:read", "policy:read", "issues:read", "handoffs:read"];
const REVIEWER: readonly Scope[] = [...VIEWER, "conversations:read", "reviews:vote"];
const EDITOR: readonly Scope[] = [...REVIEWER, "policy:write", "issues:write", "reviews:write"];
const PUBLISHER: readonly Scope[] = [...EDITOR, "policy:publish"];

const SCOPES_OF: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: VIEWER,
  reviewer: REVIEWER,
  editor: EDITOR,
  publisher: PUBLISHER,
  admin: SCOPES,
};

export function scopesOf(role: Role): readonly Scope[] {
  return SCOPES_OF[role];
}

/** What each role is for, in one sentence. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: "sees figures, handoffs, policies and issues",
  reviewer: "also reads whole conversations, and judges what was decided",
  editor: "also edits drafts, begins review rounds, and retries, skips and pauses",
  publisher: "also publishes, rolls back and promotes",
  admin: "also sets modes, and with every environment manages users and reads the audit log",
};
