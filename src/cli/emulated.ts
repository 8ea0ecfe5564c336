/**
 * Baton among emulators, as the demo and the rehearsal use it: the five connections, the people everywhere before
 * they write, and conversations replayed as the webhooks that Intercom would send.
 */
import { isMap, isSeq, parseDocument } from "yaml";
import { UserError } from "../kernel/failure.ts";
import type { Ms } from "../kernel/time.ts";
import type { Db } from "../store/database.ts";
import { saveEnvironment } from "../decide/queries.ts";
import { policyOf } from "../policy/read.ts";
import { saasDefault } from "../policy/templates/saas-default.ts";
import type { Policy } from "../policy/schema.ts";
import { publishGiven } from "../versions/publish.ts";
import { type ConnectionRow, saveConnection, secretContext } from "../vault/queries.ts";
import type { Vault } from "../vault/vault.ts";
import { emulatedAccounts, type Emulators } from "../../emulators/all.ts";
import type { DemoCompany, DemoContact, DemoConversation, DemoTurn } from "../../demo/conversations.ts";

type NewContact = Parameters<Emulators["intercom"]["addContact"]>[0];

/** The environment that the demo works in. */
export const DEMO_ENVIRONMENT = "production";

const id = (kind: ConnectionRow["kind"]): string => `emulated-${kind}`;

/** A conversation that can be replayed: what the demo's have, and what a line of a file may add. */
export interface Replayable extends Omit<DemoConversation, "expect" | "contact" | "company"> {
  /** Said at the time of the replay, whatever the times of its turns. */
  readonly isSaidNow?: true;
  readonly contact: DemoContact & { readonly score?: number };
  readonly company?: DemoCompany & {
    readonly industry?: string;
    readonly annualRevenue?: number;
    readonly technology?: readonly string[];
  };
}

/** The emulated vendors call the service at `url` (null: it only works): Intercom under this path, Slack when somebody presses something. */
export function deliverTo({ intercom, slack }: Emulators, url: string | null, webhooks: string): void {
  if (url === null) return;
  intercom.setWebhooks(`${url}${webhooks}`);
  slack.setInteractivity(`${url}/webhooks/slack/${id("slack")}`);
}

export interface Connecting {
  readonly db: Db;
  readonly vault: Vault;
  readonly emulators: Emulators;
  readonly environment: string;
  readonly mode: "shadow" | "live";
  /** The policy as YAML; the default one with its pools at work round the clock when absent. */
  readonly policy?: string;
}

/**
 * Writes the connections to all five emulators, an environment that uses them, and its policy. Returns the path under
 * which the service then takes Intercom's webhooks. A repeat brings addresses up to date. Throws a UserError for a
 * faulty policy.
 */
export async function connectEmulators(connecting: Connecting): Promise<string> {
  const { db, vault, emulators, environment, mode, policy = roundTheClock(saasDefault) } = connecting;
  policyOf(policy, "the policy");
  for (const { kind, settings, secret } of connectionsTo(emulators)) {
    const sealed = vault.seal(JSON.stringify(secret), secretContext(id(kind)));
    const open = { ...settings, allowPrivateAddresses: true };
    await saveConnection(db, { id: id(kind), kind, settings: open, secret: sealed });
  }
  await saveEnvironment(db, {
    name: environment,
    mode,
    intercomConnection: id("intercom"),
    salesforceConnection: id("salesforce"),
    slackConnection: id("slack"),
    emailConnection: id("email"),
    enrichmentConnection: id("enrichment"),
  });
  await publishGiven(db, {
    environment,
    document: policy,
    publisher: "baton",
    comment: "for the emulated accounts",
  });
  return `/webhooks/intercom/${id("intercom")}`;
}

/**
 * The policy with every pool at work always, nobody absent and no caps. The emulated world is played at any hour of any
 * day, deals out in a minute what a quarter brings, and must go the same way each time. Somebody's own policy is
 * rehearsed as it stands.
 */
