/** The steps of the wizard behind the first one, which makes the environment. */
export const STEPS = ["webhook", "salesforce", "slack", "email", "enrichment", "watch"] as const;
export type Step = (typeof STEPS)[number];
export const FIRST_STEP: Step = "webhook";

/** The step that an address names. */
export function stepOf(search: Record<string, unknown>): { step?: Step } {
  const step = STEPS.find((one) => one === search["step"]);
  return step === undefined ? {} : { step };
}
