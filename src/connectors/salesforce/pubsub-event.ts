/**
 * Change events as Avro brings them: which records, who, and which fields (change data capture guide: event header
 * fields; Pub/Sub API guide: changed fields are bits over the fields of the schema).
 */
import avro from "avsc";
import { z } from "zod";
import type { DealNews } from "../../feedback/stream.ts";

const Header = z.object({
  entityName: z.string(),
  recordIds: z.array(z.string()),
  changeType: z.string(),
  commitUser: z.string(),
  changedFields: z.array(z.string()),
});

export interface ChangeEvent extends Omit<z.infer<typeof Header>, "changedFields"> {
  /** Names of top-level fields; empty for a record that is new, deleted or back. */
  readonly changedFields: readonly string[];
}

/** Reads events of one schema; throws for bytes of another. */
export type EventReader = (payload: Uint8Array) => ChangeEvent;

/** Numbers of 64 bits, kept whole: commit numbers may pass what a JavaScript number holds. */
// oxlint-disable-next-line no-underscore-dangle -- avsc's own name
const long = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === "bigint",
  compare: (one: bigint, other: bigint) => (one === other ? 0 : one < other ? -1 : 1),
});

const EventSchema = z.looseObject({ fields: z.array(z.looseObject({ name: z.string() })) });

/** The reader for a schema as GetSchema gives it. Throws for text that is no schema of change events. */
export function readerOf(schemaJson: string): EventReader {
  const schema: unknown = JSON.parse(schemaJson);
  const names = EventSchema.parse(schema).fields.map(({ name }) => name);
  const type = avro.Type.forSchema(schema as avro.Schema, { registry: { long } });
  return (payload) => {
    const event: unknown = type.fromBuffer(Buffer.from(payload));
    const { ChangeEventHeader: header } = z.object({ ChangeEventHeader: Header }).parse(event);
    return { ...header, changedFields: fieldsOf(header.changedFields, names) };
  };
}

/** "0x0A" is bits over the top-level fields; "3-0x02" says that something inside field 3 changed. */
export function fieldsOf(entries: readonly string[], names: readonly string[]): readonly string[] {
  const places = entries.flatMap((entry) => {
    const inner = /^(\d+)-0x[0-9a-f]+$/i.exec(entry);
    if (inner !== null) return [Number(inner[1])];
    return /^0x[0-9a-f]+$/i.test(entry) ? bitsOf(BigInt(entry)) : [];
  });
  return [...new Set(places)].flatMap((place) => names[place] ?? []);
}

function bitsOf(bits: bigint): readonly number[] {
  const places: number[] = [];
  for (let place = 0, rest = bits; rest > 0n; place += 1, rest >>= 1n)
    if ((rest & 1n) === 1n) places.push(place);
  return places;
}

/** A stage is what feedback tells of; who a deal is about has no event of its own. */
const TOLD = "StageName";

/**
 * What an event says of deals; null for one that asks for nothing: another object or field, or a change by Baton's own
 * `user`, which would only come back to Baton.
 */
export function newsOf(event: ChangeEvent, user: string): DealNews | null {
  const { entityName, changeType, recordIds, commitUser, changedFields } = event;
  if (entityName !== "Opportunity") return null;
  const isSure = recordIds.length > 0 && !recordIds.some((id) => id.endsWith("*"));
  if (changeType === "GAP_OVERFLOW" || !isSure)
    return { kind: "overflow", why: "more changed at once than Salesforce tells in events" };
  if (changeType.startsWith("GAP_"))
    return {
      kind: "gap",
      deals: recordIds,
      why: `Salesforce lost what changed in ${recordIds.length === 1 ? "a deal" : `${recordIds.length} deals`}`,
    };
  if (changeType === "DELETE" || commitUser.slice(0, 15) === user.slice(0, 15)) return null;
  if (changeType === "UPDATE" && !changedFields.includes(TOLD)) return null;
  return { kind: "changed", deals: recordIds };
}