export function roundTheClock(policy: string): string {
  const document = parseDocument(policy);
  const pools = document.getIn(["routing", "pools"]);
  for (const { value: pool } of isMap(pools) ? pools.items : []) {
    const members = isMap(pool) ? pool.get("members") : null;
    for (const member of isSeq(members) ? members.items : []) {
      if (!isMap(member)) continue;
      member.set("hours", "always");
      member.delete("away");
      member.delete("cap");
    }
  }
  return document.toString();
}

function connectionsTo(emulators: Emulators): readonly {
  readonly kind: ConnectionRow["kind"];
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secret: Readonly<Record<string, string>>;
}[] {
  const { intercom, salesforce, slack, smtp, enrichment } = emulatedAccounts;
  const pubsubUrl = emulators.salesforce.changeEvents?.url ?? null;
  return [
    {
      kind: "intercom",
      settings: { workspace: intercom.workspaceId, apiUrl: emulators.intercom.url },
      secret: { token: intercom.token, clientSecret: intercom.clientSecret },
    },
    {
      kind: "salesforce",
      settings: { loginUrl: emulators.salesforce.url, clientId: salesforce.clientId, pubsubUrl },
      secret: { clientSecret: salesforce.clientSecret },
    },
    {
      kind: "slack",
      settings: { apiUrl: emulators.slack.apiUrl },
      secret: { token: slack.botToken, signingSecret: slack.signingSecret },
    },
    {
      kind: "email",
      settings: {
        host: new URL(emulators.smtp.url).hostname,
        port: emulators.smtp.port,
        user: smtp.user,
        from: "Baton <baton@ourcompany.example>",
      },
      secret: { password: smtp.password },
    },
    {
      kind: "enrichment",
      settings: { kind: "clearbit", apiUrl: emulators.enrichment.url },
      secret: { apiKey: enrichment.apiKey },
    },
  ];
}

const TEAMS = ["Billing", "Enterprise Sales", "Support"] as const;
const STAFF = [
  { email: "ana@ourcompany.example", name: "Ana Alvarez", role: "ae" },
  { email: "ben@ourcompany.example", name: "Ben Baker", role: "ae" },
  { email: "eva@ourcompany.example", name: "Eva Ek", role: "ae" },
  { email: "kim@ourcompany.example", name: "Kim Keller", role: "ae" },
  { email: "lee@ourcompany.example", name: "Lee Larsson", role: "ae" },
  { email: "carla@ourcompany.example", name: "Carla Costa", role: "csm" },
  { email: "chen@ourcompany.example", name: "Chen Chang", role: "csm" },
  { email: "sales-lead@ourcompany.example", name: "Sam Sinclair", role: "sales-lead" },
] as const;
const GONE = { email: "gone@ourcompany.example", name: "Gil Gone", role: "ae", active: false } as const;
const QUEUES = ["Enterprise_Inbound", "Solutions_Engineers"] as const;
const OWNABLE = ["Lead", "Task", "Baton_Conversation__c"];

/** What Salesforce's account of a person says about the company. */
export interface KnownToSalesforce {
  readonly employees?: number;
  readonly annualRevenue?: number;
  readonly country?: string;
  readonly state?: string;
}

/**
 * What stands in the vendors' accounts before anybody writes: Intercom's teams and teammates, Salesforce users and
 * queues (those that `policy` names too), every person's situation there, and what enrichment knows of the companies.
 * Returns by e-mail address what Salesforce then knows of the person's company.
 */
