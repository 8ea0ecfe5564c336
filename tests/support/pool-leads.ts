/** Leads of strangers that reach a pool, for tests of the fairness ledger in one process and in many. */
import type { DecisionInputs } from "../../src/decide/decide.ts";
import { company, message, NOBODY, NOON, person, policy, scores, snapshot } from "./cases.ts";

export const WEIGHTS = { "ana@us.example": 5, "ben@us.example": 3, "cleo@us.example": 2 } as const;
export const users = Object.keys(WEIGHTS).map((email) => ({
  id: `005${email}`,
  email,
  name: email,
  active: true,
}));

export interface Over {
  readonly domain?: string;
  readonly email?: string;
  readonly sticky?: "company" | "person";
  readonly members?: readonly object[];
  readonly now?: number;
  readonly routing?: object;
}

function policyWith(pool: string, over: Over) {
  const { members = Object.entries(WEIGHTS).map(([user, weight]) => ({ user, weight })), sticky } = over;
  return policy({
    routing: {
      pools: { [pool]: { members, ...(sticky !== undefined && { sticky }) } },
      routes: { default: [{ pool }] },
      ...over.routing,
    },
  });
}

/** A lead of a stranger whom this pool is asked for, as the ledger decides it. */
export function given(conversation: string, pool: string, over: Over = {}): Omit<DecisionInputs, "pools"> {
  return {
    environment: "production",
    evidence: {
      snapshot: snapshot({
        conversation,
        messages: [message()],
        contact: person({ id: `c${conversation}`, email: over.email ?? `${conversation}@free.example` }),
        company: company({ domain: over.domain ?? `co${conversation}.example` }),
      }),
      crm: NOBODY,
    },
    scores: scores({ buying: 50 }),
    policy: policyWith(pool, over),
    triggers: ["message"],
    now: over.now ?? NOON + Number(conversation),
    earlier: [],
    directory: { users, queues: [] },
  };
}
