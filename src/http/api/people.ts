/** /api/v1/me, /users, /audit-log: who calls, who may come in, and who changed what. */
import { z } from "zod";
import { verifyAuditLog } from "../../access/audit-log.ts";
import { type AuditFilter, findAuditRows } from "../../access/audit-queries.ts";
import { findUser, listUsers, type UserRow } from "../../access/people-queries.ts";
import { ROLE_WORDS, ROLES, scopesOf } from "../../access/roles.ts";
import { SCOPES } from "../../access/scopes.ts";
import { createUser, inviteAgain, type Link, setDisabled, setRole } from "../../access/users.ts";
import { welcomeLink } from "../../access/welcome.ts";
import type { Clock } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";
import { environmentOf } from "./environments.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";

const instant = z.int().describe("Milliseconds since 1970.");
const role = z.enum(ROLES);
const everywhere = z.string().nullable().describe("Null: every environment.");

const meSchema = z.object({
  name: z.string().describe("Stands beside what the caller changes."),
  person: z
    .object({ id: z.string(), email: z.string(), name: z.string(), twoFactor: z.boolean() })
    .nullable()
    .describe("Null behind a token."),
  grants: z.array(
    z.object({ environment: everywhere, role: role.nullable(), scopes: z.array(z.enum(SCOPES)) }),
  ),
});

const userSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  roles: z.array(z.object({ environment: everywhere, role })),
  twoFactor: z.boolean(),
  isSetUp: z.boolean().describe("False until they used their link or came in with the provider."),
  sessions: z.int(),
  createdAt: instant,
  lastSeenAt: instant.nullable(),
  disabledAt: instant.nullable(),
});
const linkSchema = z.object({
  user: z.string(),
  email: z.string(),
  link: z.string().describe("Sets their password, once. It is not told again."),
  expiresAt: instant,
});
const userParam = z.object({ user: z.string().describe("Id or e-mail address.") });

const actSchema = z.object({
  seq: z.int(),
  at: instant,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  environment: z.string().nullable(),
  facts: z.record(z.string(), z.unknown()),
  previous: z.string().describe("Hash of the row before."),
  hash: z.string(),
});

const verificationSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("whole"),
    rows: z.int(),
    head: z.string().describe("Hash of the last row: kept elsewhere, it proves the end, too."),
  }),
  z.object({ kind: z.literal("broken"), seq: z.int(), why: z.string() }),
]);

export interface PeopleDeps {
  readonly db: Db;
  readonly clock: Clock;
}

export function peopleRoutes(deps: PeopleDeps): readonly ApiRoute[] {
  return [
    meRoute(),
    rolesRoute(),
    ...userRoutes(deps),
    ...changingRoutes(deps),
    auditRoute(deps.db),
    verifyRoute(deps.db),
  ];
}

function meRoute(): ApiRoute {
  return route({
    method: "GET",
    path: "/me",
    operationId: "readMe",
    summary: "Who calls, and what they may do where",
    scope: null,
    params: z.object({}),
    answer: { status: 200, description: "The caller.", schema: meSchema },
    handle: async ({ actor: { name, grants }, person }) => ({ body: { name, person, grants } }),
  });
}

function rolesRoute(): ApiRoute {
  return route({
    method: "GET",
    path: "/roles",
    operationId: "listRoles",
    summary: "The roles, each with what it is for; each may do what those before it may",
    scope: null,
    params: z.object({}),
    answer: {
      status: 200,
      description: "From the least to the most.",
      schema: z.array(z.object({ role, words: z.string(), scopes: z.array(z.enum(SCOPES)) })),
    },
    handle: async () => ({
      body: ROLES.map((one) => ({ role: one, words: ROLE_WORDS[one], scopes: scopesOf(one) })),
    }),
  });
}

