/** The way in by the provider: to its page and back. What fails there stays there; it is looked for again when asked. */
import type { Ms } from "../kernel/time.ts";
import type { Log } from "../store/database.ts";
import {
  discover,
  type Discovered,
  type OidcSettings,
  PROVIDER,
  type Refusal,
  refusalNamed,
} from "./oidc.ts";

type Handle = (request: Request) => Promise<Response>;

export interface ProviderDoor {
  readonly name: string;
  /** Whether passwords are off. */
  readonly isOnly: boolean;
  /** Begins a sign-in: where the browser goes, and the cookies that bind the answer to it; a fault when nobody is there. */
  readonly begin: (request: Request) => Promise<Begun>;
  /** What the provider's answer, which the browser brings back, is worth. */
  readonly end: (request: Request) => Promise<Ended>;
  /** What stood in the way at the last look; null: nothing, as far as is known. Looks again beside, where something did. */
  readonly fault: () => string | null;
}

export type Begun =
  | { readonly kind: "to"; readonly url: string; readonly cookies: readonly string[] }
  | { readonly kind: "fault"; readonly fault: string };

export type Ended =
  | { readonly kind: "in"; readonly cookies: readonly string[] }
  /** A one-time code is asked for next. */
  | { readonly kind: "code"; readonly cookies: readonly string[] }
  | { readonly kind: "refused"; readonly why: Refusal; readonly cookies: readonly string[] };

/** Longer than this nobody waits before a white page. */
const PATIENCE_MS: Ms = 15_000;
/** Where the library would send people; the door decides it itself. */
const HOME = "/";

export function openProviderDoor(
  settings: OidcSettings,
  deps: {
    readonly log: Log;
    /** The part of the address that all of sign-in shares. */
    readonly prefix: string;
    /** Null when what the provider says about itself does not do. */
    readonly open: (discovered: Discovered) => Promise<Handle | null>;
  },
): ProviderDoor {
  const { log } = deps;
  let handle: Handle | null = null;
  let fault: string | null = null;
  let looking: Promise<void> | null = null;
  const lookOnce = async (): Promise<string | null> => {
    const found = await discover(settings.issuer);
    if (found.kind === "fault") return found.fault;
    handle = await inTime(deps.open(found.discovered)).catch(() => null);
    return handle === null ? "its keys and addresses cannot be used" : null;
  };
  const look = async (): Promise<void> => {
    const before = fault;
    fault = await lookOnce();
    if (fault !== null && fault !== before)
      log("warn", `nobody can sign in with ${settings.name}: ${fault}; passwords are not touched by it`);
  };
  const opened = async (): Promise<Handle | null> => {
    if (handle !== null) return handle;
    looking ??= look().finally(() => {
      looking = null;
    });
    await looking;
    return handle;
  };
  void opened();
  return {
    name: settings.name,
    isOnly: settings.isOnly,
    fault: () => {
      if (fault !== null) void opened();
      return fault;
    },
    begin: async (request) => {
      const by = await opened();
      const response = by === null ? null : await inTime(by(beginning(request, deps.prefix)));
      if (response === null) return { kind: "fault", fault: fault ?? "it did not answer in time" };
      const { url } = (await response.json()) as { readonly url?: string };
      if (url === undefined)
        return { kind: "fault", fault: `the sign-in could not begin (${response.status})` };
      return { kind: "to", url, cookies: response.headers.getSetCookie() };
    },
    end: async (request) => {
      const by = await opened();
      const response = by === null ? null : await inTime(by(request));
      const ended = response === null ? nobody() : await judge(response);
      if (ended.kind === "refused") log("warn", `a sign-in with ${settings.name} was refused: ${ended.why}`);
      return ended;
    },
  };
}

function beginning(request: Request, prefix: string): Request {
  const body = { provider: PROVIDER, callbackURL: HOME, errorCallbackURL: HOME, disableRedirect: true };
  return new Request(new URL(`${prefix}/sign-in/social`, request.url), {
    method: "POST",
    headers: request.headers,
    body: JSON.stringify(body),
  });
}

/** Home without an error is in; cookies alone prove nothing. */
async function judge(response: Response): Promise<Ended> {
  const cookies = response.headers.getSetCookie();
  const said = (await response.json().catch(() => null)) as { readonly twoFactorRedirect?: true } | null;
  if (said?.twoFactorRedirect === true) return { kind: "code", cookies };
  const to = response.headers.get("location");
  if (to === HOME) return { kind: "in", cookies };
  const code = to === null ? null : new URL(to, "http://localhost").searchParams.get("error");
  return { kind: "refused", why: refusalNamed(code ?? ""), cookies };
}

function nobody(): Ended {
  return { kind: "refused", why: "unreachable", cookies: [] };
}

async function inTime<T>(work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PATIENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
