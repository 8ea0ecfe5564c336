/** The systems around Baton, as people call them. */
export const SYSTEM_NAMES = {
  salesforce: "Salesforce",
  intercom: "Intercom",
  slack: "Slack",
  email: "E-mail",
  enrichment: "Enrichment",
} as const;
