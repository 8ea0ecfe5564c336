/** An emulated org and connections to it, for the journeys of the Salesforce connector alone. */
import { startSalesforceEmulator, type SalesforceEmulator } from "../../emulators/salesforce/emulator.ts";
import {
  connectSalesforce,
  SALESFORCE_DEFAULTS,
  type SalesforceConnection,
  type SalesforceSettings,
} from "../../src/connectors/salesforce/crm.ts";
import type { CrmOperation } from "../../src/handoff/ports.ts";

const deps = { clock: () => Date.now(), log: { debug: () => undefined, warn: () => undefined } };
const KEYS = { clientId: "key", clientSecret: "secret" };

/** An empty org on a free port. */
export function startOrg(): Promise<SalesforceEmulator> {
  return startSalesforceEmulator({ port: 0, ...KEYS });
}

export function connectTo(
  org: SalesforceEmulator,
  settings: Partial<SalesforceSettings> = {},
): SalesforceConnection {
  const login = { kind: "client-credentials", ...KEYS } as const;
  return connectSalesforce(
    { ...SALESFORCE_DEFAULTS, loginUrl: org.url, login, allowPrivateAddresses: true, ...settings },
    deps,
  );
}

/** A request to the emulator's own routes; throws what it answers when it refuses. */
export async function control(
  org: SalesforceEmulator,
  path: "reset" | "seed" | "faults",
  body: unknown,
): Promise<void> {
  const answer = await fetch(`${org.url}/__emulator/${path}`, {
    method: path === "faults" ? "PUT" : "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

/** The write of a handoff to somebody unknown. */
export function handoff(n: number): CrmOperation[] {
  return [
    {
      kind: "create",
      ref: "record",
      object: "Lead",
      key: `h${n}-lead`,
      fields: { LastName: `Person ${n}`, Company: "Acme", Email: `p${n}@acme.example` },
    },
    {
      kind: "create",
      ref: "conversation",
      object: "Baton_Conversation__c",
      key: `h${n}-conversation`,
      fields: {
        Summary__c: "Asks for SSO.",
        Transcript__c: "<p>@{record.id}</p>",
        Lead__c: { ref: "record" },
      },
    },
    {
      kind: "create",
      ref: "task",
      object: "Task",
      key: `h${n}-task`,
      fields: { Subject: "Call", WhoId: { ref: "record" } },
    },
  ];
}