export async function prepareWorld(
  emulators: Emulators,
  conversations: readonly Replayable[],
  policy?: Policy,
): Promise<ReadonlyMap<string, KnownToSalesforce>> {
  prepareIntercom(emulators, policy);
  const named = policy === undefined ? [] : emailsIn(policy);
  const staff = [
    ...STAFF,
    ...named
      .filter((email) => !STAFF.some((one) => one.email === email))
      .map((email) => ({ email, name: email.split("@")[0] ?? email, role: "ae" as const })),
    GONE,
  ];
  const queues = [...new Set([...QUEUES, ...(policy === undefined ? [] : queuesIn(policy))])];
  const seeded = emulators.salesforce.state.seedSituations({
    users: staff,
    queues: queues.map((name) => ({ name, objects: OWNABLE })),
    people: conversations.flatMap(inSalesforce),
  });
  await seedEnrichment(emulators, conversations);
  const accounts = new Map(emulators.salesforce.state.rows("Account").map((row) => [row["Id"], row]));
  return new Map(
    seeded.people.map(({ email, accountId }) => [email, knownOf(accounts.get(accountId) ?? {})]),
  );
}

function knownOf(account: Readonly<Record<string, unknown>>): KnownToSalesforce {
  const { NumberOfEmployees: employees, AnnualRevenue: annualRevenue } = account;
  const { BillingCountry: country, BillingState: state } = account;
  return {
    ...(typeof employees === "number" && { employees }),
    ...(typeof annualRevenue === "number" && { annualRevenue }),
    ...(typeof country === "string" && { country }),
    ...(typeof state === "string" && { state }),
  };
}

function prepareIntercom({ intercom }: Emulators, policy: Policy | undefined): void {
  const wanted = new Set<string>(TEAMS);
  for (const recipe of policy?.recipes ?? []) {
    if (recipe.intercom?.moveToTeam !== undefined) wanted.add(recipe.intercom.moveToTeam);
  }
  const known = new Set([...intercom.workspace.teams.values()].map((team) => team.name));
  for (const { email, name } of STAFF) intercom.addAdmin({ email, name });
  for (const name of wanted) if (!known.has(name)) intercom.addTeam({ name });
}

function emailsIn(policy: Policy): readonly string[] {
  const found = JSON.stringify([policy.routing, policy.recipes]).match(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g) ?? [];
  return [...new Set(found.map((email) => email.toLowerCase()))];
}

function queuesIn(policy: Policy): readonly string[] {
  return Object.values(policy.routing.routes).flatMap((hops) =>
    hops.flatMap((hop) => (hop.kind === "queue" ? [hop.queue] : [])),
  );
}

/** Somebody who writes from free mail still has an account of their own in Salesforce. */
function inSalesforce({ id: conversation, contact, company, crm }: Replayable) {
  if (contact.email === null) return [];
  const domain = company?.domain ?? `of-${conversation.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.example`;
  return [
    {
      email: contact.email,
      name: contact.name ?? contact.email,
      situation: crm.situation,
      domain,
      ...(company !== undefined && { company: company.name }),
    },
  ];
}

async function seedEnrichment(emulators: Emulators, conversations: readonly Replayable[]): Promise<void> {
  const companies = conversations.flatMap(({ company, enrichment }) =>
    enrichment === undefined || company?.domain === undefined
      ? []
      : [{ domain: company.domain, name: company.name, ...enrichment }],
  );
  const people = conversations.flatMap(({ contact, enrichment }) =>
    enrichment === undefined || contact.email === null ? [] : [{ email: contact.email }],
  );
  const answer = await fetch(`${emulators.enrichment.url}/__emulator/seed`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ companies, people }),
  });
  if (!answer.ok) throw new UserError(`the enrichment emulator took no companies: ${await answer.text()}`);
}

/** What a replay made in Intercom. */
export interface Replayed {
  readonly conversation: string;
  readonly contact: string;
  /** Turns sent as messages. */
  readonly messages: number;
}

export interface ReplayOptions {
  /** How long the writers wait before each further message. Default 0. */
  readonly pauseMs?: () => Ms;
  /** Between the person's first appearance (with their use of the product) and their first words. Default 0. */
  readonly appearedMs?: Ms;
}

