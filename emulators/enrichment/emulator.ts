/** An enrichment provider over a seeded table: Clearbit's lookups, and a plain one for the generic provider. */
import { createFaults } from "../core/faults.ts";
import { createLedger } from "../core/ledger.ts";
import { type EmulatorAnswer, type EmulatorRequest, type Handle, route } from "../core/routes.ts";
import { type RunningEmulator, startServer } from "../core/server.ts";
import { clearbitCompany, clearbitPerson } from "./clearbit.ts";
import {
  emptyTable,
  type EnrichmentSeed,
  type KnownCompany,
  lookUpCompany,
  seedTable,
  type Table,
} from "./table.ts";

/** The key that the emulator takes. Published: it opens nothing but an emulator. */
export const enrichmentAccount = { apiKey: "sk_emulated_enrichment" } as const;

export interface EnrichmentEmulatorOptions {
  /** Default 0: a free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly now?: () => number;
  /** What the table holds at the start and after every reset. */
  readonly seed?: EnrichmentSeed;
}

/** Starts the emulator. Rejects when the port is taken; throws `SeedError` for a seed it cannot read. */
export async function startEnrichmentEmulator(
  options: EnrichmentEmulatorOptions = {},
): Promise<RunningEmulator> {
  const now = options.now ?? Date.now;
  const startTable = (): Table => {
    const fresh = emptyTable();
    seedTable(fresh, options.seed ?? {});
    return fresh;
  };
  let table = startTable();
  const withKey =
    (handle: (request: EmulatorRequest, table: Table) => EmulatorAnswer): Handle =>
    (request) => {
      const isRight = keyOf(request) === enrichmentAccount.apiKey && now() >= table.keyRefusedUntil;
      return isRight ? handle(request, table) : refused(401, "auth_invalid", "Invalid API key provided.");
    };
  return startServer({
    vendor: "enrichment",
    port: options.port ?? 0,
    ...(options.host !== undefined && { host: options.host }),
    now,
    ledger: createLedger(),
    faults: createFaults("enrichment"),
    routes: [
      route("GET", "/v2/combined/find", withKey(findCombined)),
      route("GET", "/v2/companies/find", withKey(findCompany)),
      route("GET", "/enrich", withKey(findPlain)),
    ],
    notFound: () => refused(404, "not_found", "No such endpoint."),
    errorBody: (status, message) => ({
      error: { type: errorType(status), message: message ?? `status ${status}` },
    }),
    expireToken: (_request, ms) => {
      table.keyRefusedUntil = ms === undefined ? Infinity : now() + ms;
    },
    control: {
      state: () => ({ companies: [...table.companies.values()], people: [...table.people.values()] }),
      reset: () => {
        table = startTable();
      },
      seed: (body) => seedTable(table, body),
    },
  });
}

/** Bearer, or Basic with the key as user name (Clearbit's documentation, authentication). */
function keyOf(request: EmulatorRequest): string | undefined {
  const [scheme = "", value = ""] = (request.headers["authorization"] ?? "").split(" ");
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme.toLowerCase() === "basic") return Buffer.from(value, "base64").toString().split(":")[0];
  return undefined;
}

function findCombined(request: EmulatorRequest, table: Table): EmulatorAnswer {
  const email = (request.query["email"] ?? "").toLowerCase();
  const domain = domainOf(email);
  if (domain === undefined) return refused(422, "email_invalid", "Invalid email.");
  const company = lookUpCompany(table, domain);
  if (company === "queued") return queued();
  const person = table.people.get(email);
  if (!person && !company) return unknownRecord();
  return {
    status: 200,
    body: {
      person: person ? clearbitPerson(person, company ?? null) : null,
      company: company ? clearbitCompany(company) : null,
    },
  };
}

function findCompany(request: EmulatorRequest, table: Table): EmulatorAnswer {
  const domain = request.query["domain"] ?? "";
  if (!isDomain(domain)) return refused(422, "params_invalid", "A valid domain is required.");
  const company = lookUpCompany(table, domain);
  if (company === "queued") return queued();
  return company ? { status: 200, body: clearbitCompany(company) } : unknownRecord();
}

/** `email` or `domain`, flat JSON; what nobody knows is left out. */
function findPlain(request: EmulatorRequest, table: Table): EmulatorAnswer {
  const email = (request.query["email"] ?? "").toLowerCase();
  const domain = request.query["domain"] ?? domainOf(email);
  if (domain === undefined || !isDomain(domain)) {
    return refused(422, "params_invalid", "An email or a domain is required.");
  }
  const company = lookUpCompany(table, domain);
  if (company === "queued") return queued();
  const person = table.people.get(email);
  if (!person && !company) return unknownRecord();
  return {
    status: 200,
    body: { ...(company && flatCompany(company)), ...(person && { title: person.title }) },
  };
}

function flatCompany(company: KnownCompany) {
  const { pendingLookups: _internal, ...known } = company;
  return known;
}

function domainOf(email: string): string | undefined {
  return /^[^@\s]+@([^@\s]+\.[^@\s]+)$/.exec(email)?.[1];
}

function isDomain(text: string): boolean {
  return /^[^@\s/]+\.[^@\s/]+$/.test(text);
}

function refused(status: number, type: string, message: string): EmulatorAnswer {
  return { status, body: { error: { type, message } } };
}

function unknownRecord(): EmulatorAnswer {
  return refused(404, "unknown_record", "Unknown record.");
}

/** "202: your request has been queued, try again" (Clearbit's documentation, asynchronous lookups). */
function queued(): EmulatorAnswer {
  return refused(202, "queued", "Your request has been added to the lookup queue. Please try again later.");
}

function errorType(status: number): string {
  if (status === 429) return "rate_limit";
  return status === 402 ? "over_quota" : "api_error";
}
