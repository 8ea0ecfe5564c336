/** `/sobjects`: one record at a time, by id or by key (api_rest: resources_sobject_*). */
import { type ApiAnswer, type ApiCall, recordPath, type Service, writeContext } from "./api.ts";
import { describeAll, describeBasic, describeObject } from "./describe.ts";
import { notFound, refusal } from "./errors.ts";
import { type Org, type Row } from "./org.ts";
import {
  createRecord,
  deleteRecord,
  objectAt,
  recordAt,
  type RecordBody,
  recordsByKey,
  updateRecord,
} from "./records.ts";
import { deletedRecords, updatedRecords } from "./replication.ts";
import type { SchemaObject } from "./schema.ts";
import { attributesOf } from "./soql-select.ts";

/** Answers a call under `/sobjects`. Throws Salesforce's refusals. */
export function answerSobjects(service: Service, call: ApiCall): ApiAnswer {
  const [, objectName, second, third] = call.path;
  const { org } = service;
  if (objectName === undefined) return onlyGet(call, () => describeAll(org, call.version));
  const object = objectAt(org, objectName);
  if (second === undefined) {
    if (call.method === "POST") return create(org, call, object, bodyOf(call));
    return onlyGet(call, () => describeBasic(object, call.version));
  }
  if (third === undefined) {
    if (second === "describe") return onlyGet(call, () => describeObject(object, call.version));
    if (second === "updated") return onlyGet(call, () => updatedRecords(org, object, call.query));
    if (second === "deleted") return onlyGet(call, () => deletedRecords(org, object, call.query));
    return byId(org, call, object, second);
  }
  return byKey(org, call, object, second, third);
}

/** The body of a write. Throws JSON_PARSER_ERROR when it is no object. */
function bodyOf(call: ApiCall): RecordBody {
  if (typeof call.body === "object" && call.body !== null && !Array.isArray(call.body)) {
    return call.body as RecordBody;
  }
  throw refusal(
    400,
    "JSON_PARSER_ERROR",
    "The HTTP entity body is required, but this request has no entity body.",
  );
}

/** A record as GET answers it: every field, or those that are asked for. */
export function recordBody(object: SchemaObject, row: Row, version: string, fields?: string): RecordBody {
  const out: Record<string, unknown> = {
    attributes: attributesOf(version, object.name, object.name, row["Id"]),
  };
  if (fields === undefined) {
    for (const one of object.def.fields) out[one.name] = row[one.name] ?? null;
    return out;
  }
  for (const name of fields.split(",")) {
    const found = object.fields.get(name.trim().toLowerCase());
    if (found === undefined) {
      throw refusal(
        400,
        "INVALID_FIELD",
        `No such column '${name.trim()}' on sobject of type ${object.name}`,
      );
    }
    out[found.name] = row[found.name] ?? null;
  }
  out["Id"] = row["Id"];
  return out;
}

function create(org: Org, call: ApiCall, object: SchemaObject, body: RecordBody): ApiAnswer {
  const id = createRecord(org, object, body, writeContext(call));
  return {
    status: 201,
    body: { id, success: true, errors: [] },
    headers: { Location: recordPath(call.version, object.name, id) },
    changed: true,
  };
}

function byId(org: Org, call: ApiCall, object: SchemaObject, id: string): ApiAnswer {
  switch (call.method) {
    case "GET": {
      const row = recordAt(org, object, id);
      return { status: 200, body: recordBody(object, row, call.version, call.query["fields"]) };
    }
    case "PATCH": {
      const row = recordAt(org, object, id);
      checkUnmodified(call, row);
      updateRecord(org, object, row, bodyOf(call), writeContext(call));
      return { status: 204, changed: true };
    }
    case "DELETE":
      deleteRecord(org, object, recordAt(org, object, id), call.userId);
      return { status: 204, changed: true };
    default:
      throw methodNotAllowed(call);
  }
}

function byKey(org: Org, call: ApiCall, object: SchemaObject, fieldName: string, value: string): ApiAnswer {
  const matches = recordsByKey(org, object, fieldName, value);
  const [row] = matches;
  // 300 with the records' URLs when a key is not unique; nothing is written (resources_sobject_upsert).
  if (matches.length > 1) {
    return {
      status: 300,
      body: matches.map((one) => recordPath(call.version, object.name, String(one["Id"]))),
    };
  }
  switch (call.method) {
    case "GET":
      if (row === undefined) throw notFound();
      return { status: 200, body: recordBody(object, row, call.version, call.query["fields"]) };
    case "DELETE":
      if (row === undefined) throw notFound();
      deleteRecord(org, object, row, call.userId);
      return { status: 204, changed: true };
    case "PATCH":
      return upsert(org, call, object, { fieldName, value, row, body: bodyOf(call) });
    default:
      throw methodNotAllowed(call);
  }
}

interface Upsert {
  readonly fieldName: string;
  readonly value: string;
  readonly row: Row | undefined;
  readonly body: RecordBody;
}

/** 201 with `created: true`, or 200 with `created: false` (204 up to v45). */
function upsert(
  org: Org,
  call: ApiCall,
  object: SchemaObject,
  { fieldName, value, row, body }: Upsert,
): ApiAnswer {
  const field = object.fields.get(fieldName.toLowerCase());
  const inBody = Object.keys(body).find((name) =>
    ["id", fieldName.toLowerCase()].includes(name.toLowerCase()),
  );
  if (inBody !== undefined) {
    throw refusal(400, "INVALID_FIELD", `The ${inBody} field should not be specified in the sobject data.`, [
      inBody,
    ]);
  }
  if (row === undefined) {
    if (/^true$/i.test(call.query["updateOnly"] ?? "") || field === undefined) throw notFound();
    const id = createRecord(org, object, { ...body, [field.name]: value }, writeContext(call));
    return { status: 201, body: { id, success: true, errors: [], created: true }, changed: true };
  }
  updateRecord(org, object, row, body, writeContext(call));
  if (Number(call.version) < 46) return { status: 204, changed: true };
  return { status: 200, body: { id: row["Id"], success: true, errors: [], created: false }, changed: true };
}

/** If-Unmodified-Since, in whole seconds (intro_rest_conditional_requests). */
function checkUnmodified(call: ApiCall, row: Row): void {
  const since = Date.parse(call.headers["if-unmodified-since"] ?? "");
  if (Number.isNaN(since)) return;
  const modified = Date.parse(String(row["LastModifiedDate"]).replace("+0000", "Z"));
  if (modified > since) {
    throw refusal(
      412,
      "PRECONDITION_FAILED",
      "The record was modified after the time in If-Unmodified-Since",
    );
  }
}

function onlyGet(call: ApiCall, answer: () => unknown): ApiAnswer {
  if (call.method !== "GET" && call.method !== "HEAD") throw methodNotAllowed(call);
  return { status: 200, body: answer() };
}

function methodNotAllowed(call: ApiCall) {
  return refusal(
    405,
    "METHOD_NOT_ALLOWED",
    `HTTP Method '${call.method}' not allowed. Allowed are HEAD,GET,POST,PATCH,DELETE`,
  );
}
