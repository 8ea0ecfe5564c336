// Written by `npm run docs` from the OpenAPI document of the service.

/** No parameter at all. */
type Nothing = Readonly<Record<string, never>>;

export interface Operations {
  /** Who calls, and what they may do where. */
  readMe: { path: Nothing; query: Nothing; body: undefined; answer: { "name": string; "person": ({ "id": string; "email": string; "name": string; "twoFactor": boolean }) | (null); "grants": ({ "environment": string | null; "role": ("viewer" | "reviewer" | "editor" | "publisher" | "admin") | (null); "scopes": ("environments:read" | "environments:write" | "policy:read" | "policy:write" | "policy:publish" | "issues:read" | "issues:write" | "handoffs:read" | "conversations:read" | "users:read" | "users:write" | "audit:read")[] })[] } };
  /** The roles, each with what it is for; each may do what those before it may. */
  listRoles: { path: Nothing; query: Nothing; body: undefined; answer: ({ "role": "viewer" | "reviewer" | "editor" | "publisher" | "admin"; "words": string; "scopes": ("environments:read" | "environments:write" | "policy:read" | "policy:write" | "policy:publish" | "issues:read" | "issues:write" | "handoffs:read" | "conversations:read" | "users:read" | "users:write" | "audit:read")[] })[] };
  /** Everybody who may sign in, by address. */
  listUsers: { path: Nothing; query: Nothing; body: undefined; answer: ({ "id": string; "email": string; "name": string; "roles": ({ "environment": string | null; "role": "viewer" | "reviewer" | "editor" | "publisher" | "admin" })[]; "twoFactor": boolean; "hasPassword": boolean; "sessions": number; "createdAt": number; "lastSeenAt": (number) | (null); "disabledAt": (number) | (null) })[] };
  /** Makes a user, and the link with which they set their password. */
  createUser: { path: Nothing; query: Nothing; body: { "email": string; "name"?: string; "role": "viewer" | "reviewer" | "editor" | "publisher" | "admin"; "environment"?: string | null }; answer: { "user": string; "email": string; "link": string; "expiresAt": number } };
  /** Makes another link to set a password; links from before stop working. */
  inviteUser: { path: { user: string }; query: Nothing; body: undefined; answer: { "user": string; "email": string; "link": string; "expiresAt": number } };
  /** Gives a role in one environment or in all; null takes it away. */
  setRole: { path: { user: string }; query: Nothing; body: { "environment": string | null; "role": ("viewer" | "reviewer" | "editor" | "publisher" | "admin") | (null) }; answer: { "id": string; "email": string; "name": string; "roles": ({ "environment": string | null; "role": "viewer" | "reviewer" | "editor" | "publisher" | "admin" })[]; "twoFactor": boolean; "hasPassword": boolean; "sessions": number; "createdAt": number; "lastSeenAt": (number) | (null); "disabledAt": (number) | (null) } };
  /** Disables a user, which ends their sessions, or lets them in again. */
  changeUser: { path: { user: string }; query: Nothing; body: { "disabled": boolean }; answer: { "id": string; "email": string; "name": string; "roles": ({ "environment": string | null; "role": "viewer" | "reviewer" | "editor" | "publisher" | "admin" })[]; "twoFactor": boolean; "hasPassword": boolean; "sessions": number; "createdAt": number; "lastSeenAt": (number) | (null); "disabledAt": (number) | (null) } };
  /** Who changed what, the newest first; `baton audit-log verify` proves that nothing was changed since. */
  readAuditLog: { path: Nothing; query: { environment?: string; actor?: string; action?: string; subject?: string; cursor?: number; limit?: number }; body: undefined; answer: { "rows": ({ "seq": number; "at": number; "actor": string; "action": string; "subject": string; "environment": string | null; "facts": Record<string, unknown>; "previous": string; "hash": string })[]; "next": string | null } };
  /** Reads the whole audit log and says whether it is as it was written. */
  verifyAuditLog: { path: Nothing; query: Nothing; body: undefined; answer: ({ "kind": "whole"; "rows": number; "head": string }) | ({ "kind": "broken"; "seq": number; "why": string }) };
  /** Every environment that the caller has a part in. */
  listEnvironments: { path: Nothing; query: Nothing; body: undefined; answer: ({ "name": string; "mode": "shadow" | "live"; "review": "optional" | "required"; "live": (number) | (null); "drafts": number })[] };
  /** Makes an environment in shadow mode: it hears a workspace, decides, and sends nothing. */
  createEnvironment: { path: Nothing; query: Nothing; body: { "name": string; "template"?: "saas-default" | "product-led" | "enterprise-sales" | "churn-desk"; "intercom": Record<string, unknown>; "lookBackDays"?: number }; answer: { "name": string; "mode": "shadow" | "live"; "review": "optional" | "required"; "live": (number) | (null); "drafts": number } };
  /** Sets the mode, or whether publishing needs a second person; what is not named stays. */
  changeEnvironment: { path: { environment: string }; query: Nothing; body: { "mode"?: "shadow" | "live"; "review"?: "optional" | "required" }; answer: { "name": string; "mode": "shadow" | "live"; "review": "optional" | "required"; "live": (number) | (null); "drafts": number } };
  /** The live policy. */
  livePolicy: { path: { environment: string }; query: Nothing; body: undefined; answer: { "number": number; "authors": (string)[]; "publisher": string; "comment": string; "kind": "published" | "rolled-back" | "promoted"; "base": (number) | (null); "source": ({ "environment": string; "number": number }) | (null); "sha256": string; "publishedAt": number; "document": string } };
  /** Everything that was ever live, newest first, without the texts. */
  policyHistory: { path: { environment: string }; query: { limit?: number }; body: undefined; answer: ({ "number": number; "authors": (string)[]; "publisher": string; "comment": string; "kind": "published" | "rolled-back" | "promoted"; "base": (number) | (null); "source": ({ "environment": string; "number": number }) | (null); "sha256": string; "publishedAt": number })[] };
  /** One version with its text. */
  policyVersion: { path: { environment: string; number: number }; query: Nothing; body: undefined; answer: { "number": number; "authors": (string)[]; "publisher": string; "comment": string; "kind": "published" | "rolled-back" | "promoted"; "base": (number) | (null); "source": ({ "environment": string; "number": number }) | (null); "sha256": string; "publishedAt": number; "document": string } };
  /** What differs between two versions or drafts, in words. */
  policyDiff: { path: { environment: string }; query: { from?: string; to: string }; body: undefined; answer: ({ "kind": "compared"; "changes": ({ "kind": "added" | "removed" | "changed" | "reordered"; "path": string; "before"?: unknown; "after"?: unknown; "words": string })[] }) | ({ "kind": "unreadable"; "which": "before" | "after"; "faults": ({ "rule": string; "path": string; "line"?: number; "message": string })[] }) };
  /** Makes an earlier version's text live again, as a new version. */
  rollBackPolicy: { path: { environment: string }; query: Nothing; body: { "number": number; "comment": string; "dryRun"?: boolean }; answer: { "kind": "published" | "would"; "number": number; "changes": (({ "kind": "compared"; "changes": ({ "kind": "added" | "removed" | "changed" | "reordered"; "path": string; "before"?: unknown; "after"?: unknown; "words": string })[] }) | ({ "kind": "unreadable"; "which": "before" | "after"; "faults": ({ "rule": string; "path": string; "line"?: number; "message": string })[] })) | (null) } };
  /** The drafts, the last saved first, without their texts. */
  listDrafts: { path: { environment: string }; query: Nothing; body: undefined; answer: ({ "name": string; "revision": number; "base": (number) | (null); "authors": (string)[]; "comment": string; "savedBy": string; "savedAt": number })[] };
  /** One draft with its text, its faults and its warnings. */
  readDraft: { path: { environment: string; draft: string }; query: Nothing; body: undefined; answer: { "name": string; "revision": number; "base": (number) | (null); "authors": (string)[]; "comment": string; "savedBy": string; "savedAt": number; "document": string; "content": (Record<string, unknown>) | (null); "faults": ({ "rule": string; "path": string; "line"?: number; "message": string })[]; "warnings": ({ "rule": string; "path": string; "line"?: number; "message": string })[] } };
  /** Saves a draft: `If-Match` names the revision that was edited, `If-None-Match: *` makes a new one. */
  saveDraft: { path: { environment: string; draft: string }; query: Nothing; body: { "document"?: string; "content"?: Record<string, unknown>; "comment"?: string }; answer: { "name": string; "revision": number; "base": (number) | (null); "authors": (string)[]; "comment": string; "savedBy": string; "savedAt": number; "document": string; "content": (Record<string, unknown>) | (null); "faults": ({ "rule": string; "path": string; "line"?: number; "message": string })[]; "warnings": ({ "rule": string; "path": string; "line"?: number; "message": string })[] } };
  /** Ends a draft; its texts stay in the database's history. */
  discardDraft: { path: { environment: string; draft: string }; query: Nothing; body: undefined; answer: { "discarded": string } };
  /** Takes what became live since the draft was begun into the draft. */
  rebaseDraft: { path: { environment: string; draft: string }; query: Nothing; body: undefined; answer: { "name": string; "revision": number; "base": (number) | (null); "authors": (string)[]; "comment": string; "savedBy": string; "savedAt": number; "document": string; "content": (Record<string, unknown>) | (null); "faults": ({ "rule": string; "path": string; "line"?: number; "message": string })[]; "warnings": ({ "rule": string; "path": string; "line"?: number; "message": string })[] } };
  /** Makes a draft the live version. */
  publishDraft: { path: { environment: string; draft: string }; query: Nothing; body: { "comment"?: string; "revision"?: number; "dryRun"?: boolean }; answer: { "kind": "published" | "would"; "number": number; "changes": (({ "kind": "compared"; "changes": ({ "kind": "added" | "removed" | "changed" | "reordered"; "path": string; "before"?: unknown; "after"?: unknown; "words": string })[] }) | ({ "kind": "unreadable"; "which": "before" | "after"; "faults": ({ "rule": string; "path": string; "line"?: number; "message": string })[] })) | (null) } };
  /** What is wrong with a draft or worth knowing, each at its place. */
  lintDraft: { path: { environment: string; draft: string }; query: Nothing; body: undefined; answer: ({ "severity": "fault" | "warning" | "note"; "rule": string; "path": string; "line"?: number; "message": string; "proof": string | null; "next": string | null })[] };
  /** Scores a message as the draft would, and stores nothing. */
  scoreByDraft: { path: { environment: string; draft: string }; query: Nothing; body: { "text": string; "plan"?: string; "employees"?: number; "tags"?: (string)[] }; answer: { "scores": Record<string, { "value": number; "threshold": number }>; "contributions": ({ "score": string; "kind": string; "label": string; "points": number; "reason": string; "evidence": (string)[] })[]; "excluded": string | null; "recipe": string | null; "qualified": boolean } };
  /** What a draft would have done instead of the live policy: asked again until it is done, given up when nobody asks. */
  draftEffect: { path: { environment: string; draft: string }; query: { days?: number }; body: undefined; answer: ({ "kind": "running"; "revision": number; "done": number; "of": number }) | ({ "kind": "done"; "revision": number; "report": { "window": { "environment": string; "since": number; "until": number }; "against": "stored" | "live"; "decisions": number; "conversations": number; "movements": { "same": number; "enters": number; "leaves": number; "changes": number; "changed": Record<string, number>; "unsure": number }; "examples": Record<string, ({ "conversation": string; "link": string | null; "before": string; "after": string })[]>; "standings": Record<string, { "before": number; "after": number }>; "recipes": Record<string, { "before": number; "after": number }>; "exclusions": Record<string, { "before": number; "after": number }>; "scores": Record<string, { "width": number; "thresholdBefore": number | null; "thresholdAfter": number | null; "bins": ({ "before": number; "after": number; "from": number })[] }>; "loads": ({ "before": number; "after": number; "owner": string })[]; "assumed": (string)[]; "notJudgedByMeaning": { "conversations": number; "signals": (string)[] }; "unreadable": { "decisions": number; "why": string | null }; "rules": ({ "path": string; "problem": string | null; "movements": ({ "same": number; "enters": number; "leaves": number; "changes": number; "changed": Record<string, number>; "unsure": number }) | (null) })[] } }) };
  /** How many conversations had how many points, by score. */
  scoreHistogram: { path: { environment: string }; query: { days?: number }; body: undefined; answer: Record<string, { "width": number; "bins": ({ "from": number; "conversations": number })[] }> };
  /** Runs a draft over the stored decisions since a time, and writes nothing; one at a time. */
  backtest: { path: { environment: string }; query: Nothing; body: { "draft": string; "since": number; "against"?: "stored" | "live"; "each"?: boolean; "examples"?: number }; answer: { "window": { "environment": string; "since": number; "until": number }; "against": "stored" | "live"; "decisions": number; "conversations": number; "movements": { "same": number; "enters": number; "leaves": number; "changes": number; "changed": Record<string, number>; "unsure": number }; "examples": Record<string, ({ "conversation": string; "link": string | null; "before": string; "after": string })[]>; "standings": Record<string, { "before": number; "after": number }>; "recipes": Record<string, { "before": number; "after": number }>; "exclusions": Record<string, { "before": number; "after": number }>; "scores": Record<string, { "width": number; "thresholdBefore": number | null; "thresholdAfter": number | null; "bins": ({ "before": number; "after": number; "from": number })[] }>; "loads": ({ "before": number; "after": number; "owner": string })[]; "assumed": (string)[]; "notJudgedByMeaning": { "conversations": number; "signals": (string)[] }; "unreadable": { "decisions": number; "why": string | null }; "rules": ({ "path": string; "problem": string | null; "movements": ({ "same": number; "enters": number; "leaves": number; "changes": number; "changed": Record<string, number>; "unsure": number }) | (null) })[] } };
  /** Who got what, beside their share and caps, and who was passed over why. */
  routingLedger: { path: { environment: string }; query: { since?: number; limit?: number }; body: undefined; answer: { "since": number; "now": number; "pools": ({ "pool": string; "members": ({ "pool": string; "member": string; "served": number; "adjustment": number; "lastAt": (number) | (null); "taken": number; "sticky": number; "credited": number; "open": number; "today": number; "weight": number; "got": number; "target": number; "due": number; "share": number | null; "level": number; "cap": { "open": (number) | (null); "perDay": (number) | (null) }; "out": string | null; "isNext": boolean })[]; "left": ({ "pool": string; "member": string; "served": number; "adjustment": number; "lastAt": (number) | (null); "taken": number; "sticky": number; "credited": number; "open": number; "today": number })[] })[]; "skips": ({ "pool": string; "member": string; "reason": string; "times": number; "lastAt": number })[]; "lines": ({ "at": number; "handoff": string; "route": string; "pool": string | null; "owner": string; "turn": ("taken" | "sticky") | (null); "receipts": ({ "candidate": string; "kind": "assigned" | "skipped" | "held"; "reason": string; "place"?: { "pool": string; "member": string } })[]; "creditReason": string | null; "closedReason": string | null })[] } };
  /** Failures grouped by destination and code, the newest seen first. */
  listIssues: { path: { environment: string }; query: { all?: "true" | "false" }; body: undefined; answer: ({ "id": string; "environment": string; "destination": "intercom" | "salesforce" | "slack" | "email" | "enrichment"; "code": string; "status": "open" | "retrying" | "resolved" | "skipped"; "firstSeen": number; "lastSeen": number; "times": number; "affected": number; "open": number; "handoffs": number; "message": string; "next": string })[] };
  /** One issue with what it happened to. */
  readIssue: { path: { environment: string; issue: string }; query: { limit?: number }; body: undefined; answer: { "id": string; "environment": string; "destination": "intercom" | "salesforce" | "slack" | "email" | "enrichment"; "code": string; "status": "open" | "retrying" | "resolved" | "skipped"; "firstSeen": number; "lastSeen": number; "times": number; "affected": number; "open": number; "handoffs": number; "message": string; "next": string; "things": ({ "subject": string; "state": "open" | "retrying" | "resolved" | "skipped"; "times": number; "lastSeen": number; "message": string; "handoff": string | null; "conversation": string | null; "words": string })[] } };
  /** Tries again what failed, one thing or all; safe to call twice. */
  retryIssue: { path: { environment: string; issue: string }; query: Nothing; body: { "effect"?: string }; answer: { "action": "retry" | "skip" | "answer"; "environment": string; "issue": string; "by": string; "reason": string | null; "changed": (string)[]; "left": ({ "subject": string; "why": string })[] } };
  /** Lets what failed be, with a reason. */
  skipIssue: { path: { environment: string; issue: string }; query: Nothing; body: { "effect"?: string; "reason": string }; answer: { "action": "retry" | "skip" | "answer"; "environment": string; "issue": string; "by": string; "reason": string | null; "changed": (string)[]; "left": ({ "subject": string; "why": string })[] } };
  /** Says of what may have arrived that it did, or has it sent once more. */
  answerIssue: { path: { environment: string; issue: string }; query: Nothing; body: { "effect": string; "arrived": boolean }; answer: { "action": "retry" | "skip" | "answer"; "environment": string; "issue": string; "by": string; "reason": string | null; "changed": (string)[]; "left": ({ "subject": string; "why": string })[] } };
  /** What is paused, why, and how much waits. */
  listPauses: { path: { environment: string }; query: Nothing; body: undefined; answer: ({ "environment": string; "destination": "intercom" | "salesforce" | "slack" | "email" | "enrichment"; "reason": string; "pausedBy": string; "isAutomatic": boolean; "since": number; "waiting": number })[] };
  /** Sends nothing there until it is resumed; what is due waits and keeps its order. */
  pauseDestination: { path: { environment: string; destination: "intercom" | "salesforce" | "slack" | "email" | "enrichment" }; query: Nothing; body: { "reason": string }; answer: { "environment": string; "destination": "intercom" | "salesforce" | "slack" | "email" | "enrichment"; "reason": string; "pausedBy": string; "isAutomatic": boolean; "since": number; "waiting": number } };
  /** Ends a pause: what waited goes out, the oldest first. */
  resumeDestination: { path: { environment: string; destination: "intercom" | "salesforce" | "slack" | "email" | "enrichment" }; query: Nothing; body: undefined; answer: { "environment": string; "destination": "intercom" | "salesforce" | "slack" | "email" | "enrichment"; "reason": string; "pausedBy": string; "isAutomatic": boolean; "since": number; "waiting": number } };
  /** Takes a version of another environment to this one, which must have everything it names. */
  promotePolicy: { path: { environment: string }; query: Nothing; body: { "from": string; "number"?: number; "comment"?: string; "force"?: boolean; "dryRun"?: boolean }; answer: { "kind": "published" | "would"; "number": number; "changes": (({ "kind": "compared"; "changes": ({ "kind": "added" | "removed" | "changed" | "reordered"; "path": string; "before"?: unknown; "after"?: unknown; "words": string })[] }) | ({ "kind": "unreadable"; "which": "before" | "after"; "faults": ({ "rule": string; "path": string; "line"?: number; "message": string })[] })) | (null); "from": { "environment": string; "number": number }; "to": string; "findings": ({ "severity": "fault" | "warning" | "note"; "rule": string; "path": string; "line"?: number; "message": string; "proof": string | null; "next": string | null })[] } };
  /** The policies to start from. */
  listTemplates: { path: Nothing; query: Nothing; body: undefined; answer: ({ "name": string; "about": string })[] };
  /** The accounts of an environment: what is set, what the last test found, what went well and wrong. */
  listConnections: { path: { environment: string }; query: Nothing; body: undefined; answer: ({ "kind": "intercom" | "salesforce" | "slack" | "email" | "enrichment"; "id": string | null; "settings": Record<string, unknown>; "secrets": Record<string, { "setAt": number; "setBy": string; "ends": string | null }>; "webhook": string | null; "checked": ({ "at": number; "by": string; "findings": ({ "level": "ok" | "warning" | "missing"; "what": string; "fix": string | null })[] }) | (null); "lastSuccessAt": (number) | (null); "lastError": ({ "at": number; "code": string; "message": string }) | (null) })[] };
  /** Where Intercom sends notifications, and what came of late. */
  readDoor: { path: { environment: string }; query: { limit?: number }; body: undefined; answer: { "url": string; "arrivals": ({ "topic": string; "at": number })[]; "notes": ({ "result": string; "times": number; "at": number })[] } };
  /** What to make the app in Slack from. */
  slackManifest: { path: { environment: string }; query: Nothing; body: undefined; answer: { "manifest": string } };
  /** Sets an account: all its settings, and the secrets that are new; secrets not named stay. */
  setConnection: { path: { environment: string; kind: "intercom" | "salesforce" | "slack" | "email" | "enrichment" }; query: Nothing; body: Record<string, unknown>; answer: { "kind": "intercom" | "salesforce" | "slack" | "email" | "enrichment"; "id": string | null; "settings": Record<string, unknown>; "secrets": Record<string, { "setAt": number; "setBy": string; "ends": string | null }>; "webhook": string | null; "checked": ({ "at": number; "by": string; "findings": ({ "level": "ok" | "warning" | "missing"; "what": string; "fix": string | null })[] }) | (null); "lastSuccessAt": (number) | (null); "lastError": ({ "at": number; "code": string; "message": string }) | (null) } };
  /** Takes an account away and forgets its secrets. */
  removeConnection: { path: { environment: string; kind: "intercom" | "salesforce" | "slack" | "email" | "enrichment" }; query: Nothing; body: undefined; answer: { "kind": "intercom" | "salesforce" | "slack" | "email" | "enrichment"; "id": string | null; "settings": Record<string, unknown>; "secrets": Record<string, { "setAt": number; "setBy": string; "ends": string | null }>; "webhook": string | null; "checked": ({ "at": number; "by": string; "findings": ({ "level": "ok" | "warning" | "missing"; "what": string; "fix": string | null })[] }) | (null); "lastSuccessAt": (number) | (null); "lastError": ({ "at": number; "code": string; "message": string }) | (null) } };
  /** Asks the account for everything that a handoff will need of it; nothing is written there. */
  checkConnection: { path: { environment: string; kind: "intercom" | "salesforce" | "slack" | "email" | "enrichment" }; query: Nothing; body: undefined; answer: { "at": number; "by": string; "findings": ({ "level": "ok" | "warning" | "missing"; "what": string; "fix": string | null })[] } };
  /** Deploys Baton's fields, objects and permission set to the org; all of it or nothing. */
  installMetadata: { path: { environment: string }; query: Nothing; body: { "dryRun"?: boolean }; answer: { "components": number; "problems": (string)[]; "dryRun": boolean } };
}

