/** The policy's format as JSON Schema, for editors that complete and check while people write. */
import { z } from "zod";
import { policySchema } from "./schema.ts";

/** JSON Schema (draft 2020-12) of what people write; checks between parts, such as names, are the reader's. */
export function policyJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    title: "Baton policy",
    ...z.toJSONSchema(policySchema, { io: "input" }),
  };
}
