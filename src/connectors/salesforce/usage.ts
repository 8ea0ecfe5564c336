/** What the org says with every answer about the calls of its day. */
import type { OrgCalls } from "../../handoff/allowance.ts";
import type { Clock } from "../../kernel/time.ts";
import type { Http } from "../http/http.ts";

type Usage = Pick<OrgCalls, "used" | "most">;

/** Reads "api-usage=18/5000" of the header Sforce-Limit-Info; null when it says nothing of it. */
export function usageOf(headers: Readonly<Record<string, string>>): Usage | null {
  const [, used, most] = /api-usage=(\d+)\/(\d+)/.exec(headers["sforce-limit-info"] ?? "") ?? [];
  return used === undefined ? null : { used: Number(used), most: Number(most) };
}

/** The same way out, and what the org said last. */
export function metered(
  http: Http,
  clock: Clock,
): { readonly http: Http; readonly usage: () => OrgCalls | null } {
  let said: OrgCalls | null = null;
  return {
    usage: () => said,
    http: {
      ...http,
      request: async (request) => {
        const response = await http.request(request);
        const usage = usageOf(response.headers);
        if (usage !== null) said = { ...usage, at: clock() };
        return response;
      },
    },
  };
}
