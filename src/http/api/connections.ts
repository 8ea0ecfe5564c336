/**
 * /api/v1/environments and /connections: from nothing to an environment that hears, and how each of its accounts does.
 * Secrets come in and never go out.
 */
import { z } from "zod";
import { record } from "../../access/audit-log.ts";
import { ACCOUNT_KINDS, type Finding } from "../../accounts/account.ts";
import type { AccountLook } from "../../accounts/look.ts";
import { accountsOf, arrivalsOf, doorNotesOf, healthOf, type StoredAccount } from "../../accounts/queries.ts";
import {
  type AccountDeps,
  accountId,
  connectAccount,
  createEnvironment,
  removeAccount,
  storeCheck,
} from "../../accounts/store.ts";
import { WEBHOOK_TOPICS } from "../../intake/topics.ts";
import type { Db } from "../../store/database.ts";
import { templates } from "../../policy/templates/templates.ts";
import { asking } from "./asking.ts";
import { environmentOf, environmentParam, environmentSchema } from "./environments.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";

const instant = z.int().describe("Milliseconds since 1970.");
const given = z
  .record(z.string(), z.unknown())
  .describe("Settings and secrets as `baton connect` takes them.");
const kind = z.enum(ACCOUNT_KINDS);
const accountParam = environmentParam.extend({ kind });

const findingSchema = z.object({
  level: z.enum(["ok", "warning", "missing"]),
  what: z.string(),
  fix: z.string().nullable(),
});
const checkedSchema = z.object({ at: instant, by: z.string(), findings: z.array(findingSchema) });

const accountSchema = z.object({
  kind,
  id: z.string().nullable().describe("Null: not connected."),
  settings: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.object({ setAt: instant, setBy: z.string(), ends: z.string().nullable() })),
  webhook: z.string().nullable().describe("Where the system is to send what happens; null: nowhere."),
  checked: checkedSchema.nullable().describe("What the last test found; null: not tested since it was set."),
  lastSuccessAt: instant.nullable(),
  lastError: z.object({ at: instant, code: z.string(), message: z.string() }).nullable(),
});

const doorSchema = z.object({
  url: z.string(),
  topics: z.array(z.string()).describe("What the app is to be subscribed to."),
  arrivals: z.array(z.object({ topic: z.string(), at: instant })).describe("The newest notifications."),
  notes: z
    .array(z.object({ result: z.string(), times: z.int(), at: instant }))
    .describe("Pings, and what was turned away: `bad_signature` and the like."),
});

export interface ConnectionDeps extends AccountDeps {
  readonly look: AccountLook;
}

export function accountRoutes(deps: ConnectionDeps): readonly ApiRoute[] {
  return [
    ...startingRoutes(deps),
    ...readingRoutes(deps),
    ...settingRoutes(deps),
    checkRoute(deps),
    installRoute(deps),
  ];
}

function startingRoutes(deps: ConnectionDeps): readonly ApiRoute[] {
  return [
    route({
      method: "GET",
      path: "/policy-templates",
      operationId: "listTemplates",
      summary: "The policies to start from",
      scope: null,
      params: z.object({}),
      answer: {
        status: 200,
        description: "The one for most first.",
        schema: z.array(z.object({ name: z.string(), about: z.string() })),
      },
      handle: async () => ({
        body: Object.entries(templates).map(([name, { about }]) => ({ name, about })),
      }),
    }),
    route({
      method: "POST",
      path: "/environments",
      operationId: "createEnvironment",
      summary: "Makes an environment in shadow mode: it hears a workspace, decides, and sends nothing",
      scope: "environments:write",
      params: z.object({}),
      body: z.strictObject({
        name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must be lower-case letters, digits and hyphens"),
        template: z.enum(Object.keys(templates) as [string, ...string[]]).default("saas-default"),
        intercom: given.describe("`token` and `clientSecret`; the workspace is asked of Intercom."),
        lookBackDays: z
          .int()
          .min(0)
          .max(30)
          .default(7)
          .describe("How far back conversations are read, where the workspace is new."),
      }),
      answer: { status: 201, description: "As it is now.", schema: environmentSchema },
      problems: {
        422: "The name is taken, or Intercom refuses the token.",
        502: "Intercom does not answer.",
      },
      handle: async ({ body: { name, template, intercom, lookBackDays }, actor }) => {
        const workspace = intercom["workspace"] ?? (await workspaceFor(deps.look, intercom));
        const accounts = { intercom: { ...intercom, workspace } };
        const document = templates[template]?.text ?? null;
        const lookBackMs = lookBackDays * 86_400_000;
        await createEnvironment(deps, { name, mode: "shadow", accounts, document, lookBackMs }, actor.name);
        return { body: await environmentOf(deps.db, name) };
      },
    }),
  ];
}

