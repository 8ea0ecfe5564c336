/** What the ledger keeps of a request: Baton's keys, and no secret. */
import type { EmulatorRequest } from "../core/routes.ts";

const keyName = /^Baton_Key__c$/i;
const keyInPath = /\/Baton_Key__c\/([^/?]+)/gi;

/** Every Baton_Key__c value that the request writes or asks for, each once, in order. */
export function keysOfRequest(request: EmulatorRequest): readonly string[] {
  const keys = new Set<string>();
  for (const [, key = ""] of request.path.matchAll(keyInPath)) keys.add(decodeURIComponent(key));
  collect(request.body, keys);
  return [...keys];
}

/** The body without client secrets, assertions and session ids; archives are left out. */
export function ledgerBodyOf(request: EmulatorRequest): unknown {
  if (request.path.includes("/oauth2/")) {
    const form = new URLSearchParams(request.rawBody.toString("utf8"));
    for (const name of ["client_secret", "assertion", "refresh_token", "token", "code"]) {
      if (form.has(name)) form.set(name, "[secret]");
    }
    return Object.fromEntries(form);
  }
  if (request.path.includes("/Soap/")) {
    return String(request.body)
      .replace(/<sessionId>[^<]*/g, "<sessionId>[secret]")
      .replace(/<ZipFile>[^<]*/g, "<ZipFile>[zip]");
  }
  return request.headers["content-type"]?.startsWith("multipart/") === true ? "[multipart]" : request.body;
}

function collect(value: unknown, keys: Set<string>): void {
  if (Array.isArray(value)) for (const one of value) collect(one, keys);
  else if (typeof value === "object" && value !== null) {
    for (const [name, one] of Object.entries(value)) {
      if (typeof one === "string") {
        if (keyName.test(name)) keys.add(one);
        else if (name === "url")
          for (const [, key = ""] of one.matchAll(keyInPath)) keys.add(decodeURIComponent(key));
      } else collect(one, keys);
    }
  }
}
