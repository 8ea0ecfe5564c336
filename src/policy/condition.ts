/**
 * Conditions as data: a rule, or rules joined by and / or. The same shape that the rule builder edits.
 */
import { z } from "zod";

export const operators = [
  "=",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "in",
  "notIn",
  "contains",
  "notContains",
  "containsAny",
  "containsAll",
  "containsNone",
  "within",
  "olderThan",
  "known",
  "unknown",
] as const;
export type Operator = (typeof operators)[number];

export type Scalar = string | number | boolean;
export type RuleValue = Scalar | readonly Scalar[];

export interface Rule {
  readonly field: string;
  readonly operator: Operator;
  /** Absent for known / unknown. */
  readonly value?: RuleValue | undefined;
}
export interface Group {
  readonly combinator: "and" | "or";
  readonly not?: boolean | undefined;
  readonly rules: readonly Condition[];
}
export type Condition = Rule | Group;

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const ruleSchema = z.strictObject({
  field: z.string().trim().min(1).describe("The field that is looked at, as in `company.employees`."),
  operator: z.enum(operators).describe("How the field is compared with the value."),
  value: z
    .union([scalar, z.array(scalar)])
    .optional()
    .describe("What it is compared with; none for `known` and `unknown`."),
});

export const conditionSchema: z.ZodType<Condition> = z
  .lazy(() =>
    z.union([
      ruleSchema,
      z.strictObject({
        combinator: z.enum(["and", "or"]).describe("Whether all rules must hold, or one."),
        not: z.boolean().optional().describe("Turns the answer of the rules around."),
        rules: z.array(conditionSchema).min(1).describe("Rules, or rules joined in turn."),
      }),
    ]),
  )
  .meta({
    id: "condition",
    description: "A rule about one field, or rules joined by `and` or `or`. What nobody knows is neither.",
  });

/** Whether a part of a document is a rule, or rules joined by and / or. */
export function isCondition(value: unknown): value is Condition {
  if (typeof value !== "object" || value === null) return false;
  return "operator" in value || "combinator" in value;
}

/** What a field holds at decision time; `undefined` means nobody knows (yet), which is neither true nor false. */
export type FieldValue = Scalar | null | readonly Scalar[] | undefined;
export type FieldLookup = (field: string) => FieldValue;
