/** `POST /composite` (api_rest: resources_composite_composite_post, requests_composite, resources_composite_subrequest_result). */
import { type ApiAnswer, type ApiCall, type Service } from "./api.ts";
import { refusal, SalesforceError } from "./errors.ts";
import { inTransaction } from "./org.ts";
import { CompositeBody, type Subrequest } from "./composite-body.ts";
import { withReferences } from "./references.ts";

const mostSubrequests = 25;
const mostQueries = 5;
const rolledBack = "The transaction was rolled back since another operation in the same transaction failed.";

interface Subresponse {
  readonly body: unknown;
  readonly httpHeaders: Readonly<Record<string, string>>;
  readonly httpStatusCode: number;
  readonly referenceId: string;
}

/** Runs the subrequests in order. With allOrNone one failure undoes all and the others answer PROCESSING_HALTED. */
export function answerComposite(
  service: Service,
  call: ApiCall,
  answerOne: (call: ApiCall) => ApiAnswer,
): ApiAnswer {
  if (call.method !== "POST") throw refusal(405, "METHOD_NOT_ALLOWED", "Allowed are POST");
  const { allOrNone, compositeRequest } = compositeBody(call.body);
  checkShape(compositeRequest);
  const responses: Subresponse[] = [];
  const bodies = new Map<string, unknown>();
  let changes = 0;
  let failures = 0;
  const runAll = () => {
    for (const subrequest of compositeRequest) {
      const answer = runOne(call, subrequest, bodies, answerOne, service);
      if (answer.status >= 300) failures++;
      else {
        bodies.set(subrequest.referenceId, answer.body);
        if (answer.changed === true) changes++;
      }
      responses.push(subresponse(subrequest, answer));
      if (failures > 0 && allOrNone) throw new Halted();
    }
  };
  try {
    inTransaction(service.org, runAll);
  } catch (error) {
    if (!(error instanceof Halted)) throw error;
    return { status: 200, body: { compositeResponse: haltedResponses(compositeRequest, responses) } };
  }
  return { status: 200, body: { compositeResponse: responses }, changed: changes > 0 && failures === 0 };
}

/** Leaves the transaction so that it is undone. */
class Halted extends Error {}

function runOne(
  outer: ApiCall,
  subrequest: Subrequest,
  bodies: ReadonlyMap<string, unknown>,
  answerOne: (call: ApiCall) => ApiAnswer,
  service: Service,
): ApiAnswer {
  try {
    const url = withReferences(subrequest.url, bodies);
    const body = withReferences(subrequest.body, bodies);
    const [path, search] = splitOnce(String(url), "?");
    const found = /^\/+services\/data\/v(\d+\.\d)\/(.*)$/.exec(path);
    if (found === null)
      throw refusal(400, "INVALID_URL", `The subrequest url must start with /services/data/: ${path}`);
    return answerOne({
      method: subrequest.method,
      path: (found[2] ?? "")
        .split("/")
        .filter((piece) => piece !== "")
        .map(decodedPiece),
      query: Object.fromEntries(new URLSearchParams(search)),
      headers: subrequestHeaders(outer, subrequest, service),
      body,
      version: found[1] ?? outer.version,
      userId: outer.userId,
    });
  } catch (error) {
    if (error instanceof SalesforceError) return { status: error.status, body: error.errors };
    throw error;
  }
}

/** Only Accept, Authorization and Content-Type are handed down; Sforce headers must stand in each subrequest. */
function subrequestHeaders(outer: ApiCall, subrequest: Subrequest, service: Service): Record<string, string> {
  const inherited = service.org.settings.compositeInheritsHeaders ? outer.headers : {};
  const own = Object.entries(subrequest.httpHeaders ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    value,
  ]);
  return { ...inherited, ...Object.fromEntries(own) };
}

function haltedResponses(subrequests: readonly Subrequest[], done: readonly Subresponse[]): Subresponse[] {
  const failed = done.at(-1);
  return subrequests.map((subrequest) => {
    if (failed !== undefined && subrequest.referenceId === failed.referenceId) return failed;
    return {
      body: [{ errorCode: "PROCESSING_HALTED", message: rolledBack }],
      httpHeaders: {},
      httpStatusCode: 400,
      referenceId: subrequest.referenceId,
    };
  });
}

function subresponse(subrequest: Subrequest, answer: ApiAnswer): Subresponse {
  return {
    body: answer.body ?? null,
    httpHeaders: answer.headers ?? {},
    httpStatusCode: answer.status,
    referenceId: subrequest.referenceId,
  };
}

function compositeBody(body: unknown): CompositeBody {
  const parsed = CompositeBody.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw refusal(
    400,
    "JSON_PARSER_ERROR",
    `${issue?.path.join(".") ?? "compositeRequest"}: ${issue?.message ?? "not readable"}`,
  );
}

function checkShape(subrequests: readonly Subrequest[]): void {
  if (subrequests.length > mostSubrequests) {
    throw refusal(
      400,
      "LIMIT_EXCEEDED",
      `Limit Exceeded: Composite requests can't have more than ${mostSubrequests} operations`,
    );
  }
  const queries = subrequests.filter(({ url }) =>
    /\/v[\d.]+\/(query|queryAll|composite\/sobjects)\b/.test(url),
  );
  if (queries.length > mostQueries) {
    throw refusal(
      400,
      "LIMIT_EXCEEDED",
      `Limit Exceeded: Composite requests can't have more than ${mostQueries} query or sObject collection operations`,
    );
  }
  const seen = new Set<string>();
  for (const { referenceId, httpHeaders } of subrequests) {
    if (!/^[A-Za-z0-9_]+$/.test(referenceId)) {
      throw refusal(
        400,
        "JSON_PARSER_ERROR",
        `Provided referenceId ('${referenceId}') must contain only letters, numbers, and underscores`,
      );
    }
    if (seen.has(referenceId)) {
      throw refusal(400, "JSON_PARSER_ERROR", `Duplicate referenceId ('${referenceId}')`);
    }
    seen.add(referenceId);
    const forbidden = Object.keys(httpHeaders ?? {}).find((name) =>
      /^(accept|authorization|content-type)$/i.test(name),
    );
    if (forbidden !== undefined) {
      throw refusal(400, "JSON_PARSER_ERROR", `The header ${forbidden} can't be specified in a subrequest`);
    }
  }
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function decodedPiece(piece: string): string {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}
