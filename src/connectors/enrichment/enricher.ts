/** The port Enricher: Clearbit's API, any HTTP provider, a CSV table, or nobody. */
import { z } from "zod";
import type { Enricher, Enrichment } from "../../handoff/ports.ts";
import { assertNever } from "../../kernel/assert-never.ts";
import { PermanentFailure, UserError } from "../../kernel/failure.ts";
import type { Clock, Ms } from "../../kernel/time.ts";
import { jsonOf } from "../http/failures.ts";
import { createHttp, type Http, type HttpLog, type HttpRequest } from "../http/http.ts";
import { Combined, enrichmentOfClearbit } from "./clearbit.ts";
import { enrichmentOfFields, FIELDS } from "./fields.ts";
import { readTable, type Who } from "./table.ts";

/** What may stand in braces in a provider's address. */
const PLACEHOLDERS = /\{(email|domain)\}/g;

function hasOnlyKnownPlaceholders(url: string): boolean {
  return !/[{}]/.test(url.replaceAll(PLACEHOLDERS, ""));
}

function hostIsFixed(url: string): boolean {
  return !/^[a-z]+:\/\/[^/]*[{}]/i.test(url);
}

const Settings = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("none") }),
  z.object({
    kind: z.literal("clearbit"),
    apiUrl: z.url().default("https://person.clearbit.com"),
    allowPrivateAddresses: z.boolean().default(false),
  }),
  z.object({
    kind: z.literal("http"),
    /** "https://provider.example/find?email={email}"; only {email} and {domain}, and not in the host. */
    url: z
      .string()
      .refine(hasOnlyKnownPlaceholders, "may hold {email} and {domain}, and no other braces")
      .refine(hostIsFixed, "needs a host without placeholders"),
    /** "bearer": Authorization: Bearer; "basic": the key as user name; or the name of a header. */
    auth: z.string().default("bearer"),
    /** Field of Baton -> dot path in the answer ("metrics.employees", "results.0.name"). */
    paths: z.partialRecord(z.enum(FIELDS), z.string().min(1)),
    allowPrivateAddresses: z.boolean().default(false),
  }),
  z.object({ kind: z.literal("table"), csv: z.string() }),
]);
/** What an enrichment connection stores; its secret is {"apiKey": "..."}. */
export type EnrichmentSettings = z.input<typeof Settings>;
type Parsed = z.infer<typeof Settings>;

export interface ConnectorDeps {
  readonly clock: Clock;
  readonly log: HttpLog;
}

/** Enrichment waits in front of a handoff, so it must not wait long. */
const TIMEOUT_MS: Ms = 8_000;
const CONCURRENCY = 10;

function openHttp(allowPrivateAddresses: boolean, { clock, log }: ConnectorDeps): Http {
  return createHttp({
    target: "enrichment",
    clock,
    log,
    concurrency: CONCURRENCY,
    timeoutMs: TIMEOUT_MS,
    allowPrivateAddresses,
  });
}

/** The JSON of a 200; null for 202 (still being looked up) and 404 (nobody knows them). */
async function askFor(http: Http, request: HttpRequest): Promise<unknown> {
  const response = await http.request(request);
  if (response.status === 202 || response.status === 204 || response.status === 404) return null;
  if (response.status !== 200) throw http.failureOf(request, response);
  return jsonOf("enrichment", request, response);
}

function oddAnswer(request: HttpRequest, cause: unknown): PermanentFailure {
  const host = new URL(request.url).host;
  const message = `${host} answers in another shape than the enrichment connection expects: check its kind and paths.`;
  return new PermanentFailure({ target: "enrichment", code: "odd_body", message, cause });
}

function clearbit(settings: Extract<Parsed, { kind: "clearbit" }>, apiKey: string, http: Http): Enricher {
  const headers = { authorization: `Bearer ${apiKey}`, accept: "application/json" };
  const base = settings.apiUrl.replace(/\/+$/, "");
  return {
    async enrich({ email, domain }) {
      const path =
        email === null
          ? `/v2/companies/find?domain=${encodeURIComponent(domain ?? "")}`
          : `/v2/combined/find?email=${encodeURIComponent(email)}`;
      const request = { method: "GET", url: `${base}${path}`, headers };
      const body = await askFor(http, request);
      if (body === null) return null;
      const parsed = Combined.safeParse(email === null ? { company: body } : body);
      if (!parsed.success) throw oddAnswer(request, parsed.error);
      return enrichmentOfClearbit(parsed.data);
    },
  };
}

/** Follows a dot path through objects and lists; undefined where it leads nowhere. Own properties only. */
export function valueAt(body: unknown, path: string): unknown {
  let value = body;
  for (const step of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function authHeaders(auth: string, apiKey: string | undefined): Record<string, string> {
  if (apiKey === undefined) return {};
  if (auth === "bearer") return { authorization: `Bearer ${apiKey}` };
  if (auth === "basic") return { authorization: `Basic ${Buffer.from(`${apiKey}:`).toString("base64")}` };
  return { [auth.toLowerCase()]: apiKey };
}

/** The address for this person; null when it needs something that is not known. */
export function addressFor(template: string, who: Who): string | null {
  let isKnown = true;
  const url = template.replaceAll(PLACEHOLDERS, (_all, name: "email" | "domain") => {
    isKnown &&= who[name] !== null;
    return encodeURIComponent(who[name] ?? "");
  });
  return isKnown ? url : null;
}

function httpProvider(
  settings: Extract<Parsed, { kind: "http" }>,
  apiKey: string | undefined,
  http: Http,
): Enricher {
  const headers = { accept: "application/json", ...authHeaders(settings.auth, apiKey) };
  return {
    async enrich(who) {
      const url = addressFor(settings.url, who);
      if (url === null) return null;
      const body = await askFor(http, { method: "GET", url, headers });
      if (body === null) return null;
      const values = Object.entries(settings.paths).map(
        ([field, path]) => [field, valueAt(body, path)] as const,
      );
      return enrichmentOfFields(Object.fromEntries(values), new URL(url).host);
    },
  };
}

function keyOf(secrets: Readonly<Record<string, string>>): string {
  const apiKey = secrets["apiKey"];
  if (apiKey !== undefined && apiKey !== "") return apiKey;
  throw new UserError("the enrichment connection needs its secret apiKey");
}

/** Nobody to ask about: without an address and a domain no provider is called. */
function onlyKnown(enricher: Enricher): Enricher {
  return {
    enrich: async (who): Promise<Enrichment | null> =>
      who.email === null && who.domain === null ? null : enricher.enrich(who),
  };
}

/** The settings as they count; a UserError names every fault of them. */
export function readSettings(settings: unknown): Parsed {
  const parsed = Settings.safeParse(settings);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${path.join(".") || "settings"}: ${message}`,
  );
  throw new UserError(`the enrichment connection is faulty: ${faults.join("; ")}`);
}

/** Opens a connection from what it stores (EnrichmentSettings); nothing is sent before the first call. */
export function connectEnrichment(
  settings: unknown,
  secrets: Readonly<Record<string, string>>,
  deps: ConnectorDeps,
): Enricher {
  const data = readSettings(settings);
  switch (data.kind) {
    case "none":
      return { enrich: async () => null };
    case "table": {
      const find = readTable(data.csv);
      return { enrich: async (who) => find(who) };
    }
    case "clearbit":
      return onlyKnown(clearbit(data, keyOf(secrets), openHttp(data.allowPrivateAddresses, deps)));
    case "http":
      return onlyKnown(httpProvider(data, secrets["apiKey"], openHttp(data.allowPrivateAddresses, deps)));
    default:
      return assertNever(data);
  }
}
