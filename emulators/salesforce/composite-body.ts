/** The body of a composite call. */
import { z } from "zod";

const Subrequest = z.object({
  method: z.enum(["GET", "POST", "PATCH", "PUT", "DELETE"]),
  url: z.string().min(1),
  referenceId: z.string().min(1),
  httpHeaders: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
});
export type Subrequest = z.infer<typeof Subrequest>;

export const CompositeBody = z.object({
  allOrNone: z.boolean().default(false),
  compositeRequest: z.array(Subrequest),
});
export type CompositeBody = z.infer<typeof CompositeBody>;
