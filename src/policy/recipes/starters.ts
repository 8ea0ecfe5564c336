/** What a recipe leans on where a policy has nothing like it: signals, scores and sequences to begin with. */
import type { Condition } from "../condition.ts";

type Parts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface StarterScore {
  readonly signals: readonly string[];
  readonly bonus: readonly { readonly label: string; readonly when: Condition; readonly points: number }[];
  readonly threshold: number;
}

/** By the names that Baton's own text model reads. */
export const SIGNALS: Parts = {
  enterprise: {
    label: "Enterprise intent",
    phrases: ["enterprise plan", "enterprise pricing", "security review", "SOC 2", "talk to sales"],
    hints: ["enterprise", "SSO", "SCIM", "contract", "procurement"],
    meaning: true,
    points: 10,
    cap: 40,
  },
  pricing: {
    label: "Pricing",
    phrases: ["pricing", "quote", "cost per seat", "annual plan"],
    meaning: true,
    points: 10,
    cap: 20,
  },
  upgrade: {
    label: "Upgrade intent",
    phrases: ["upgrade my plan", "upgrade our account", "move to the pro plan", "add more seats"],
    hints: ["upgrade"],
    meaning: true,
    points: 10,
    cap: 30,
  },
  complaint: {
    label: "Complaint",
    phrases: ["complaint", "unacceptable", "very disappointed", "refund"],
    hints: ["third time"],
    meaning: true,
    tags: ["complaint"],
    points: 15,
    cap: 45,
  },
  cancellation: {
    label: "Cancellation intent",
    phrases: ["cancel our subscription", "close our account", "delete our account"],
    hints: ["cancel", "switch to"],
    meaning: true,
    tags: ["cancellation intent"],
    points: 25,
    cap: 50,
  },
};

export const SCORES: Readonly<Record<"buying" | "churn", StarterScore>> = {
  buying: {
    signals: ["upgrade", "pricing"],
    bonus: [
      {
        label: "Trial user",
        when: { field: "contact.plan", operator: "=", value: "trial" },
        points: 10,
      },
    ],
    threshold: 40,
  },
  churn: {
    signals: ["complaint", "cancellation"],
    bonus: [
      {
        label: "Two years with us",
        when: { field: "company.customerSince", operator: "olderThan", value: "2y" },
        points: 10,
      },
      {
        label: "Account over 50k",
        when: { field: "company.annualValue", operator: ">=", value: 50_000 },
        points: 20,
      },
    ],
    threshold: 40,
  },
};

export const SEQUENCES = {
  "Upgrade nudge": { tag: "Upgrade nudge", attribute: { baton_nudge: "eligible" } },
};
