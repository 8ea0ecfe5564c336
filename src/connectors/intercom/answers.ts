/** What the SDK gives back, checked: it looks at nothing itself. */
import type { z } from "zod";
import { isNotFound, oddBody } from "./errors.ts";

/** The answer in its shape; throws a RetryableFailure that names the call where it has another. */
export function parsed<T extends z.ZodType>(of: T, body: unknown, method: string, url: string): z.infer<T> {
  const result = of.safeParse(body);
  if (result.success) return result.data;
  throw oddBody({ method, url }, result.error);
}

/** What the call returns; null when Intercom says that the thing does not exist. */
export async function orNull<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