function readingRoutes({ db, look }: ConnectionDeps): readonly ApiRoute[] {
  return [
    route({
      method: "GET",
      path: "/environments/{environment}/connections",
      operationId: "listConnections",
      summary:
        "The accounts of an environment: what is set, what the last test found, what went well and wrong",
      scope: "environments:read",
      params: environmentParam,
      answer: { status: 200, description: "One of each kind.", schema: z.array(accountSchema) },
      problems: { 404: "There is no such environment." },
      handle: async ({ params: { environment }, origin }) => {
        await environmentOf(db, environment);
        return { body: await shownAccounts(db, environment, origin) };
      },
    }),
    route({
      method: "GET",
      path: "/environments/{environment}/connections/intercom/door",
      operationId: "readDoor",
      summary: "Where Intercom sends notifications, and what came of late",
      scope: "environments:read",
      params: environmentParam,
      query: z.object({ limit: z.coerce.number<string>().int().min(1).max(100).default(10) }),
      answer: { status: 200, description: "The newest first.", schema: doorSchema },
      problems: { 404: "There is no such environment." },
      handle: async ({ params: { environment }, query: { limit }, origin }) => {
        await environmentOf(db, environment);
        const account = (await accountsOf(db, environment)).find((one) => one.kind === "intercom");
        if (account === undefined) throw new Refusal(404, `"${environment}" is not connected to Intercom.`);
        const { workspace = "" } = account.settings as { readonly workspace?: string };
        const arrivals = await arrivalsOf(db, workspace, limit);
        const url = `${origin}/webhooks/intercom/${account.id}`;
        return { body: { url, topics: WEBHOOK_TOPICS, arrivals, notes: await doorNotesOf(db, account.id) } };
      },
    }),
    route({
      method: "GET",
      path: "/environments/{environment}/connections/slack/manifest",
      operationId: "slackManifest",
      summary: "What to make the app in Slack from",
      scope: "environments:read",
      params: environmentParam,
      answer: { status: 200, description: "YAML.", schema: z.object({ manifest: z.string() }) },
      problems: { 404: "There is no such environment." },
      handle: async ({ params: { environment }, origin }) => {
        await environmentOf(db, environment);
        const url = `${origin}/webhooks/slack/${accountId(environment, "slack")}`;
        return { body: { manifest: look.slackManifest(url) } };
      },
    }),
  ];
}

function settingRoutes(deps: ConnectionDeps): readonly ApiRoute[] {
  const { db } = deps;
  return [
    route({
      method: "PUT",
      path: "/environments/{environment}/connections/{kind}",
      operationId: "setConnection",
      summary: "Sets an account: all its settings, and the secrets that are new; secrets not named stay",
      scope: "environments:write",
      params: accountParam,
      body: given,
      answer: { status: 200, description: "As it is now.", schema: accountSchema },
      problems: { 404: "There is no such environment.", 422: "`detail` names what is missing or wrong." },
      handle: async ({ params: { environment, kind: asked }, body, actor, origin }) => {
        await environmentOf(db, environment);
        await connectAccount(deps, { environment, kind: asked, given: body }, actor.name);
        return { body: await shownAccount(db, environment, asked, origin) };
      },
    }),
    route({
      method: "DELETE",
      path: "/environments/{environment}/connections/{kind}",
      operationId: "removeConnection",
      summary: "Takes an account away and forgets its secrets",
      scope: "environments:write",
      params: accountParam,
      answer: { status: 200, description: "As it is now.", schema: accountSchema },
      problems: { 404: "It is not connected.", 422: "Without Intercom an environment hears nothing." },
      handle: async ({ params: { environment, kind: asked }, actor, origin }) => {
        await environmentOf(db, environment);
        if (!(await removeAccount(deps, { environment, kind: asked }, actor.name)))
          throw new Refusal(404, `"${environment}" has no ${asked} connection.`);
        return { body: await shownAccount(db, environment, asked, origin) };
      },
    }),
  ];
}

