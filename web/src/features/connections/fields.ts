/** What each account asks of a person: the fields of its form, in the order in which they come up. */
import type { Answer } from "../../api/client.ts";

export type Account = Answer<"listConnections">[number];
export type Kind = Account["kind"];

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly help?: string;
  readonly kind: "text" | "secret" | "long-secret" | "number" | "switch" | "choice" | "long" | "texts";
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  readonly isNeeded?: true;
  /** Few need it: it stands behind a button. */
  readonly isRare?: true;
  /** It belongs to these choices of the setting `kind` alone. */
  readonly ofKinds?: readonly string[];
}

/** Whether a field is asked for, as the settings stand. */
export function isAsked({ ofKinds }: Field, settings: Readonly<Record<string, unknown>>): boolean {
  return ofKinds === undefined || ofKinds.includes(String(settings["kind"]));
}

const PRIVATE: Field = {
  name: "allowPrivateAddresses",
  label: "It may stand in a private network",
  kind: "switch",
  isRare: true,
};

export const INTERCOM_FIELDS: readonly Field[] = [
  {
    name: "token",
    label: "Access token",
    help: "Developer Hub, your app, Authentication.",
    kind: "secret",
    isNeeded: true,
  },
  {
    name: "clientSecret",
    label: "Client secret",
    help: "Developer Hub, your app, Basic information. Intercom signs with it.",
    kind: "secret",
    isNeeded: true,
  },
  {
    name: "apiUrl",
    label: "Address of the API",
    help: "Empty: https://api.intercom.io. Europe: https://api.eu.intercom.io, Australia: https://api.au.intercom.io.",
    kind: "text",
  },
  {
    name: "adminId",
    label: "Teammate as whom Baton acts",
    help: "Id; empty: the owner of the token.",
    kind: "text",
    isRare: true,
  },
  PRIVATE,
];

const METADATA = [
  { value: "baton", label: "Baton's fields and objects" },
  { value: "none", label: "No custom metadata: the transcript goes into the Task" },
];

export const FIELDS: Readonly<Record<Kind, readonly Field[]>> = {
  intercom: INTERCOM_FIELDS,
  salesforce: [
    {
      name: "loginUrl",
      label: "Address of the org",
      help: "https://acme.my.salesforce.com",
      kind: "text",
      isNeeded: true,
    },
    {
      name: "clientId",
      label: "Consumer key",
      help: "Of the External Client App.",
      kind: "text",
      isNeeded: true,
    },
    {
      name: "clientSecret",
      label: "Consumer secret",
      help: "For the client credentials flow, with an integration user as its Run As user.",
      kind: "secret",
    },
    { name: "metadata", label: "What Baton may rely on in the org", kind: "choice", choices: METADATA },
    {
      name: "username",
      label: "Integration user",
      help: "Only with a private key.",
      kind: "text",
      isRare: true,
    },
    {
      name: "privateKey",
      label: "Private key",
      help: "For the JWT bearer flow instead of a secret.",
      kind: "long-secret",
      isRare: true,
    },
    { name: "csmField", label: "Account's field with the CSM", kind: "text", isRare: true },
    { name: "leadScoreField", label: "Lead's field with a score", kind: "text", isRare: true },
    { name: "pubsubUrl", label: "Address of the event bus", kind: "text", isRare: true },
    PRIVATE,
  ],
  slack: [
    {
      name: "token",
      label: "Bot token",
      help: "xoxb-..., under OAuth & Permissions.",
      kind: "secret",
      isNeeded: true,
    },
    {
      name: "signingSecret",
      label: "Signing secret",
      help: "Under Basic Information. Without it alerts have no buttons.",
      kind: "secret",
    },
    { name: "fallbackChannel", label: "Channel for alerts whose own is gone", kind: "text" },
    { name: "apiUrl", label: "Address of the API", kind: "text", isRare: true },
    PRIVATE,
  ],
  email: [
    { name: "host", label: "Mail server", help: "smtp.acme.example", kind: "text", isNeeded: true },
    {
      name: "port",
      label: "Port",
      help: "587 with STARTTLS, 465 with TLS from the first byte.",
      kind: "number",
    },
    { name: "secure", label: "TLS from the first byte", kind: "switch" },
    { name: "user", label: "User", kind: "text" },
    { name: "password", label: "Password", kind: "secret" },
    { name: "from", label: "Sender", help: "Baton <baton@acme.example>", kind: "text", isNeeded: true },
    PRIVATE,
  ],
  enrichment: [
    {
      name: "kind",
      label: "Provider",
      kind: "choice",
      isNeeded: true,
      choices: [
        { value: "none", label: "None: what Intercom knows is enough" },
        { value: "clearbit", label: "Clearbit" },
        { value: "http", label: "Another provider, by HTTP and JSON" },
        { value: "table", label: "A table of companies" },
      ],
    },
    {
      name: "url",
      label: "Address that is asked",
      help: "https://provider.example/find?email={email}; {email} and {domain} are filled in, but not in the host.",
      kind: "text",
      isNeeded: true,
      ofKinds: ["http"],
    },
    { name: "apiKey", label: "API key", kind: "secret", ofKinds: ["clearbit", "http"] },
    {
      name: "auth",
      label: "How the key is sent",
      help: "bearer, basic, or the name of a header as in X-Api-Key. Empty: bearer.",
      kind: "text",
      ofKinds: ["http"],
    },
    {
      name: "paths",
      label: "Where the answer says what",
      help: "Dots lead inwards, as in metrics.employees or results.0.name. What stays empty is not read.",
      kind: "texts",
      choices: [
        { value: "name", label: "Company" },
        { value: "domain", label: "Domain" },
        { value: "employees", label: "Employees" },
        { value: "annualRevenue", label: "Annual revenue" },
        { value: "industry", label: "Industry" },
        { value: "country", label: "Country" },
        { value: "state", label: "State" },
        { value: "plan", label: "Plan" },
        { value: "technology", label: "Technology" },
        { value: "personName", label: "Person" },
        { value: "phone", label: "Phone" },
        { value: "title", label: "Title" },
      ],
      ofKinds: ["http"],
    },
    {
      name: "csv",
      label: "Companies as CSV",
      help: "The first line names the columns.",
      kind: "long",
      isNeeded: true,
      ofKinds: ["table"],
    },
    { ...PRIVATE, ofKinds: ["clearbit", "http"] },
  ],
};

/** What each account is for, in a sentence. */
export const WORDS: Readonly<Record<Kind, string>> = {
  intercom: "Where conversations are heard, tagged and assigned.",
  salesforce: "Where a lead is found or made, and gets its owner.",
  slack: "Where people are told, and claim or reject a lead.",
  email: "How people are told who are not in Slack.",
  enrichment: "What else is known about a company, beside Intercom.",
};

/** What is sent: the settings as they stand with what was entered; what was emptied goes. */
export function bodyOf(
  settings: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const entries = [...Object.entries(settings), ...Object.entries(secrets)];
  return Object.fromEntries(entries.filter(([, value]) => value !== "" && value !== null));
}
