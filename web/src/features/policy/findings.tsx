import { Alert, List } from "@mantine/core";
import type { Answer } from "../../api/client.ts";

export type Finding = Answer<"lintDraft">[number];

const COLORS = { fault: "red", warning: "yellow", note: "gray" } as const;

/** What was found about a policy in the colour of the worst; with `names` each with its place. */
export function Findings({ found, names }: { readonly found: readonly Finding[]; readonly names: boolean }) {
  const worst = (["fault", "warning", "note"] as const).find((severity) =>
    found.some((one) => one.severity === severity),
  );
  return (
    <Alert color={COLORS[worst ?? "note"]} p="xs">
      <List size="sm" listStyleType={found.length === 1 ? "none" : "disc"}>
        {found.map(({ severity, rule, path, message, next }) => (
          <List.Item key={`${rule} ${path} ${message}`} style={{ overflowWrap: "anywhere" }}>
            {severity}: {names && path !== "" && <code>{path}</code>} {message}
            {next !== null && `: ${next}`}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