function checkRoute({ db, clock, look }: ConnectionDeps): ApiRoute {
  return route({
    method: "POST",
    path: "/environments/{environment}/connections/{kind}/check",
    operationId: "checkConnection",
    summary: "Asks the account for everything that a handoff will need of it; nothing is written there",
    scope: "issues:write",
    params: accountParam,
    answer: { status: 200, description: "One finding for each thing asked.", schema: checkedSchema },
    problems: { 404: "It is not connected." },
    handle: async ({ params: { environment, kind: asked }, actor }) => {
      await environmentOf(db, environment);
      const account = (await accountsOf(db, environment)).find((one) => one.kind === asked);
      if (account === undefined) throw new Refusal(404, `"${environment}" has no ${asked} connection.`);
      const findings: readonly Finding[] = await look.check(environment, asked);
      const checked = { at: clock(), by: actor.name, findings };
      await storeCheck(db, { id: account.id, environment }, checked);
      return { body: checked };
    },
  });
}

function installRoute({ db, look }: ConnectionDeps): ApiRoute {
  return route({
    method: "POST",
    path: "/environments/{environment}/connections/salesforce/install",
    operationId: "installMetadata",
    summary: "Deploys Baton's fields, objects and permission set to the org; all of it or nothing",
    scope: "environments:write",
    params: environmentParam,
    body: z.strictObject({
      dryRun: z.boolean().default(true).describe("Only ask whether the org would take it."),
    }),
    answer: {
      status: 200,
      description: "What the org took, or why it took nothing.",
      schema: z.object({ components: z.int(), problems: z.array(z.string()), dryRun: z.boolean() }),
    },
    problems: { 404: "There is no such environment.", 502: "Salesforce could not be asked." },
    handle: async ({ params: { environment }, body: { dryRun }, actor }) => {
      const { components, problems } = await asking(() => look.install(environment, dryRun));
      await record(db, {
        actor: actor.name,
        action: "connection.install",
        subject: accountId(environment, "salesforce"),
        environment,
        facts: { components, problems: problems.length, dryRun },
      });
      return { body: { components, problems, dryRun } };
    },
  });
}

async function workspaceFor(look: AccountLook, intercom: Readonly<Record<string, unknown>>): Promise<string> {
  const workspace = await asking(() => look.workspaceOf(intercom));
  if (workspace === null)
    throw new Refusal(422, "Intercom does not say whose token this is: name the workspace.");
  return workspace;
}

async function shownAccounts(db: Db, environment: string, origin: string) {
  const [accounts, health] = await Promise.all([accountsOf(db, environment), healthOf(db, environment)]);
  return ACCOUNT_KINDS.map((one) => {
    const account = accounts.find((stored) => stored.kind === one);
    const { lastSuccessAt = null, lastError = null } = health.find((known) => known.kind === one) ?? {};
    return {
      kind: one,
      id: account?.id ?? null,
      settings: (account?.settings ?? {}) as Readonly<Record<string, unknown>>,
      secrets: account?.marks ?? {},
      webhook: account === undefined ? null : webhookOf(account, origin),
      checked: account?.checked ?? null,
      lastSuccessAt,
      lastError,
    };
  });
}

async function shownAccount(db: Db, environment: string, asked: StoredAccount["kind"], origin: string) {
  const found = (await shownAccounts(db, environment, origin)).find((one) => one.kind === asked);
  if (found === undefined) throw new Error(`no account of kind ${asked}`);
  return found;
}

function webhookOf({ kind: of, id }: StoredAccount, origin: string): string | null {
  return of === "intercom" || of === "slack" ? `${origin}/webhooks/${of}/${id}` : null;
}
