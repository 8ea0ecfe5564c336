/** The org from inside the process: what tests and the rehearsal read and change without HTTP. */
import type { Service } from "./api.ts";
import type { FieldValue } from "./fields.ts";
import {
  type Conversion,
  type Converted,
  binRecord,
  convertLead,
  liveRow,
  mergeRecords,
  objectNamed,
  undeleteRecord,
} from "./lifecycle.ts";
import type { Sessions } from "./oauth.ts";
import { allRows, type Row } from "./org.ts";
import { changeRow, insertRow } from "./records.ts";
import { applySeed, changeSettings, knownFields } from "./seed.ts";
import type { SettingsChange } from "./settings.ts";
import { type Seeded, type Situations, seedSituations } from "./situations.ts";

type Fields = Readonly<Record<string, FieldValue>>;

/** API calls counted since the start or the last reset. */
export interface CallCounts {
  total: number;
  composite: number;
  query: number;
}

export interface OrgAccess {
  /** Puts a record in without any rule; returns its id. Throws for an unknown object or field. */
  readonly insert: (object: string, fields: Fields) => string;
  /** Changes a record without any rule; history and stamps are made. */
  readonly update: (object: string, id: string, fields: Fields) => void;
  /** Copies of the records that are not deleted. */
  readonly rows: (object: string) => Row[];
  /** Copies of all records, deleted ones too. */
  readonly allRows: (object: string) => Row[];
  /** Id of the org. */
  readonly organization: string;
  /** Id of the user whom an integration signs in as. */
  readonly integrationUser: string;
  readonly userByEmail: (email: string) => Row | undefined;
  readonly seedSituations: (situations: Situations) => Seeded;
  readonly seed: (body: unknown) => unknown;
  readonly settings: (change: SettingsChange) => void;
  readonly convert: (conversion: Conversion) => Converted;
  readonly merge: (object: string, master: string, losers: readonly string[]) => void;
  readonly delete: (object: string, id: string) => void;
  readonly undelete: (object: string, id: string) => void;
  readonly expireTokens: () => void;
  /** Calls under /services/data since the start or the last reset; a composite counts once. */
  readonly calls: Readonly<CallCounts>;
  /** What `GET /__emulator/state` answers. */
  readonly snapshot: () => unknown;
}

/** Access to one running org. */
export function createAccess(service: Service, sessions: Sessions, calls: CallCounts): OrgAccess {
  const { org } = service;
  const copies = (object: string) =>
    [...allRows(org, objectNamed(org, object).name)].map((row) => ({ ...row }));
  return {
    insert: (object, fields) => insertRow(org, objectNamed(org, object), knownFields(org, object, fields)),
    update: (object, id, fields) =>
      changeRow(org, objectNamed(org, object), liveRow(org, object, id), knownFields(org, object, fields)),
    rows: (object) => copies(object).filter((row) => row["IsDeleted"] !== true),
    allRows: copies,
    organization: org.id,
    integrationUser: org.userId,
    userByEmail: (email) => copies("User").find((row) => row["Email"] === email),
    seedSituations: (situations) => seedSituations(org, situations),
    seed: (body) => applySeed(org, body, sessions.expireAll),
    settings: (change) => changeSettings(org, change),
    convert: (conversion) => convertLead(org, conversion),
    merge: (object, master, losers) => mergeRecords(org, object, master, losers),
    delete: (object, id) => binRecord(org, object, id),
    undelete: (object, id) => undeleteRecord(org, object, id),
    expireTokens: sessions.expireAll,
    calls,
    snapshot: () => ({
      organization: org.id,
      calls,
      settings: org.settings,
      records: Object.fromEntries([...org.tables].map(([name, table]) => [name, [...table.rows.values()]])),
    }),
  };
}
