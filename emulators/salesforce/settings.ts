/** How this org behaves: everything a seed can switch. */
import { z } from "zod";

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const when = z.record(z.string(), value);
const objectName = z.string().min(1);

const AssignmentRule = z.strictObject({
  object: objectName,
  /** A user's id or e-mail, a queue's id or DeveloperName. */
  owner: z.string().min(1),
});

const DuplicateRule = z.strictObject({
  object: objectName,
  name: z.string().default("Standard_Rule"),
  /** Fields that must all be equal, without heed to case. */
  match: z.array(z.string()).min(1),
  /** The object it compares with; the same one by default. */
  against: objectName.optional(),
  action: z.enum(["block", "alert"]),
  /** Both spellings have been seen in answers. */
  spelling: z.enum(["duplicateResut", "duplicateResult"]).default("duplicateResut"),
  message: z.string().default("Use one of these records?"),
});

const ValidationRule = z.strictObject({
  object: objectName,
  message: z.string(),
  field: z.string().optional(),
  /** Refuses a record whose fields have these values; `null` means empty. */
  when,
});

const Trigger = z.strictObject({
  object: objectName,
  message: z.string(),
  /** Fails only for records with these values. */
  when: when.default({}),
});

const RowLock = z.strictObject({
  object: objectName.optional(),
  /** Counts the writes that the rule meets, from 1. */
  nth: z.array(z.number().int().min(1)).optional(),
  p: z.number().min(0).max(1).optional(),
});

const FieldChange = z.strictObject({
  required: z.boolean().optional(),
  restricted: z.boolean().optional(),
  values: z.array(z.string()).optional(),
  length: z.number().int().min(1).optional(),
  unique: z.boolean().optional(),
  externalId: z.boolean().optional(),
  caseSensitive: z.boolean().optional(),
});

const settingsShape = {
  metadata: z.enum(["baton", "none"]),
  personAccounts: z.boolean(),
  accountTeams: z.boolean(),
  /** A deleted record still holds its unique key. */
  deletedKeysBlock: z.boolean(),
  /** DUPLICATE_VALUE does not name the record. */
  hideDuplicateIds: z.boolean(),
  dailyLimit: z.number().int().min(0),
  /** Subrequests of a composite take over the outer Sforce headers. The real one hands down only three others. */
  compositeInheritsHeaders: z.boolean(),
  /** `minute` is the real one: /updated and /deleted ignore the seconds of start and end. */
  replicationStep: z.enum(["second", "minute"]),
  /** A transaction that has been open for so long holds latestDateCovered back. */
  openTransactionMs: z.number().min(0),
  /** SystemModstamp is set so long before the commit: rows appear behind a cursor. */
  stampLagMs: z.number().min(0),
  /** Whether the event bus tells changes, or why not: the edition, the selected objects, the user's permissions. */
  changeEvents: z.enum(["on", "no-edition", "no-topic", "no-permission"]),
  assignmentRules: z.array(AssignmentRule),
  duplicateRules: z.array(DuplicateRule),
  validationRules: z.array(ValidationRule),
  triggers: z.array(Trigger),
  rowLocks: z.array(RowLock),
  /** Changes to fields: object -> field -> property. */
  fields: z.record(z.string(), z.record(z.string(), FieldChange)),
};

const Settings = z.strictObject(settingsShape);
export type Settings = z.infer<typeof Settings>;
export type DuplicateRule = z.infer<typeof DuplicateRule>;

/** A part of the settings, as a seed gives it. */
export const SettingsChange = Settings.partial();
export type SettingsChange = z.infer<typeof SettingsChange>;

/** An org with Baton's metadata and no rules. */
export const defaultSettings: Settings = {
  metadata: "baton",
  personAccounts: false,
  accountTeams: false,
  deletedKeysBlock: false,
  hideDuplicateIds: false,
  dailyLimit: 100_000,
  compositeInheritsHeaders: false,
  replicationStep: "second",
  openTransactionMs: 0,
  stampLagMs: 0,
  changeEvents: "on",
  assignmentRules: [],
  duplicateRules: [],
  validationRules: [],
  triggers: [],
  rowLocks: [],
  fields: {},
};
