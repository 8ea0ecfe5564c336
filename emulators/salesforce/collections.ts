/** `/composite/sobjects`: up to 200 records in one call; per-record errors say `statusCode` (api_rest: composite sobjects). */
import { z } from "zod";
import { type ApiAnswer, type ApiCall, type Service, writeContext } from "./api.ts";
import { notFound, refusal, SalesforceError } from "./errors.ts";
import { fullId } from "./ids.ts";
import { inTransaction, objectOfId } from "./org.ts";
import {
  createRecord,
  deleteRecord,
  objectAt,
  recordAt,
  type RecordBody,
  recordsByKey,
  updateRecord,
} from "./records.ts";
import { recordBody } from "./sobjects.ts";

const Body = z.object({
  allOrNone: z.boolean().default(false),
  records: z.array(z.looseObject({ attributes: z.looseObject({ type: z.string() }) })),
});
type Records = z.infer<typeof Body>["records"];
type Change = (record: Records[number]) => { readonly id: string; readonly created?: boolean };

interface SaveResult {
  readonly id?: string;
  readonly success: boolean;
  readonly created?: boolean;
  readonly errors: readonly { statusCode: string; message: string; fields: readonly string[] }[];
}

/** Answers 200 with one result per record, in order. */
export function answerCollection(service: Service, call: ApiCall): ApiAnswer {
  const [, , objectName, keyField] = call.path;
  switch (call.method) {
    case "GET":
      return retrieve(service, call, objectName ?? "");
    case "DELETE":
      return remove(service, call);
    case "POST":
      return saveAll(service, call, (record) => ({
        id: createRecord(
          service.org,
          objectAt(service.org, record.attributes.type),
          fieldsOf(record),
          writeContext(call),
        ),
      }));
    case "PATCH":
      return saveAll(service, call, (record) =>
        keyField === undefined || objectName === undefined
          ? update(service, call, record)
          : upsert(service, call, { objectName, keyField, record }),
      );
    default:
      throw refusal(405, "METHOD_NOT_ALLOWED", "Allowed are GET,POST,PATCH,DELETE");
  }
}

function saveAll(service: Service, call: ApiCall, change: Change): ApiAnswer {
  const parsed = Body.safeParse(call.body);
  if (!parsed.success)
    throw refusal(400, "JSON_PARSER_ERROR", parsed.error.issues[0]?.message ?? "not readable");
  const { allOrNone, records } = parsed.data;
  if (records.length > 200)
    throw refusal(
      400,
      "EXCEEDED_MAX_SIZE_REQUEST",
      "record limit reached. cannot submit more than 200 records into this call",
    );
  return runAll(service, allOrNone, records, change);
}

function runAll<T>(
  service: Service,
  allOrNone: boolean,
  items: readonly T[],
  change: (item: T) => { readonly id: string; readonly created?: boolean },
): ApiAnswer {
  const results: SaveResult[] = [];
  try {
    inTransaction(service.org, () => {
      for (const item of items) results.push(saved(() => change(item)));
      if (allOrNone && results.some((one) => !one.success)) throw new RolledBack();
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
    return { status: 200, body: results.map(rolledBackResult) };
  }
  const isWhole = results.length > 0 && results.every((one) => one.success);
  return { status: 200, body: results, changed: isWhole };
}

class RolledBack extends Error {}

function saved(change: () => { readonly id: string; readonly created?: boolean }): SaveResult {
  try {
    return { ...change(), success: true, errors: [] };
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error;
    const errors = error.errors.map(({ errorCode, message, fields, ...extra }) => ({
      statusCode: errorCode,
      message,
      fields: fields ?? [],
      ...extra,
    }));
    return { success: false, errors };
  }
}

function rolledBackResult(result: SaveResult): SaveResult {
  if (!result.success) return result;
  const message =
    "Record rolled back because not all records were valid and the request was using AllOrNone header";
  return {
    success: false,
    errors: [{ statusCode: "ALL_OR_NONE_OPERATION_ROLLED_BACK", message, fields: [] }],
  };
}

function update(service: Service, call: ApiCall, record: Records[number]) {
  const object = objectAt(service.org, record.attributes.type);
  const fields = fieldsOf(record);
  const { id, Id = id, ...rest } = fields;
  const row = recordAt(service.org, object, String(Id));
  updateRecord(service.org, object, row, rest, writeContext(call));
  return { id: String(row["Id"]) };
}

function upsert(
  service: Service,
  call: ApiCall,
  { objectName, keyField, record }: { objectName: string; keyField: string; record: Records[number] },
) {
  const { org } = service;
  const object = objectAt(org, objectName);
  const fields = fieldsOf(record);
  const value = fields[keyField];
  if (typeof value !== "string") throw refusal(400, "MISSING_ARGUMENT", `${keyField} not specified`, []);
  const { [keyField]: _key, ...rest } = fields;
  const [row, second] = recordsByKey(org, object, keyField, value);
  if (second !== undefined)
    throw refusal(
      400,
      "DUPLICATE_EXTERNAL_ID",
      `${keyField}: more than one record found for external id field`,
      [keyField],
    );
  if (row === undefined) return { id: createRecord(org, object, fields, writeContext(call)), created: true };
  updateRecord(org, object, row, rest, writeContext(call));
  return { id: String(row["Id"]), created: false };
}

function remove(service: Service, call: ApiCall): ApiAnswer {
  const ids = (call.query["ids"] ?? "").split(",").filter((id) => id !== "");
  const allOrNone = /^true$/i.test(call.query["allOrNone"] ?? "");
  return runAll(service, allOrNone, ids, (id) => {
    const object = objectAt(service.org, objectOfId(service.org, id) ?? "");
    deleteRecord(service.org, object, recordAt(service.org, object, id), call.userId);
    return { id: fullId(id) };
  });
}

function retrieve(service: Service, call: ApiCall, objectName: string): ApiAnswer {
  const object = objectAt(service.org, objectName);
  const ids = (call.query["ids"] ?? "").split(",");
  if (call.query["fields"] === undefined) throw notFound();
  const body = ids.map((id) => {
    try {
      return recordBody(object, recordAt(service.org, object, id), call.version, call.query["fields"]);
    } catch (error) {
      if (error instanceof SalesforceError && error.status === 404) return null;
      throw error;
    }
  });
  return { status: 200, body };
}

function fieldsOf(record: Records[number]): RecordBody {
  const { attributes: _attributes, ...fields } = record;
  return fields;
}
