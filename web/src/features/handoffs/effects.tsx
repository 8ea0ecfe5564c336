/** What went to other systems, write by write, and what did not. */
import { Anchor, Button, Card, Group, Stack, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useChange } from "../../api/queries.ts";
import { Id } from "../../components/id.tsx";
import { When } from "../../components/time.tsx";
import { Status } from "./status.tsx";
import type { Handoff } from "./timeline.tsx";

type Effect = Handoff["effects"][number];

export function Effects({
  environment,
  handoff,
}: {
  readonly environment: string;
  readonly handoff: Handoff;
}) {
  return (
    <Stack gap="xs" component="ol" p={0} m={0} style={{ listStyle: "none" }}>
      {handoff.effects.map((effect) => (
        <Card key={effect.key} withBorder component="li" p="sm">
          <Group justify="space-between" align="start">
            <Stack gap={4} style={{ flex: "1 1 240px", overflowWrap: "anywhere" }}>
              <Group gap="xs">
                <Status of={effect.state} />
                <Text fw={600}>
                  {effect.target}: {effect.words}
                </Text>
              </Group>
              <Text size="sm" c="dimmed">
                {effect.attempts === 1 ? "1 attempt" : `${effect.attempts} attempts`}
                {effect.retries > 0 && `, tried again ${effect.retries} times`},{" "}
                <When at={effect.updatedAt} />
              </Text>
              {effect.error !== null && (
                <Text size="sm">
                  {effect.error.code !== null && <b>{effect.error.code}: </b>}
                  {effect.error.message}
                </Text>
              )}
              {effect.notes.map((note) => (
                <Text key={note} size="sm">
                  {note}
                </Text>
              ))}
              <Records effect={effect} />
              <Id id={effect.key} />
            </Stack>
            {effect.issue !== null && (
              <Again environment={environment} effect={effect} issue={effect.issue} />
            )}
          </Group>
          <Writes effect={effect} />
        </Card>
      ))}
    </Stack>
  );
}

function Records({ effect }: { readonly effect: Effect }) {
  return effect.records.map(({ as, id, url }) => (
    <Group key={as} gap={6}>
      <Text size="sm" c="dimmed">
        {as}
      </Text>
      <Id id={id} />
      {url !== null && (
        <Anchor
          size="sm"
          href={url}
          target="_blank"
          rel="noreferrer"
          aria-label={`Open ${as} ${id} in Salesforce`}
        >
          open
        </Anchor>
      )}
    </Group>
  ));
}

/** What is known to have failed is tried again; what may have arrived is answered at its issue. */
function Again(props: { readonly environment: string; readonly effect: Effect; readonly issue: string }) {
  const { environment, effect, issue } = props;
  const retry = useChange("retryIssue", "Trying again");
  return (
    <Group gap="xs">
      <Anchor
        size="sm"
        renderRoot={(rest) => (
          <Link {...rest} to="/e/$environment/operations/$issue" params={{ environment, issue }} />
        )}
      >
        Its issue
      </Anchor>
      {effect.state === "failed" && (
        <Button
          size="xs"
          loading={retry.isPending}
          onClick={() => retry.mutate({ path: { environment, issue }, body: { effect: effect.key } })}
        >
          Retry
        </Button>
      )}
    </Group>
  );
}

function Writes({ effect }: { readonly effect: Effect }) {
  if (effect.writes.length === 0) return null;
  return (
    <details>
      <summary>
        <Text span size="sm">
          Fields as {effect.state === "would" ? "they would be" : "they were"} written
        </Text>
      </summary>
      {effect.writes.map(({ kind, object, id, fields }, place) => (
        // Two Tasks of one write differ in their place alone.
        <div key={`${object} ${place}`}>
          <Text size="sm" fw={600} mt="xs">
            {kind} {object} {id}
          </Text>
          <Table verticalSpacing={2} layout="fixed">
            <Table.Tbody>
              {fields.map(({ name, value }) => (
                <Table.Tr key={name}>
                  <Table.Th scope="row" fw={400} style={{ overflowWrap: "anywhere" }}>
                    {name}
                  </Table.Th>
                  <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      ))}
    </details>
  );
}
