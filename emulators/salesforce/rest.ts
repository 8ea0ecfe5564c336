/** The resources under `/services/data/vXX.X`, by the first piece of the path. */
import { type ApiAnswer, type ApiCall, answered, type Service } from "./api.ts";
import { answerCollection } from "./collections.ts";
import { answerComposite } from "./composite.ts";
import { notFound, refusal } from "./errors.ts";
import { answerDeployRequest } from "./metadata.ts";
import { runSoql } from "./soql.ts";
import { answerSobjects } from "./sobjects.ts";
import { searchRecords } from "./sosl.ts";

/** Answers one call; never throws a refusal. `dailyCalls` is how many the org has spent, for `/limits`. */
export function answerCall(service: Service, call: ApiCall, dailyCalls: number): ApiAnswer {
  return answered(() => {
    const [resource, second] = call.path;
    switch (resource) {
      case undefined:
        return { status: 200, body: resourcesOf(call.version) };
      case "sobjects":
        return answerSobjects(service, call);
      case "query":
      case "queryAll":
        return second === undefined
          ? query(service, call, resource === "queryAll")
          : nextPage(service, call, second);
      case "search":
        return { status: 200, body: { searchRecords: searchRecords(service.org, call) } };
      case "limits":
        return { status: 200, body: limitsOf(service, dailyCalls) };
      case "composite":
        if (second === "sobjects") return answerCollection(service, call);
        if (second !== undefined) throw notFound();
        return answerComposite(service, call, (inner) => answerCall(service, inner, dailyCalls));
      case "metadata":
        return answerDeployRequest(service, call);
      default:
        throw notFound();
    }
  });
}

function query(service: Service, call: ApiCall, all: boolean): ApiAnswer {
  const text = call.query["q"];
  if (text === undefined) throw refusal(400, "MALFORMED_QUERY", "A query string has to be specified");
  const result = runSoql(service.org, text, { version: call.version, all });
  return { status: 200, body: page(service, call, result, 0) };
}

function nextPage(service: Service, call: ApiCall, locator: string): ApiAnswer {
  const [id = "", from = "0"] = locator.split("-");
  const cursor = service.cursors.get(id);
  if (cursor === undefined) throw refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
  return { status: 200, body: page(service, call, cursor, Number(from), id) };
}

/** 2,000 rows a page, or what `Sforce-Query-Options: batchSize=` asks for between 200 and 2,000. */
function page(
  service: Service,
  call: ApiCall,
  result: { readonly totalSize: number; readonly records: readonly unknown[] },
  from: number,
  known?: string,
) {
  const asked = Number(
    /batchSize\s*=\s*(\d+)/i.exec(call.headers["sforce-query-options"] ?? "")?.[1] ?? 2000,
  );
  const size = Math.min(2000, Math.max(200, asked));
  const records = result.records.slice(from, from + size);
  const isDone = from + size >= result.records.length;
  if (isDone) return { totalSize: result.totalSize, done: true, records };
  const id = known ?? `01gBt${String(++service.cursorSerial).padStart(10, "0")}AAA`;
  service.cursors.set(id, result);
  const next = `/services/data/v${call.version}/query/${id}-${from + size}`;
  return { totalSize: result.totalSize, done: false, nextRecordsUrl: next, records };
}

function limitsOf(service: Service, dailyCalls: number) {
  const { dailyLimit } = service.org.settings;
  return {
    DailyApiRequests: { Max: dailyLimit, Remaining: Math.max(0, dailyLimit - dailyCalls) },
    DataStorageMB: { Max: 1024, Remaining: 1000 },
    FileStorageMB: { Max: 1024, Remaining: 1000 },
  };
}

function resourcesOf(version: string) {
  const names = ["sobjects", "query", "queryAll", "search", "limits", "composite", "metadata"];
  return Object.fromEntries(names.map((name) => [name, `/services/data/v${version}/${name}`]));
}