/**
 * The person, their company and their use of the product appear, then the conversation is held turn by turn. Team and
 * tags are set right after the first words, as Intercom's own workflows do. Words that somebody else said before the
 * customer keep their earlier time. Throws a UserError when no turn is the customer's.
 */
export async function replay(
  emulators: Emulators,
  conversation: Replayable,
  options: ReplayOptions = {},
): Promise<Replayed> {
  const { intercom } = emulators;
  const opening = conversation.turns.findIndex((turn) => turn.role === "customer");
  const first = conversation.turns[opening];
  if (first === undefined) throw new UserError(`conversation ${conversation.id} has no words of a customer`);
  const contactId = appear(emulators, conversation);
  await pause(options.appearedMs ?? 0);
  const timed = (turn: DemoTurn): Said =>
    conversation.isSaidNow === true ? { ...turn, at: undefined } : turn;
  const started = intercom.startConversation({ contactId, body: first.text, at: timed(first).at });
  assignAndTag(emulators, conversation, started.id);
  for (const turn of conversation.turns.toSpliced(opening, 1)) {
    await pause(options.pauseMs?.() ?? 0);
    say(emulators, started.id, timed(turn));
  }
  return { conversation: started.id, contact: contactId, messages: conversation.turns.length };
}

function appear(emulators: Emulators, { contact, company, usage }: Replayable): string {
  const { intercom } = emulators;
  const companies = company === undefined ? [] : [intercom.addCompany(companyFields(company)).id];
  const { id: contactId } = intercom.addContact({ ...contactFields(contact), companies });
  for (const { event, at, count } of usage) {
    // Intercom takes one event of a name for each second.
    for (let use = 0; use < count; use += 1) {
      intercom.trackEvent({ contactId, name: event, at: Math.floor(at / 1_000) - use });
    }
  }
  return contactId;
}

function contactFields({
  email,
  name,
  plan,
  tags,
  lastSeenAt,
  role,
  score,
}: NonNullable<Replayable["contact"]>): NewContact {
  return {
    email,
    name,
    plan,
    score,
    tags,
    lastSeenAt,
    role: role === "lead" ? "lead" : "user",
  };
}

function companyFields(company: NonNullable<Replayable["company"]>) {
  const { name, domain, plan, employees, industry, country, state, annualValue, annualRevenue } = company;
  const attributes = {
    country,
    state,
    annual_value: annualValue,
    annual_revenue: annualRevenue,
    customer_since:
      company.customerSince === undefined ? undefined : Math.floor(company.customerSince / 1_000),
    technology: company.technology?.join(",") || undefined,
  };
  const customAttributes = Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== undefined),
  );
  return {
    companyId: domain ?? name,
    name,
    plan,
    size: employees,
    industry,
    customAttributes,
    ...(domain !== undefined && { domain }),
  };
}

function assignAndTag(emulators: Emulators, { team, tags }: Replayable, conversationId: string): void {
  const { intercom } = emulators;
  if (team !== undefined) {
    const known = [...intercom.workspace.teams.values()].find((one) => one.name === team);
    const assigneeId = known?.id ?? intercom.addTeam({ name: team }).id;
    intercom.assignConversation({ conversationId, type: "team", assigneeId });
  }
  for (const tag of tags) intercom.tagConversation({ conversationId, tag });
}

/** A turn with its own time, or said now. */
type Said = Omit<DemoTurn, "at"> & { readonly at: number | undefined };

function say(emulators: Emulators, conversationId: string, { role, text: body, at }: Said): void {
  const { intercom } = emulators;
  const reply = { conversationId, body, at };
  switch (role) {
    case "customer":
      intercom.customerReplies(reply);
      return;
    case "teammate":
      intercom.teammateReplies(reply);
      return;
    case "note":
      intercom.teammateReplies({ ...reply, isNote: true });
      return;
    case "bot":
      intercom.botReplies(reply);
  }
}

function pause(ms: Ms): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
