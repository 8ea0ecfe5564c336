/** Where requests to sign in go, and how they say where they came from. */

export const AUTH_PREFIX = "/api/auth";

/** Where the door tells better-auth the caller's address; set by the door, never by the caller. */
export const ADDRESS_HEADER = "x-baton-address";
