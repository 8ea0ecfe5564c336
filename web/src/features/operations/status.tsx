import { Badge } from "@mantine/core";
import type { Answer } from "../../api/client.ts";

export type Issue = Answer<"listIssues">[number];

const COLOURS = { open: "red", retrying: "yellow", resolved: "teal", skipped: "gray" } as const;

export function Status({ of }: { readonly of: Issue["status"] }) {
  return (
    <Badge variant="light" color={COLOURS[of]}>
      {of}
    </Badge>
  );
}