function userRoutes({ db, clock }: PeopleDeps): readonly ApiRoute[] {
  const shown = ({ token, ...link }: Link, origin: string) => ({ ...link, link: welcomeLink(origin, token) });
  return [
    route({
      method: "GET",
      path: "/users",
      operationId: "listUsers",
      summary: "Everybody who may sign in, by address",
      scope: "users:read",
      params: z.object({}),
      answer: { status: 200, description: "By address.", schema: z.array(userSchema) },
      handle: async () => ({ body: await listUsers(db) }),
    }),
    route({
      method: "POST",
      path: "/users",
      operationId: "createUser",
      summary: "Makes a user, and the link with which they set their password",
      scope: "users:write",
      params: z.object({}),
      body: z.strictObject({
        email: z.string().max(254),
        name: z.string().max(200).optional(),
        role,
        environment: everywhere.default(null),
      }),
      answer: { status: 201, description: "The link; give it to them yourself.", schema: linkSchema },
      problems: { 404: "There is no such environment.", 422: "The address is none, or taken." },
      handle: async ({ body, actor, origin }) => {
        if (body.environment !== null) await environmentOf(db, body.environment);
        return { body: shown(await createUser(db, body, actor.name, clock()), origin) };
      },
    }),
    route({
      method: "POST",
      path: "/users/{user}/link",
      operationId: "inviteUser",
      summary: "Makes another link to set a password; links from before stop working",
      scope: "users:write",
      params: userParam,
      answer: { status: 201, description: "The link.", schema: linkSchema },
      problems: { 404: "There is no such user.", 422: "They are disabled." },
      handle: async ({ params: { user }, actor, origin }) => {
        await userFor(db, user);
        return { body: shown(await inviteAgain(db, user, actor.name, clock()), origin) };
      },
    }),
  ];
}

function changingRoutes({ db }: PeopleDeps): readonly ApiRoute[] {
  return [
    route({
      method: "PUT",
      path: "/users/{user}/role",
      operationId: "setRole",
      summary: "Gives a role in one environment or in all; null takes it away",
      scope: "users:write",
      params: userParam,
      body: z.strictObject({ environment: everywhere, role: role.nullable() }),
      answer: { status: 200, description: "The user as they are now.", schema: userSchema },
      problems: { 404: "There is no such user or environment.", 422: "They are the last admin." },
      handle: async ({ params: { user }, body, actor }) => {
        await userFor(db, user);
        if (body.environment !== null) await environmentOf(db, body.environment);
        return { body: await setRole(db, { user, ...body }, actor.name) };
      },
    }),
    route({
      method: "PATCH",
      path: "/users/{user}",
      operationId: "changeUser",
      summary: "Disables a user, which ends their sessions, or lets them in again",
      scope: "users:write",
      params: userParam,
      body: z.strictObject({ disabled: z.boolean() }),
      answer: { status: 200, description: "The user as they are now.", schema: userSchema },
      problems: { 404: "There is no such user.", 422: "They are the last admin." },
      handle: async ({ params: { user }, body: { disabled }, actor }) => {
        await userFor(db, user);
        return { body: await setDisabled(db, user, disabled, actor.name) };
      },
    }),
  ];
}

function auditRoute(db: Db): ApiRoute {
  return route({
    method: "GET",
    path: "/audit-log",
    operationId: "readAuditLog",
    summary:
      "Who changed what, the newest first; `baton audit-log verify` proves that nothing was changed since",
    scope: "audit:read",
    params: z.object({}),
    query: z.object({
      environment: z.string().optional(),
      actor: z.string().optional(),
      action: z
        .string()
        .optional()
        .describe('An action, or its kind: "policy" for "policy.publish" and the like.'),
      subject: z.string().optional(),
      cursor: z.coerce.number<string>().int().min(1).optional().describe("`next` of the page before."),
      limit: z.coerce.number<string>().int().min(1).max(200).default(50),
    }),
    answer: {
      status: 200,
      description: "A page.",
      schema: z.object({ rows: z.array(actSchema), next: z.string().nullable() }),
    },
    handle: async ({ query: { cursor, ...filter } }) => ({
      body: await auditPage(db, { ...filter, before: cursor }),
    }),
  });
}

function verifyRoute(db: Db): ApiRoute {
  return route({
    method: "GET",
    path: "/audit-log/verification",
    operationId: "verifyAuditLog",
    summary: "Reads the whole audit log and says whether it is as it was written",
    scope: "audit:read",
    params: z.object({}),
    answer: { status: 200, description: "Whole, or broken where.", schema: verificationSchema },
    handle: async () => ({ body: await verifyAuditLog(db) }),
  });
}

async function auditPage(db: Db, filter: AuditFilter) {
  const found = await findAuditRows(db, { ...filter, limit: filter.limit + 1 });
  const rows = found
    .slice(0, filter.limit)
    .map((one) => ({ ...one, facts: JSON.parse(one.facts) as Record<string, unknown> }));
  const last = rows.at(-1);
  return { rows, next: found.length > rows.length && last !== undefined ? String(last.seq) : null };
}

async function userFor(db: Db, idOrEmail: string): Promise<UserRow> {
  const user = await findUser(db, idOrEmail);
  if (user === null) throw new Refusal(404, `There is no user "${idOrEmail}".`);
  return user;
}
