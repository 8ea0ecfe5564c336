/** A little Salesforce for the unit tests of this connector; the service itself never imports it. */
import type { CrmOperation } from "../../handoff/ports.ts";
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import { localServer, type Answer, type LocalServer, type SeenRequest } from "../http/local-server.ts";
import {
  connectSalesforce,
  SALESFORCE_DEFAULTS,
  type SalesforceConnection,
  type SalesforceSettings,
} from "./crm.ts";

const deps = { clock: () => Date.now(), log: { debug: () => undefined, warn: () => undefined } };
export const QUESTION = { email: "ana@acme.example", domain: "acme.example", companyName: null, keys: [] };

/** A little org: it signs in, and answers the composite calls with what the test says. */
export async function org(answer: (request: SeenRequest, nth: number) => Answer): Promise<LocalServer> {
  let tokens = 0;
  let calls = 0;
  const server: LocalServer = await localServer((request) => {
    if (request.path !== "/services/oauth2/token") return answer(request, (calls += 1));
    tokens += 1;
    return {
      json: { access_token: `token-${tokens}`, instance_url: server.url, id: "https://x/id/00D/005" },
    };
  });
  return server;
}

export function connect(
  server: LocalServer,
  settings: Partial<SalesforceSettings> = {},
): SalesforceConnection {
  const login = { kind: "client-credentials", clientId: "id", clientSecret: "secret" } as const;
  return connectSalesforce(
    { ...SALESFORCE_DEFAULTS, loginUrl: server.url, login, allowPrivateAddresses: true, ...settings },
    deps,
  );
}

export function subrequests(request: SeenRequest | undefined): {
  method: string;
  url: string;
  referenceId: string;
  body?: Record<string, unknown>;
  httpHeaders?: object;
}[] {
  return (JSON.parse(request?.body ?? "{}") as { compositeRequest: [] }).compositeRequest;
}

export const sub = (referenceId: string, httpStatusCode: number, body: unknown) => ({
  referenceId,
  httpStatusCode,
  body,
  httpHeaders: {},
});
export const records = (...rows: object[]) => ({ totalSize: rows.length, done: true, records: rows });
export const compositeOf = (...responses: object[]): Answer => ({ json: { compositeResponse: responses } });
export const error = (errorCode: string, message = "said so", more: object = {}) => [
  { errorCode, message, fields: [], ...more },
];

export const LEAD = {
  kind: "create",
  ref: "lead",
  object: "Lead",
  key: "handoff-1-lead",
  fields: { LastName: "Ana", OwnerId: "005000000000001AAA" },
} as const satisfies CrmOperation;
export const TASK = {
  kind: "create",
  ref: "task",
  object: "Task",
  key: "handoff-1-task",
  fields: { Subject: "Call", WhoId: { ref: "lead" } },
} as const satisfies CrmOperation;
export const CREATED = compositeOf(
  sub("lead", 201, { id: "00Q000000000001AAA", success: true, errors: [] }),
  sub("task", 201, { id: "00T000000000001AAA", success: true, errors: [] }),
);

export async function failureOf(promise: Promise<unknown>): Promise<RetryableFailure | PermanentFailure> {
  const reason: unknown = await promise.then(
    () => new Error("nothing failed"),
    (error: unknown) => error,
  );
  if (reason instanceof RetryableFailure || reason instanceof PermanentFailure) return reason;
  throw reason;
}
