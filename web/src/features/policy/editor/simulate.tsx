/** Who would get how many of the next leads by the draft as it is stored: the same arithmetic as the real thing. */
import { Button, Card, Group, NativeSelect, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Answer, call } from "../../../api/client.ts";
import { NumberBox } from "./boxes.tsx";
import type { Draft } from "./draft.ts";
import { useNames } from "./editing.tsx";

type Simulated = Answer<"simulateLeads">;

export function Simulate(props: { readonly environment: string; readonly saved: Draft }) {
  const { environment } = props;
  const { name: draft, revision } = props.saved;
  const routes = useNames(["routing", "routes"]);
  const [route, setRoute] = useState(routes.includes("default") ? "default" : (routes[0] ?? ""));
  const [everyMinutes, setEvery] = useState<number | undefined>(10);
  const [isAsked, setAsked] = useState(false);
  const simulated = useQuery({
    queryKey: ["simulateLeads", environment, draft, revision, route, everyMinutes],
    queryFn: ({ signal }) =>
      call("simulateLeads", {
        path: { environment, draft },
        query: { route, leads: 100, ...(everyMinutes !== undefined && { everyMinutes }) },
        signal,
      }),
    enabled: isAsked && route !== "",
    placeholderData: (known) => known,
    refetchInterval: false,
    retry: false,
  });
  return (
    <Card withBorder>
      <Stack gap="sm">
        <Title order={2} size="h4">
          Simulate 100 leads
        </Title>
        <Group align="end">
          <NativeSelect
            label="Route"
            data={[...routes]}
            value={route}
            onChange={(event) => setRoute(event.currentTarget.value)}
          />
          <NumberBox label="Minutes between leads" w={180} min={1} value={everyMinutes} onChange={setEvery} />
          <Button variant="default" loading={simulated.isFetching} onClick={() => setAsked(true)}>
            Simulate
          </Button>
        </Group>
        {simulated.error !== null && <Text size="sm">{simulated.error.message.split("\n")[0]}</Text>}
        {simulated.data !== undefined && simulated.error === null && <Shares simulated={simulated.data} />}
      </Stack>
    </Card>
  );
}

function Shares({ simulated }: { readonly simulated: Simulated }) {
  const { members, others, gaps, held, stillHeld, nobody } = simulated;
  return (
    <div role="status">
      {members.length > 0 && (
        <Table.ScrollContainer minWidth={480} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Member</Table.Th>
                <Table.Th>Got</Table.Th>
                <Table.Th>By weight</Table.Th>
                <Table.Th>Could take nothing</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {members.map(({ pool, member, got, ideal, out }) => (
                <Table.Tr key={`${pool} ${member}`}>
                  <Table.Td>
                    {member}{" "}
                    <Text span size="xs" c="dimmed">
                      {pool}
                    </Text>
                  </Table.Td>
                  <Table.Td>{got}</Table.Td>
                  <Table.Td>{Math.round(ideal * 10) / 10}</Table.Td>
                  <Table.Td>
                    {Object.entries(out)
                      .map(([why, times]) => `${times} times: ${why}`)
                      .join(", ")}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {Object.entries(others).map(([who, leads]) => (
        <Text size="sm" key={who}>
          {who}: {leads}
        </Text>
      ))}
      <Text size="sm" c="dimmed">
        {held} were held for a while, {stillHeld} are held at the end, {nobody} found nobody;{" "}
        {gaps.length === 0 ? "somebody could always take one" : `${gaps.length} times nobody was there`}.
      </Text>
    </div>
  );
}
