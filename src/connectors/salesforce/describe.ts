/** What an org says about an object: its fields, what they hold and who may write them. */
import { z } from "zod";
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import { API_PATH, type SalesforceClient } from "./client.ts";

export const Field = z.object({
  name: z.string(),
  type: z.string().default("string"),
  /** Characters of a text; 0 for what is none. */
  length: z.number().default(0),
  nillable: z.boolean().default(true),
  defaultedOnCreate: z.boolean().default(false),
  createable: z.boolean().nullish(),
  updateable: z.boolean().nullish(),
  externalId: z.boolean().nullish(),
  unique: z.boolean().nullish(),
  caseSensitive: z.boolean().nullish(),
  restrictedPicklist: z.boolean().default(false),
  picklistValues: z.array(z.object({ value: z.string(), active: z.boolean() })).default([]),
});
export type Field = z.infer<typeof Field>;

export const Describe = z.object({ createable: z.boolean(), fields: z.array(Field) });
export type Describe = z.infer<typeof Describe>;

/** The description of one object as the integration user sees it; null when it is missing or not visible. */
export async function describeObject(client: SalesforceClient, object: string): Promise<Describe | null> {
  try {
    const path = `${API_PATH}/sobjects/${object}/describe`;
    const parsed = Describe.safeParse(await client.call({ method: "GET", path, effect: "read" }));
    if (parsed.success) return parsed.data;
    const message = `Salesforce described ${object} in another shape than documented.`;
    throw new RetryableFailure(
      { target: "salesforce", code: "odd_body", message, cause: parsed.error },
      "not-executed",
    );
  } catch (error) {
    if (error instanceof PermanentFailure && error.facts.status === 404) return null;
    throw error;
  }
}
