/**
 * Removes what must never reach a log or an error: bearer tokens, passwords in addresses, vendors' token shapes and
 * the values of secret-looking parameters. Meant for messages and addresses, not for bodies (those are never logged).
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic|OAuth)\s+[A-Za-z0-9+/=._~!-]{8,}/gi, "$1 [redacted]"],
  [/\bxox[a-z]-[A-Za-z0-9-]+/g, "[redacted]"],
  [/\b00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]+/g, "[redacted]"],
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, "[redacted]"],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, "[redacted]"],
  [
    /\b((?:access_|refresh_|client_|api_?|auth_?)?(?:token|secret|password|passwd|assertion|api_?key))(["']?\s*[=:]\s*["']?)[^\s"'&,;]+/gi,
    "$1$2[redacted]",
  ],
  [/:\/\/[^\s/@:]+:[^\s/@]+@/g, "://[redacted]@"],
];

/** The text without secrets; other text is unchanged. */
export function redact(text: string): string {
  return SECRETS.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text);
}

/** Scheme, host and path of an address: the query may hold an e-mail address or a token, so it is left out. */
export function addressForPeople(url: URL): string {
  return redact(`${url.protocol}//${url.host}${url.pathname}`);
}
