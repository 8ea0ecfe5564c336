/** Where a conversation stands in an environment: in exactly one of these. */
export const BUCKETS = ["new", "excluded", "below-threshold", "held", "handed-off", "failed"] as const;
export type Bucket = (typeof BUCKETS)[number];
