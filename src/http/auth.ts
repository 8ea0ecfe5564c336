/**
 * /api/auth: signing in and out, a person's own sessions, password and one-time codes. Only what is listed here is
 * served, whatever else the library behind it could answer.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { AUTH_PREFIX } from "../access/sign-in-address.ts";
import { UserError } from "../kernel/failure.ts";
import type { Ms } from "../kernel/time.ts";
import { json, type Operation, type Paths, problem } from "./openapi.ts";
import { type ProviderOptions, providerPaths, providerRoutes } from "./provider.ts";
import { forwarded, isOwnWrite } from "./origin.ts";
import { sendProblem } from "./problem.ts";

export interface AuthOptions extends ProviderOptions {
  readonly handle: (request: Request) => Promise<Response>;
  /** Sets the password of a link's holder and returns their address; a UserError says why not. */
  readonly accept: (asked: { readonly token: string; readonly password: string }) => Promise<string>;
  /** How long an attempt at a password must wait; 0 counts it and lets it through. */
  readonly beginAttempt: (on: Attempt) => Promise<Ms>;
  readonly endAttempt: (on: Attempt) => Promise<void>;
}

interface Attempt {
  readonly address: string;
  readonly account: string | null;
}

interface AuthRoute {
  readonly method: "GET" | "POST";
  readonly path: `/${string}`;
  readonly operationId: string;
  readonly summary: string;
  readonly body?: z.ZodObject;
  /** Somebody may try passwords or codes here. */
  readonly isGuessed?: true;
  /** A way in by password: shut where the provider is the only one. */
  readonly isPasswordWay?: true;
}

const password = z.string().min(1).max(128);
const code = z.string().min(1).max(64);
const trustDevice = z.boolean().optional().describe("Ask for no code on this device for 30 days.");

const ROUTES: readonly AuthRoute[] = [
  {
    method: "POST",
    path: "/sign-in/email",
    operationId: "signIn",
    summary: "Signs in; `twoFactorRedirect: true` asks for a one-time code next",
    body: z.strictObject({ email: z.string().max(254), password, rememberMe: z.boolean().optional() }),
    isGuessed: true,
    isPasswordWay: true,
  },
  { method: "POST", path: "/sign-out", operationId: "signOut", summary: "Ends this session" },
  {
    method: "GET",
    path: "/get-session",
    operationId: "readSession",
    summary: "This session and whose it is; null without one",
  },
  { method: "GET", path: "/list-sessions", operationId: "listSessions", summary: "One's own sessions" },
  {
    method: "POST",
    path: "/revoke-session",
    operationId: "endSession",
    summary: "Ends one of one's own sessions",
    body: z.strictObject({ token: z.string() }),
  },
  {
    method: "POST",
    path: "/revoke-other-sessions",
    operationId: "endOtherSessions",
    summary: "Ends one's other sessions",
  },
  {
    method: "POST",
    path: "/change-password",
    operationId: "changePassword",
    summary: "Changes one's own password",
    body: z.strictObject({
      currentPassword: password,
      newPassword: password.min(12),
      revokeOtherSessions: z.boolean().optional(),
    }),
    isGuessed: true,
  },
  {
    method: "POST",
    path: "/two-factor/enable",
    operationId: "enableTwoFactor",
    summary: "Begins one-time codes: the address for the app, and backup codes; the first right code ends it",
    body: z.strictObject({ password }),
    isGuessed: true,
  },
  {
    method: "POST",
    path: "/two-factor/disable",
    operationId: "disableTwoFactor",
    summary: "Ends one-time codes",
    body: z.strictObject({ password }),
    isGuessed: true,
  },
  {
    method: "POST",
    path: "/two-factor/verify-totp",
    operationId: "verifyCode",
    summary: "Signs in with the code of the app",
    body: z.strictObject({ code, trustDevice }),
    isGuessed: true,
  },
  {
    method: "POST",
    path: "/two-factor/verify-backup-code",
    operationId: "verifyBackupCode",
    summary: "Signs in with a backup code, which is then used up",
    body: z.strictObject({ code, trustDevice }),
    isGuessed: true,
  },
  {
    method: "POST",
    path: "/two-factor/generate-backup-codes",
    operationId: "renewBackupCodes",
    summary: "Makes new backup codes; the old ones stop working",
    body: z.strictObject({ password }),
    isGuessed: true,
  },
];

const INVITATION = `${AUTH_PREFIX}/invitation`;
const invitationBody = z.strictObject({ token: z.string().max(200), password: z.string().max(200) });

