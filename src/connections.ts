/**
 * From stored connections to connectors: opens the secrets, parses the settings once, and plugs each vendor's
 * connector into the port it implements. With main.ts the only place that knows connectors.
 */
import { z } from "zod";
import { PermanentFailure, UserError } from "./kernel/failure.ts";
import type { Clock } from "./kernel/time.ts";
import type { Vault } from "./vault/vault.ts";
import { type ConnectionKind, type ConnectionRow, secretContext } from "./vault/queries.ts";
import type { Enricher, Notifier, Recipient } from "./handoff/ports.ts";
import type { HttpLog } from "./connectors/http/http.ts";
import type { Snapshot } from "./conversation/snapshot.ts";
import { exportedConversation } from "./connectors/intercom/exported.ts";
import { connectIntercom, INTERCOM_DEFAULTS, type IntercomConnection } from "./connectors/intercom/inbox.ts";
import {
  connectSalesforce,
  SALESFORCE_DEFAULTS,
  type SalesforceConnection,
} from "./connectors/salesforce/crm.ts";
import { connectSlack, type SlackConnection } from "./connectors/slack/notifier.ts";
import { pressOf } from "./connectors/slack/interaction.ts";
import { isSigned, type Signed } from "./connectors/slack/signature.ts";
import type { Press } from "./response/press.ts";
import { connectEmail, type EmailConnection } from "./connectors/email/notifier.ts";
import { connectEnrichment, readSettings } from "./connectors/enrichment/enricher.ts";

export interface Plugs {
  readonly clock: Clock;
  readonly log: HttpLog;
  readonly vault: Vault;
}

const text = z.string().min(1);
const privateToo = z.boolean().default(false);

const intercomSettings = z.object({
  workspace: text,
  apiUrl: z.url().default(INTERCOM_DEFAULTS.apiUrl),
  adminId: text.nullable().default(null),
  teammates: z.record(text, text).default({}),
  allowPrivateAddresses: privateToo,
});
const intercomSecret = z.object({ token: text, clientSecret: text, previousClientSecret: text.optional() });

const salesforceSettings = z.object({
  loginUrl: z.url(),
  clientId: text,
  username: text.optional(),
  metadata: z.enum(["baton", "none"]).default(SALESFORCE_DEFAULTS.metadata),
  csmField: text.nullable().default(SALESFORCE_DEFAULTS.csmField),
  csmTeamRole: text.nullable().default(SALESFORCE_DEFAULTS.csmTeamRole),
  leadScoreField: text.nullable().default(SALESFORCE_DEFAULTS.leadScoreField),
  changeEvents: z.enum(["auto", "off"]).default(SALESFORCE_DEFAULTS.changeEvents),
  pubsubUrl: z
    .url({ protocol: /^https$/ })
    .nullable()
    .default(SALESFORCE_DEFAULTS.pubsubUrl),
  allowPrivateAddresses: privateToo,
});
const salesforceSecret = z.object({ clientSecret: text.optional(), privateKey: text.optional() });

const slackSettings = z.object({
  apiUrl: z.url().optional(),
  teammates: z.record(text, text).default({}),
  fallbackChannel: text.nullable().default(null),
  allowPrivateAddresses: privateToo,
});
const slackSecret = z.object({ token: text, signingSecret: text.optional() });

const emailSettings = z.object({
  host: text,
  port: z.int().default(587),
  secure: z.boolean().default(false),
  user: text.nullable().default(null),
  from: text,
  allowPrivateAddresses: privateToo,
});
const emailSecret = z.object({ password: text.nullable().default(null) });

const SHAPES = {
  intercom: [intercomSettings, intercomSecret],
  salesforce: [salesforceSettings, salesforceSecret],
  slack: [slackSettings, slackSecret],
  email: [emailSettings, emailSecret],
  enrichment: [z.looseObject({}), z.looseObject({})],
} as const;

/** Secrets of enrichment providers, whatever else they need. */
const ENRICHMENT_SECRETS = ["apiKey"];

/** Parts what a person wrote of an account into plain settings and secrets; a UserError names every fault. */
export function splitConnection(
  kind: ConnectionKind,
  id: string,
  given: unknown,
): { readonly settings: unknown; readonly secret: unknown } {
  const row: ConnectionRow = { id, kind, settings: null, secret: null };
  const isSecret = (key: string) =>
    kind === "enrichment" ? ENRICHMENT_SECRETS.includes(key) : key in SHAPES[kind][1].shape;
  const entries = Object.entries(typeof given === "object" && given !== null ? given : {});
  const [settingsShape, secretShape] = SHAPES[kind];
  const settings = checked(
    row,
    settingsShape.loose(),
    Object.fromEntries(entries.filter(([key]) => !isSecret(key))),
    "section",
  );
  const unknown = Object.keys(settings).filter(
    (key) => kind !== "enrichment" && !(key in settingsShape.shape),
  );
  if (unknown.length > 0)
    throw new UserError(
      `connection ${id}: ${kind} has no setting ${unknown.join(", ")}; known are ${[...Object.keys(settingsShape.shape), ...Object.keys(secretShape.shape)].join(", ")}`,
    );
  if (kind === "enrichment") readSettings(settings);
  const secret = checked(
    row,
    secretShape,
    Object.fromEntries(entries.filter(([key]) => isSecret(key))),
    "section",
  );
  return { settings, secret: Object.keys(secret).length === 0 ? null : secret };
}

