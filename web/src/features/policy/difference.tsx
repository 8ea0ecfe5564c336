import { Alert, Card, List, Text, Title } from "@mantine/core";
import { useRead } from "../../api/queries.ts";
import { Loaded } from "../../components/states.tsx";

const named = (side: string): string => (/^\d+$/.test(side) ? `v${side}` : side.replace("draft:", "draft "));

/** What differs between two versions or drafts, a sentence each. */
export function Difference(props: {
  readonly environment: string;
  readonly from: string;
  readonly to: string;
}) {
  const { environment, from, to } = props;
  const difference = useRead("policyDiff", { environment }, { from, to });
  return (
    <Card withBorder>
      <Title order={2} size="h5" mb="xs">
        From {named(from)} to {named(to)}
      </Title>
      <Loaded of={difference}>
        {(found) => {
          if (found.kind === "unreadable")
            return (
              <Alert color="red" title={`The text ${found.which} cannot be read`}>
                {found.faults.map((fault) => fault.message).join(" ")}
              </Alert>
            );
          if (found.changes.length === 0) return <Text c="dimmed">They say the same.</Text>;
          return (
            <List size="sm">
              {found.changes.map((change) => (
                <List.Item key={`${change.kind} ${change.path}`} style={{ overflowWrap: "anywhere" }}>
                  {change.words}
                </List.Item>
              ))}
            </List>
          );
        }}
      </Loaded>
    </Card>
  );
}
