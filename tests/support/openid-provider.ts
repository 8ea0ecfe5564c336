/** An OpenID provider of one person, who consents at once. What it says can be bent, as a broken or hostile one would. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const CLIENT = { id: "baton", secret: "a secret between two" };

export interface OpenIdProvider {
  readonly issuer: string;
  /** Claims of the next ID tokens beside the standard ones, or in their place; undefined leaves one out. */
  claims: Record<string, unknown>;
  /** Whether its answer to a code holds an ID token; without one it only tells who it was when asked. */
  sendsIdToken: boolean;
  /** Whose key signs: its own, or one that stands in no key set under the same id. */
  signsWith: "its key" | "a stranger's key";
  /** What it says about itself differently. */
  document: Record<string, unknown>;
  /** Its answer to whoever asks for a sign-in: a code, or this error. */
  error: string | null;
  /** Does not answer any more, or again. */
  readonly setDown: (isDown: boolean) => void;
  readonly stop: () => Promise<void>;
}

interface Asked {
  readonly challenge: string;
  readonly nonce: string;
  readonly redirect: string;
}

const HOUR_S = 3_600;

export async function startOpenIdProvider(person: Record<string, unknown>): Promise<OpenIdProvider> {
  const keys = { own: pair(), strange: pair() };
  const codes = new Map<string, Asked>();
  let isDown = false;
  const server = createServer((request, response) => {
    if (isDown) request.socket.destroy();
    else void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const provider: OpenIdProvider = {
    issuer,
    claims: {},
    sendsIdToken: true,
    signsWith: "its key",
    document: {},
    error: null,
    setDown: (wish) => {
      isDown = wish;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", issuer);
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return send(response, 200, {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          userinfo_endpoint: `${issuer}/userinfo`,
          jwks_uri: `${issuer}/keys`,
          id_token_signing_alg_values_supported: ["RS256"],
          ...provider.document,
        });
      case "/keys":
        return send(response, 200, {
          keys: [{ ...keys.own.publicKey.export({ format: "jwk" }), kid: "one", alg: "RS256", use: "sig" }],
        });
      case "/userinfo":
        return send(response, 200, { ...person, ...provider.claims });
      case "/authorize":
        return authorize(url.searchParams, response);
      case "/token":
        return token(request, new URLSearchParams(await bodyOf(request)), response);
      default:
        return send(response, 404, { error: "not_found" });
    }
  }

  function authorize(asked: URLSearchParams, response: ServerResponse): void {
    const back = new URL(asked.get("redirect_uri") ?? "");
    back.searchParams.set("state", asked.get("state") ?? "");
    if (provider.error === null) {
      const code = randomBytes(8).toString("hex");
      codes.set(code, {
        challenge: asked.get("code_challenge") ?? "",
        nonce: asked.get("nonce") ?? "",
        redirect: asked.get("redirect_uri") ?? "",
      });
      back.searchParams.set("code", code);
    } else back.searchParams.set("error", provider.error);
    response.writeHead(302, { location: back.href }).end();
  }

  /** RFC 6749, 4.1.3, and RFC 7636, 4.6: a code counts once, for who asked for it. */
  function token(request: IncomingMessage, body: URLSearchParams, response: ServerResponse): void {
    const code = body.get("code") ?? "";
    const asked = codes.get(code);
    codes.delete(code);
    const proof = createHash("sha256")
      .update(body.get("code_verifier") ?? "")
      .digest("base64url");
    const isClient = request.headers.authorization === `Basic ${basic(CLIENT.id, CLIENT.secret)}`;
    if (!isClient) return send(response, 401, { error: "invalid_client" });
    if (asked === undefined || asked.challenge !== proof || asked.redirect !== body.get("redirect_uri"))
      return send(response, 400, { error: "invalid_grant" });
    send(response, 200, {
      access_token: randomBytes(8).toString("hex"),
      token_type: "Bearer",
      expires_in: HOUR_S,
      ...(provider.sendsIdToken && { id_token: idToken(asked.nonce) }),
    });
  }

  function idToken(nonce: string): string {
    const now = Math.floor(Date.now() / 1_000);
    const standard = { iss: issuer, aud: CLIENT.id, iat: now, exp: now + HOUR_S, nonce };
    const key = provider.signsWith === "its key" ? keys.own.privateKey : keys.strange.privateKey;
    return signed({ ...standard, ...person, ...provider.claims }, key);
  }

  return provider;
}

function pair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync("rsa", { modulusLength: 2048 });
}

/** A JWS by RS256 (RFC 7515, 7518). */
function signed(claims: object, key: KeyObject): string {
  const text = [{ alg: "RS256", kid: "one", typ: "JWT" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
}

/** RFC 6749, 2.3.1: both halves are form-encoded first. */
function basic(id: string, secret: string): string {
  const [left, right] = [id, secret].map((one) => new URLSearchParams({ _: one }).toString().slice(2));
  return Buffer.from(`${left}:${right}`).toString("base64");
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