export function authRoutes(options: AuthOptions): (server: FastifyInstance) => Promise<void> {
  return async (server) => {
    server.addHook("onRequest", async (request, reply) => {
      if (!isOwnWrite(request, options.baseUrl))
        return sendProblem(request, reply, 403, "Only Baton's own pages may sign people in and out.");
    });
    for (const one of ROUTES)
      server.route({
        method: one.method,
        url: `${AUTH_PREFIX}${one.path}`,
        handler: (request, reply) => answer(options, one, request, reply),
      });
    await providerRoutes(options)(server);
    server.post(INVITATION, async (request, reply) => {
      if (options.provider?.isOnly === true) return passwordsAreOff(options, request, reply);
      const read = invitationBody.safeParse(request.body);
      if (!read.success) return sendProblem(request, reply, 400, "The body is not as described.");
      const on = { address: request.ip, account: null };
      const waitMs = await options.beginAttempt(on);
      if (waitMs > 0) return tooSoon(request, reply, waitMs);
      try {
        const email = await options.accept(read.data);
        await options.endAttempt(on);
        return await reply.send({ email });
      } catch (error) {
        if (error instanceof UserError) return sendProblem(request, reply, 422, sentence(error.message));
        throw error;
      }
    });
  };
}

async function answer(
  options: AuthOptions,
  route: AuthRoute,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (route.isPasswordWay === true && options.provider?.isOnly === true)
    return passwordsAreOff(options, request, reply);
  const read = (route.body ?? z.unknown()).safeParse(request.body);
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) => ({
      at: ["body", ...path].join("."),
      message,
    }));
    return sendProblem(request, reply, 400, "The body is not as described.", { faults });
  }
  const { email } = (read.data ?? {}) as { readonly email?: string };
  const on = { address: request.ip, account: email ?? null };
  if (route.isGuessed === true) {
    const waitMs = await options.beginAttempt(on);
    if (waitMs > 0) return tooSoon(request, reply, waitMs);
  }
  const response = await options.handle(forwarded(request, options.baseUrl, read.data));
  if (response.ok && route.isGuessed === true) await options.endAttempt(on);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) reply.header("set-cookie", cookies);
  const said: unknown = await response.json().catch(() => null);
  if (response.ok) return reply.code(200).type("application/json; charset=utf-8").send(JSON.stringify(said));
  const { message, code: reason } = (said ?? {}) as { readonly message?: string; readonly code?: string };
  return sendProblem(request, reply, response.status, sentence(message ?? "This was refused"), { reason });
}

function passwordsAreOff(
  { provider }: AuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  return sendProblem(request, reply, 403, `Passwords are off here: sign in with ${provider?.name}.`);
}

function tooSoon(request: FastifyRequest, reply: FastifyReply, waitMs: Ms): FastifyReply {
  const seconds = Math.ceil(waitMs / 1_000);
  return sendProblem(
    request,
    reply.header("retry-after", seconds),
    429,
    `Too many attempts failed: try again in ${seconds} s.`,
  );
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The same routes for the description. */
export function authPaths(): Paths {
  const paths: Record<string, Readonly<Record<string, Operation>>> = { ...providerPaths };
  for (const { method, path, operationId, summary, body, isGuessed } of ROUTES) {
    paths[`${AUTH_PREFIX}${path}`] = {
      [method.toLowerCase()]: operation({ operationId, summary, body, isGuessed: isGuessed === true }),
    };
  }
  paths[INVITATION] = {
    post: operation({
      operationId: "acceptInvitation",
      summary: "Sets a password with the one-time link of an invitation",
      body: invitationBody,
      isGuessed: true,
    }),
  };
  return paths;
}

function operation(given: {
  readonly operationId: string;
  readonly summary: string;
  readonly body: z.ZodObject | undefined;
  readonly isGuessed: boolean;
}): Operation {
  const { operationId, summary, body } = given;
  return {
    operationId,
    summary,
    ...(body !== undefined && {
      requestBody: { required: true, content: { "application/json": { schema: schemaOf(body) } } },
    }),
    responses: {
      200: json("It was done.", {}),
      400: problem("The request is not as described here."),
      401: problem("The password or code is wrong, or there is no session."),
      403: problem("It was sent from another site, or passwords are off here."),
      ...(body !== undefined && { 422: problem("It cannot be done; `detail` says why.") }),
      ...(given.isGuessed && {
        429: problem("Too many attempts failed; `Retry-After` says how long to wait."),
      }),
    },
  };
}

function schemaOf(body: z.ZodObject): object {
  const { $schema: _, ...rest } = z.toJSONSchema(body, { io: "input" });
  return rest;
}
