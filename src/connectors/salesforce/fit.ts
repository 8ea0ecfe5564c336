/**
 * A write that the org refuses for one of its fields is fitted to them and sent again: the refused transaction kept
 * nothing, so nothing doubles. What was learnt is remembered, so that the next handoff is one call again.
 */
import type { CrmOperation, CrmWritten } from "../../handoff/ports.ts";
import { PermanentFailure } from "../../kernel/failure.ts";
import type { Clock, EpochMs, Ms } from "../../kernel/time.ts";
import type { SalesforceClient } from "./client.ts";
import { type Describe, describeObject } from "./describe.ts";
import { shaped } from "./shape.ts";

/** A field that an admin adds is used after this time at the latest. */
const REMEMBERED_MS: Ms = 3_600_000;

/** Refusals of a value or a field, which other values may cure. */
const OF_FIELDS: ReadonlySet<string> = new Set([
  "INVALID_FIELD",
  "INVALID_FIELD_FOR_INSERT_UPDATE",
  "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
  "INVALID_TYPE_ON_FIELD_IN_RECORD",
  "JSON_PARSER_ERROR",
  "STRING_TOO_LONG",
]);

/** The object whose field was refused. Baton's own objects are not fitted: a field they lack is a broken set-up. */
function refusedObject(error: unknown): string | null {
  if (!(error instanceof PermanentFailure) || !OF_FIELDS.has(error.facts.code)) return null;
  const { detail } = error;
  if (typeof detail !== "object" || detail === null || !("object" in detail)) return null;
  const { object } = detail;
  return typeof object === "string" && !object.startsWith("Baton_") ? object : null;
}

type Write = (operations: readonly CrmOperation[]) => Promise<CrmWritten>;

/** `write`, with values fitted to the fields of the org once it has refused one; `notes` say what was left out. */
export function fitting(client: SalesforceClient, write: Write, clock: Clock): Write {
  const learnt = new Map<string, { readonly found: Describe; readonly at: EpochMs }>();

  function known(): ReadonlyMap<string, Describe> {
    const now = clock();
    return new Map(
      [...learnt].flatMap(([object, { found, at }]) =>
        now - at < REMEMBERED_MS ? [[object, found] as const] : [],
      ),
    );
  }

  return async function fitted(operations) {
    const asked = new Set<string>();
    for (;;) {
      const fit = shaped(operations, known());
      try {
        const written = await write(fit.operations);
        return fit.notes.length === 0 ? written : { ...written, notes: fit.notes };
      } catch (error) {
        const object = refusedObject(error);
        if (object === null || asked.has(object)) throw error;
        asked.add(object);
        const found = await describeObject(client, object).catch((refused: unknown) => {
          if (refused instanceof PermanentFailure) return null;
          throw refused;
        });
        if (found === null) throw error;
        learnt.set(object, { found, at: clock() });
      }
    }
  };
}
