/** What an account elsewhere refuses or fails to answer, as a refusal of the route that asked it. */
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import { Refusal } from "./route.ts";

export async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PermanentFailure) throw new Refusal(422, error.message);
    if (error instanceof RetryableFailure) throw new Refusal(502, error.message);
    throw error;
  }
}