export const OPERATIONS = {
  readMe: ["GET", "/api/v1/me"],
  listRoles: ["GET", "/api/v1/roles"],
  listUsers: ["GET", "/api/v1/users"],
  createUser: ["POST", "/api/v1/users"],
  inviteUser: ["POST", "/api/v1/users/{user}/link"],
  setRole: ["PUT", "/api/v1/users/{user}/role"],
  changeUser: ["PATCH", "/api/v1/users/{user}"],
  readAuditLog: ["GET", "/api/v1/audit-log"],
  verifyAuditLog: ["GET", "/api/v1/audit-log/verification"],
  listEnvironments: ["GET", "/api/v1/environments"],
  createEnvironment: ["POST", "/api/v1/environments"],
  changeEnvironment: ["PATCH", "/api/v1/environments/{environment}"],
  livePolicy: ["GET", "/api/v1/environments/{environment}/policy"],
  policyHistory: ["GET", "/api/v1/environments/{environment}/policy/versions"],
  policyVersion: ["GET", "/api/v1/environments/{environment}/policy/versions/{number}"],
  policyDiff: ["GET", "/api/v1/environments/{environment}/policy/diff"],
  rollBackPolicy: ["POST", "/api/v1/environments/{environment}/policy/rollback"],
  listDrafts: ["GET", "/api/v1/environments/{environment}/policy/drafts"],
  readDraft: ["GET", "/api/v1/environments/{environment}/policy/drafts/{draft}"],
  saveDraft: ["PUT", "/api/v1/environments/{environment}/policy/drafts/{draft}"],
  discardDraft: ["DELETE", "/api/v1/environments/{environment}/policy/drafts/{draft}"],
  rebaseDraft: ["POST", "/api/v1/environments/{environment}/policy/drafts/{draft}/rebase"],
  publishDraft: ["POST", "/api/v1/environments/{environment}/policy/drafts/{draft}/publish"],
  lintDraft: ["GET", "/api/v1/environments/{environment}/policy/drafts/{draft}/findings"],
  scoreByDraft: ["POST", "/api/v1/environments/{environment}/policy/drafts/{draft}/score"],
  draftEffect: ["GET", "/api/v1/environments/{environment}/policy/drafts/{draft}/effect"],
  scoreHistogram: ["GET", "/api/v1/environments/{environment}/scores"],
  backtest: ["POST", "/api/v1/environments/{environment}/backtests"],
  routingLedger: ["GET", "/api/v1/environments/{environment}/routing/ledger"],
  listIssues: ["GET", "/api/v1/environments/{environment}/issues"],
  readIssue: ["GET", "/api/v1/environments/{environment}/issues/{issue}"],
  retryIssue: ["POST", "/api/v1/environments/{environment}/issues/{issue}/retry"],
  skipIssue: ["POST", "/api/v1/environments/{environment}/issues/{issue}/skip"],
  answerIssue: ["POST", "/api/v1/environments/{environment}/issues/{issue}/answer"],
  listPauses: ["GET", "/api/v1/environments/{environment}/pauses"],
  pauseDestination: ["PUT", "/api/v1/environments/{environment}/pauses/{destination}"],
  resumeDestination: ["DELETE", "/api/v1/environments/{environment}/pauses/{destination}"],
  promotePolicy: ["POST", "/api/v1/environments/{environment}/policy/promote"],
  listTemplates: ["GET", "/api/v1/policy-templates"],
  listConnections: ["GET", "/api/v1/environments/{environment}/connections"],
  readDoor: ["GET", "/api/v1/environments/{environment}/connections/intercom/door"],
  slackManifest: ["GET", "/api/v1/environments/{environment}/connections/slack/manifest"],
  setConnection: ["PUT", "/api/v1/environments/{environment}/connections/{kind}"],
  removeConnection: ["DELETE", "/api/v1/environments/{environment}/connections/{kind}"],
  checkConnection: ["POST", "/api/v1/environments/{environment}/connections/{kind}/check"],
  installMetadata: ["POST", "/api/v1/environments/{environment}/connections/salesforce/install"],
} as const satisfies Record<keyof Operations, readonly [method: string, path: string]>;
