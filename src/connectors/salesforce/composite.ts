/**
 * POST /composite: several calls as one, against the daily limit and, with allOrNone, as one transaction. At most 25
 * subrequests, of which 5 queries (developer.salesforce.com, REST API, Composite).
 */
import { z } from "zod";
import { RetryableFailure } from "../../kernel/failure.ts";
import type { Effect } from "../http/failures.ts";
import { API_PATH, type SalesforceClient } from "./client.ts";
import type { Soql } from "./soql.ts";

/** Most subrequests of one composite call. */
export const MOST_SUBREQUESTS = 25;
/** Most queries among them. */
export const MOST_QUERIES = 5;

export interface Subrequest {
  readonly method: "GET" | "POST" | "PATCH";
  readonly url: string;
  /** Letters, digits and underscores. */
  readonly referenceId: string;
  readonly httpHeaders?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const Composite = z.object({
  compositeResponse: z.array(
    z.object({ body: z.unknown(), httpStatusCode: z.number(), referenceId: z.string() }),
  ),
});
export type Subresponse = z.infer<typeof Composite>["compositeResponse"][number];

/** A subrequest that queries; "all" sees deleted and archived rows too. */
export function querySubrequest(referenceId: string, query: Soql, rows: "live" | "all" = "live"): Subrequest {
  const resource = rows === "all" ? "queryAll" : "query";
  return { method: "GET", url: `${API_PATH}/${resource}?q=${encodeURIComponent(query.text)}`, referenceId };
}

/**
 * Sends one composite call and returns the subresponses by referenceId. An answer of another shape is a broken answer:
 * RetryableFailure, with an unknown outcome when the call writes.
 */
export async function composite(
  client: SalesforceClient,
  subrequests: readonly Subrequest[],
  options: { readonly effect: Effect; readonly allOrNone: boolean },
): Promise<ReadonlyMap<string, Subresponse>> {
  const body = { allOrNone: options.allOrNone, compositeRequest: subrequests };
  const answer = await client.call({
    method: "POST",
    path: `${API_PATH}/composite`,
    body,
    effect: options.effect,
  });
  const parsed = Composite.safeParse(answer);
  const byReference = new Map(parsed.data?.compositeResponse.map((one) => [one.referenceId, one]));
  if (subrequests.every(({ referenceId }) => byReference.has(referenceId))) return byReference;
  const message = "Salesforce answered a composite call with a body of another shape than documented.";
  const outcome = options.effect === "write" ? "unknown" : "not-executed";
  throw new RetryableFailure(
    { target: "salesforce", code: "odd_body", message, cause: parsed.error },
    outcome,
  );
}
