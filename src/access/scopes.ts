/** What a caller of the API may be allowed; a route names the one it needs. */
export const SCOPES = [
  "environments:read",
  "environments:write",
  "policy:read",
  "policy:write",
  "policy:publish",
  "issues:read",
  "issues:write",
  "handoffs:read",
  "conversations:read",
  "reviews:vote",
  "reviews:write",
  "users:read",
  "users:write",
  "audit:read",
] as const;
export type Scope = (typeof SCOPES)[number];
