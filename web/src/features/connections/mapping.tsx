import { Anchor, Badge, Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Answer, call } from "../../api/client.ts";
import { tellRefusal, useRead } from "../../api/queries.ts";
import { Loaded, Nothing } from "../../components/states.tsx";

type Line = Answer<"readMapping">[number];

/** Which value goes where, as the live policy says, and whether the org has the field. It is changed in the policy. */
export function Mapping({ environment, mayAsk }: { readonly environment: string; readonly mayAsk: boolean }) {
  const lines = useRead("readMapping", { environment }, {}, false);
  const ask = useMutation({
    mutationFn: () => call("readMapping", { path: { environment }, query: { ask: "true" } }),
    onError: tellRefusal,
  });
  return (
    <Stack component="section" aria-label="Mapping" gap="sm">
      <Group justify="space-between" align="end">
        <div style={{ flex: "1 1 320px" }}>
          <Title order={2} size="h4">
            Which value goes to which field
          </Title>
          <Text size="sm" c="dimmed">
            As the live policy says.{" "}
            <Anchor
              underline="always"
              renderRoot={(props) => <Link {...props} to="/e/$environment/policy" params={{ environment }} />}
            >
              A draft of it
            </Anchor>{" "}
            changes it, under Mapping.
          </Text>
        </div>
        {mayAsk && (
          <Button size="xs" variant="default" loading={ask.isPending} onClick={() => ask.mutate()}>
            Ask the org
          </Button>
        )}
      </Group>
      <Loaded of={lines}>
        {(found) =>
          found.length === 0 ? (
            <Nothing title="The policy maps nothing">No value goes to a field of Salesforce.</Nothing>
          ) : (
            <Lines of={ask.data ?? found} />
          )
        }
      </Loaded>
    </Stack>
  );
}

function Lines({ of }: { readonly of: readonly Line[] }) {
  return (
    <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Value</Table.Th>
            <Table.Th>Way</Table.Th>
            <Table.Th>Field in Salesforce</Table.Th>
            <Table.Th>In the org</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {of.map((line) => (
            <Table.Tr key={`${line.object} ${line.from} ${line.to}`}>
              <Table.Td>
                <code>{line.from}</code>
                {line.part !== null && <Text size="xs">{PARTS[line.part]}</Text>}
              </Table.Td>
              <Table.Td>{WAYS[line.direction]}</Table.Td>
              <Table.Td>
                <code>
                  {line.object}.{line.to}
                </code>
              </Table.Td>
              <Table.Td>
                <InOrg line={line} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const PARTS = { "first-name": "its first name", "last-name": "its last name" } as const;
const WAYS = {
  "to-salesforce": "to Salesforce",
  "to-intercom": "to Intercom",
  both: "both ways",
} as const;

function InOrg({ line: { writable, says, direction } }: { readonly line: Line }) {
  if (writable === null)
    return (
      <Text size="sm" c="dimmed">
        {direction === "to-intercom" ? "is only read" : "not asked"}
      </Text>
    );
  return (
    <Stack gap={2} align="start">
      <Badge variant="light" color={writable ? "teal" : "yellow"}>
        {writable ? "yes" : "no"}
      </Badge>
      {says !== null && <Text size="xs">{says}</Text>}
    </Stack>
  );
}
