import { Badge } from "@mantine/core";

export const BUCKETS = {
  new: { label: "New", colour: "indigo", words: "heard, not decided yet" },
  excluded: { label: "Excluded", colour: "gray", words: "an exclusion of the policy applies" },
  "below-threshold": { label: "Below threshold", colour: "gray", words: "no recipe applied" },
  held: { label: "Held", colour: "yellow", words: "qualified, and nobody can take it now" },
  "handed-off": { label: "Handed off", colour: "teal", words: "somebody has it" },
  failed: { label: "Failed", colour: "red", words: "something did not go through" },
} as const;
export type Bucket = keyof typeof BUCKETS;

export const isBucket = (value: string | undefined): value is Bucket =>
  value !== undefined && Object.hasOwn(BUCKETS, value);

export function BucketBadge({ of }: { readonly of: Bucket }) {
  const { label, colour, words } = BUCKETS[of];
  return (
    <Badge variant="light" color={colour} title={words}>
      {label}
    </Badge>
  );
}
