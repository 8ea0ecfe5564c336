/** Figures counted from a sample, as the API gives them: each with its 95 % interval. */
import { z } from "zod";

export const shareSchema = z.object({
  k: z.int(),
  of: z.int(),
  share: z.number().nullable().describe("Null where nothing was counted."),
  low: z.number().describe("The 95 % interval (Wilson)."),
  high: z.number(),
});

export const quantileSchema = z.object({
  value: z.number().nullable(),
  low: z.number().nullable().describe("The 95 % interval by order statistics; null: too few to name an end."),
  high: z.number().nullable(),
});
