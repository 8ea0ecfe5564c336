/** A finding about a policy, as every route tells it. */
import { z } from "zod";

export const findingSchema = z.object({
  severity: z.enum(["fault", "warning", "note"]),
  rule: z.string(),
  path: z.string(),
  line: z.int().optional(),
  message: z.string(),
  proof: z.string().nullable(),
  next: z.string().nullable(),
});
