/** /api/auth as far as the provider goes: which ways in there are, to its page, and back. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AUTH_PREFIX } from "../access/sign-in-address.ts";
import { PROVIDER } from "../access/oidc.ts";
import type { ProviderDoor } from "../access/provider-door.ts";
import { json, type Paths, plain, problem } from "./openapi.ts";
import { forwarded } from "./origin.ts";
import { sendProblem } from "./problem.ts";

export interface ProviderOptions {
  /** Null: whatever address a request came to. */
  readonly baseUrl: string | null;
  /** Null: people sign in by password alone. */
  readonly provider: ProviderDoor | null;
}

const WAYS = `${AUTH_PREFIX}/ways`;
const BEGIN = `${AUTH_PREFIX}/sign-in/${PROVIDER}`;
const CALLBACK = `${AUTH_PREFIX}/callback/${PROVIDER}`;
const NONE = "No provider is set up here: sign in by password.";

/** Where the page that signs people in is told how it went; nothing but these words, so that no link can put others there. */
const SIGN_IN = "/sign-in";

export function providerRoutes(options: ProviderOptions): (server: FastifyInstance) => Promise<void> {
  const { provider } = options;
  return async (server) => {
    server.get(WAYS, (_request, reply) =>
      reply.send({
        password: provider?.isOnly !== true,
        provider: provider === null ? null : { name: provider.name },
      }),
    );
    server.post(BEGIN, async (request, reply) => {
      if (provider === null) return sendProblem(request, reply, 404, NONE);
      const begun = await provider.begin(forwarded(request, options.baseUrl, {}));
      if (begun.kind === "to") return reply.header("set-cookie", begun.cookies).send({ url: begun.url });
      const next = provider.isOnly
        ? "Try again in a moment."
        : "Try again in a moment, or use your password.";
      return sendProblem(request, reply, 502, `${provider.name} cannot be used now: ${begun.fault}. ${next}`);
    });
    server.get(CALLBACK, async (request, reply) => {
      if (provider === null) return sendProblem(request, reply, 404, NONE);
      return returned(options, provider, request, reply);
    });
  };
}

async function returned(
  { baseUrl }: ProviderOptions,
  provider: ProviderDoor,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const ended = await provider.end(forwarded(request, baseUrl, null));
  if (ended.cookies.length > 0) reply.header("set-cookie", ended.cookies);
  switch (ended.kind) {
    case "in":
      return reply.redirect("/");
    case "code":
      return reply.redirect(`${SIGN_IN}?step=code`);
    case "refused":
      return reply.redirect(`${SIGN_IN}?refused=${ended.why}`);
  }
}

/** The same routes for the description. */
export const providerPaths: Paths = {
  [WAYS]: {
    get: {
      operationId: "listWays",
      summary: "Which ways in there are, for the page to sign in",
      responses: {
        200: json("Password, provider, or both.", {
          type: "object",
          required: ["password", "provider"],
          properties: {
            password: { type: "boolean" },
            provider: {
              type: ["object", "null"],
              required: ["name"],
              properties: { name: { type: "string" } },
            },
          },
        }),
      },
    },
  },
  [BEGIN]: {
    post: {
      operationId: "beginProviderSignIn",
      summary: "Begins a sign-in with the OpenID provider: where the browser goes next",
      responses: {
        200: json("The provider's page.", {
          type: "object",
          required: ["url"],
          properties: { url: { type: "string" } },
        }),
        403: problem("It was sent from another site."),
        404: problem("No provider is set up."),
        502: problem("The provider cannot be used now; `detail` says why."),
      },
    },
  },
  [CALLBACK]: {
    get: {
      operationId: "endProviderSignIn",
      summary:
        "Where the provider sends the browser back to; leads home, or to the page to sign in with a reason",
      responses: {
        302: plain("Home, or the page to sign in with `step` or `refused`.", "text/plain"),
        404: problem("No provider is set up."),
      },
    },
  },
};