/** What a webhook must be signed with, and whose workspace it must name. */
export interface WebhookSource {
  readonly secrets: readonly string[];
  readonly workspace: string;
}

export function webhookSource(row: ConnectionRow, vault: Vault): WebhookSource {
  const { clientSecret, previousClientSecret } = secretOf(row, vault, intercomSecret);
  const secrets = previousClientSecret === undefined ? [clientSecret] : [clientSecret, previousClientSecret];
  return { secrets, workspace: settingsOf(row, intercomSettings).workspace };
}

/** How presses in this Slack are told from forgeries, and read; null without a signing secret. */
export function pressSource(row: ConnectionRow, vault: Vault, clock: Clock): PressSource | null {
  const { signingSecret } = secretOf(row, vault, slackSecret);
  if (signingSecret === undefined) return null;
  return {
    isSigned: (raw, headers) => isSigned(raw, headers, signingSecret, clock()),
    read: (raw) => {
      const press = pressOf(raw);
      return press === null ? null : { ...press, id: `${row.id}:${press.id}` };
    },
  };
}

export interface PressSource {
  readonly isSigned: (raw: Uint8Array, headers: Signed) => boolean;
  /** Null when the bytes hold no press. */
  readonly read: (raw: Uint8Array) => Press | null;
}

export function openIntercom(row: ConnectionRow, plugs: Plugs): IntercomConnection {
  const { token } = secretOf(row, plugs.vault, intercomSecret);
  const settings = settingsOf(row, intercomSettings);
  return connectIntercom({ ...INTERCOM_DEFAULTS, ...settings, token }, plugs);
}

/** A conversation as an export of Intercom writes it; null for anything else. */
export function exportedByIntercom(value: unknown): Snapshot | null {
  return exportedConversation(value);
}

export function openSalesforce(row: ConnectionRow, plugs: Plugs): SalesforceConnection {
  const { clientSecret, privateKey } = secretOf(row, plugs.vault, salesforceSecret);
  const { clientId, username, ...settings } = settingsOf(row, salesforceSettings);
  if (privateKey !== undefined && username !== undefined) {
    return connectSalesforce({ ...settings, login: { kind: "jwt", clientId, username, privateKey } }, plugs);
  }
  if (clientSecret === undefined) {
    throw new UserError(
      `connection ${row.id}: Salesforce needs a clientSecret, or a username with a privateKey`,
    );
  }
  return connectSalesforce(
    { ...settings, login: { kind: "client-credentials", clientId, clientSecret } },
    plugs,
  );
}

export function openSlack(row: ConnectionRow, plugs: Plugs): SlackConnection {
  return connectSlack(
    { ...settingsOf(row, slackSettings), ...secretOf(row, plugs.vault, slackSecret) },
    plugs,
  );
}

export function openEmail(row: ConnectionRow, plugs: Plugs): EmailConnection {
  return connectEmail(
    { ...settingsOf(row, emailSettings), ...secretOf(row, plugs.vault, emailSecret) },
    plugs,
  );
}

export function openEnrichment(row: ConnectionRow, plugs: Plugs): Enricher {
  return connectEnrichment(
    row.settings,
    row.secret === null ? {} : secretOf(row, plugs.vault, z.record(z.string(), z.string())),
    plugs,
  );
}

/** Slack for Slack's recipients, e-mail for addresses; what has no connection is refused with what to do about it. */
export function notifierOf(slack: Notifier | null, email: Notifier | null): Notifier {
  const serving = (recipient: Recipient): Notifier => {
    const [notifier, target] =
      recipient.kind === "email" ? ([email, "email"] as const) : ([slack, "slack"] as const);
    if (notifier !== null) return notifier;
    const message = `this environment has no ${target === "slack" ? "Slack" : "e-mail"} connection: connect it, then retry this effect`;
    throw new PermanentFailure({ target, code: "not_connected", message });
  };
  return {
    send: async (recipient, alert) => serving(recipient).send(recipient, alert),
    find: async (recipient, key) => serving(recipient).find(recipient, key),
  };
}

function settingsOf<T extends z.ZodType>(row: ConnectionRow, schema: T): z.infer<T> {
  return checked(row, schema, row.settings, "settings");
}

function secretOf<T extends z.ZodType>(row: ConnectionRow, vault: Vault, schema: T): z.infer<T> {
  const opened: unknown =
    row.secret === null ? {} : JSON.parse(vault.open(row.secret, secretContext(row.id)));
  return checked(row, schema, opened, "secret");
}

function checked<T extends z.ZodType>(
  row: ConnectionRow,
  schema: T,
  value: unknown,
  what: string,
): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues
    .map((issue) => `${issue.path.join(".") || what}: ${issue.message}`)
    .join("; ");
  throw new UserError(`connection ${row.id} (${row.kind}) has a faulty ${what}: ${faults}`);
}
